-- What people wrote is theirs to hear of; who has no account follows by e-mail.

alter table following add column is_own boolean not null default false;
comment on column following.is_own is 'They wrote it: they hear of comments, replies and moderation.';
alter table notice add column followed_uri text;
comment on column notice.followed_uri is 'What they follow that this came from; null where it is told to them alone.';

insert into following (account_id, subject_uri, created_at, is_own)
select proposal.account_id, proposal.uri, subject.published_at, true
from proposal join subject on subject.uri = proposal.uri
where proposal.account_id is not null and subject.published_at is not null and subject.deleted_at is null
on conflict do nothing;
insert into following (account_id, subject_uri, created_at, is_own)
select comment.account_id, comment.uri, subject.published_at, true
from comment join subject on subject.uri = comment.uri
where comment.account_id is not null and subject.published_at is not null and subject.deleted_at is null
on conflict do nothing;

-- Following without an account. An address counts once its owner has opened the link that was sent there.
create table mail_following (
  id           uuid primary key,                 -- the tokens are made from it and the node's secret
  email        text not null,
  locale       text not null check (locale in ('en', 'es', 'ca', 'fr', 'ar')),
  subject_uri  text not null,
  created_at   timestamptz not null,
  confirmed_at timestamptz,
  unique (email, subject_uri)
);
create index mail_following_subject on mail_following (subject_uri, id) where confirmed_at is not null;
create index mail_following_unconfirmed on mail_following (created_at) where confirmed_at is null;

create table mail_following_notice (
  mail_following_id uuid not null references mail_following (id) on delete cascade,
  event_id          uuid not null,
  id                uuid not null,
  kind              text not null,
  subject_uri       text,
  data              jsonb not null default '{}',
  created_at        timestamptz not null,
  mailed_at         timestamptz,
  primary key (mail_following_id, event_id)
);
create index mail_following_notice_to_mail on mail_following_notice (mail_following_id, id) where mailed_at is null;
create index mail_following_notice_age on mail_following_notice (created_at);
