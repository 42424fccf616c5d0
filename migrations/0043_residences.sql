-- Who lives here, how that was found out, and until when it holds. Nothing in these tables ever enters an activity, a record,
-- a log or an export. Of a document number nothing is kept but a keyed hash (HMAC-SHA-256; the key is made from the node's
-- secret, which is not in the database): without the secret it can neither be read nor tried out.

create table residence_method (
  method       text primary key check (method in ('desk', 'census', 'claim', 'post')),
  is_on        boolean not null default false,
  valid_months integer check (valid_months between 1 and 600),   -- null: for good
  explanation  jsonb not null default '{}',      -- language → text; the city's own words
  settings     jsonb not null default '{}'       -- what the method needs to know, see src/residences/residence.ts
);
insert into residence_method (method, is_on) values ('desk', true), ('census', false), ('claim', false), ('post', false);

-- Copied from the open verification, so that who reads an account need not join.
alter table account add column residence_expires_at timestamptz;

create table residence (
  id           uuid primary key,
  account_id   uuid not null references account (id),
  method       text not null check (method in ('desk', 'census', 'claim', 'post')),
  number_hash  bytea,
  verified_at  timestamptz not null,
  verified_by  uuid references account (id),     -- who saw the proof at the desk
  expires_at   timestamptz,
  reminded_at  timestamptz,
  told_over_at timestamptz,
  ended_at     timestamptz                       -- withdrawn, moved to another account, or the account was closed
);
create unique index residence_account on residence (account_id) where ended_at is null;
-- One person, one weight.
create unique index residence_number on residence (number_hash) where ended_at is null;
create index residence_former on residence (number_hash) where ended_at is not null and number_hash is not null;
create index residence_expiry on residence (expires_at) where ended_at is null and expires_at is not null;

insert into residence (id, account_id, method, verified_at, verified_by)
select gen_random_uuid(), id, 'desk', residence_verified_at, residence_verified_by
from account where residence_verified_at is not null and closed_at is null;

-- Two accounts that asked with one number: the desk decides.
create table residence_conflict (
  id               uuid primary key,
  account_id       uuid not null references account (id),    -- who asked
  other_account_id uuid not null references account (id),    -- who has it
  method           text not null,
  number_hash      bytea,                        -- until it is decided
  at               timestamptz not null,
  resolved_at      timestamptz,
  resolution       text check (resolution in ('moved', 'kept')),
  resolved_by      uuid references account (id)
);
create unique index residence_conflict_open on residence_conflict (account_id, other_account_id) where resolved_at is null;

-- For the limits; kept for a day.
create table residence_attempt (
  id          uuid primary key,
  account_id  uuid not null references account (id),
  number_hash bytea,
  at          timestamptz not null
);
create index residence_attempt_account on residence_attempt (account_id, at);
create index residence_attempt_number on residence_attempt (number_hash, at);

create table residence_letter (
  id          uuid primary key,                  -- the code is made from it and the node's secret, so that it can be printed
  account_id  uuid not null references account (id),
  address     text not null,                     -- empty from the moment the letter is sent
  code_hash   bytea not null,
  number_hash bytea,
  asked_at    timestamptz not null,
  sent_at     timestamptz,
  expires_at  timestamptz,
  attempts    integer not null default 0,
  ended_at    timestamptz,                       -- used, taken back, or tried too often
  check (sent_at is null and ended_at is null or address = '')
);
create unique index residence_letter_account on residence_letter (account_id) where ended_at is null;
create index residence_letter_waiting on residence_letter (id) where sent_at is null and ended_at is null;

create table census_list (
  id             uuid primary key,
  state          text not null check (state in ('reading', 'waiting', 'current', 'refused')),
  asks           text[] not null,                -- besides the number: birth-date, post-code
  person_count   integer not null default 0,
  bytes_read     bigint not null default 0,
  size_bytes     bigint not null,
  refusal        text,
  refusal_params jsonb not null default '{}',
  added_count    integer,
  gone_count     integer,
  kept_count     integer,
  uploaded_by    uuid references account (id),
  uploaded_at    timestamptz not null,
  confirmed_at   timestamptz
);
create unique index census_list_current on census_list (state) where state = 'current';

-- Hashes with keys of their own: they cannot be matched with those of verifications.
create table census_entry (
  list_id     uuid not null references census_list (id) on delete cascade,
  number_hash bytea not null,
  facts_hash  bytea not null,                    -- of the number with birth date and post code, as the list asks
  primary key (list_id, number_hash)
);
