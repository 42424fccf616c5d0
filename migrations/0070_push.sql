-- Messages of the browser (RFC 8030): where one device of a person is reached, and what it has been told. An address is a key:
-- whoever holds it can reach the device. It leaves the node only towards the service that gave it.

create table push_device (
  id          uuid primary key,
  account_id  uuid not null references account (id),
  session_id  uuid not null unique references session (id) on delete cascade,   -- signed out, the device is told nothing
  endpoint    text not null unique,
  public_key  bytea not null,                    -- of the browser, P-256 (RFC 8291 section 3.1)
  auth_secret bytea not null,                    -- RFC 8291 section 3.2
  created_at  timestamptz not null
);
create index push_device_account on push_device (account_id);

alter table notice add column pushed_at timestamptz;
comment on column notice.pushed_at is 'When the devices of the person were told; null where there are none, and for what is not told so.';
