-- The ways into an account besides a link by e-mail. Nothing in these tables ever enters an activity, a record, a log or an export.

-- A person who signs in another way may have given no address yet.
alter table account alter column email drop not null;

create table identity (
  id           uuid primary key,
  account_id   uuid not null references account (id),
  kind         text not null check (kind in ('passkey', 'fediverse', 'oidc')),
  issuer       text not null,                    -- who vouches for the subject: RP id, server's host, issuer of OpenID Connect
  subject      text not null,                    -- credential id; address or id of the account there; `sub`
  label        text not null default '',         -- for the person themself: "Firefox on Linux", "@ada@example.social"
  created_at   timestamptz not null,
  last_used_at timestamptz,
  unique (kind, issuer, subject)
);
create index identity_account on identity (account_id, id);

create table passkey (
  identity_id  uuid primary key references identity (id) on delete cascade,
  public_key   bytea not null,                   -- COSE_Key (RFC 9052)
  counter      bigint not null,                  -- signatures made with it so far; 0 for ever where an authenticator does not count
  transports   text[] not null default '{}',
  user_handle  text not null,                    -- random, the same for all passkeys of an account; says nothing of it
  is_backed_up boolean not null,
  blocked_at   timestamptz                       -- set when its counter went back: somebody may have a copy
);

-- A sign-in, or the adding of a way to sign in, that has begun somewhere else: at an authenticator or at another server.
create table sign_in_attempt (
  id             uuid primary key,
  kind           text not null,
  state_digest   bytea not null unique,          -- SHA-256: the state itself is only in the browser, and at the other server
  data           jsonb not null default '{}',    -- what the kind needs to go on: a challenge, a nonce, a code verifier
  account_id     uuid references account (id) on delete cascade,  -- who was signed in; null for a sign-in
  return_to      text not null default '/',
  locale         text not null,
  network_digest bytea,                          -- keyed digest of who asked, for the limit; gone with the row after a day
  created_at     timestamptz not null,
  expires_at     timestamptz not null,
  used_at        timestamptz
);
create index sign_in_attempt_network on sign_in_attempt (network_digest, created_at);
create index sign_in_attempt_account on sign_in_attempt (account_id, created_at);
create index sign_in_attempt_age on sign_in_attempt (created_at);

-- A new address of an account, until a link sent to it was opened; then, for as long as its notice is on its way, the old one.
create table email_change (
  id             uuid primary key,               -- the token is made from it and the node's secret, so a job may carry it
  token_digest   bytea not null unique,
  account_id     uuid not null references account (id) on delete cascade,
  email          text not null,
  old_email      text,
  network_digest bytea,
  created_at     timestamptz not null,
  expires_at     timestamptz not null,
  used_at        timestamptz
);
create index email_change_account on email_change (account_id, created_at);
create index email_change_network on email_change (network_digest, created_at);
create index email_change_age on email_change (created_at);
