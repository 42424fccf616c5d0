// The verbs of a city's lists. The only writer of words and of imports; servers are decided about by peer-actions.ts.
import { type Account, holds } from "../accounts/account.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { isId, newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { Uris } from "../platform/uris.ts";
import { recordAct } from "../subjects/actions.ts";
import { isTooWide } from "./host.ts";
import { type HostChange, previewHosts, previewWords, type WordChange, wordListSetting } from "./list-queries.ts";
import { decidePeerIn } from "./peer-actions.ts";
import { checkWord, foldPhrase, type Word, wordsMax } from "./word.ts";

/**
 * Puts a phrase on the list, or changes what it leads to.
 * @throws Refused `not-allowed` for anyone but an administrator of the node, `invalid-input`, `too-large` for a full list.
 */
export async function addWord(sql: Sql, by: Account, input: Word, now: Date): Promise<void> {
  const word = checkWord(input);
  await changeWords(sql, by, async (tx) => {
    await putWord(tx, word, now);
    await recordAct(tx, by, "word-listed", null, { action: word.action }, now);
  });
}

/** @throws Refused `not-allowed`, `not-found`. */
export async function removeWord(sql: Sql, by: Account, id: string, now: Date): Promise<void> {
  refuseUnless(isId(id), "not-found");
  await changeWords(sql, by, async (tx) => {
    const rows = await tx`delete from moderation_word where id = ${id} returning 1`;
    refuseUnless(rows.length > 0, "not-found");
    await recordAct(tx, by, "word-unlisted", null, {}, now);
  });
}

/**
 * Takes a whole list in, or nothing of it. What is listed already stays as it is where the file says the same.
 * @returns how many entries changed.
 * @throws Refused `not-allowed`, and as reading the list: then nothing has changed.
 */
export async function importWords(sql: Sql, by: Account, csv: string, now: Date): Promise<number> {
  return await changeWords(sql, by, async (tx) => {
    const { changes } = await previewWords(tx, csv);
    for (const { after } of changes) await putWord(tx, after, now);
    return await noteImport(tx, by, "words", changes, now);
  });
}

/** The same for servers. Each decision is in the public log, as if it had been taken alone. */
export async function importHosts(
  sql: Sql,
  uris: Pick<Uris, "host">,
  by: Account,
  csv: string,
  now: Date,
): Promise<number> {
  refuseUnless(holds(by, "administrator"), "not-allowed");
  return await withTransaction(sql, async (tx) => {
    const { changes } = await previewHosts(tx, csv, uris.host);
    for (const { after } of changes) await decidePeerIn(tx, uris, by, after, now);
    return await noteImport(tx, by, "hosts", changes, now);
  });
}

/**
 * Puts back what an import changed. What was decided anew since then stays as it is now, and a server that nobody could
 * decide about today is put back to nothing. Undoing twice is once.
 * @throws Refused `not-allowed`, `not-found`.
 */
export async function undoImport(
  sql: Sql,
  uris: Pick<Uris, "host">,
  by: Account,
  id: string,
  now: Date,
): Promise<void> {
  refuseUnless(isId(id), "not-found");
  await changeWords(sql, by, async (tx) => {
    const [done] = await tx<{ kind: "words" | "hosts"; changes: unknown[]; undoneAt: Date | null }[]>`
      select kind, changes, undone_at from moderation_import where id = ${id} for update`;
    refuseUnless(done !== undefined, "not-found");
    if (done.undoneAt !== null) return;
    if (done.kind === "words") await putBackWords(tx, done.changes as WordChange[], now);
    else await putBackHosts(tx, uris, by, done.changes as HostChange[], now);
    await tx`update moderation_import set undone_at = ${now} where id = ${id}`;
    await recordAct(tx, by, "list-import-undone", null, { kind: done.kind, count: done.changes.length }, now);
  });
}

async function putBackWords(tx: Tx, changes: readonly WordChange[], now: Date): Promise<void> {
  for (const { before, after } of changes) {
    const [folded, language] = [foldPhrase(after.phrase), after.language ?? ""];
    const removed = await tx`
      delete from moderation_word
      where folded = ${folded} and language = ${language} and is_whole = ${after.isWhole} and action = ${after.action}
      returning 1`;
    if (before !== null && removed.length > 0) await putWord(tx, before, now);
  }
}

async function putBackHosts(
  tx: Tx,
  uris: Pick<Uris, "host">,
  by: Account,
  changes: readonly HostChange[],
  now: Date,
): Promise<void> {
  for (const { host, before, after } of changes) {
    const [peer] = await tx<{ policy: string }[]>`select policy from peer where host = ${host}`;
    if (peer?.policy !== after.policy) continue;
    // Kept from when less was refused, or from when this node had another name.
    const former = isTooWide(host, uris.host) ? null : before;
    await decidePeerIn(tx, uris, by, { host, policy: former?.policy ?? null, reason: former?.reason ?? "" }, now);
  }
}

/** One change of the list after the other; whoever looks words up then reads it anew. */
async function changeWords<T>(sql: Sql, by: Account, change: (tx: Tx) => Promise<T>): Promise<T> {
  refuseUnless(holds(by, "administrator"), "not-allowed");
  return await withTransaction(sql, async (tx) => {
    await tx`select from pg_advisory_xact_lock(hashtext('moderation words'))`;
    const changed = await change(tx);
    const [{ count }] = await tx<[{ count: number }]>`select count(*)::int as count from moderation_word`;
    refuseUnless(count <= wordsMax, "too-large", { field: "phrase", max: wordsMax });
    await tx`
      insert into node_setting (key, value) values (${wordListSetting}, ${tx.json(newId())})
      on conflict (key) do update set value = excluded.value`;
    return changed;
  });
}

async function putWord(tx: Tx, word: Word, now: Date): Promise<void> {
  const { phrase, language, isWhole, action } = word;
  const row = {
    id: newId(now),
    phrase,
    folded: foldPhrase(phrase),
    language: language ?? "",
    isWhole,
    action,
    addedAt: now,
  };
  await tx`
    insert into moderation_word ${tx(row)}
    on conflict (folded, language, is_whole) do update set phrase = excluded.phrase, action = excluded.action`;
}

async function noteImport(
  tx: Tx,
  by: Account,
  kind: "words" | "hosts",
  changes: readonly (WordChange | HostChange)[],
  now: Date,
): Promise<number> {
  if (changes.length === 0) return 0;
  await tx`insert into moderation_import ${tx({ id: newId(now), kind, byId: by.id, at: now, changes: tx.json(changes as never) })}`;
  await recordAct(tx, by, "list-imported", null, { kind, count: changes.length }, now);
  return changes.length;
}
