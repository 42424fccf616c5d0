-- Who writes a proposal together with its author, and who was asked to.
alter table proposal add column coauthors text[] not null default '{}';
comment on column proposal.coauthors is 'Their public names, in the order in which they joined: of ours made from proposal_coauthor, of a copy as its own node says.';

create table proposal_coauthor (
  proposal_uri text not null references proposal (uri) on delete cascade,
  account_id   uuid not null references account (id),
  joined_at    timestamptz not null,
  primary key (proposal_uri, account_id)
);
create index proposal_coauthor_account on proposal_coauthor (account_id);

-- Whatever was accepted, declined or taken back expires at once, and loses the address; all are deleted when their time is over.
create table proposal_invitation (
  id           uuid primary key,
  proposal_uri text not null references proposal (uri) on delete cascade,
  invited_by   uuid not null references account (id),
  token_digest bytea not null unique,
  email        text,                             -- null: a link that its author hands on, or it is over
  was_mailed   boolean not null,                 -- counted against mailing too many
  created_at   timestamptz not null,
  expires_at   timestamptz not null
);
create index proposal_invitation_proposal on proposal_invitation (proposal_uri);
create index proposal_invitation_inviter on proposal_invitation (invited_by, created_at);
create index proposal_invitation_expiry on proposal_invitation (expires_at);
