-- One thread, one owner: the node that has the thing decides what stands in the thread about it. Kept here: what owners of
-- other nodes' threads say of each comment, replies that wait for what they answer, and how far a thread has been read.

alter table subject add column hidden_by text check (hidden_by in ('owner', 'origin'));
comment on column subject.hidden_by is
  'Of what is hidden: owner, the node whose thread it stands in; origin, its own server, which does not show it; null, this node';

create table owner_word (
  comment_uri text not null,                     -- also of a comment that has not come yet
  origin      text not null,                     -- the node that says so; it counts only in threads of that node
  state       text not null check (state in ('listed', 'unlisted', 'hidden')),
  reason      text not null default '',          -- of hiding: the words of its moderator, shown here too
  at          timestamptz not null,              -- an older word changes nothing
  primary key (comment_uri, origin)
);
create index owner_word_age on owner_word (at);

-- Only addresses: the words are read at their own server when the time comes.
create table waiting_reply (
  uri        text primary key,
  parent_uri text not null,
  host       text not null,                      -- of the reply: no server fills the queue alone
  depth      integer not null check (depth >= 0), -- steps up from the first reply that had to wait
  since      timestamptz not null
);
create index waiting_reply_parent on waiting_reply (parent_uri);
create index waiting_reply_host on waiting_reply (host);
create index waiting_reply_age on waiting_reply (since);

create table thread_copy (
  uri        text primary key references subject (uri),
  checked_at timestamptz not null,
  items_read integer not null default 0,         -- of the reading under way, against its budget
  pages_read integer not null default 0
);

-- Who follows for a copy, found without looking at everyone who follows.
alter table follow add column is_institution boolean not null default false;
update follow set is_institution = true from actor where actor.id = follow.follower_id and actor.type <> 'Person';
create index follow_institution on follow (followed_id) where is_institution and state = 'accepted';
