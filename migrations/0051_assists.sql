-- A person at the desk takes part with the hands of an official: who, for whom, why, until when, and what was done.

create table assist (
  id           uuid primary key,
  officer_id   uuid not null references account (id),
  account_id   uuid not null references account (id),
  reason       text not null,
  started_at   timestamptz not null,
  ends_at      timestamptz not null,
  ended_at     timestamptz
);
create index assist_account on assist (account_id, id desc);

create table assist_act (
  id        uuid primary key,
  assist_id uuid not null references assist (id),
  path      text not null,                       -- what was posted to; never what was posted
  is_done   boolean not null default false,      -- false: it was refused, or broke
  at        timestamptz not null
);
create index assist_act_assist on assist_act (assist_id, id);

-- Such a session lives only as long as the official's own.
alter table session
  add column assist_id uuid references assist (id),
  add column officer_digest bytea references session (token_digest) on delete cascade,
  add check ((assist_id is null) = (officer_digest is null));
create index session_officer on session (officer_digest) where officer_digest is not null;
