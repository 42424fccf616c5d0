-- Meetings: when and where people come together, and afterwards who came and what was said.

create table meeting (
  uri             text primary key references subject (uri),
  id              uuid not null unique,
  process_uri     text references process (uri),     -- null: of the city, in no process
  organisation_id uuid references actor (id),        -- who calls it; null where another node's is not known here
  title           text not null,
  body            text not null default '',          -- Markdown here, cleaned HTML from elsewhere; so agenda and minutes
  language        text not null,
  state           text not null check (state in ('draft', 'scheduled', 'cancelled', 'closed')),
  starts_at       timestamptz not null,
  ends_at         timestamptz,
  is_day_only     boolean not null default false,    -- only the day is known: `starts_at` is its midnight
  time_zone       text not null,                     -- IANA
  kind            text not null check (kind in ('in-person', 'online', 'hybrid')),
  address         text not null default '',
  latitude        double precision check (latitude between -90 and 90),
  longitude       double precision check (longitude between -180 and 180),
  link            text not null default '',          -- where to join online
  agenda          text not null default '',
  audience        text not null default '',          -- who is invited
  category_id     uuid references category (id),
  category_name   text not null default '',          -- remote: as its city calls it
  district        text not null default '',
  cancel_reason   text not null default '',
  attendee_count  integer check (attendee_count >= 0),
  organisations   text not null default '',          -- those that came, as a text; never persons
  minutes         text not null default '',
  source          jsonb,                             -- {name, url, id, counts}: where an import came from
  created_by      uuid references account (id),
  created_at      timestamptz not null default now(),
  search          tsvector generated always as (to_tsvector('simple', title || ' ' || address || ' ' || left(body, 50000))) stored,
  check ((latitude is null) = (longitude is null)),
  constraint meeting_in_order check (ends_at is null or starts_at <= ends_at)
);
comment on column meeting.attendee_count is 'how many came, by the count of who called it; null where nobody counted';
create index meeting_start on meeting (starts_at, id) where state <> 'draft';
create index meeting_process on meeting (process_uri, starts_at, id) where state <> 'draft';
create index meeting_draft on meeting (id) where state = 'draft';
create index meeting_search on meeting using gin (search);
create unique index meeting_source on meeting (process_uri, (source ->> 'name'), (source ->> 'id')) where source is not null;

-- What a meeting talks about, by address: proposals here or elsewhere.
create table meeting_link (
  meeting_uri text not null references meeting (uri),
  target_uri  text not null,
  position    integer not null default 0,
  primary key (meeting_uri, target_uri)
);
create index meeting_link_target on meeting_link (target_uri);
