-- Official texts in further languages: answers, news, meetings, results and their steps. A process has its own, language by
-- language in its columns; a resident's text stays in the language it was written in.

create table translation (
  subject_uri   text not null references subject (uri) on delete cascade,
  language      text not null check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$' and length(language) <= 35),
  texts         jsonb not null check (jsonb_typeof(texts) = 'object'),   -- Markdown of ours, cleaned HTML of others
  older         text[] not null default '{}',
  translated_at timestamptz not null,
  primary key (subject_uri, language)
);
comment on column translation.texts is 'By the name of the field in the original: title, body, cancelReason. What is missing is not there.';
comment on column translation.older is 'Fields whose original has changed since they were translated.';

-- No way of changing a text can forget to say so of its translations; where nothing is left to translate, they end.
create function age_translations() returns trigger language plpgsql as $$
begin
  update translation set
    texts = coalesce((select jsonb_object_agg(key, value) from jsonb_each(texts)
      where coalesce(to_jsonb(new) ->> lower(regexp_replace(key, '([A-Z])', '_\1', 'g')), '-') <> ''), '{}'),
    older = array(select key from jsonb_object_keys(texts) as key,
        lower(regexp_replace(key, '([A-Z])', '_\1', 'g')) as name
      where (to_jsonb(new) ->> name) <> '' and (key = any(older) or (to_jsonb(old) ->> name) is distinct from (to_jsonb(new) ->> name))
        or (key = any(older) and not to_jsonb(new) ? name)
      order by key)
  where subject_uri = new.uri;
  return null;
end $$;

create trigger news_aged after update of body on news for each row
  when (old.body <> new.body) execute function age_translations();
create trigger answer_aged after update of reasons, term on answer for each row
  when ((old.reasons, old.term) is distinct from (new.reasons, new.term)) execute function age_translations();
create trigger meeting_aged after update of title, body, agenda, minutes, audience, cancel_reason on meeting for each row
  when ((old.title, old.body, old.agenda, old.minutes, old.audience, old.cancel_reason)
    is distinct from (new.title, new.body, new.agenda, new.minutes, new.audience, new.cancel_reason)) execute function age_translations();
create trigger result_aged after update of title, body on result for each row
  when ((old.title, old.body) is distinct from (new.title, new.body)) execute function age_translations();
create trigger milestone_aged after update of title, body on milestone for each row
  when ((old.title, old.body) is distinct from (new.title, new.body)) execute function age_translations();

-- A translation goes with its original, and where the original is said to be in its language.
create function end_translations() returns trigger language plpgsql as $$
begin
  delete from translation
  where subject_uri = new.uri and (new.deleted_at is not null or translation.language = new.language);
  return null;
end $$;
create trigger subject_translations after update of deleted_at, language on subject for each row
  when (new.deleted_at is not null or old.language is distinct from new.language) execute function end_translations();

-- Found by a search in its own language, where its original is found.
create or replace function forget_other_languages(entry_uri text, kept text[]) returns void language sql as $$
  delete from search_entry where uri = entry_uri and not language = any(kept)
    and not exists (select from translation where subject_uri = entry_uri and translation.language = search_entry.language)
$$;

create function index_translation() returns trigger language plpgsql as $$
declare
  original text := (select subject.language from subject where uri = coalesce(new.subject_uri, old.subject_uri));
begin
  if tg_op <> 'INSERT' then
    delete from search_entry where uri = old.subject_uri and language = old.language and language is distinct from original;
  end if;
  if tg_op = 'DELETE' or new.language = original then return null; end if;
  if not exists (select from search_entry where uri = new.subject_uri) then return null; end if;
  perform index_text(new.subject_uri, new.language, new.texts ->> 'title',
    concat_ws(' ', new.texts ->> 'body', new.texts ->> 'reasons'));
  return null;
end $$;
create trigger translation_words after insert or update of texts or delete on translation
  for each row execute function index_translation();

-- The name of a field that has something in it, to be gathered into a list.
create function written(said text, name text) returns text[] language sql immutable parallel safe
return case when coalesce(said, '') = '' then array[]::text[] else array[name] end;
