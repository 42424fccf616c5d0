-- Search over everything public, in the language of each text, and past typing errors. Kept by triggers, so that no way of
-- writing a text can forget it; an erased text leaves with the statement that empties it.
create extension if not exists pg_trgm;

create table search_entry (
  uri      text not null references subject (uri) on delete cascade,
  id       uuid not null,                        -- the subject's, which is its place in time
  language text not null default '',             -- '': nobody said
  title    text not null,
  body     text not null,                        -- plain, the beginning of it: what a search shows of the text
  words    tsvector not null,
  primary key (uri, language)
);
comment on table search_entry is 'Drafts and hidden things are in it too: a search asks the register what is public.';
create index search_entry_words on search_entry using gin (words);
create index search_entry_newest on search_entry (id desc);  -- for words that stand everywhere
create index search_entry_title on search_entry using gin (folded(title) gin_trgm_ops) where title <> '';

-- How words of a language are brought to one form; of any other, they stay as they are.
create function search_config(language text) returns regconfig language sql immutable strict parallel safe return
  case left(language, 2) when 'en' then 'english'::regconfig when 'es' then 'spanish'::regconfig when 'ca' then 'catalan'::regconfig
    when 'fr' then 'french'::regconfig when 'ar' then 'arabic'::regconfig
    else 'simple'::regconfig end;

-- Markdown and cleaned HTML alike lose their marks; entities that matter are few.
create function search_plain(written text) returns text language sql immutable strict parallel safe return
  regexp_replace(regexp_replace(replace(replace(left(written, 50000), '&#39;', ''''), '&amp;', '&'),
    '<[^>]*>|&[a-z#0-9]+;|[*_#`>\[\]]+|\(https?:[^)]*\)', ' ', 'g'), '\s+', ' ', 'g');

create function index_text(entry_uri text, entry_language text, entry_title text, written text) returns void
language plpgsql as $$
declare
  plain text := search_plain(coalesce(written, ''));
  config regconfig := search_config(coalesce(entry_language, ''));
begin
  if coalesce(entry_title, '') = '' and btrim(plain) = '' then
    delete from search_entry where uri = entry_uri and language = coalesce(entry_language, '');
    return;
  end if;
  insert into search_entry (uri, id, language, title, body, words)
  values (entry_uri, (select id from subject where uri = entry_uri), coalesce(entry_language, ''), coalesce(entry_title, ''), left(plain, 2000),
    setweight(to_tsvector(config, folded(coalesce(entry_title, ''))), 'A') || setweight(to_tsvector(config, folded(plain)), 'C')
      || setweight(to_tsvector('simple', folded(coalesce(entry_title, ''))), 'A'))
  on conflict (uri, language) do update set title = excluded.title, body = excluded.body, words = excluded.words
  where (search_entry.title, search_entry.body, search_entry.words) is distinct from (excluded.title, excluded.body, excluded.words);
end $$;

-- A text that is said to be in another language now leaves the old one.
create function forget_other_languages(entry_uri text, kept text[]) returns void language sql as $$
  delete from search_entry where uri = entry_uri and not language = any(kept)
$$;

create function index_written() returns trigger language plpgsql as $$
declare
  text_language text;
  text_title text := '';
  written text;
begin
  if tg_table_name in ('proposal', 'meeting', 'result') then
    text_language := new.language;
    text_title := new.title;
    written := new.body;
  else
    -- What a node says by itself of a phase or a week repeats what stands elsewhere.
    if tg_table_name = 'news' and to_jsonb(new) ->> 'kind' <> 'news' then return null; end if;
    select subject.language, case when tg_table_name in ('news', 'milestone') then subject.title else '' end
    into text_language, text_title from subject where uri = new.uri;
    written := case tg_table_name when 'answer' then to_jsonb(new) ->> 'reasons' else to_jsonb(new) ->> 'body' end;
  end if;
  if tg_op = 'UPDATE' then perform forget_other_languages(new.uri, array[coalesce(text_language, '')]); end if;
  perform index_text(new.uri, text_language, text_title, written);
  return null;
end $$;

create function index_process() returns trigger language plpgsql as $$
declare
  languages text[] := array(select jsonb_object_keys(new.title));
  one text;
begin
  perform forget_other_languages(new.uri, languages);
  foreach one in array languages loop
    perform index_text(new.uri, one, new.title ->> one, concat_ws(' ', new.summary ->> one, new.description ->> one,
      new.decides ->> one, new.audience ->> one, new.goals ->> one));
  end loop;
  return null;
end $$;

create trigger proposal_words after insert or update of title, body, language on proposal for each row execute function index_written();
create trigger meeting_words after insert or update of title, body, language on meeting for each row execute function index_written();
create trigger result_words after insert or update of title, body, language on result for each row execute function index_written();
create trigger milestone_words after insert or update of title, body on milestone for each row execute function index_written();
create trigger news_words after insert or update of body on news for each row execute function index_written();
create trigger comment_words after insert or update of body on comment for each row execute function index_written();
create trigger answer_words after insert or update of reasons on answer for each row execute function index_written();
create trigger process_words after insert or update of title, summary, description, decides, audience, goals on process
  for each row execute function index_process();

select index_text(uri, language, title, body) from proposal;
select index_text(uri, language, title, body) from meeting;
select index_text(uri, language, title, body) from result;
select index_text(uri, subject.language, subject.title, body) from milestone join subject using (uri);
select index_text(uri, subject.language, subject.title, body) from news join subject using (uri) where news.kind = 'news';
select index_text(uri, subject.language, '', body) from comment join subject using (uri);
select index_text(uri, subject.language, '', reasons) from answer join subject using (uri);
select index_text(process.uri, one, process.title ->> one, concat_ws(' ', summary ->> one, description ->> one, decides ->> one,
  audience ->> one, goals ->> one)) from process, jsonb_object_keys(process.title) as one;

drop index subject_words;
