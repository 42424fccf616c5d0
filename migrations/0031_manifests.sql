-- Manifests: signed roots over pages of digests, so that a copy learns what changed by asking for little. Ours, and those
-- of the processes and cities that are copied here, which are served on as they came.

create table manifest (
  digest        text primary key,                -- of the root as it stands
  scope_uri     text not null,                   -- a process, or an institution
  scope_name    text not null,                   -- the digest of that URI: its place in an address
  publisher_uri text not null,
  origin        text,                            -- null: this node's own
  epoch         integer not null check (epoch > 0),
  sequence      integer not null check (sequence > 0),
  document      text not null,                   -- canonical JSON (RFC 8785) with its proof
  is_current    boolean not null default true,   -- the one that is served
  issued_at     timestamptz not null,
  kept_at       timestamptz not null
);
create unique index manifest_current on manifest (scope_uri) where is_current;
create unique index manifest_current_name on manifest (scope_name) where is_current;
create index manifest_scope on manifest (scope_uri, epoch, sequence);

-- Pages by their digest: who has read a root finds its pages, though some have changed since.
create table manifest_page (
  digest        text primary key,
  scope_uri     text not null,
  prefix        text not null,
  records_count integer not null,
  document      text not null,                   -- canonical JSON
  is_current    boolean not null default true,
  replaced_at   timestamptz                      -- kept for a while from then on
);
create unique index manifest_page_current on manifest_page (scope_uri, prefix) where is_current;
create index manifest_page_replaced on manifest_page (replaced_at) where not is_current;

-- The keys of an institution travel with each of its processes.
create index record_keys on record (publisher_uri, place) where kind = 'keys';
