-- What people follow besides things and organisations: persons who speak in public, one category of a process, and all that
-- this node opens. Each has a URI; this says what stands behind one, for lists, mails and whoever asks to follow it.

create function followable(asked text)
returns table (uri text, id uuid, kind text, origin text, url text, title text, language text, names jsonb)
language sql stable parallel safe as $$
  select subject.uri, subject.id, subject.kind, subject.origin, subject.url, subject.title, subject.language, null::jsonb
  from subject
  where subject.uri = asked and published_at is not null and hidden_at is null and deleted_at is null
  union all
  select actor.uri, actor.id,
    case when actor.type = 'Organization' then 'organisation' when actor.type = 'Person' then 'person' else 'node' end,
    actor.origin, coalesce(actor.url, actor.uri), actor.name, null, null
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
  select asked, md5(asked)::uuid, 'category', null, asked, subject.title, subject.language, category.name
  from subject join category on category.id::text = split_part(asked, '/categories/', 2)
  where asked like '%/categories/%' and subject.uri = split_part(asked, '/categories/', 1)
    and subject.kind = 'process' and subject.origin is null
    and published_at is not null and hidden_at is null and deleted_at is null
$$;
comment on function followable is 'What anyone may follow by this URI: a thing, an organisation, a person, a category of a process (its own name in names, the title is the process''s), the node. No row for what is not public.';
