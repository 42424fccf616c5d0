-- What people must not miss is mailed in any case: decisions about their words, their residence. Letters about moderation are
-- notices like all others from now on.
alter table notice drop constraint notice_mail_check;
alter table notice add constraint notice_mail_check check (mail in ('never', 'at-once', 'daily', 'weekly', 'always'));
comment on column notice.mail is 'As the person chose; always: nobody chooses it, and no choice ends it.';

-- Statements of reasons that still wait as letters are told as notices: the thing, the rule and the reason as they stand. Other
-- letters that wait are not: what they would say has a notice of its own already, or stands on the person's pages.
insert into notice (id, account_id, kind, subject_uri, data, mail, created_at)
select (lpad(to_hex((extract(epoch from job.created_at) * 1000)::bigint), 12, '0') || '7' || substr(md5(statement.id::text), 1, 3)
    || '8' || substr(md5(job.id::text || statement.id::text), 1, 15))::uuid, statement.account_id, 'statement', statement.subject_uri,
  jsonb_build_object('statement', statement.id, 'rule', statement.rule, 'reason', left(statement.reason, 500)), 'always', job.created_at
from job join moderation_statement statement on statement.id::text = job.payload ->> 'id'
join account on account.id = statement.account_id
where job.kind = 'mail-moderation' and job.payload ->> 'letter' = 'statement' and account.closed_at is null;
insert into job (kind, payload)
select distinct 'mail-always', jsonb_build_object('accountId', account_id) from notice where mail = 'always' and mailed_at is null;
delete from job where kind = 'mail-moderation';
