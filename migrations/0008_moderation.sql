-- Reports: what people and other servers ask a moderator to look at. Never public, and they never leave this node with the
-- name of who reported. Hiding itself is in the register; what was decided is in the audit log.

create table report (
  id          uuid primary key,
  category    text not null check (category in ('spam', 'abuse', 'illegal', 'off-topic', 'other', 'held')),
  reason      text not null,
  account_id  uuid references account (id),      -- a person of this node, or
  actor_id    uuid references actor (id),        -- an actor of another server, or neither: the node itself
  state       text not null default 'open' check (state in ('open', 'closed')),
  outcome     text check (outcome in ('hidden', 'kept')),
  decided_by  uuid references account (id),
  decided_at  timestamptz,
  created_at  timestamptz not null,
  check ((state = 'open') = (decided_at is null)),
  check (num_nonnulls(account_id, actor_id) < 2)
);
comment on column report.category is 'held: kept from everyone until a moderator has looked, since its server is limited';
create index report_state on report (state, id);
create index report_account on report (account_id) where account_id is not null;

-- One report can be about several things, as another server's Flag is.
create table report_subject (
  report_id   uuid not null references report (id),
  subject_uri text not null references subject (uri),
  outcome     text check (outcome in ('hidden', 'kept')),
  primary key (report_id, subject_uri)
);
create index report_subject_uri on report_subject (subject_uri, report_id desc);

create index subject_hidden on subject (id) where hidden_at is not null;
