-- Where an idea travelled: what was made from what, who offered and who accepted it, and what is known of things elsewhere.

-- What a thing says it was made from: of ours since its draft, of another node's as read at its own address.
create table derivation (
  subject_uri   text primary key,
  object_uri    text not null,
  object_digest text check (object_digest like 'sha256-%'), -- the record it was made from; null where none was known
  noted_at      timestamptz not null,
  check (subject_uri <> object_uri)
);
create index derivation_object on derivation (object_uri, subject_uri);

-- An Offer of a relationship `derivedFrom`: of ours to the origin, or of another node's to us.
create table adoption (
  id                uuid primary key,
  offer_uri         text not null unique,
  subject_uri       text not null unique,        -- what was made: it is made from one thing
  object_uri        text not null,               -- what it was made from
  is_ours           boolean not null,            -- offered by this node
  counterpart_uri   text not null,               -- the actor of the other side that is asked, or asks
  host              text not null,               -- of the other side
  process_actor_uri text,                        -- theirs, to follow for what comes of it
  state             text not null check (state in ('unread', 'offered', 'accepted', 'declined')),
  at                timestamptz not null,
  decided_at        timestamptz,
  decided_by        uuid references account (id)
);
comment on column adoption.state is 'unread: what it claims has not been read at its own address yet, and nobody is shown it';
create index adoption_object on adoption (object_uri, id desc) where state = 'accepted';
create index adoption_waiting on adoption (host) where state in ('unread', 'offered') and not is_ours;

-- Things of other nodes that stand in a tree with one known here: where each was looked for, and what it said of itself.
create table lineage_node (
  uri           text primary key,
  tree_uri      text not null,                   -- for whose sake it is read: counts against that one's budget
  depth         integer not null check (depth between 1 and 10),
  source_host   text not null,                   -- who named it
  expects_uri   text,                            -- what it has to be made from, or it is dropped; null where it was named by its child
  facts         jsonb,                           -- null until it has been read
  checked_at    timestamptz,
  unanswered_at timestamptz,                     -- since when its server does not answer
  gone_at       timestamptz                      -- its own server says it is no more
);
create index lineage_node_tree on lineage_node (tree_uri);
create index lineage_node_age on lineage_node (checked_at) where gone_at is null;
