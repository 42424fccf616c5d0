// The verbs of results: publish, change, report a milestone. The only writer of these tables but for copies and imports.
// Each: load → ask result.ts → write → recordEvent, in one transaction.
import { type Account, holds } from "../accounts/account.ts";
import { recordEvent } from "../events.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { tidyLine, withoutOverrides } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import { countContribution } from "../processes/count-actions.ts";
import { checkCategories, getProcess } from "../processes/queries.ts";
import { enterSubject, recordAct, touchSubject } from "../subjects/actions.ts";
import { changeOf } from "../subjects/change.ts";
import { findMilestone, getResult } from "./queries.ts";
import {
  checkMilestone,
  checkResult,
  linkedMax,
  type Milestone,
  progressOf,
  type Result,
  type ResultText,
} from "./result.ts";
import { vouchForMilestone, vouchForResults } from "./vouch.ts";

export interface ResultInput extends ResultText {
  /** What it comes from, by address. */
  readonly proposalUris: readonly string[];
  readonly meetingUris: readonly string[];
}

/**
 * Publishes what became of something, in the voice of the process's organisation: everyone who follows the process or the
 * city hears of it.
 * @throws Refused `not-allowed`, `not-in-this-state` while the process is a draft, `invalid-input`.
 */
export async function publishResult(
  sql: Sql,
  uris: Uris,
  by: Account,
  input: ResultInput & { processUri: string },
  now: Date,
): Promise<Result> {
  refuseUnless(holds(by, "official", input.processUri), "not-allowed");
  checkResult(input);
  const id = newId(now);
  const uri = uris.result(id);
  return await withTransaction(sql, async (tx) => {
    const process = await getProcess(tx, input.processUri);
    refuseUnless(process.origin === null, "not-allowed");
    refuseUnless(process.publishedAt !== null, "not-in-this-state");
    await checkCategories(tx, [input.categoryId]);
    await enterSubject(tx, {
      uri,
      id,
      kind: "result",
      origin: null,
      url: uri,
      authorId: process.organisationId,
      authorName: process.organisationName ?? "",
      processUri: process.uri,
      title: tidyLine(input.title),
      language: input.language,
      publishedAt: now,
    });
    const place = {
      uri,
      id,
      processUri: process.uri,
      organisationId: process.organisationId,
      createdBy: by.id,
      createdAt: now,
    };
    await tx`insert into result ${tx({ ...place, ...columnsOf(input) })}`;
    await replaceResultLinks(tx, uri, input);
    await countContribution(tx, { kind: "result", processUri: process.uri }, 1);
    await recordAct(tx, by, "result-published", uri, {}, now, { after: { title: input.title, status: input.status } });
    await vouchForResults(tx, [uri], now);
    await recordEvent(tx, { type: "ResultPublished", subjectUri: uri, data: {} }, now);
    return await getResult(tx, uri);
  });
}

/** What the audit log says of a change. */
const loggedFields = [
  "title",
  "body",
  "status",
  "progress",
  "costAmount",
  "costCurrency",
  "startsOn",
  "endsOn",
] as const;

/**
 * Changes a result: its text, where it stands, what it costs. Copies elsewhere change with it; what people should hear of
 * is a milestone.
 */
export async function changeResult(sql: Sql, by: Account, uri: string, input: ResultInput, now: Date): Promise<Result> {
  checkResult(input);
  return await withTransaction(sql, async (tx) => {
    const before = await ownResultForUpdate(tx, by, uri);
    await checkCategories(tx, [input.categoryId], { kept: [before.categoryId] });
    await tx`update result set ${tx(columnsOf(input))} where uri = ${uri}`;
    await replaceResultLinks(tx, uri, input);
    await touchSubject(tx, uri, { title: tidyLine(input.title), language: input.language }, now);
    await recordAct(
      tx,
      by,
      "result-changed",
      uri,
      { from: before.status, to: input.status },
      now,
      changeOf(before, input, loggedFields),
    );
    await vouchForResults(tx, [uri], now);
    await recordEvent(tx, { type: "ResultChanged", subjectUri: uri, data: {} }, now);
    return await getResult(tx, uri);
  });
}

/**
 * Reports a step on the way, and with it where the result stands now. It is told to everyone as a reply to the result.
 * @throws Refused `not-allowed`, `invalid-input`.
 */
export async function reachMilestone(
  sql: Sql,
  uris: Uris,
  by: Account,
  input: Pick<Milestone, "resultUri" | "reachedOn" | "title" | "body"> &
    Pick<ResultText, "language" | "status" | "progress">,
  now: Date,
): Promise<Milestone> {
  checkMilestone(input);
  const { resultUri, reachedOn, title, body } = input;
  const id = newId(now);
  const uri = uris.milestone(id);
  return await withTransaction(sql, async (tx) => {
    const result = await ownResultForUpdate(tx, by, resultUri);
    const standing = { status: input.status, progress: progressOf(input.status, input.progress) };
    checkResult({ ...result, ...standing });
    await enterSubject(tx, {
      uri,
      id,
      kind: "milestone",
      origin: null,
      url: `${result.url}#milestone-${id}`,
      authorId: result.organisationId,
      authorName: result.organisationName ?? "",
      processUri: result.processUri,
      title: tidyLine(title),
      language: input.language,
      publishedAt: now,
    });
    await tx`insert into milestone ${tx({ uri, id, resultUri, reachedOn, title: tidyLine(title), body, createdBy: by.id })}`;
    await recordAct(tx, by, "milestone-reached", uri, standing, now, { after: standing });
    if (standing.status !== result.status || standing.progress !== result.progress) {
      await tx`update result set ${tx(standing)} where uri = ${resultUri}`;
      await touchSubject(tx, resultUri, {}, now);
      await vouchForResults(tx, [resultUri], now);
      await recordEvent(tx, { type: "ResultChanged", subjectUri: resultUri, data: {} }, now);
    }
    await vouchForMilestone(tx, uri, now);
    await recordEvent(tx, { type: "MilestoneReached", subjectUri: uri, data: {} }, now);
    return (await findMilestone(tx, id))!;
  });
}

const columnsOf = (input: ResultInput) => ({
  title: tidyLine(input.title),
  body: withoutOverrides(input.body),
  language: input.language,
  status: input.status,
  progress: progressOf(input.status, input.progress),
  costAmount: input.costAmount,
  costCurrency: input.costCurrency,
  startsOn: input.startsOn,
  endsOn: input.endsOn,
  categoryId: input.categoryId,
});

/** Locked, and of this node. */
async function ownResultForUpdate(tx: Tx, by: Account, uri: string): Promise<Result> {
  await tx`select from result where uri = ${uri} for update`;
  const result = await getResult(tx, uri);
  refuseUnless(result.origin === null && holds(by, "official", result.processUri), "not-allowed");
  return result;
}

/** Sets what a result comes from, in that order. */
export async function replaceResultLinks(
  tx: Tx,
  uri: string,
  { proposalUris, meetingUris }: Pick<ResultInput, "proposalUris" | "meetingUris">,
): Promise<void> {
  refuseUnless(proposalUris.length + meetingUris.length <= linkedMax, "too-large", {
    field: "proposals",
    max: linkedMax,
  });
  await tx`delete from result_link where result_uri = ${uri}`;
  const links = [
    ...[...new Set(proposalUris)].map((targetUri) => ({ targetUri, kind: "proposal" })),
    ...[...new Set(meetingUris)].map((targetUri) => ({ targetUri, kind: "meeting" })),
  ];
  for (const [position, link] of links.entries()) {
    await tx`insert into result_link ${tx({ resultUri: uri, position, ...link })} on conflict do nothing`;
  }
}
