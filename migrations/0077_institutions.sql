-- The actors of this node that speak for an institution, found without looking at everyone this node has ever heard of: whom
-- they follow, and the names that nobody else goes by here.
create index actor_institution on actor (kind) where kind in ('node', 'organisation', 'residents', 'process');
