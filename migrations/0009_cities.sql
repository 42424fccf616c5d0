-- The organisations whose node this is: what a city says of itself. The first one is the node's own face.

create table organisation (
  actor_id          uuid primary key references actor (id),
  kind              text not null check (kind in ('city', 'district', 'association')),
  parent_id         uuid references organisation (actor_id),
  name              jsonb not null,              -- language map
  tagline           jsonb not null default '{}',
  description       jsonb not null default '{}',
  languages         text[] not null,             -- the first is the one its pages open in
  time_zone         text not null,
  accent            text not null default '#2f5f8f' check (accent ~ '^#[0-9a-f]{6}$'),
  logo              text,
  website           text not null default '',
  territory_name    text not null default '',
  territory_ids     jsonb not null default '{}', -- {"lau": "08019", "nuts": "ES511", …}
  territory_geojson jsonb,
  report_channel_url text not null default '',   -- where wrongdoing is reported in confidence
  is_main           boolean not null default false
);
create unique index organisation_main on organisation (is_main) where is_main;
