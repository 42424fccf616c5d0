-- Which terms of use a person agreed to, and when. A version is what people could read, in every language it had.
create table terms_version (
  digest     text primary key,
  texts      jsonb not null,
  since      timestamptz not null,
  is_current boolean not null default false
);
comment on column terms_version.digest is 'SHA-256 of the texts, hexadecimal.';
create unique index terms_version_current on terms_version (is_current) where is_current;

create table terms_agreement (
  account_id uuid not null references account (id),
  digest     text not null references terms_version (digest),
  agreed_at  timestamptz not null,
  primary key (account_id, agreed_at)
);
create index terms_agreement_digest on terms_agreement (digest);
