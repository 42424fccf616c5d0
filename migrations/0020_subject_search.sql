-- One search over everything public, by the words of its title, however they are accented. The rooms search their own
-- texts in full.

-- Letters without their marks, so that "Nuria" finds "Núria" and a vowelled Arabic word is found by the bare one.
create function folded(text) returns text language sql immutable strict parallel safe
  return lower(regexp_replace(normalize($1, NFKD), '[\u0300-\u036f\u064b-\u065f\u0670]', '', 'g'));

create index subject_words on subject using gin (to_tsvector('simple', folded(title)))
  where title <> '' and published_at is not null and hidden_at is null and deleted_at is null;
