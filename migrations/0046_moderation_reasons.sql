-- Moderation people can accept: what a report is about and who asked, a statement of reasons for whoever wrote what is
-- hidden, one appeal per decision, and what is kept for a moderator to look at and why.

alter table report drop constraint report_category_check;
alter table report add constraint report_category_check check (category in (
  'spam', 'offensive', 'not-fitting', 'personal-data', 'illegal', 'other', 'held',
  'abuse', 'off-topic'));                        -- as they were asked before
alter table report add column source text not null default 'account' check (source in (
  'account', 'visitor', 'server', 'limited', 'first-server', 'first-account', 'words'));
update report set source = case when category = 'held' then 'limited' when actor_id is not null then 'server' else 'account' end;
comment on column report.source is
  'who asked: a person with or without an account, another server; or why it is held: its server is limited, the first of a server or of an account, a word list';
create index report_visitors on report (created_at) where source = 'visitor';
create index report_month on report (created_at);

-- Why something was hidden, for whoever wrote it. Nobody else reads it here; the reason alone stands in its place.
create table moderation_statement (
  id         uuid primary key,
  subject_uri text not null references subject (uri),
  account_id uuid references account (id),       -- its author: a person of this node, or
  actor_id   uuid references actor (id),         -- an actor of another server
  origin     text,                               -- null: decided here; else the server whose moderators did
  sender_id  uuid references actor (id),         -- who told us, where it was decided elsewhere
  note_uri   text unique,                        -- the message that told it
  rule       text not null,
  reason     text not null,
  source     text not null check (source in ('people', 'servers', 'lists', 'moderator')),
  decided_by uuid references account (id),
  decided_at timestamptz not null,
  ended_at   timestamptz,                        -- shown again, or decided anew
  check (num_nonnulls(account_id, actor_id) < 2)
);
create index moderation_statement_subject on moderation_statement (subject_uri, id desc);
create index moderation_statement_account on moderation_statement (account_id, id desc) where account_id is not null;
create unique index moderation_statement_open on moderation_statement (subject_uri) where ended_at is null and origin is null;

create table moderation_appeal (
  id           uuid primary key,
  statement_id uuid not null unique references moderation_statement (id),
  words        text not null,
  note_uri     text unique,                      -- the message that brought it, where it came from elsewhere
  created_at   timestamptz not null,
  outcome      text check (outcome in ('upheld', 'reinstated')),
  reason       text not null default '',
  decided_by   uuid references account (id),
  decided_at   timestamptz,
  check ((outcome is null) = (decided_at is null))
);
create index moderation_appeal_waiting on moderation_appeal (id) where decided_at is null;
