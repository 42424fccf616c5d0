-- Comments: voices under anything that has a URI, ours and other servers' alike. Where a voice stands is in the register,
-- because hiding and deleting happen there and the counts must stay right whoever does it.

alter table subject
  add column thread_uri text references subject (uri),  -- the thing whose thread it stands in
  add column parent_uri text references subject (uri),  -- the comment it replies to; null: it speaks to the thing itself
  add column stance     text check (stance in ('for', 'against', 'neutral')),
  add check (kind = 'comment' or num_nonnulls(thread_uri, parent_uri, stance) = 0),
  add check (parent_uri is null or (thread_uri is not null and stance is null));
comment on column subject.comment_count is 'public voices in its thread; of a comment: public replies to it. Maintained';
create index subject_thread on subject (thread_uri, id) where thread_uri is not null;
create index subject_thread_root on subject (thread_uri, id) where thread_uri is not null and parent_uri is null;
create index subject_replies on subject (parent_uri, id) where parent_uri is not null;

-- Public voices at the root of a thread by the side they take, residents of this node's pages and others apart. Maintained.
create table stance_count (
  thread_uri text not null references subject (uri),
  stance     text not null check (stance in ('for', 'against', 'neutral')),
  is_local   boolean not null,
  voices     integer not null,
  primary key (thread_uri, stance, is_local)
);

create table comment (
  uri        text primary key references subject (uri),
  id         uuid not null unique,
  branch_uri text references subject (uri),     -- the comment at the root of its branch; null for that one itself
  account_id uuid references account (id),      -- the person who wrote it; never leaves this node
  once       uuid,                              -- made with the form: the same form sent twice is one comment
  body       text not null,                     -- Markdown here, cleaned HTML from elsewhere
  depth      integer not null check (depth >= 0),
  version    integer not null default 1,
  edited_at  timestamptz,
  unique (account_id, once),
  check ((branch_uri is null) = (depth = 0))
);
create index comment_branch on comment (branch_uri, id) where branch_uri is not null;
create index comment_account on comment (account_id, id desc) where account_id is not null;

-- The texts a comment of this node has had, the current one among them; gone with the comment.
create table comment_version (
  comment_uri text not null references comment (uri),
  version     integer not null,
  body        text not null,
  edited_at   timestamptz not null,
  primary key (comment_uri, version)
);
