-- What a blocked server said leaves the pages, lists, searches and counts, and comes back as it was once the block ends.

alter table subject add column withheld_at timestamptz;
comment on column subject.withheld_at is 'hidden because its server is blocked, not by a moderator: hidden_at goes with it';
create index subject_origin on subject (origin, kind) where origin is not null;

alter table reaction add column is_counted boolean not null default true;
comment on column reaction.is_counted is 'false while the server of the one who reacted is blocked';

-- The public log of moderation reads these, newest first.
create index audit_moderation on audit (id)
  where act in ('subject-hidden', 'subject-reinstated', 'server-decided', 'first-comments-decided');
