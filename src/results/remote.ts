// Copies of other nodes' results and milestones, kept in the same tables. The caller has read them from their origin.
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { countContribution } from "../processes/count-actions.ts";
import { enterSubject, touchSubject } from "../subjects/actions.ts";
import { replaceTranslations } from "../translations/actions.ts";
import type { Translation } from "../translations/translation.ts";
import { replaceResultLinks } from "./actions.ts";
import { findResult } from "./queries.ts";
import { linkedMax, type Milestone, type Result } from "./result.ts";

/** What another node says of one of its results, read from its own origin. The text is cleaned HTML. */
export type RemoteResult = Pick<
  Result,
  | "uri"
  | "url"
  | "processUri"
  | "title"
  | "body"
  | "language"
  | "status"
  | "progress"
  | "costAmount"
  | "costCurrency"
  | "startsOn"
  | "endsOn"
  | "categoryName"
  | "district"
  | "source"
  | "publishedAt"
  | "updatedAt"
> & {
  readonly organisationId: string | null;
  readonly organisationName: string;
  readonly proposalUris: readonly string[];
  readonly meetingUris: readonly string[];
  readonly translations?: readonly Translation[];
};

/** Keeps another node's result, new or changed. An older state than the one kept is ignored. */
export async function keepRemoteResult(tx: Tx, result: RemoteResult, now: Date): Promise<void> {
  const { url, organisationName, proposalUris, meetingUris, publishedAt, updatedAt, source, translations, ...columns } =
    result;
  const { uri, processUri, title, language, organisationId } = result;
  const id = newId(publishedAt < now ? publishedAt : now);
  const isNew = await enterSubject(tx, {
    uri,
    id,
    kind: "result",
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
    await tx`insert into result ${tx({ id, ...kept } as never)}`;
    await countContribution(tx, { kind: "result", processUri }, 1);
  } else {
    const before = await findResult(tx, uri);
    if (before === null || before.updatedAt > updatedAt) return;
    const { uri: _uri, processUri: _process, ...changed } = kept;
    await tx`update result set ${tx(changed as never)} where uri = ${uri}`;
  }
  const proposals = proposalUris.slice(0, linkedMax);
  await replaceResultLinks(tx, uri, {
    proposalUris: proposals,
    meetingUris: meetingUris.slice(0, linkedMax - proposals.length),
  });
  await touchSubject(tx, uri, { title, language, url, authorName: organisationName }, updatedAt);
  await replaceTranslations(tx, [{ uri, language, translations: translations ?? [] }], updatedAt);
}

export type RemoteMilestone = Pick<
  Milestone,
  "uri" | "url" | "resultUri" | "reachedOn" | "title" | "body" | "publishedAt" | "updatedAt"
> & {
  readonly language: string;
  readonly organisationId: string | null;
  readonly organisationName: string;
  readonly translations?: readonly Translation[];
};

/** Keeps a step of another node's result, new or changed. @throws Refused `not-found` for one of a result we do not keep. */
export async function keepRemoteMilestone(tx: Tx, milestone: RemoteMilestone, now: Date): Promise<void> {
  const { uri, resultUri, title, body, reachedOn, language, publishedAt } = milestone;
  const result = await findResult(tx, resultUri);
  refuseUnless(result !== null && result.origin === new URL(uri).origin, "not-found");
  const id = newId(publishedAt < now ? publishedAt : now);
  const isNew = await enterSubject(tx, {
    uri,
    id,
    kind: "milestone",
    origin: result.origin,
    url: milestone.url,
    authorId: milestone.organisationId,
    authorName: milestone.organisationName,
    processUri: result.processUri,
    title,
    language,
    publishedAt,
  });
  if (isNew) await tx`insert into milestone ${tx({ uri, id, resultUri, reachedOn, title, body })}`;
  else await tx`update milestone set ${tx({ reachedOn, title, body })} where uri = ${uri}`;
  await touchSubject(tx, uri, { title, language, url: milestone.url }, milestone.updatedAt);
  await replaceTranslations(tx, [milestone], milestone.updatedAt);
}

/** Empties our copy of a result or of one of its steps. */
export async function eraseResultCopy(tx: Tx, uri: string): Promise<void> {
  const isCopy = tx`exists (select from subject where subject.uri = ${uri} and subject.origin is not null)`;
  const rows = await tx`
    update result set title = '', body = '', district = '', source = null where uri = ${uri} and ${isCopy} returning 1`;
  if (rows.length > 0) await tx`delete from result_link where result_uri = ${uri}`;
  await tx`update milestone set title = '', body = '' where uri = ${uri} and ${isCopy}`;
}
