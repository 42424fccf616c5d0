-- One person, one weight: the desk and the letter ask for the document number unless a city has decided that they do not.
-- Whoever has ever set a method has settings in its row, and keeps them.

update residence_method set settings = '{"asksNumber": true}' where method in ('desk', 'post') and settings = '{}';

-- Verifications that nothing ties to one person: while there are any, pages speak of accounts and not of people.
create index residence_of_an_account on residence (id)
  where ended_at is null and subject_hash is null and (number_hash is null or not is_number_proven);
