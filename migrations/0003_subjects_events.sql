-- The register of everything public that has a URI, what happened to it, and what was told to others about it.
-- Comments, likes, reports and hiding attach to a subject by its URI, so no room needs to know which rooms exist.

create table subject (
  uri           text primary key,
  id            uuid not null unique,
  kind          text not null check (kind in ('process', 'news', 'proposal', 'answer', 'comment', 'meeting', 'result', 'milestone', 'post')),
  origin        text,                            -- null: this node owns it
  url           text not null,                   -- the page people read
  author_id     uuid references actor (id),      -- the actor that speaks for it on the wire
  author_name   text not null default '',        -- shown where a person speaks through an institution
  process_uri   text,
  title         text not null default '',
  language      text,
  published_at  timestamptz,                     -- null: a draft, which no one else may see
  updated_at    timestamptz,                     -- moves only when text or status moves
  hidden_at     timestamptz,
  hidden_reason text not null default '',
  deleted_at    timestamptz,
  like_count    integer not null default 0,
  share_count   integer not null default 0,
  comment_count integer not null default 0
);
create index subject_process on subject (process_uri, kind, id desc);
create index subject_author on subject (author_id, id desc);

-- Goodwill of anyone, local or remote. Never a support and never added to one.
create table reaction (
  subject_uri  text not null references subject (uri),
  kind         text not null check (kind in ('like', 'share')),
  actor_id     uuid references actor (id),       -- a voice of the fediverse, or
  account_id   uuid,                             -- a person of this node without one
  activity_uri text,
  created_at   timestamptz not null default now(),
  unique (subject_uri, kind, actor_id),
  unique (subject_uri, kind, account_id),
  check (num_nonnulls(actor_id, account_id) = 1)
);
create index reaction_activity on reaction (activity_uri);

-- What happened and is worth telling. Written with the fact; read later by jobs. `data` holds all that the telling needs.
create table event (
  id          uuid primary key,
  type        text not null,
  subject_uri text,
  data        jsonb not null,
  at          timestamptz not null
);
create index event_subject on event (subject_uri, id);

-- The activities an event became, frozen: a retry sends the same bytes under the same id.
create table outgoing_activity (
  id                uuid primary key,
  uri               text not null unique,
  event_id          uuid not null references event (id),
  actor_id          uuid not null references actor (id),
  subject_uri       text not null,
  kind              text not null check (kind in ('contribution', 'official', 'digest', 'private')),
  activity          jsonb not null,
  followers_of      text[] not null,             -- whose followers get it, all of them
  institutions_of   text[] not null,             -- whose followers get it that are institutions, for their copy
  recipient_uris    text[] not null,             -- actors that get it besides
  is_rolled_up      boolean not null default false, -- people hear of it by the next digest
  at                timestamptz not null
);
comment on column outgoing_activity.kind is 'private ones (Follow, Accept, Flag) are in no outbox';
create index outgoing_activity_actor on outgoing_activity (actor_id, id desc) where kind <> 'private';
create index outgoing_activity_event on outgoing_activity (event_id);
create index outgoing_activity_subject on outgoing_activity (subject_uri);
create index outgoing_activity_rolled_up on outgoing_activity (actor_id) where is_rolled_up;

-- Activities that have had their effect here. The row and the effect commit together, so a replay has none.
create table received_activity (
  uri         text primary key,
  received_at timestamptz not null default now()
);
create index received_activity_age on received_activity (received_at);

-- Subjects that were deleted before they arrived.
create table tombstone (
  uri        text not null,
  actor_uri  text not null,                      -- who says so: it counts only for what that one sends
  created_at timestamptz not null default now(),
  primary key (uri, actor_uri)
);

-- Every official act: who, what, when. Shown to administrators.
create table audit (
  id          uuid primary key,
  account_id  uuid,
  act         text not null,
  subject_uri text,
  detail      jsonb not null default '{}',
  at          timestamptz not null
);
create index audit_subject on audit (subject_uri, id);
