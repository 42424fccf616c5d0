-- Erasure: where each thing of ours went, who was asked to erase it and who confirmed, and on the other side what was
-- erased here, of which only a keyed digest of its address is kept.

-- Other servers by number, so that the ledger below is small.
create table known_server (
  id        integer generated always as identity primary key,
  host      text not null unique,
  inbox_uri text not null,                       -- for what concerns the whole server
  is_koinon boolean,                             -- null: nobody has asked it yet
  asked_at  timestamptz
);

-- The servers a thing of ours was sent to. One row per thing: with a thousand servers it has four kilobytes.
create table delivery_ledger (
  subject_uri text primary key,
  server_ids  integer[] not null
);

-- What is erased here on request. The thing is named by its address only.
create table erasure (
  id           uuid primary key,
  subject_uri  text not null,
  kind         text not null check (kind in ('comment', 'proposal', 'personal-data', 'account')),
  account_id   uuid references account (id),     -- whose page shows it; it never leaves this node
  at           timestamptz not null,
  activity_uri text unique,                      -- null until it has been told
  activity     jsonb,                            -- what is sent, and sent again
  told_at      timestamptz
);
create index erasure_subject on erasure (subject_uri, id desc);
create index erasure_account on erasure (account_id, id desc) where account_id is not null;

-- Who was asked. A receipt is the signed answer of a Koinon node that has erased, as it came.
create table erasure_request (
  erasure_id    uuid not null references erasure (id) on delete cascade,
  server_id     integer not null references known_server (id),
  times_asked   integer not null default 1,
  last_asked_at timestamptz not null,
  confirmed_at  timestamptz,
  receipt       jsonb,
  primary key (erasure_id, server_id),
  check ((confirmed_at is null) = (receipt is null))
);
create index erasure_request_server on erasure_request (server_id);

-- Things of others that were erased here. Nothing can bring them back, however late it comes.
create table erased_thing (
  digest bytea primary key,
  at     timestamptz not null
);
insert into node_setting (key, value)
  values ('erasure-key', to_jsonb(encode(sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea), 'hex')))
  on conflict (key) do nothing;
comment on table erased_thing is 'digest: made of the address with the key of this node, by erased_digest()';

create function erased_digest(uri text) returns bytea language sql stable as $$
  select sha256(key || sha256(key || convert_to(uri, 'UTF8')))
  from (select decode(value #>> '{}', 'hex') as key from node_setting where node_setting.key = 'erasure-key') as setting
$$;

-- Things of others that are said to be gone in a way that does not count by itself: hidden here, for an operator to decide.
create table erasure_doubt (
  id         uuid primary key,
  uri        text not null unique,               -- a thing, or an actor
  origin     text not null,
  reason     text not null check (reason in ('gone', 'other-key')),
  first_at   timestamptz not null,
  last_at    timestamptz not null,
  times      integer not null default 1,         -- how often its server was found without it
  standing   text not null default 'open' check (standing in ('open', 'confirmed', 'kept')),
  decided_by uuid references account (id),
  decided_at timestamptz
);
comment on column erasure_doubt.standing is 'confirmed: gone for more than a day; kept: an operator has decided so';
create index erasure_doubt_open on erasure_doubt (id desc) where standing <> 'kept';

-- The keys another server's actor is known by. What is signed by one of them can be erased on its word, also when the actor
-- is gone; a key that follows on none of them may be a new owner's of an old domain.
alter table actor add column known_keys jsonb not null default '[]';

-- Servers that get an activity besides followers and who is named in it.
alter table outgoing_activity add column server_ids integer[] not null default '{}';

-- Whatever door a thing of another server comes through: what was erased here is not entered again.
create function refuse_erased() returns trigger language plpgsql as $$
begin
  if exists (select from erased_thing where digest = erased_digest(new.uri)) then
    return null;
  end if;
  return new;
end $$;
create trigger subject_stays_erased before insert on subject
  for each row when (new.origin is not null) execute function refuse_erased();
