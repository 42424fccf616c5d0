// Results and milestones of this node, brought back to what their own records say after a restore.
import type { Tx } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { countContribution } from "../processes/count-actions.ts";
import { recoverThing } from "../processes/recover-actions.ts";
import { recoverSubject } from "../subjects/recover-actions.ts";
import { replaceTranslations } from "../translations/actions.ts";
import { replaceResultLinks } from "./actions.ts";
import { findResult } from "./queries.ts";
import type { RemoteMilestone, RemoteResult } from "./remote.ts";
import { linkedMax } from "./result.ts";

/** Brings a result of ours to what its record says. @returns whether it was entered anew. */
export async function recoverResult(tx: Tx, result: RemoteResult, now: Date): Promise<boolean> {
  const {
    url,
    organisationName,
    proposalUris,
    meetingUris,
    publishedAt,
    updatedAt,
    source,
    categoryName,
    translations,
    ...said
  } = result;
  const { uri, processUri, language } = result;
  const before = await findResult(tx, uri);
  const { id, was, columns: alike } = await recoverThing(tx, "result", result, before, now);
  const { uri: _uri, processUri: _process, ...words } = said;
  const columns = { ...words, ...alike };
  if (before === null) {
    await tx`insert into result ${tx({ uri, id, processUri, createdAt: publishedAt, ...columns } as never)}`;
    await countContribution(tx, { kind: "result", processUri }, 1);
  } else await tx`update result set ${tx(columns as never)} where uri = ${uri}`;
  const proposals = proposalUris.slice(0, linkedMax);
  const links = { proposalUris: proposals, meetingUris: meetingUris.slice(0, linkedMax - proposals.length) };
  await replaceResultLinks(tx, uri, links);
  await replaceTranslations(tx, [{ uri, language, translations: translations ?? [] }], updatedAt);
  return was === "entered";
}

/** Brings a step of a result of ours to what its record says. @throws Refused `not-found` for one of no result here. */
export async function recoverMilestone(tx: Tx, milestone: RemoteMilestone, now: Date): Promise<boolean> {
  const { uri, url, resultUri, title, body, reachedOn, language, publishedAt, updatedAt } = milestone;
  const result = await findResult(tx, resultUri);
  refuseUnless(result !== null && result.origin === null, "not-found");
  const author = { authorId: milestone.organisationId, authorName: milestone.organisationName };
  const { id, was } = await recoverSubject(
    tx,
    { uri, kind: "milestone", url, ...author, processUri: result.processUri, title, language, publishedAt, updatedAt },
    now,
  );
  await tx`
    insert into milestone ${tx({ uri, id, resultUri, reachedOn, title, body })}
    on conflict (uri) do update set ${tx({ reachedOn, title, body })}`;
  await replaceTranslations(tx, [milestone], updatedAt);
  return was === "entered";
}
