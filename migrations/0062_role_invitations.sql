-- Who was asked to join the team of a process. The same is kept whether or not the address has an account here, so that whoever
-- invites learns nothing. Whatever is accepted, taken back or over loses the address; what is declined keeps it until its time is
-- over, so that a refusal too says nothing. All are deleted then.
create table role_invitation (
  id          uuid primary key,
  process_uri text not null references process (uri) on delete cascade,
  role        text not null,
  invited_by  uuid not null references account (id),
  email       text,                              -- null: it is over
  created_at  timestamptz not null,
  expires_at  timestamptz not null,
  declined_at timestamptz
);
create unique index role_invitation_once on role_invitation (process_uri, role, email) where email is not null;
create index role_invitation_email on role_invitation (email) where email is not null;
create index role_invitation_inviter on role_invitation (invited_by, created_at);
create index role_invitation_expiry on role_invitation (expires_at);
