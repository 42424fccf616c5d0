-- Participatory processes: what is asked, of whom, when, and what for. Texts that people read are language maps.

create extension if not exists btree_gist;

create table category (
  id        uuid primary key,
  parent_id uuid references category (id),
  name      jsonb not null,                      -- language map
  position  integer not null default 0,
  retired_at timestamptz
);
comment on table category is 'the taxonomy of the city; retired ones stay on what they were given to';

create table process (
  uri                 text primary key references subject (uri),
  id                  uuid not null unique,
  actor_id            uuid references actor (id),   -- the Group that people follow; null while a draft
  organisation_id     uuid references actor (id),   -- who opens it, here or elsewhere; null where that is unknown
  handle              text not null,
  languages           text[] not null,              -- the first is the one it was written in
  title               jsonb not null,
  summary             jsonb not null default '{}',
  description         jsonb not null default '{}',
  promoter            jsonb not null default '{}',
  audience            jsonb not null default '{}',
  decides             jsonb not null default '{}',
  goals               jsonb not null default '{}',
  indicator           jsonb,                        -- {code, name, unit, baseline, target}: decimal strings
  is_pilot            boolean not null default false,
  pilot_area          text not null default '',
  pilot_geojson       jsonb,
  pilot_decision      text check (pilot_decision in ('stop', 'adjust', 'scale')),
  pilot_reasons       text not null default '',
  pilot_decided_at    timestamptz,
  support_limit       integer check (support_limit > 0),  -- per resident; null: none
  edit_window_minutes integer not null default 1440 check (edit_window_minutes >= 0),
  image               text,
  image_alt           text not null default '',
  source              jsonb,                        -- where an import came from
  proposal_count      integer not null default 0,   -- public ones; maintained
  result_count        integer not null default 0,
  meeting_count       integer not null default 0,
  created_by          uuid references account (id),
  created_at          timestamptz not null default now()
);
create index process_organisation on process (organisation_id, id desc);

create table process_category (
  process_uri text not null references process (uri),
  category_id uuid not null references category (id),
  primary key (process_uri, category_id)
);

create table phase (
  id           uuid primary key,
  process_uri  text not null references process (uri),
  title        jsonb not null,
  description  jsonb not null default '{}',
  starts_at    timestamptz not null,
  ends_at      timestamptz not null,
  permits      text[] not null default '{}' check (permits <@ array['propose', 'support', 'comment', 'answer']),
  announced_at timestamptz,                         -- when its start was told
  constraint phase_in_order check (starts_at < ends_at),
  constraint phase_overlap exclude using gist (process_uri with =, tstzrange(starts_at, ends_at) with &&)
);
create index phase_start on phase (starts_at) where announced_at is null;

create table process_document (
  id          uuid primary key,
  process_uri text not null references process (uri),
  title       text not null,
  language    text not null,
  url         text not null,                        -- an upload of this node, or an https address
  media_type  text not null default '',
  size_bytes  bigint,
  position    integer not null default 0
);

create table news (
  uri         text primary key references subject (uri),
  process_uri text not null references process (uri),
  kind        text not null default 'news' check (kind in ('news', 'phase', 'digest')),
  body        text not null,                        -- Markdown here, cleaned HTML from elsewhere
  created_by  uuid references account (id)
);
create index news_process on news (process_uri, uri);
