-- Results: what became of what people asked for, step by step, and what it costs.

create table result (
  uri             text primary key references subject (uri),
  id              uuid not null unique,
  process_uri     text not null references process (uri),
  organisation_id uuid references actor (id),        -- who answers for it; null where another node's is not known here
  title           text not null,
  body            text not null default '',          -- Markdown here, cleaned HTML from elsewhere
  language        text not null,
  status          text not null check (status in ('planned', 'in-progress', 'done', 'dropped')),
  progress        integer check (progress between 0 and 100), -- per cent; null where it is not known
  cost_amount     numeric(16, 2) check (cost_amount >= 0),
  cost_currency   text check (cost_currency ~ '^[A-Z]{3}$'),
  starts_on       date,
  ends_on         date,
  category_id     uuid references category (id),
  category_name   text not null default '',          -- remote: as its city calls it
  district        text not null default '',
  source          jsonb,                             -- {name, url, id, counts}: where an import came from
  created_by      uuid references account (id),
  created_at      timestamptz not null default now(),
  search          tsvector generated always as (to_tsvector('simple', title || ' ' || left(body, 50000))) stored,
  check ((cost_amount is null) = (cost_currency is null)),
  constraint result_in_order check (starts_on <= ends_on)
);
comment on column result.source is 'its counts are those of the source, never added to what is counted here';
create index result_process on result (process_uri, id desc);
create index result_search on result using gin (search);
create unique index result_source on result (process_uri, (source ->> 'name'), (source ->> 'id')) where source is not null;

-- Where a result comes from, by address: proposals and meetings, here or elsewhere.
create table result_link (
  result_uri text not null references result (uri),
  target_uri text not null,
  kind       text not null check (kind in ('proposal', 'meeting')),
  position   integer not null default 0,
  primary key (result_uri, target_uri)
);
create index result_link_target on result_link (target_uri);

-- One dated step of a result, told to everyone as a reply to it.
create table milestone (
  uri         text primary key references subject (uri),
  id          uuid not null unique,
  result_uri  text not null references result (uri),
  reached_on  date not null,
  title       text not null,
  body        text not null default '',
  created_by  uuid references account (id)
);
create index milestone_result on milestone (result_uri, reached_on, id);
