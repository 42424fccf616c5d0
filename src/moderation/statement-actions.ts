// Telling someone why their words are hidden, and their one appeal. The only writer of statements and of appeals that wait;
// what is decided about an appeal is in appeal-actions.ts.
import type { Account } from "../accounts/account.ts";
import type { Actor } from "../actors/actor.ts";
import { emptyPrivateActivities } from "../erasures/ledger-actions.ts";
import { recordEvent } from "../events.ts";
import { notify } from "../notices/actions.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { clip, tidyText } from "../platform/text.ts";
import { dayMs, hourMs } from "../platform/time.ts";
import type { Subject } from "../subjects/subject.ts";
import {
  type AppealOutcome,
  appealLengthMax,
  appealUntil,
  checkAppeal,
  type Rule,
  type Source,
  type Statement,
} from "./statement.ts";
import { findAuthor, findOpenStatement, findStatement, findStatementOfNote } from "./statement-queries.ts";

/**
 * Tells whoever wrote something why it is hidden: a person of this node by page and mail, an actor of another server by
 * a message. What an institution of this node wrote has nobody to be told. A changed reason is told anew.
 * @throws Refused `not-in-this-state` where an appeal against the first reason has been made.
 */
export async function giveStatement(
  tx: Tx,
  by: Account,
  subject: Subject,
  decision: { readonly rule: Rule; readonly reason: string; readonly source: Source },
  now: Date,
): Promise<void> {
  const { accountId, actorId } = await findAuthor(tx, subject.uri);
  if (accountId === null && actorId === null) return;
  const before = await findOpenStatement(tx, subject.uri);
  refuseUnless(before === null || before.appeal === null, "not-in-this-state");
  const id = before?.id ?? newId(now);
  const { rule, reason, source } = decision;
  const told = { rule, reason, decidedBy: by.id, decidedAt: now };
  if (before === null) {
    const author = accountId !== null ? { accountId } : { actorId };
    await tx`insert into moderation_statement ${tx({ id, subjectUri: subject.uri, ...author, source, ...told })}`;
  } else await tx`update moderation_statement set ${tx(told)} where id = ${id}`;
  if (accountId !== null) await tellStatement(tx, { id, accountId, subjectUri: subject.uri, rule, reason }, now);
  else await recordEvent(tx, { type: "StatementGiven", subjectUri: subject.uri, data: { statementId: id } }, now);
}

/** By page and mail to a person of this node. What stands in it they may read: the reason is shown in the place of their words. */
const tellStatement = (
  tx: Tx,
  told: { id: string; accountId: string; subjectUri: string; rule: Rule; reason: string },
  now: Date,
): Promise<void> => {
  const { id, accountId, subjectUri, rule } = told;
  const reason = clip(told.reason, toldReasonMax);
  const data = { statement: id, rule, reason, until: appealUntil(now).toISOString().slice(0, 10) };
  return notify(tx, { accountId, kind: "statement", subjectUri, data }, now);
};

/** Of a longer one the page has the rest. */
const toldReasonMax = 500;

/** What was hidden is shown again: an appeal that waits is thereby decided in its author's favour, who is told. */
export async function endStatement(tx: Tx, by: Account, subjectUri: string, reason: string, now: Date): Promise<void> {
  const statement = await findOpenStatement(tx, subjectUri);
  if (statement === null) return;
  await tx`update moderation_statement set ended_at = ${now} where id = ${statement.id}`;
  if (statement.appeal?.decidedAt === null) await settleAppeal(tx, by, statement, "reinstated", reason, now);
  else await tellShownAgain(tx, statement, now);
}

async function tellShownAgain(tx: Tx, { id, subjectUri, accountId }: Statement, now: Date): Promise<void> {
  if (accountId !== null) await notify(tx, { accountId, kind: "reinstated", subjectUri }, now);
  else await recordEvent(tx, { type: "AppealDecided", subjectUri, data: { statementId: id } }, now);
}

/** Writes what was decided about an appeal, and tells its author. The caller has asked who may. */
export async function settleAppeal(
  tx: Tx,
  by: Account,
  { id, subjectUri, accountId, appeal }: Statement,
  outcome: "upheld" | "reinstated",
  reason: string,
  now: Date,
): Promise<void> {
  await tx`
    update moderation_appeal set outcome = ${outcome}, reason = ${reason}, decided_by = ${by.id}, decided_at = ${now}
    where id = ${appeal!.id} and decided_at is null`;
  if (accountId !== null) await tellOutcome(tx, { id, accountId, subjectUri, outcome, reason }, now);
  else await recordEvent(tx, { type: "AppealDecided", subjectUri, data: { statementId: id } }, now);
}

const tellOutcome = (
  tx: Tx,
  told: { id: string; accountId: string; subjectUri: string; outcome: AppealOutcome; reason: string },
  now: Date,
): Promise<void> => {
  const { id, accountId, subjectUri, outcome } = told;
  const data = { statement: id, reason: clip(told.reason, toldReasonMax) };
  return notify(tx, { accountId, kind: `appeal-${outcome}`, subjectUri, data }, now);
};

/**
 * The author asks for someone else to look, once and within six months. Where another server's moderators decided, they
 * are asked, by a message.
 * @throws Refused as {@link checkAppeal}, `not-found` for anyone but the author.
 */
export async function makeAppeal(sql: Sql, by: Account, statementId: string, text: string, now: Date): Promise<void> {
  const words = tidyText(text);
  await withTransaction(sql, async (tx) => {
    const statement = await statementForUpdate(tx, statementId);
    refuseUnless(statement !== null && statement.accountId === by.id, "not-found");
    checkAppeal(statement, words, now);
    await enterAppeal(tx, statement, { words, noteUri: null }, now);
    if (statement.origin === null) return;
    const { subjectUri } = statement;
    await recordEvent(tx, { type: "AppealMade", subjectUri, data: { statementId } }, now);
  });
}

/**
 * The author of something on another server answers the message that told them why it is hidden here: their appeal.
 * @returns false where the message answered is none of ours: then it is something else.
 * @throws Refused `not-allowed` for anyone but the one it was told to, and as {@link checkAppeal}.
 */
export async function receiveAppeal(
  tx: Tx,
  message: { readonly from: Actor; readonly inReplyTo: string; readonly uri: string; readonly text: string },
  now: Date,
): Promise<boolean> {
  const named = await findStatementOfNote(tx, message.inReplyTo);
  if (named === null || named.origin !== null) return false;
  refuseUnless(named.actorId === message.from.id, "not-allowed");
  const statement = await statementForUpdate(tx, named.id);
  if (statement === null) return false;
  const words = clip(tidyText(message.text), appealLengthMax);
  checkAppeal(statement, words, now);
  await enterAppeal(tx, statement, { words, noteUri: message.uri }, now);
  return true;
}

async function enterAppeal(
  tx: Tx,
  { id }: Statement,
  appeal: { readonly words: string; readonly noteUri: string | null },
  now: Date,
): Promise<void> {
  await tx`insert into moderation_appeal ${tx({ id: newId(now), statementId: id, ...appeal, createdAt: now })}`;
}

export async function statementForUpdate(tx: Tx, id: string): Promise<Statement | null> {
  const found = await findStatement(tx, id);
  if (found === null) return null;
  await tx`select from moderation_statement where id = ${id} for update`;
  return await findStatement(tx, id);
}

/** Keeps the address of the message by which a statement or an appeal goes out. */
export async function noteMessage(
  tx: Tx,
  sent: { readonly statementId: string; readonly isAppeal: boolean; readonly uri: string },
): Promise<void> {
  if (sent.isAppeal)
    await tx`update moderation_appeal set note_uri = ${sent.uri} where statement_id = ${sent.statementId}`;
  else await tx`update moderation_statement set note_uri = ${sent.uri} where id = ${sent.statementId}`;
}

/**
 * Another node's moderators have hidden what a person of this node wrote in their thread, and say why. The caller has
 * checked that they answer for that thread. Told again it is changed, and within the hour without another mail.
 * @throws Refused `not-found` for what nobody here wrote, `not-allowed` for a message that was about something else or of
 * somebody else, `too-many-requests`.
 */
export async function keepStatementOfOwner(
  tx: Tx,
  told: {
    readonly from: Actor;
    readonly noteUri: string;
    readonly subjectUri: string;
    readonly rule: Rule;
    readonly reason: string;
  },
  now: Date,
): Promise<void> {
  const { accountId } = await findAuthor(tx, told.subjectUri);
  refuseUnless(accountId !== null && told.from.origin !== null, "not-found");
  const { from, subjectUri, noteUri, rule, reason } = told;
  const said = { rule, reason, decidedAt: now };
  const [kept] = await tx<{ id: string; isTheSame: boolean; decidedAt: Date }[]>`
    select id, decided_at, sender_id = ${from.id} and subject_uri = ${subjectUri} and account_id = ${accountId} as is_the_same
    from moderation_statement where note_uri = ${noteUri} for update`;
  if (kept !== undefined) {
    refuseUnless(kept.isTheSame, "not-allowed");
    await tx`update moderation_statement set ${tx(said)} where id = ${kept.id}`;
    // Whoever changes it again and again does not fill a letterbox.
    if (+now - +kept.decidedAt >= hourMs)
      await tellStatement(tx, { id: kept.id, accountId, subjectUri, rule, reason }, now);
    return;
  }
  await takeTurnOfOwner(tx, { senderId: from.id, accountId }, now);
  const id = newId(now);
  const row = {
    id,
    subjectUri,
    accountId,
    origin: from.origin,
    senderId: from.id,
    noteUri,
    source: "moderator",
    ...said,
  };
  await tx`insert into moderation_statement ${tx(row)}`;
  await tellStatement(tx, { id, accountId, subjectUri, rule, reason }, now);
}

/** Statements that one sender elsewhere can give one person in a day: each is a mail. */
const statementsFromElsewherePerDayMax = 20;

async function takeTurnOfOwner(tx: Tx, { senderId, accountId }: { senderId: string; accountId: string }, now: Date) {
  const since = new Date(+now - dayMs);
  await tx`select from account where id = ${accountId} for no key update`;
  const today = await tx`
    select from moderation_statement
    where sender_id = ${senderId} and account_id = ${accountId} and decided_at > ${since} limit ${statementsFromElsewherePerDayMax}`;
  refuseUnless(today.length < statementsFromElsewherePerDayMax, "too-many-requests", { seconds: dayMs / 1000 });
}

/** What the other node decided about an appeal of a person of ours, or that it shows it again. Said again it changes nothing. */
export async function keepOutcomeOfOwner(
  tx: Tx,
  told: {
    readonly from: Actor;
    readonly statementNoteUri: string;
    readonly outcome: "upheld" | "reinstated";
    readonly reason: string;
  },
  now: Date,
): Promise<void> {
  const statement = await findStatementOfNote(tx, told.statementNoteUri);
  refuseUnless(statement !== null && statement.origin === told.from.origin && statement.origin !== null, "not-found");
  const decided = await tx`
    update moderation_appeal set outcome = ${told.outcome}, reason = ${told.reason}, decided_at = ${now}
    where statement_id = ${statement.id} and decided_at is null returning 1`;
  const ended =
    told.outcome === "reinstated"
      ? await tx`
          update moderation_statement set ended_at = ${now} where id = ${statement.id} and ended_at is null returning 1`
      : [];
  const { accountId, id, subjectUri } = statement;
  if (accountId === null || decided.length + ended.length === 0) return;
  const { outcome, reason } = told;
  if (decided.length > 0) await tellOutcome(tx, { id, accountId, subjectUri, outcome, reason }, now);
  else await notify(tx, { accountId, kind: "reinstated", subjectUri }, now);
}

/**
 * Takes a person out of what was decided about their words, when their account is closed: their appeals lose their words,
 * also those on their way to another server.
 */
export async function forgetAppellant(tx: Tx, accountId: string, _now: Date): Promise<void> {
  const statements = await tx<{ id: string }[]>`select id from moderation_statement where account_id = ${accountId}`;
  const ids = statements.map((statement) => statement.id);
  await tx`update moderation_appeal set words = '' where statement_id = any(${ids}::uuid[])`;
  const events = await tx<{ id: string }[]>`
    select id from event where type = 'AppealMade' and data ->> 'statementId' = any(${ids}::text[])`;
  await emptyPrivateActivities(
    tx,
    events.map(({ id }) => id),
    "object",
  );
  await tx`update moderation_statement set account_id = null where account_id = ${accountId}`;
}
