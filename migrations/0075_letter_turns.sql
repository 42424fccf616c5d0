-- Letters with codes are limited for each account; also for each postal address and each document number, so that many accounts
-- do not fill one letter box, nor try one number again and again. No account stands here: closing one takes nothing out of a limit.

create table residence_letter_turn (
  letter_id      uuid primary key,               -- no foreign key: a letter goes with its account, that it was asked for stays
  address_digest bytea not null,                 -- keyed, as all digests here; of what one writes after the name
  number_digest  bytea,
  asked_at       timestamptz not null            -- gone after 90 days, or with a letter that was never sent
);
create index residence_letter_turn_address on residence_letter_turn (address_digest, asked_at);
create index residence_letter_turn_number on residence_letter_turn (number_digest, asked_at) where number_digest is not null;
