// Which official texts of a process still lack one of its languages, or stand there as they were before their original changed.
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { TranslatableKind } from "../translations/translation.ts";

export interface LackingText {
  readonly id: string;
  readonly kind: TranslatableKind;
  /** Its own, or of what it answers. */
  readonly title: string;
  readonly titleLanguage: string | null;
  readonly language: string | null;
  readonly isDraft: boolean;
  /** Languages in which some of it, or all, is missing. */
  readonly missing: readonly string[];
  /** Languages whose text is older than the original. */
  readonly older: readonly string[];
}

/** The newest first. News that the node writes by itself, of a phase or a week, are left out; drafts of meetings are not. */
export async function listLackingTexts(
  sql: Sql,
  { processUri, languages }: { readonly processUri: string; readonly languages: readonly string[] },
  request: PageRequest,
): Promise<Page<LackingText>> {
  const [key] = request.after ?? request.before ?? [null];
  refuseUnless(key === null || (typeof key === "string" && isId(key)), "not-found");
  const rows = await sql<LackingText[]>`
    with original as (
      select subject.uri, subject.id, subject.kind, subject.language, subject.published_at is null as is_draft,
        coalesce(asked.title, subject.title) as title, coalesce(asked.language, subject.language) as title_language,
        case subject.kind
          when 'answer' then written(answer.reasons, 'reasons') || written(answer.term, 'term')
          when 'meeting' then written(meeting.title, 'title') || written(meeting.body, 'body') || written(meeting.agenda, 'agenda')
            || written(meeting.audience, 'audience') || written(meeting.minutes, 'minutes') || written(meeting.cancel_reason, 'cancelReason')
          else written(subject.title, 'title') || written(coalesce(news.body, result.body, milestone.body), 'body') end as fields
      from subject
        left join news on news.uri = subject.uri left join meeting on meeting.uri = subject.uri
        left join result on result.uri = subject.uri left join milestone on milestone.uri = subject.uri
        left join answer on answer.uri = subject.uri left join subject asked on asked.uri = answer.proposal_uri
      where subject.process_uri = ${processUri} and subject.kind in ('news', 'answer', 'meeting', 'result', 'milestone')
        and subject.origin is null and subject.deleted_at is null and subject.hidden_at is null
        and (subject.kind <> 'news' or news.kind = 'news') and (subject.published_at is not null or subject.kind = 'meeting')
        and asked.hidden_at is null and asked.deleted_at is null
    ), lacking as (
      select id, kind, title, title_language, language, is_draft,
        array(select one from unnest(${languages as string[]}::text[]) as one
          where one is distinct from original.language and not exists (
            select from translation where subject_uri = original.uri and translation.language = one
              and translation.texts ?& original.fields)) as missing,
        array(select translation.language from translation
          where subject_uri = original.uri and older <> '{}' order by translation.language) as older
      from original
    )
    select * from lacking
    where (missing <> '{}' or older <> '{}')
      ${key === null ? sql`` : request.after ? sql`and id < ${key}` : sql`and id > ${key}`}
    order by ${request.before ? sql`id` : sql`id desc`} limit ${request.sizeRows + 1}`;
  return toPage(rows, request, ({ id }) => [id]);
}
