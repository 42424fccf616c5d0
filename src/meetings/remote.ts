// Copies of other nodes' meetings, kept in the same tables. The caller has read them from their origin.
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { countContribution } from "../processes/count-actions.ts";
import { enterSubject, touchSubject } from "../subjects/actions.ts";
import { replaceTranslations } from "../translations/actions.ts";
import type { Translation } from "../translations/translation.ts";
import { replaceMeetingLinks } from "./actions.ts";
import { linkedMax, type Meeting } from "./meeting.ts";
import { findMeeting } from "./queries.ts";

/** What another node says of one of its meetings, read from its own origin. Texts are cleaned HTML. */
export type RemoteMeeting = Pick<
  Meeting,
  | "uri"
  | "url"
  | "processUri"
  | "title"
  | "body"
  | "language"
  | "startsAt"
  | "endsAt"
  | "isDayOnly"
  | "timeZone"
  | "kind"
  | "address"
  | "latitude"
  | "longitude"
  | "link"
  | "agenda"
  | "audience"
  | "categoryName"
  | "district"
  | "cancelReason"
  | "attendeeCount"
  | "organisations"
  | "minutes"
  | "source"
> & {
  readonly state: Exclude<Meeting["state"], "draft">;
  readonly organisationId: string | null;
  readonly organisationName: string;
  readonly linkedUris: readonly string[];
  readonly translations?: readonly Translation[];
  readonly publishedAt: Date;
  readonly updatedAt: Date;
};

/**
 * Keeps another node's meeting, new or changed. An older state than the one kept is ignored, so order of arrival does not
 * matter.
 */
export async function keepRemoteMeeting(tx: Tx, meeting: RemoteMeeting, now: Date): Promise<void> {
  const { url, organisationName, linkedUris, publishedAt, updatedAt, source, translations, ...columns } = meeting;
  const { uri, processUri, title, language, organisationId } = meeting;
  const id = newId(publishedAt < now ? publishedAt : now);
  const isNew = await enterSubject(tx, {
    uri,
    id,
    kind: "meeting",
    origin: new URL(uri).origin,
    url,
    authorId: organisationId,
    authorName: organisationName,
    processUri,
    title,
    language,
    publishedAt,
  });
  const kept = { ...columns, source: source === null ? null : tx.json(source as never) };
  if (isNew) {
    await tx`insert into meeting ${tx({ id, ...kept } as never)}`;
    await countContribution(tx, { kind: "meeting", processUri }, 1);
  } else {
    const before = await findMeeting(tx, uri);
    if (before === null || (before.updatedAt !== null && before.updatedAt > updatedAt)) return;
    const { uri: _uri, processUri: _process, ...changed } = kept;
    await tx`update meeting set ${tx(changed as never)} where uri = ${uri}`;
  }
  await replaceMeetingLinks(tx, uri, linkedUris.slice(0, linkedMax));
  await touchSubject(tx, uri, { title, language, url, authorName: organisationName }, updatedAt);
  await replaceTranslations(tx, [{ uri, language, translations: translations ?? [] }], updatedAt);
}

/** Empties our copy of a meeting. */
export async function eraseMeetingCopy(tx: Tx, uri: string): Promise<void> {
  const rows = await tx`
    update meeting set title = '', body = '', address = '', latitude = null, longitude = null, link = '', agenda = '',
      audience = '', district = '', cancel_reason = '', organisations = '', minutes = '', source = null
    where uri = ${uri} and exists (select from subject where subject.uri = ${uri} and subject.origin is not null) returning 1`;
  if (rows.length > 0) await tx`delete from meeting_link where meeting_uri = ${uri}`;
}
