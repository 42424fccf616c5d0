-- What servers of the fediverse know this node by, so that it registers once at each and not for every sign-in.
-- `sealed` is encrypted under a key made from the node's secret: a copy of this table opens nothing.
create table fediverse_client (
  origin        text primary key,                -- https://mastodon.example
  redirect_uri  text not null,                   -- as registered; a node that got another address registers anew
  scope         text not null,
  sealed        bytea not null,
  registered_at timestamptz not null,
  checked_at    timestamptz not null             -- when the server last said that it still knows it
);

-- The subject of such an identity is the actor's URI and the account's id there: a name that was given to somebody else is
-- found by the first, and told apart by the second.
create index identity_fediverse_actor on identity (issuer, split_part(subject, ' ', 1)) where kind = 'fediverse';
