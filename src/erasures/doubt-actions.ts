// What is said to be gone, but not in a way that counts by itself: hidden meanwhile, asked for again over a day, and put
// before an operator, who keeps it or erases it here.
import type { Account } from "../accounts/account.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { tidyText } from "../platform/text.ts";
import { originOf } from "../platform/uris.ts";
import { recordAct, setHidden, subjectForUpdate } from "../subjects/actions.ts";
import { type EraseCopy, eraseThing } from "./actions.ts";
import {
  type Doubt,
  type DoubtReason,
  doubtAskedEveryMs,
  doubtConfirmedAfterMs,
  mayErase,
  reasonLengthMax,
} from "./erasure.ts";

/**
 * Notes a doubt about a thing or an actor of another server. What its own server does not have is hidden until it has it
 * again; what was only said with a strange key stays as it is.
 */
export async function noteDoubt(tx: Tx, uri: string, reason: DoubtReason, now: Date): Promise<void> {
  const [doubt] = await tx<{ standing: Doubt["standing"] }[]>`
    insert into erasure_doubt ${tx({ id: newId(now), uri, origin: originOf(uri), reason, firstAt: now, lastAt: now })}
    on conflict (uri) do update set uri = excluded.uri returning standing`;
  if (reason !== "gone" || doubt?.standing === "kept") return;
  for (const hidden of await thingsBehind(tx, uri)) await hideMeanwhile(tx, hidden, now);
  await promiseAsking(tx, uri, now);
}

/** The thing itself, or everything an actor has written that is kept here. */
async function thingsBehind(tx: Tx, uri: string): Promise<string[]> {
  const rows = await tx<{ uri: string }[]>`
    select uri from subject where uri = ${uri} and origin is not null
    union select subject.uri from subject join actor on actor.id = subject.author_id
    where actor.uri = ${uri} and actor.origin is not null and subject.origin is not null and subject.kind = 'comment'
    order by uri`;
  return rows.map((row) => row.uri);
}

async function hideMeanwhile(tx: Tx, uri: string, now: Date): Promise<void> {
  const subject = await subjectForUpdate(tx, uri);
  if (subject === null || subject.hiddenAt !== null || subject.deletedAt !== null) return;
  await setHidden(tx, uri, new URL(originOf(uri)).host, now, "origin");
}

const promiseAsking = (sql: Sql, uri: string, now: Date): Promise<void> =>
  enqueue(sql, {
    kind: "erasure-doubt",
    payload: { uri },
    runAt: new Date(+now + doubtAskedEveryMs),
    uniqueKey: `erasure-doubt:${uri}`,
  });

/** Its server was asked again and still has it not. After a day of that it is sure, which changes nothing by itself. */
export async function confirmDoubt(tx: Tx, uri: string, now: Date): Promise<void> {
  const [doubt] = await tx<{ firstAt: Date; standing: Doubt["standing"] }[]>`
    update erasure_doubt set times = times + 1, last_at = ${now} where uri = ${uri} returning first_at, standing`;
  if (doubt?.standing !== "open") return;
  if (+now - +doubt.firstAt < doubtConfirmedAfterMs) return await promiseAsking(tx, uri, now);
  await tx`update erasure_doubt set standing = 'confirmed' where uri = ${uri}`;
}

/** Its server has it after all: it is shown again, and there is nothing to decide any more. */
export async function dropDoubt(tx: Tx, uri: string, now: Date): Promise<void> {
  const rows = await tx`delete from erasure_doubt where uri = ${uri} and reason = 'gone' returning 1`;
  if (rows.length > 0) await showAgain(tx, uri, now);
}

async function showAgain(tx: Tx, uri: string, now: Date): Promise<void> {
  for (const hidden of await thingsBehind(tx, uri)) {
    const subject = await subjectForUpdate(tx, hidden);
    if (subject?.hiddenBy === "origin") await setHidden(tx, hidden, null, now);
  }
}

/**
 * An operator keeps the copy in spite of what was said: it is shown, and the same is not asked again.
 * @throws Refused `not-allowed`, `not-found`.
 */
export async function keepDoubtful(sql: Sql, by: Account, doubtId: string, now: Date): Promise<void> {
  refuseUnless(mayErase(by), "not-allowed");
  await withTransaction(sql, async (tx) => {
    const [doubt] = await tx<{ uri: string; origin: string }[]>`
      update erasure_doubt set standing = 'kept', decided_by = ${by.id}, decided_at = ${now}
      where id = ${doubtId} returning uri, origin`;
    refuseUnless(doubt !== undefined, "not-found");
    await showAgain(tx, doubt.uri, now);
    await recordAct(tx, by, "doubtful-copy-kept", doubt.uri, {}, now, { after: { standing: "kept" } });
  });
}

/**
 * The operator of a node erases another server's thing here, whatever its owner says; the reason and whose it was stand in
 * the log of moderation, its address does not.
 *
 * @param erasers every room's. For an actor, everything it wrote here.
 * @throws Refused `not-allowed`, `invalid-input` without a reason, `not-found` for what is not here, or is our own.
 */
export async function eraseHere(
  sql: Sql,
  by: Account,
  erasers: readonly EraseCopy[],
  { uri, reason }: { uri: string; reason: string },
  now: Date,
): Promise<void> {
  refuseUnless(mayErase(by), "not-allowed");
  const given = tidyText(reason);
  refuseUnless(given !== "" && given.length <= reasonLengthMax, "invalid-input", { field: "reason" });
  refuseUnless(URL.canParse(uri), "invalid-input", { field: "uri" });
  await withTransaction(sql, async (tx) => {
    const things = await thingsBehind(tx, uri);
    const isActor = (await tx`select from actor where uri = ${uri} and origin is not null`).length > 0;
    refuseUnless(things.length > 0 || isActor, "not-found", { field: "uri" });
    for (const thing of things) await eraseThing(tx, erasers, thing, now);
    if (isActor) await eraseThing(tx, erasers, uri, now);
    await recordAct(tx, by, "copy-erased", `${originOf(uri)}/`, { reason: given, count: things.length }, now, {
      after: { reason: given, count: things.length },
    });
  });
}
