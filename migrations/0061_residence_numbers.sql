-- A letter shows that post reaches somebody, not that the document number they typed is theirs. So such a number is held
-- provisionally: whoever proves it takes it, and the residence that rested on the letter is suspended until the desk has looked.

alter table residence
  add column is_number_proven boolean not null default true,
  add column end_reason text check (end_reason in ('number-proven-elsewhere'));
comment on column residence.is_number_proven is 'false where the number was only typed beside a code by post';
update residence set is_number_proven = false where method = 'post' and number_hash is not null;

alter table residence_conflict
  -- number: account_id came with a number that the other has. suspended: account_id has proven it, the other had not.
  add column kind text not null default 'number' check (kind in ('number', 'suspended'));

-- Wrong answers about the register are counted by network too, so that a few accounts cannot use up somebody's tries.
alter table residence_attempt add column network_digest bytea;
create index residence_attempt_network on residence_attempt (network_digest, at) where network_digest is not null;
