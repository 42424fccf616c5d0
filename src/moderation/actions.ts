// The verbs of moderation: report, hide, reinstate, dismiss. The only writer of these tables. Servers are in peer-actions.ts.
import type { Account } from "../accounts/account.ts";
import type { Actor } from "../actors/actor.ts";
import { policyFor } from "../actors/queries.ts";
import { recordEvent } from "../events.ts";
import { notify } from "../notices/actions.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { clip, tidyText } from "../platform/text.ts";
import { dayMs, hourMs } from "../platform/time.ts";
import { countContribution } from "../processes/count-actions.ts";
import { recordAct, setHidden, subjectForUpdate } from "../subjects/actions.ts";
import { findSubject } from "../subjects/queries.ts";
import type { Subject } from "../subjects/subject.ts";
import {
  categoryFrom,
  checkHiding,
  checkReport,
  type HeldBecause,
  mayModerate,
  type Outcome,
  type ReportCategory,
  type ReportSource,
  reportedThingsMax,
  reportReasonLengthMax,
  reportsPerDayMax,
  visitorReportsPerDayMax,
} from "./report.ts";
import { readModerationSettings } from "./settings-queries.ts";
import type { Rule, Source } from "./statement.ts";
import { endStatement, giveStatement } from "./statement-actions.ts";
import { findAuthor } from "./statement-queries.ts";

/**
 * Asks the moderators to look at something. Asking again while the first report is open changes nothing.
 * @param input.isForwarded also tells the node that owns a remote thing, in the name of this node: who reported stays here.
 * @param by null for someone without an account, where the city lets them: nothing is kept of who they are.
 * @throws Refused `not-found`, `invalid-input`, `too-large`, `sign-in-first`, `too-many-requests` past so many a day.
 */
export async function reportSubject(
  sql: Sql,
  by: Account | null,
  input: { subjectUri: string; category: Exclude<ReportCategory, "held">; reason: string; isForwarded: boolean },
  now: Date,
): Promise<void> {
  const reason = tidyText(input.reason);
  await withTransaction(sql, async (tx) => {
    // One person's reports one after the other, so that the second of two equal ones finds the first.
    if (by !== null) await tx`select from account where id = ${by.id} for no key update`;
    const subject = await findSubject(tx, input.subjectUri);
    checkReport(subject, reason);
    const said = { category: input.category, reason, subjectUris: [subject.uri] };
    if (by !== null) await takeTurn(tx, by, now);
    else await takeVisitorsTurn(tx, now);
    const isNew = await openReport(
      tx,
      { ...said, source: by === null ? "visitor" : "account", reporter: by === null ? {} : { accountId: by.id } },
      now,
    );
    if (!isNew || !input.isForwarded || subject.origin === null) return;
    await recordEvent(
      tx,
      { type: "SubjectReported", subjectUri: subject.uri, data: { reason, category: input.category } },
      now,
    );
  });
}

async function takeTurn(tx: Tx, by: Account, now: Date): Promise<void> {
  const [today] = await tx<[{ count: number }]>`
    select count(*)::int as count from report
    where account_id = ${by.id} and created_at > ${new Date(now.getTime() - dayMs)}`;
  refuseUnless(today.count < reportsPerDayMax, "too-many-requests", { seconds: hourMs / 1000 });
}

/** Whoever has no account, where the city lets them: all of them together have so many turns a day. */
async function takeVisitorsTurn(tx: Tx, now: Date): Promise<void> {
  refuseUnless((await readModerationSettings(tx)).areVisitorsHeard, "sign-in-first");
  await tx`select from pg_advisory_xact_lock(hashtext('visitor reports'))`;
  const [today] = await tx<[{ count: number }]>`
    select count(*)::int as count from report
    where source = 'visitor' and created_at > ${new Date(now.getTime() - dayMs)}`;
  refuseUnless(today.count < visitorReportsPerDayMax, "too-many-requests", { seconds: hourMs / 1000 });
}

/**
 * Another server's report of some of our things, one for all it names. What is unknown here is left out, and a report
 * about nothing known is not kept.
 * @param flag.content plain text.
 * @param flag.category what it is said to be about, in whatever words; what we do not know is `other`.
 */
export async function receiveFlag(
  tx: Tx,
  flag: { actor: Actor; objectUris: readonly string[]; content: string; category?: string },
  now: Date,
): Promise<void> {
  const named = [...new Set(flag.objectUris)].slice(0, reportedThingsMax);
  const subjectUris = await reportable(tx, named);
  const reason = clip(tidyText(flag.content), reportReasonLengthMax);
  const reporter = { actorId: flag.actor.id };
  await openReport(
    tx,
    { category: categoryFrom(flag.category ?? ""), source: "server", reason, reporter, subjectUris },
    now,
  );
}

/** Known, published things among these addresses; for the actor of a process, the process. */
async function reportable(tx: Tx, uris: readonly string[]): Promise<string[]> {
  const rows = await tx<{ uri: string }[]>`
    select subject.uri from subject
    where (subject.uri = any(${uris as string[]}) or (subject.kind = 'process' and subject.author_id in (
        select id from actor where actor.uri = any(${uris as string[]}) and kind = 'process')))
      and subject.published_at is not null and subject.deleted_at is null`;
  return rows.map((row) => row.uri);
}

type Reporter = { readonly accountId: string } | { readonly actorId: string } | Record<string, never>;

/** @returns false where this reporter has an open report on all of it already. */
async function openReport(
  tx: Tx,
  report: {
    category: ReportCategory;
    source: ReportSource;
    reason: string;
    reporter: Reporter;
    subjectUris: readonly string[];
  },
  now: Date,
): Promise<boolean> {
  const { reporter } = report;
  const [column, id] = Object.entries({ ...reporter })[0] ?? [];
  const pending =
    column === undefined || id === undefined
      ? []
      : await tx<{ subjectUri: string }[]>`
          select subject_uri from report_subject join report on report.id = report_subject.report_id
          where report.state = 'open' and report.${tx(column)} = ${id} and subject_uri = any(${report.subjectUris as string[]})`;
  const subjectUris = report.subjectUris.filter((uri) => !pending.some((row) => row.subjectUri === uri));
  if (subjectUris.length === 0) return false;
  const reportId = newId(now);
  const { category, source, reason } = report;
  await tx`insert into report ${tx({ id: reportId, category, source, reason, createdAt: now, ...reporter })}`;
  await tx`insert into report_subject ${tx(subjectUris.map((subjectUri) => ({ reportId, subjectUri })))}`;
  return true;
}

/** Keeps something from everyone until a moderator has looked, puts it before them, and tells its author of this node. */
export async function holdForModeration(
  tx: Tx,
  subjectUri: string,
  now: Date,
  source: HeldBecause = "limited",
): Promise<void> {
  const isNewlyHidden = await setHidden(tx, subjectUri, "", now);
  const held = { category: "held", source, reason: "", reporter: {}, subjectUris: [subjectUri] } as const;
  const isNew = await openReport(tx, held, now);
  const { accountId } = await findAuthor(tx, subjectUri);
  const subject = await findSubject(tx, subjectUri);
  if (subject !== null && isNewlyHidden) await countContribution(tx, subject, -1);
  if (isNew && accountId !== null) await notify(tx, { accountId, kind: "held", subjectUri }, now);
}

/**
 * Hides something with a reason, which is shown in its place: it leaves pages, collections and boosts at once, and every
 * server that has it from us is told to drop it. Hiding it again only changes the reason.
 * @throws Refused `not-allowed` for anyone but a moderator of its process or of the node, `invalid-input`, `not-found`.
 */
export async function hideSubject(
  sql: Sql,
  by: Account,
  uri: string,
  reason: string,
  now: Date,
  rule: Rule = "other",
): Promise<void> {
  const shownReason = tidyText(reason);
  await withTransaction(sql, async (tx) => {
    const subject = await subjectForUpdate(tx, uri);
    checkHiding(subject, shownReason);
    refuseUnless(mayModerate(by, subject), "not-allowed");
    const source = await whatMadeUsLook(tx, uri);
    const isNew = await setHidden(tx, uri, shownReason, now);
    await settle(tx, by, [uri], "hidden", now);
    await giveStatement(tx, by, subject, { rule, reason: shownReason, source }, now);
    await recordAct(tx, by, "subject-hidden", uri, { reason: shownReason, rule, source }, now, {
      before: { hidden: subject.hiddenAt !== null, reason: subject.hiddenReason },
      after: { hidden: true, reason: shownReason },
    });
    if (!isNew) return;
    await countContribution(tx, subject, -1);
    const data = { ...whatItWas(subject), reason: shownReason };
    await recordEvent(tx, { type: "SubjectHidden", subjectUri: uri, data }, now);
  });
}

/** People before servers before lists: who asked first to be heard. */
async function whatMadeUsLook(tx: Tx, uri: string): Promise<Source> {
  const rows = await tx<{ source: ReportSource }[]>`
    select source from report join report_subject on report_id = report.id
    where subject_uri = ${uri} and state = 'open'`;
  const has = (...asked: ReportSource[]) => rows.some(({ source }) => asked.includes(source));
  if (has("account", "visitor")) return "people";
  if (has("server")) return "servers";
  return rows.length > 0 ? "lists" : "moderator";
}

/**
 * Shows something again that was hidden, or for the first time what was held. Nothing happens where it is shown.
 * @throws Refused `not-allowed`, `not-found`, `peer-blocked` while its server is.
 */
export async function reinstateSubject(sql: Sql, by: Account, uri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const subject = await subjectForUpdate(tx, uri);
    refuseUnless(subject !== null && subject.deletedAt === null, "not-found");
    refuseUnless(mayModerate(by, subject), "not-allowed");
    await reinstate(tx, by, uri, "", now);
  });
}

/** The same for callers that have asked who may. @param reason of a decision about an appeal; else empty. */
export async function reinstate(tx: Tx, by: Account, uri: string, reason: string, now: Date): Promise<void> {
  const subject = await subjectForUpdate(tx, uri);
  refuseUnless(subject !== null && subject.deletedAt === null, "not-found");
  if (subject.hiddenAt === null) return;
  const host = subject.origin === null ? null : new URL(subject.origin).host;
  refuseUnless(host === null || (await policyFor(tx, host)) !== "blocked", "peer-blocked", { host: host ?? "" });
  const isNew = await setHidden(tx, uri, null, now);
  await settle(tx, by, [uri], "kept", now);
  await endStatement(tx, by, uri, reason, now);
  if (subject.hiddenReason === "") await tellHeldShown(tx, uri, now);
  await recordAct(tx, by, "subject-reinstated", uri, reason === "" ? {} : { reason }, now, {
    before: { hidden: true, reason: subject.hiddenReason },
    after: { hidden: false },
  });
  if (!isNew) return;
  await countContribution(tx, subject, 1);
  await recordEvent(tx, { type: "SubjectReinstated", subjectUri: uri, data: whatItWas(subject) }, now);
}

async function tellHeldShown(tx: Tx, uri: string, now: Date): Promise<void> {
  const { accountId } = await findAuthor(tx, uri);
  if (accountId !== null) await notify(tx, { accountId, kind: "held-shown", subjectUri: uri }, now);
}

const whatItWas = ({ kind, authorUri, threadUri, parentUri }: Subject) => ({ kind, authorUri, threadUri, parentUri });

/**
 * Closes a report without hiding anything of what is left undecided in it. A report on something held shows it instead.
 * Dismissing twice is once.
 * @throws Refused `not-found`, `not-allowed` for who does not moderate all of it, `not-in-this-state` while something of it is held.
 */
export async function dismissReport(sql: Sql, by: Account, reportId: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const [report] = await tx<{ state: string; category: ReportCategory }[]>`
      select state, category from report where id = ${reportId} for update`;
    refuseUnless(report !== undefined, "not-found");
    const reported = await tx<{ subjectUri: string; kind: Subject["kind"]; processUri: string | null }[]>`
      select subject_uri, subject.kind, subject.process_uri
      from report_subject join subject on subject.uri = report_subject.subject_uri where report_id = ${reportId}`;
    refuseUnless(
      reported.every((subject) => mayModerate(by, subject)),
      "not-allowed",
    );
    if (report.state === "closed") return;
    // To leave it as it is would leave it unseen for ever: it is shown or hidden, and both say so.
    refuseUnless(report.category !== "held", "not-in-this-state");
    await tx`update report_subject set outcome = 'kept' where report_id = ${reportId} and outcome is null`;
    await closeDecided(tx, by, [reportId], now);
    await recordAct(tx, by, "report-dismissed", reported[0]?.subjectUri ?? null, { reportId }, now, {
      before: { state: "open" },
      after: { state: "closed" },
    });
  });
}

/** Notes the outcome on every open report about these things, and closes those that have nothing left to decide. */
async function settle(tx: Tx, by: Account, uris: readonly string[], outcome: Outcome, now: Date): Promise<void> {
  // In one order, so that two moderators who decide on the same reports never wait for each other.
  const open = await tx<{ id: string }[]>`
    select report.id from report
    where report.state = 'open'
      and exists (select from report_subject where report_id = report.id and subject_uri = any(${uris as string[]}))
    order by report.id for update`;
  const reportIds = open.map((report) => report.id);
  await tx`
    update report_subject set outcome = ${outcome}
    where report_id = any(${reportIds}::uuid[]) and subject_uri = any(${uris as string[]})`;
  await closeDecided(tx, by, reportIds, now);
}

async function closeDecided(tx: Tx, by: Account, reportIds: readonly string[], now: Date): Promise<void> {
  const closed = await tx<{ accountId: string | null; outcome: Outcome; createdAt: Date }[]>`
    update report set state = 'closed', decided_by = ${by.id}, decided_at = ${now}, outcome = decided.outcome
    from (select report_id, case when bool_or(outcome = 'hidden') then 'hidden' else 'kept' end as outcome
          from report_subject where report_id = any(${reportIds as string[]}::uuid[])
          group by report_id having bool_and(outcome is not null)) decided
    where report.id = decided.report_id and report.state = 'open'
    returning report.account_id, report.outcome, report.created_at`;
  for (const { accountId, outcome, createdAt } of closed) {
    if (accountId === null || accountId === by.id) continue;
    const data = { on: createdAt.toISOString().slice(0, 10) };
    await notify(tx, { accountId, kind: `report-${outcome}`, subjectUri: null, data }, now);
  }
}
