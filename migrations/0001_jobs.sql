-- Work promised in the transaction of a fact and done after it: waiting jobs, the ones that failed for good,
-- and the small durable values federation remembers between requests.

create table job (
  id bigint generated always as identity primary key,
  kind text not null,
  payload jsonb not null,
  key text,
  unique_key text,
  created_at timestamptz not null default now(),
  run_at timestamptz not null default now(),
  attempts integer not null default 0,
  is_behind boolean not null default false,
  lease_until timestamptz,
  holder uuid,
  last_error text,
  check ((lease_until is null) = (holder is null))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

comment on column job.key is 'Jobs of one key run one at a time, in the order of their ids.';
comment on column job.unique_key is 'At most one waiting job has it.';
comment on column job.is_behind is
  'An earlier job of the key has to end first. Whoever removes a job of a key brings the next one forward, so a poll never meets these rows.';
comment on column job.lease_until is 'Not null: a worker has it until then. Past: that worker died.';
comment on column job.holder is 'The worker that has the lease; only its word on the job counts.';

create index job_ready on job (kind, run_at, id) where lease_until is null and not is_behind;
create index job_leased on job (lease_until) where lease_until is not null;
create index job_key_order on job (key, id) where key is not null;
create unique index job_key_held on job (key) where key is not null and lease_until is not null;
create unique index job_unique_waiting on job (unique_key) where unique_key is not null and lease_until is null;

create table dead_letter (
  id bigint primary key,
  kind text not null,
  payload jsonb not null,
  key text,
  unique_key text,
  created_at timestamptz not null,
  died_at timestamptz not null default now(),
  attempts integer not null,
  last_error text not null
);
comment on table dead_letter is 'Jobs that were given up, kept until an operator tries them again or throws them away.';

create table key_value (
  key text[] primary key,
  value jsonb not null,
  expires_at timestamptz
);
comment on column key_value.value is 'The JSON null is a value: something is known to be absent.';
create index key_value_expiry on key_value (expires_at) where expires_at is not null;
