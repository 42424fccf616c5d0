-- Notices: what a person of this node follows, and what they were told. Nothing of this ever leaves the node, except in the
-- mail to that person: not in activities, records, logs, or the export of anyone else.

create table following (
  account_id  uuid not null references account (id),
  subject_uri text not null,                     -- a process, a proposal, an organisation: anything with a URI
  mail        text check (mail in ('never', 'at-once', 'daily', 'weekly')),
  created_at  timestamptz not null,
  ended_at    timestamptz,
  primary key (account_id, subject_uri)
);
comment on column following.mail is 'null: as for everything';
comment on column following.ended_at is 'Not null: asked not to be told. Kept, so that taking part again does not start it again.';
create index following_subject on following (subject_uri, account_id) where ended_at is null;
create index following_list on following (account_id, created_at desc, subject_uri) where ended_at is null;

create table notice_setting (
  account_id  uuid primary key references account (id),
  mail        text not null check (mail in ('never', 'at-once', 'daily', 'weekly')),
  follows_own boolean not null,                  -- writing or supporting something follows it
  updated_at  timestamptz not null
);

create table notice (
  id          uuid primary key,
  account_id  uuid not null references account (id),
  kind        text not null,
  subject_uri text,
  data        jsonb not null default '{}' check (length(data::text) <= 2000),
  event_id    uuid,
  mail        text not null check (mail in ('never', 'at-once', 'daily', 'weekly')),
  created_at  timestamptz not null,
  read_at     timestamptz,
  mailed_at   timestamptz
);
comment on column notice.event_id is 'What it tells of: nobody is told of one event twice.';
create unique index notice_once on notice (account_id, event_id) where event_id is not null;
create index notice_list on notice (account_id, id desc);
create index notice_unread on notice (account_id) where read_at is null;
create index notice_to_mail on notice (mail, account_id, id) where mailed_at is null and mail <> 'never';
create index notice_subject on notice (subject_uri);
create index notice_age on notice (created_at);
