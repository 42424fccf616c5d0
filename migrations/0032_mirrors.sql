-- Copies kept on purpose: which processes and cities of other nodes, how far each copy is, and what was said of it.

create table mirror (
  scope_uri      text primary key,              -- a process's URI, or the URI of an institution's actor
  id             uuid not null unique,
  kind           text not null check (kind in ('process', 'organisation')),
  state          text not null check (state in ('waiting', 'copying', 'kept', 'incomplete', 'unreachable', 'refused')),
  source         text not null,                 -- the origin of the node it is read from: the owner, or another mirror
  root_digest    text,                          -- of the manifest that was last followed to its end
  record_count   integer not null default 0,    -- as the newest accepted root says
  kept_count     integer not null default 0,    -- of those, held here
  missing_count  integer not null default 0,    -- named by the manifest and not to be had
  archive_source text,                          -- where the first copy was begun, and the last place taken of it
  archive_place  text,
  failures       integer not null default 0,    -- tries without an answer, one after the other
  error          text,                          -- a code; the words are in the locales
  error_detail   text not null default '',
  since          timestamptz not null,
  tried_at       timestamptz,
  checked_at     timestamptz                    -- when its source last confirmed that the copy is whole
);
create index mirror_order on mirror (id desc);

-- Keys that were seen live in their owner's own document. They never leave: an old signature is checked with an old key.
create table known_key (
  uri           text primary key,
  publisher_uri text not null,
  multibase     text not null,
  seen_at       timestamptz not null
);
create index known_key_publisher on known_key (publisher_uri);

-- What a mirrored process is about, for the list of the network: put together when a copy changed, not when it is read.
create table mirrored_process (
  process_uri   text primary key references process (uri),
  id            uuid not null unique,           -- the process's own: its place in the list
  origin        text not null,
  themes        text[] not null default '{}',
  places        text[] not null default '{}',
  cost_amount   numeric(18, 2),                 -- of its results together; null where none says so
  cost_currency text,
  result_count  integer not null default 0,
  result_status text,                           -- how far the furthest of its results is
  words         text not null default ''        -- what a search looks through, folded
);
create index mirrored_process_themes on mirrored_process using gin (themes);
create index mirrored_process_places on mirrored_process using gin (places);

-- Who counted the supports of a copy, how and when.
alter table proposal
  add column counted_at   timestamptz,
  add column count_method text not null default '';
comment on column proposal.counted_at is 'Copies only: when its own city counted';

create index record_refusal_source on record_refusal (source);
