-- An e-mail address that is typed at the desk becomes a way in to the account only once a code that was mailed to it has
-- been read out there. Until then the account has none.

create table email_code (
  id           uuid primary key,                 -- the code is made from it and the node's secret, and stored nowhere
  account_id   uuid not null references account (id),
  email        text not null,                    -- empty from the moment it is over
  email_digest bytea not null,                   -- keyed, for the limits; gone within a day
  asked_by     uuid not null references account (id),
  asked_at     timestamptz not null,
  expires_at   timestamptz not null,
  attempts     integer not null default 0,
  ended_at     timestamptz,                      -- confirmed, given up, run out, or tried too often
  check ((ended_at is null) = (email <> ''))
);
create unique index email_code_account on email_code (account_id) where ended_at is null;
create index email_code_asked_of on email_code (account_id, asked_at);
create index email_code_asked_at on email_code (email_digest, asked_at);
create index email_code_asked_by on email_code (asked_by, asked_at);
