-- Work promised in the transaction of a fact and done after it: waiting jobs, the ones that failed for good,
-- and the small durable values federation remembers between requests.

create table job (
  id bigint generated always as identity primary key,
  kind text collate "C" not null,
  payload jsonb not null,
  key text collate "C",
  unique_key text collate "C",
  created_at timestamptz not null default now(),
  run_at timestamptz not null default now(),
  attempts integer not null default 0,
  has_started boolean not null default false,
  is_behind boolean not null default false,
  lease_until timestamptz,
  holder uuid,
  last_error text,
  check ((lease_until is null) = (holder is null))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

comment on column job.key is 'Jobs of one key run one at a time, in the order of their ids.';
comment on column job.unique_key is 'At most one waiting job has it.';
comment on column job.has_started is 'It keeps its place in front of the later ones of its key, however long it waits.';
comment on column job.is_behind is
  'An earlier job of the key has to end first. Whoever removes a job of a key brings the next one forward, so a poll never meets these rows.';
comment on column job.lease_until is 'Not null: a worker has it until then. Past: that worker died.';
comment on column job.holder is 'The worker that has the lease; only its word on the job counts.';

create index job_ready on job (kind, run_at, id) where lease_until is null and not is_behind;
create index job_leased on job (lease_until) where lease_until is not null;
create index job_key_order on job (key, id) where key is not null and lease_until is null;
create unique index job_key_held on job (key) where key is not null and lease_until is not null;
create unique index job_unique_waiting on job (unique_key) where unique_key is not null and lease_until is null;

-- The four things a worker asks of the table. Functions, because what is looked for in each is the front of an index, and
-- only here can the planner be held to that: misled by old statistics of a table that fills and empties, it would fetch
-- and sort all that waits, at every poll. For the same reason conditions are ranges over a whole index, not equalities.
--
-- Order is kept so. Of each key only the foremost job can be taken. The ones behind it are marked, under a lock on the one
-- in front, and are no longer met by a poll. Whoever removes a job brings the next one of its key forward in a statement
-- after that, which sees every mark made before. So nothing stays marked with nothing in front of it.
-- Taking and finishing do not wait for the disk: when the database itself crashes, jobs done in the second before run again.
-- A job for a later time lets those after it pass; one that has started and waits to go on does not.

-- `clock` is a simulated time, under which a job without a time of its own is due whatever it says; null: the real one.
create function job_is_due(job job, clock timestamptz) returns boolean language sql stable
return job.run_at <= coalesce(clock, now()) or (clock is not null and job.run_at = job.created_at);

-- Takes up to `wanted` jobs that are due, those of dead workers first. Looks at a bounded number of rows.
create function take_jobs(kinds text[], worker uuid, lease interval, wanted integer, clock timestamptz)
returns setof job language plpgsql
set plan_cache_mode = force_generic_plan set enable_bitmapscan = off set enable_seqscan = off
set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  latest timestamptz := case when clock is null then now() else 'infinity' end;
  examined integer := greatest(50, 2 * wanted);
begin
  perform set_config('synchronous_commit', 'off', true);
  return query
    with lost as materialized (
      select job.id from job where lease_until < now() and job.kind = any(kinds)
      order by lease_until limit wanted for no key update skip locked
    ), seen as materialized (
      select ready.* from unnest(kinds) as asked(kind) cross join lateral (
        select job.id, job.key, job.run_at from job
        where (job.kind, job.run_at) >= (asked.kind, '-infinity'::timestamptz) and (job.kind, job.run_at) <= (asked.kind, latest)
          and lease_until is null and not is_behind and job_is_due(job, clock)
        order by job.kind, job.run_at, job.id limit examined) ready
      order by ready.run_at, ready.id limit examined
    ), judged as materialized (
      select seen.id, seen.run_at, coalesce(held.id, earlier.id) as front_id from seen
      left join lateral (
        select other.id from job other where other.key = seen.key and other.lease_until is not null limit 1) held on true
      left join lateral (
        select other.id from job other
        where (other.key, other.id) >= (seen.key, 0) and (other.key, other.id) < (seen.key, seen.id)
          and other.key is not null and other.lease_until is null and (other.is_behind or other.has_started or job_is_due(other, clock))
        order by other.key, other.id limit 1) earlier on true
    ), free as materialized (
      select job.id from judged join job using (id)
      where front_id is null and lease_until is null and not is_behind
      order by judged.run_at, judged.id limit wanted for no key update of job skip locked
    ), front as materialized (
      select job.id from job where job.id = any(array(select front_id from judged)) for key share skip locked
    ), follower as materialized (
      select job.id from judged join front on front.id = front_id join job on job.id = judged.id
      where lease_until is null and not is_behind for no key update of job skip locked
    ), marked as (
      update job set is_behind = true where job.id = any(array(select follower.id from follower))
    )
    update job set lease_until = now() + lease, holder = worker, attempts = job.attempts + 1, has_started = true
    where job.id = any(array(select lost.id from lost union all select free.id from free limit wanted))
    returning job.*;
end $$;

-- Brings the next job of each key forward and, when a worker is given, takes it if it is due and of its kinds. To be called
-- in the transaction that removed a job of the key, as a statement after that. A job that is behind was due when it was
-- marked, which can be later than what this transaction takes for now.
create function bring_forward(keys text[], worker uuid, kinds text[], lease interval, clock timestamptz)
returns setof job language plpgsql
set plan_cache_mode = force_generic_plan set enable_bitmapscan = off set enable_seqscan = off
set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  return query
    with next as materialized (
      select foremost.* from unnest(keys) as freed(key) cross join lateral (
        select job.id,
          worker is not null and job.kind = any(kinds) and (is_behind or job_is_due(job, clock)) as is_taken from job
        where (job.key, job.id) >= (freed.key, 0) and (job.key, job.id) <= (freed.key, 9223372036854775807)
          and job.key is not null and lease_until is null and (is_behind or has_started or job_is_due(job, clock))
        order by job.key, job.id limit 1) foremost
    ), moved as (
      update job set is_behind = false, attempts = job.attempts + is_taken::integer, has_started = has_started or is_taken,
        lease_until = case when is_taken then now() + lease end, holder = case when is_taken then worker end
      from next where job.id = next.id and job.lease_until is null
      returning job.*
    )
    select * from moved where moved.lease_until is not null;
end $$;

-- Removes jobs the worker has done. With `takes_next` it gets the next one of each of their keys in return, so that a long
-- line does not wait for a poll between any two. Rows are locked in the order of ids, as renewing leases does.
create function finish_jobs(ids bigint[], worker uuid, takes_next boolean, kinds text[], lease interval, clock timestamptz)
returns setof job language plpgsql
set plan_cache_mode = force_generic_plan set enable_bitmapscan = off set enable_seqscan = off as $$
declare
  keys text[];
begin
  perform set_config('synchronous_commit', 'off', true);
  with mine as materialized (
    select job.id from job where job.id = any(ids) and holder = worker order by job.id for update
  ), gone as (
    delete from job where job.id = any(array(select mine.id from mine)) returning job.key
  )
  select array_agg(distinct gone.key) filter (where gone.key is not null) into keys from gone;
  if keys is not null then
    return query select * from bring_forward(keys, case when takes_next then worker end, kinds, lease, clock);
  end if;
end $$;

-- When the next job is due or the next lease runs out; null when there is neither.
create function next_job_at(kinds text[]) returns timestamptz language plpgsql stable
set plan_cache_mode = force_generic_plan set enable_bitmapscan = off set enable_seqscan = off as $$
begin
  return least(
    (select min(ready.run_at) from unnest(kinds) as asked(kind) cross join lateral (
      select job.run_at from job
      where (job.kind, job.run_at) >= (asked.kind, '-infinity'::timestamptz)
        and (job.kind, job.run_at) <= (asked.kind, 'infinity'::timestamptz) and lease_until is null and not is_behind
      order by job.kind, job.run_at, job.id limit 1) ready),
    (select min(lease_until) from job where lease_until is not null));
end $$;

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
  key text[] collate "C" primary key,
  value jsonb not null,
  expires_at timestamptz not null
);
comment on column key_value.value is 'The JSON null is a value: something is known to be absent.';
create index key_value_expiry on key_value (expires_at);
