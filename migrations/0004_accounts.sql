-- People of this node. Nothing in these tables ever enters an activity, a record, a log or an export,
-- except the handle and name of a resident who asked for a public voice (actor_id).

create table account (
  id                    uuid primary key,
  email                 text not null,
  name                  text not null,
  name_folded           text not null,           -- lower case without accents, to be found by
  locale                text not null check (locale in ('en', 'es', 'ca', 'fr', 'ar')),
  actor_id              uuid unique references actor (id),  -- set when the person opted in to a fediverse handle
  residence_verified_at timestamptz,
  residence_verified_by uuid references account (id),
  know_how              text not null default '',
  is_know_how_public    boolean not null default false,
  created_at            timestamptz not null default now(),
  closed_at             timestamptz
);
-- Lower case, and empty once the account is closed.
create unique index account_email on account (email) where closed_at is null;
create index account_email_prefix on account (email text_pattern_ops) where closed_at is null;
create index account_name_words on account using gin (to_tsvector('simple', name_folded)) where closed_at is null;

create table role_grant (
  account_id  uuid not null references account (id),
  role        text not null check (role in ('administrator', 'official', 'moderator')),
  process_uri text not null default '',          -- '': the whole node
  granted_by  uuid references account (id),
  granted_at  timestamptz not null default now(),
  primary key (account_id, role, process_uri)
);
comment on table role_grant is 'resident and guest are not granted: a resident is an account whose residence is verified, a guest is anyone else';

-- Who may publish in the name of an organisation of this node.
create table membership (
  account_id uuid not null references account (id),
  actor_id   uuid not null references actor (id),
  granted_by uuid references account (id),
  granted_at timestamptz not null default now(),
  primary key (account_id, actor_id)
);

create table sign_in_link (
  id             uuid primary key,               -- the token is made from it and the node's secret, so a job may carry it
  token_digest   bytea not null unique,          -- SHA-256: the token itself is only in the mail
  email          text not null,
  locale         text not null,
  return_to      text not null default '/',
  network_digest bytea,                          -- keyed digest of who asked, for the limit; gone with the row after a day
  created_at     timestamptz not null,
  expires_at     timestamptz not null,
  used_at        timestamptz
);
create index sign_in_link_email on sign_in_link (email, created_at);
create index sign_in_link_network on sign_in_link (network_digest, created_at);
create index sign_in_link_age on sign_in_link (created_at);

create table session (
  token_digest bytea primary key,                -- SHA-256: the token itself is only in the cookie
  id           uuid not null unique,             -- names it on the person's own page
  account_id   uuid not null references account (id),
  device       text not null default '',         -- "Firefox, Android": coarse on purpose
  created_at   timestamptz not null,
  expires_at   timestamptz not null
);
create index session_account on session (account_id, id desc);
create index session_expiry on session (expires_at);
