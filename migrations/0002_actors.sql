-- Who speaks: every actor, of this node or of another, under its URI; the handles of this host; keys; follows; peers.
-- One table for local and remote, so that a page never asks where an author lives before it can show a name.

create table actor (
  id               uuid primary key,
  uri              text not null unique,
  origin           text,                        -- null: this node; else the origin (https://host) that owns it
  kind             text not null check (kind in ('node', 'organisation', 'residents', 'process', 'resident', 'stranger')),
  type             text not null check (type in ('Application', 'Group', 'Organization', 'Person', 'Service')),
  handle           text not null,               -- preferredUsername
  host             text not null,               -- the host of its acct: address
  name             text not null,
  summary          text not null default '',    -- cleaned HTML for a remote actor
  url              text,                        -- where people read about it
  icon_url         text,
  inbox_uri        text not null,
  shared_inbox_uri text,
  process_uri      text,                        -- a remote process that has been recognised as one
  followers_count  integer not null default 0,  -- maintained, never counted on a request
  fetched_at       timestamptz,                 -- remote only: when its document was last read
  gone_at          timestamptz,
  created_at       timestamptz not null default now(),
  check ((origin is null) = (kind <> 'stranger'))
);
create index actor_host on actor (host, handle);
create unique index actor_one_node on actor (kind) where origin is null and kind = 'node';

-- Every handle this host has ever given out. Case-folded; never deleted, so never used again.
create table handle (
  handle     text primary key check (handle = lower(handle)),
  actor_id   uuid references actor (id),        -- null: reserved
  retired_at timestamptz
);

create table actor_key (
  id          uuid primary key,
  actor_id    uuid not null references actor (id),
  algorithm   text not null check (algorithm in ('rsa', 'ed25519')),
  private_jwk jsonb not null,
  public_jwk  jsonb not null,
  created_at  timestamptz not null default now(),
  retired_at  timestamptz
);
create unique index actor_key_current on actor_key (actor_id, algorithm) where retired_at is null;

create table follow (
  id          uuid primary key,
  uri         text not null,                    -- the Follow activity; some servers use one id twice
  follower_id uuid not null references actor (id),
  followed_id uuid not null references actor (id),
  state       text not null check (state in ('requested', 'accepted', 'rejected')),
  created_at  timestamptz not null default now(),
  decided_at  timestamptz,
  unique (follower_id, followed_id)
);
create index follow_followed on follow (followed_id, id) where state = 'accepted';
create index follow_follower on follow (follower_id, id);

-- Other servers this node has an opinion on. A host that is not listed is allowed.
create table peer (
  host       text primary key,
  policy     text not null check (policy in ('allowed', 'limited', 'blocked')),
  reason     text not null default '',
  decided_at timestamptz not null default now()
);
comment on column peer.policy is 'limited: kept, but shown only to those who follow; blocked: refused at the door and off the pages';

create table node_setting (
  key   text primary key,
  value jsonb not null
);
insert into node_setting (key, value) values ('epoch', '1');
comment on table node_setting is 'epoch: raised by a restore from backup, so that peers can tell a restored history from a forked one';
