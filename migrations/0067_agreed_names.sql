-- A co-author is named as they agreed to be, and stays named where a restored node does not know their account.
alter table proposal_coauthor drop constraint proposal_coauthor_pkey;
alter table proposal_coauthor add column id uuid primary key default gen_random_uuid();
alter table proposal_coauthor alter column id drop default;
alter table proposal_coauthor alter column account_id drop not null;
alter table proposal_coauthor add column name text not null default '';
alter table proposal_coauthor alter column name drop default;
alter table proposal_coauthor add column record_key text;
create unique index proposal_coauthor_once on proposal_coauthor (proposal_uri, account_id);

comment on column proposal_coauthor.account_id is 'null: a record of ours names them, and there is no such account since a restore';
comment on column proposal_coauthor.record_key is 'of those without an account: the key that the record has beside the name';

update proposal_coauthor set name = coalesce(actor.name, account.name)
from account left join actor on actor.id = account.actor_id
where account.id = proposal_coauthor.account_id;
