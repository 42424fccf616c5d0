-- Counts and threads have records of their own, written by a job some minutes later. Rows of changes are only added and
-- taken away, so those who speak and support never wait for each other here.

create table tally_change (
  place       bigint generated always as identity primary key,
  subject_uri text not null
);

create table thread_change (
  place       bigint generated always as identity primary key,
  thread_uri  text not null,
  comment_uri text not null
);
create index thread_change_thread on thread_change (thread_uri);

-- The comments of our threads in the order in which they were recorded, which never changes: what comes late comes last.
create table thread_entry (
  thread_uri   text not null references subject (uri),
  place        integer not null check (place >= 0),
  comment_uri  text not null unique references subject (uri),
  parent_uri   text,                             -- the comment it replies to
  published_at timestamptz not null,
  state        text not null check (state in ('shown', 'hidden', 'erased')),
  part_digest  text,                             -- null once it is erased
  primary key (thread_uri, place)
);
