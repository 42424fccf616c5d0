-- Only what this node imported itself is kept apart by its source. Copies of another node's imports are that node's business,
-- whatever they say of their source.

drop index meeting_source;
create unique index meeting_source on meeting (process_uri, (source ->> 'name'), (source ->> 'id'))
  where source is not null and created_by is not null;
drop index result_source;
create unique index result_source on result (process_uri, (source ->> 'name'), (source ->> 'id'))
  where source is not null and created_by is not null;
