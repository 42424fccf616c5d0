-- One person, one weight, also by the word of an identity provider that says no document number: who signs in there is the
-- same person whichever account they bring it to.
alter table residence add column subject_hash bytea;
comment on column residence.subject_hash is 'keyed, of the person at the identity provider; forgotten with the number';
create unique index residence_subject on residence (subject_hash) where ended_at is null;
create index residence_subject_former on residence (subject_hash) where ended_at is not null and subject_hash is not null;
