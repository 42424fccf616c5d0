-- Proposals, what became of their text, who supports them, and what the city answered.

create table proposal (
  uri             text primary key references subject (uri),
  id              uuid not null unique,
  process_uri     text not null references process (uri),
  account_id      uuid references account (id),     -- the person who wrote it; never leaves this node
  organisation_id uuid references actor (id),       -- the association it is made for, through a member
  title           text not null,
  body            text not null,                    -- Markdown here, cleaned HTML from elsewhere
  language        text not null,
  category_id     uuid references category (id),
  category_name   text not null default '',         -- remote: as its city calls it
  address         text not null default '',
  latitude        double precision check (latitude between -90 and 90),
  longitude       double precision check (longitude between -180 and 180),
  state           text not null check (state in ('draft', 'published', 'evaluating', 'accepted', 'rejected', 'withdrawn')),
  version         integer not null default 1,
  support_count   integer not null default 0,       -- verified residents of its own city
  edited_at       timestamptz,
  created_at      timestamptz not null default now(),
  search          tsvector generated always as (to_tsvector('simple', title || ' ' || left(body, 50000))) stored,
  check ((latitude is null) = (longitude is null))
);
create index proposal_process on proposal (process_uri, id desc) where state <> 'draft';
create index proposal_support on proposal (process_uri, support_count desc, id desc) where state <> 'draft';
create index proposal_account on proposal (account_id, id desc) where account_id is not null;
create index proposal_search on proposal using gin (search);
create index proposal_place on proposal (process_uri, id desc) where latitude is not null and state <> 'draft';

create table proposal_version (
  proposal_uri text not null references proposal (uri),
  version      integer not null,
  title        text not null,
  body         text not null,
  edited_at    timestamptz not null,
  primary key (proposal_uri, version)
);

create table proposal_image (
  id           uuid primary key,
  proposal_uri text not null references proposal (uri),
  url          text not null,
  alt          text not null,
  media_type   text not null,
  width        integer not null,
  height       integer not null,
  position     integer not null default 0
);
create index proposal_image_proposal on proposal_image (proposal_uri, position);

-- Legal weight: a verified resident of this node, one each. Only the total ever leaves.
create table support (
  proposal_uri text not null references proposal (uri),
  account_id   uuid not null references account (id),
  process_uri  text not null,
  created_at   timestamptz not null default now(),
  primary key (proposal_uri, account_id)
);
create index support_account on support (account_id, process_uri);

create table answer (
  uri          text primary key references subject (uri),
  proposal_uri text not null unique references proposal (uri),
  outcome      text not null check (outcome in ('evaluating', 'accepted', 'rejected')),
  reasons      text not null,
  cost_amount  numeric(16, 2) check (cost_amount >= 0),
  cost_currency text check (cost_currency ~ '^[A-Z]{3}$'),
  term         text not null default '',
  answered_by  uuid references account (id),
  check ((cost_amount is null) = (cost_currency is null))
);
