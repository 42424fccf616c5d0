-- The discussion of one proposal as an actor of its own, which anyone can follow. A row is made by the first Follow.

alter table actor drop constraint actor_kind_check;
alter table actor add constraint actor_kind_check check
  (kind in ('node', 'organisation', 'residents', 'process', 'resident', 'discussion', 'stranger'));
alter table actor add column about_uri text references subject (uri);
comment on column actor.about_uri is 'of a discussion: the thing it is about';
alter table actor add check ((kind = 'discussion') = (about_uri is not null));
create unique index actor_about on actor (about_uri) where about_uri is not null;

-- Its handle ends in the random half of the proposal's id.
create index subject_discussion on subject (right(replace(id::text, '-', ''), 16)) where kind = 'proposal' and origin is null;
