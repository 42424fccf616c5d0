// Writes the records of threads in which something has changed since the last time. Run by a job, so at most once in ten
// minutes for each. The only writer of thread_entry.

import { canonicalText } from "../platform/canonical.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { purgeParts, sealPart, writeRecords } from "../records/actions.ts";
import type { Json } from "../records/record.ts";
import { listEntries, listPartsBySubject, listVoices, placeOfThread } from "./queries.ts";
import { blockOf, commentsPerBlock, type ThreadEntry, threadDraft, type Voice, voicePart } from "./thread.ts";

const threadsMax = 100;

/** @returns how many threads were looked at. */
export async function writeThreads(sql: Sql, now: Date): Promise<number> {
  for (let done = 0; ; ) {
    const threads = await sql<{ threadUri: string }[]>`
      select distinct thread_uri from thread_change order by thread_uri limit ${threadsMax}`;
    for (const { threadUri } of threads) await withTransaction(sql, (tx) => writeThread(tx, threadUri, now));
    done += threads.length;
    if (threads.length < threadsMax) return done;
  }
}

async function writeThread(tx: Tx, threadUri: string, now: Date): Promise<void> {
  // From the thread down, as everyone does who changes a comment: what is read here holds until it is written.
  await tx`select from subject where uri = ${threadUri} for no key update`;
  const changes = await tx<{ commentUri: string }[]>`
    delete from thread_change where thread_uri = ${threadUri} returning comment_uri`;
  const place = await placeOfThread(tx, threadUri);
  if (place === null) return;
  const uris = [...new Set(changes.map((change) => change.commentUri))];
  await tx`select from subject where uri = any(${uris}) order by uri for no key update`;
  const entries = new Map((await listEntries(tx, uris)).map((entry) => [entry.commentUri, entry]));
  let next = await countEntries(tx, threadUri);
  const changed: ThreadEntry[] = [];
  for (const voice of await listVoices(tx, threadUri, uris)) {
    const before = entries.get(voice.uri) ?? null;
    // What nobody has read yet has no place; and what was erased before it had one never gets it.
    if (before === null && (voice.isHeld || voice.state !== "shown")) continue;
    const { uri: commentUri, parentUri, publishedAt, state } = voice;
    const partDigest = await keepPart(tx, voice, before, now);
    changed.push({ place: before?.place ?? next++, commentUri, parentUri, publishedAt, state, partDigest });
  }
  await keepEntries(tx, threadUri, changed);
  for (const block of new Set(changed.map((entry) => blockOf(entry.place)))) {
    const of = changed.filter((entry) => blockOf(entry.place) === block).map((entry) => entry.commentUri);
    const purged = (await listPartsBySubject(tx, of)).filter((part) => part.document === null);
    const draft = threadDraft(
      place,
      block,
      await entriesOf(tx, threadUri, block),
      purged.map((part) => part.digest).sort(),
    );
    await writeRecords(tx, [draft], now);
  }
}

/** The digest of a comment's words, sealed anew where they changed; null, and all of them purged, where it is erased. */
async function keepPart(tx: Tx, voice: Voice, before: ThreadEntry | null, now: Date): Promise<string | null> {
  if (voice.state === "erased") {
    await purgeParts(tx, voice.uri, null, now);
    return null;
  }
  const content = voicePart(voice);
  const kept = await listPartsBySubject(tx, [voice.uri]);
  const current = kept.find((part) => part.digest === before?.partDigest);
  if (current?.document != null && isSame(content, JSON.parse(current.document) as Json)) return current.digest;
  const sealed = sealPart(voice.uri, content);
  await tx`
    insert into record_part (digest, subject_uri, document) values (${sealed.digest}, ${voice.uri}, ${sealed.text})`;
  return sealed.digest;
}

function isSame(content: Json, kept: Json): boolean {
  const { salt: _salt, type: _type, subject: _subject, ...rest } = kept;
  return canonicalText(content) === canonicalText(rest);
}

async function countEntries(tx: Tx, threadUri: string): Promise<number> {
  const [row] = await tx<{ next: number }[]>`
    select coalesce(max(place) + 1, 0) as next from thread_entry where thread_uri = ${threadUri}`;
  return row!.next;
}

async function keepEntries(tx: Tx, threadUri: string, entries: readonly ThreadEntry[]): Promise<void> {
  for (const entry of entries) {
    const { state, partDigest } = entry;
    await tx`
      insert into thread_entry ${tx({ threadUri, ...entry })}
      on conflict (comment_uri) do update set ${tx({ state, partDigest })}`;
  }
}

async function entriesOf(tx: Tx, threadUri: string, block: number): Promise<ThreadEntry[]> {
  const from = block * commentsPerBlock;
  return await tx<ThreadEntry[]>`
    select place, comment_uri, parent_uri, published_at, state, part_digest from thread_entry
    where thread_uri = ${threadUri} and place >= ${from} and place < ${from + commentsPerBlock} order by place`;
}
