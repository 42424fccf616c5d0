-- A category that went into another says which, so that what still carries it finds the way, and its address leads there.

alter table category add column merged_into uuid references category (id);
alter table category add check (merged_into is null or retired_at is not null and merged_into <> id);
comment on column category.merged_into is 'The category it went into, never one that went into another itself.';

update category set merged_into = there.id
from (
  select distinct on (detail ->> 'id') detail ->> 'id' as id, act, detail ->> 'into' as into_id
  from audit where act in ('category-merged', 'category-brought-back') order by detail ->> 'id', audit.id desc) last_act
join category there on there.id::text = last_act.into_id
where category.id::text = last_act.id and last_act.act = 'category-merged' and category.retired_at is not null
  and there.id <> category.id;
with recursive way as (
  select id, merged_into as into_id from category where merged_into is not null
  union
  select way.id, category.merged_into from way join category on category.id = way.into_id where category.merged_into is not null)
update category set merged_into = way.into_id
from way join category there on there.id = way.into_id and there.merged_into is null
where category.id = way.id;

-- They follow one another in one line from now on; what an earlier merger left behind follows too.
update job set key = 'categories', is_behind = false where kind = 'category-changed' and lease_until is null;
insert into job (kind, payload, key)
select 'category-changed', jsonb_build_object('id', id, 'intoId', merged_into, 'after', ''), 'categories'
from category where merged_into is not null;

-- As 0072 has it, but for categories.
drop function followable(text);
create function followable(asked text)
returns table (
  uri text, id uuid, kind text, origin text, url text, title text, language text, names jsonb, is_ended boolean)
language sql stable parallel safe as $$
  select subject.uri, subject.id, subject.kind, subject.origin, subject.url, subject.title, subject.language, null::jsonb, false
  from subject
  where subject.uri = asked and published_at is not null and hidden_at is null and deleted_at is null
  union all
  select actor.uri, actor.id,
    case when actor.type = 'Organization' then 'organisation' when actor.type = 'Person' then 'person' else 'node' end,
    actor.origin, coalesce(actor.url, actor.uri), actor.name, null, null, false
  from actor
  where actor.uri = asked and gone_at is null
    and (actor.type = 'Organization'
      or actor.kind = 'node' and actor.origin is null
      or actor.kind = 'resident' and actor.origin is null
      -- Of persons elsewhere much is known here that is nobody's business, such as whom they follow: only who has
      -- proposed something that anyone may read is found.
      or actor.type = 'Person' and actor.origin is not null
        and peer_policy(split_part(actor.origin, '/', 3)) is distinct from 'blocked'
        and exists (select from subject where author_id = actor.id and subject.kind = 'proposal'
          and published_at is not null and hidden_at is null and deleted_at is null))
  union all
  select place.uri, md5(place.uri)::uuid, 'category', null, place.uri, subject.title, subject.language, there.name,
    there.retired_at is not null or not place.is_offered
  from subject
  join category named on named.id::text = split_part(asked, '/categories/', 2)
  join category there on there.id = coalesce(named.merged_into, named.id)
  cross join lateral (
    select subject.uri || '/categories/' || there.id as uri,
      -- A process that names none has all of the city's. What went into another is named until that is carried.
      not exists (select from process_category where process_uri = subject.uri)
        or exists (select from process_category where process_uri = subject.uri and category_id in (there.id, named.id))
        as is_offered) place
  where asked like '%/categories/%' and subject.uri = split_part(asked, '/categories/', 1)
    and subject.kind = 'process' and subject.origin is null
    and published_at is not null and hidden_at is null and deleted_at is null
    -- Whoever follows what is offered no more still finds it, to end it.
    and (place.is_offered
      or exists (select from following where subject_uri in (asked, place.uri) and ended_at is null)
      or exists (select from mail_following where subject_uri in (asked, place.uri) and confirmed_at is not null))
$$;
comment on function followable is 'What anyone may follow by this URI: a thing, an organisation, a person, a category of a process (its own name in names, the title is the process''s), the node. A category that went into another is that one. No row for what is not public; is_ended: nobody begins to follow it any more.';
