-- Records: what a node vouches for, signed, named by its digest, in chains that anyone can check. Ours and copies alike.

create table record (
  digest        text primary key,                -- sha256-…, of `document` as it stands
  subject_uri   text not null,                   -- what it is about; a copy may be of something not shown here
  kind          text not null,
  process_uri   text,                            -- the process it belongs to, itself included
  publisher_uri text not null,                   -- the institution that signed it
  origin        text,                            -- null: this node's own
  epoch         integer not null check (epoch > 0),
  version       integer not null check (version > 0),
  previous      text,
  standing      text not null check (standing in ('shown', 'hidden', 'erased')),
  document      text not null,                   -- canonical JSON (RFC 8785) with its proof: these bytes never change
  part_digest   text,                            -- of the detachable part, salted
  is_head       boolean not null default true,   -- the newest of its subject
  trust         text not null default 'own' check (trust in ('own', 'verified', 'vouched')),
  vouched_by    text,                            -- the node that says so, where the key could not be checked
  recorded_at   timestamptz not null,
  kept_at       timestamptz not null,
  place         bigint generated always as identity, -- the order of an archive
  unique (subject_uri, epoch, version),
  check ((trust = 'own') = (origin is null)),
  check ((trust = 'vouched') = (vouched_by is not null))
);
create unique index record_head on record (subject_uri) where is_head;
create index record_process on record (process_uri, place);
create index record_publisher on record (publisher_uri, place);
create index record_process_digest on record (process_uri, digest collate "C");
create index record_publisher_digest on record (publisher_uri, digest collate "C");
create index record_part_digest on record (part_digest) where part_digest is not null;

-- What a person wrote or is named by. It can be purged everywhere while the chain stays checkable.
create table record_part (
  digest      text primary key,
  subject_uri text not null,
  document    text,                              -- canonical JSON with its salt; null once it is purged
  purged_at   timestamptz,
  check ((document is null) = (purged_at is not null))
);
create index record_part_subject on record_part (subject_uri);

-- What was not taken, kept to be shown: a fork, a gap, a document that does not match its digest.
create table record_refusal (
  id          uuid primary key,
  subject_uri text not null,
  digest      text not null,
  reason      text not null,
  source      text not null,                     -- the origin it was read from
  document    text not null,
  at          timestamptz not null,
  unique (digest, source)
);
create index record_refusal_subject on record_refusal (subject_uri, id);

-- Which pages of a manifest have changed since it was last signed. Rows are only added and taken away, so writers never wait.
create table manifest_change (
  id        uuid primary key,
  scope_uri text not null,
  digest    text not null
);
create index manifest_change_scope on manifest_change (scope_uri);

-- How each key is named on the wire; a new one gets a new name, so that an old signature still finds its key.
alter table actor_key add column fragment text not null default 'main-key';
update actor_key set fragment = 'multikey-2' where algorithm = 'ed25519';
