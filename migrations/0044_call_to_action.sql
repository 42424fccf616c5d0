-- What a process calls people to do, in its own words: on the button that leads to taking part.

alter table process add column call_to_action jsonb not null default '{}';
comment on column process.call_to_action is 'language map; empty: the words of the interface';
