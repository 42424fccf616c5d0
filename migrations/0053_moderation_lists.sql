-- Lists of a city's own: words that make a text wait or be refused, and what was imported at once, so that it can be undone.
-- What this node does with other servers stays in peer.

create table moderation_import (
  id        uuid primary key,
  kind      text not null check (kind in ('words', 'hosts')),
  by_id     uuid references account (id),
  at        timestamptz not null,
  -- One entry per change, with what was there before; null where nothing was.
  changes   jsonb not null,
  undone_at timestamptz
);
create index moderation_import_kind on moderation_import (kind, id desc);

create table moderation_word (
  id       uuid primary key,
  phrase   text not null,                        -- as it was written
  folded   text not null,                        -- as it is looked for: lower case, without accents
  language text not null default '',             -- '': in every language
  is_whole boolean not null,                     -- whole words only
  action   text not null check (action in ('hold', 'refuse')),
  added_at timestamptz not null,
  unique (folded, language, is_whole)
);
