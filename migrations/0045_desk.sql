-- The desk: who works on which proposal, what colleagues note for each other, answers that are not published yet,
-- a role for those who only evaluate, and what each official act changed.

alter table role_grant drop constraint role_grant_role_check;
alter table role_grant add constraint role_grant_role_check
  check (role in ('administrator', 'official', 'evaluator', 'moderator'));
create index role_grant_process on role_grant (process_uri, role);

alter table audit
  add column before jsonb,
  add column after jsonb,
  add column process_uri text;
comment on column audit.before is 'what the act changed, as it was: never a text or a trait of a resident';
update audit set process_uri = coalesce(
  (select coalesce(subject.process_uri, case when subject.kind = 'process' then subject.uri end) from subject where uri = audit.subject_uri),
  nullif(detail ->> 'processUri', ''));
create index audit_account on audit (account_id, id);
create index audit_process on audit (process_uri, id) where process_uri is not null;
create index audit_act on audit (act, id);

-- Whose task a proposal is. Inside the node only.
create table answer_assignment (
  proposal_uri text primary key references proposal (uri),
  account_id   uuid not null references account (id),
  assigned_by  uuid references account (id),
  assigned_at  timestamptz not null
);
create index answer_assignment_account on answer_assignment (account_id);

-- What colleagues write for each other. Never public, never told to another server, in no record and no export.
create table answer_note (
  id           uuid primary key,
  proposal_uri text not null references proposal (uri),
  account_id   uuid not null references account (id),
  body         text not null,
  created_at   timestamptz not null
);
create index answer_note_proposal on answer_note (proposal_uri, id);

-- An answer before it is one. With a time: published then, in the name of who planned it.
create table answer_draft (
  proposal_uri  text primary key references proposal (uri),
  outcome       text check (outcome in ('evaluating', 'accepted', 'rejected')),
  reasons       text not null,
  cost_amount   numeric(16, 2) check (cost_amount >= 0),
  cost_currency text check (cost_currency ~ '^[A-Z]{3}$'),
  term          text not null default '',
  language      text not null,
  version       integer not null default 1,
  saved_by      uuid references account (id),
  saved_at      timestamptz not null,
  publish_at    timestamptz,
  planned_by    uuid references account (id),
  failure       text not null default '',         -- the refusal that kept a planned answer from being published
  check ((cost_amount is null) = (cost_currency is null)),
  check ((publish_at is null) = (planned_by is null))
);
create index answer_draft_planned on answer_draft (publish_at) where publish_at is not null;

-- What waits for an answer, the longest waiting first.
create index proposal_waiting on proposal (id) where state in ('published', 'evaluating');
