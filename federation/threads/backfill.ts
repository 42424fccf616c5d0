// Copies of other nodes' threads, made whole: each is compared with its owner's collection on first contact and daily. An
// equal one costs one 304. What differs is read at its own address; what the owner does not have leaves our page.
import { createHash } from "node:crypto";
import { isServerFollowedHere } from "../../src/actors/queries.ts";
import { keepOwnerWord, type OwnerWord, setAside } from "../../src/comments/owner-actions.ts";
import { digestOfThread, type EmptyPlace, type ThreadDigest } from "../../src/comments/owner-queries.ts";
import { keepPlace } from "../../src/comments/place-actions.ts";
import { recordEvent } from "../../src/events.ts";
import { type Sql, withTransaction } from "../../src/platform/db.ts";
import { plainText } from "../../src/platform/rich-text.ts";
import { dayMs } from "../../src/platform/time.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import type { Subject } from "../../src/subjects/subject.ts";
import { dateOf, isObject, listOf, textOf, uriOf, urisOf, type WirePost } from "../reading.ts";
import { firstReadingMs, promiseRefresh, promiseRepliesReading, promiseThreadReading } from "../refresh-jobs.ts";
import type { Documents } from "../trust/documents.ts";
import type { Json } from "../vocabulary.ts";
import { etagOf } from "./threads.ts";
import { releaseWaiting } from "./waiting.ts";

/** What one reading of a thread may cost: things, pages of collections, steps down a tree of replies. */
export const threadItemsMax = 1_000;
export const threadPagesMax = 500;
export const threadDepthMax = 50;
/** A voice the owner never took is left on our page this long, with a mark. Our own people's stay. */
const awaitedMs = 7 * dayMs;
/** Told to the owner again in one reading, the oldest first. */
const offersMax = 20;

export interface ThreadReading {
  readonly sql: Sql;
  readonly documents: Documents;
  /** The document at an address; null where its server says that it is gone. */
  readonly find: (uri: string) => Promise<Json | null>;
}

/** What the owner of a thread has in it. */
interface Listing {
  /** Each item, with the time of its last change where the owner says it. */
  readonly items: ReadonlyMap<string, Date | null>;
  /** Where something stood that is hidden or gone, the oldest first. */
  readonly places: ReadonlyMap<string, EmptyPlace>;
  /** False where a budget ended the reading: then nothing follows from what is not in it. */
  readonly isWhole: boolean;
}

/** After a thing of another node was read: its thread is read too, where that node's is not the one kept here. */
export async function promiseThreadWhereDifferent(sql: Sql, post: WirePost, now: Date): Promise<void> {
  const thread = await findSubject(sql, post.id);
  if (thread === null || thread.origin === null || thread.threadUri !== null) return;
  const told = isObject(post.civic?.thread) ? post.civic.thread : null;
  const ours: ThreadDigest = await digestOfThread(sql, thread);
  if (told !== null && told.items === ours.items && told.states === ours.states) return;
  await promiseThreadReading(sql, post.id, new Date(+now + firstReadingMs));
}

/** Compares our copy of a thread with its owner's, which is asked once. Nothing happens for threads of our own. */
export async function readThread(reading: ThreadReading, uri: string, now: Date): Promise<void> {
  const { sql } = reading;
  const thread = await findSubject(sql, uri);
  if (thread === null || thread.origin === null || thread.threadUri !== null || thread.deletedAt !== null) return;
  if (!(await isServerFollowedHere(sql, thread.origin))) return;
  await sql`
    insert into thread_copy (uri, checked_at) values (${uri}, ${now})
    on conflict (uri) do update set checked_at = excluded.checked_at, items_read = 0, pages_read = 0`;
  const etag = etagOf(await digestOfThread(sql, thread));
  const listing = await listingOf(reading, thread, etag);
  if (listing === "absent") await promiseRepliesReading(sql, { root: uri, uri, depth: 0 }, now);
  else await settleThread(sql, thread, listing === "unchanged" ? null : listing, now);
}

async function listingOf(
  { documents, find }: ThreadReading,
  thread: Subject,
  etag: string,
): Promise<Listing | "unchanged" | "absent"> {
  const contextUri = `${thread.uri}/context`;
  const context = await documents.findChanged(new URL(contextUri), etag).catch(async (error: unknown) => {
    const status = (error as { response?: Response }).response?.status;
    if (status === 404 || status === 410) return "absent" as const;
    throw error;
  });
  if (context === null) return "unchanged";
  if (context === "absent") return "absent";
  const root = context.json as Json;
  const items = new Map<string, Date | null>();
  let next = uriOf(root.first);
  for (let pages = 0; next !== null && pages < threadPagesMax && items.size < threadItemsMax; pages++) {
    if (new URL(next).origin !== thread.origin) break;
    const page: Json | null = await find(next);
    if (page === null) break;
    const updated = isObject(page.civic) && isObject(page.civic.updated) ? page.civic.updated : {};
    const before = items.size;
    for (const uri of urisOf(page.orderedItems)) if (items.size < threadItemsMax) items.set(uri, dateOf(updated[uri]));
    next = uriOf(page.next);
    // A page that brings nothing new: a ring, or the end.
    if (items.size === before) break;
  }
  const told = isObject(root.civic) ? textOf(root.civic.items, 64) : "";
  // What was said while the pages were read stands on none of them, or on two: the next reading has it.
  const isWhole = next === null && items.size > 0 && (told === "" || told === digestOfItems(items.keys()));
  return { items, places: placesIn(root), isWhole };
}

/** XOR of the SHA-256 of some URIs, as {@link ThreadDigest.items} has it. */
function digestOfItems(uris: Iterable<string>): string {
  const sum = Buffer.alloc(32);
  for (const uri of uris) {
    const hash = createHash("sha256").update(uri).digest();
    for (let at = 0; at < sum.length; at++) sum[at]! ^= hash[at]!;
  }
  return sum.toString("hex");
}

function placesIn(root: Json): Map<string, EmptyPlace> {
  const told = isObject(root.civic) ? listOf(root.civic.places).slice(0, threadItemsMax) : [];
  const places = new Map<string, EmptyPlace>();
  for (const item of told.reverse()) {
    if (!isObject(item)) continue;
    const [uri, publishedAt] = [uriOf(item.uri), dateOf(item.publishedAt)];
    if (uri === null || publishedAt === null) continue;
    const reason = plainText(textOf(item.reason, 2_000));
    const [isDeleted, isAside] = [item.isDeleted === true, item.isAside === true];
    places.set(uri, { uri, parentUri: uriOf(item.parentUri), publishedAt, isDeleted, isAside, reason });
  }
  return places;
}

interface Standing {
  readonly uri: string;
  readonly origin: string | null;
  readonly updatedAt: Date;
  readonly publishedAt: Date;
  readonly isShown: boolean;
  readonly isDeleted: boolean;
  readonly hiddenBy: Subject["hiddenBy"];
  readonly state: OwnerWord["state"] | null;
}

/** What follows from the owner's listing, or, where our copy is equal to it, from what it has not taken. */
async function settleThread(sql: Sql, thread: Subject, listing: Listing | null, now: Date): Promise<void> {
  const ours = await sql<Standing[]>`
    select subject.uri, subject.origin, updated_at, published_at, hidden_at is null and deleted_at is null as is_shown,
      deleted_at is not null as is_deleted, hidden_by, owner_word.state
    from subject left join owner_word on comment_uri = subject.uri and owner_word.origin = ${thread.origin}
    where thread_uri = ${thread.uri} order by subject.id`;
  const known = new Map(ours.map((one) => [one.uri, one]));
  const settling: Settling = { sql, thread, now, offers: [] };
  for (const [uri, updatedAt] of listing?.items ?? []) {
    if (uri !== thread.uri) await settleListed(settling, uri, updatedAt, known.get(uri) ?? null);
  }
  for (const place of listing?.places.values() ?? []) await settlePlace(settling, place, known.get(place.uri) ?? null);
  for (const one of ours) {
    const isListed = listing === null ? isTaken(one, thread) : listing.items.has(one.uri);
    const isSaid = isListed || listing?.places.has(one.uri) === true;
    if (one.isShown && !isSaid && (listing === null || listing.isWhole)) await settleUnlisted(settling, one);
  }
  await withTransaction(sql, async (tx) => {
    for (const { uri, change } of settling.offers.slice(0, offersMax))
      await recordEvent(tx, { type: "CommentOffered", subjectUri: uri, data: { change } }, now);
  });
}

interface Settling {
  readonly sql: Sql;
  readonly thread: Subject;
  readonly now: Date;
  readonly offers: { uri: string; change: "Create" | "Update" | "Delete" }[];
}

const isTaken = ({ origin, state }: Standing, thread: Subject): boolean =>
  origin === thread.origin || state === "listed";

const say = ({ sql, thread, now }: Settling, commentUri: string, state: OwnerWord["state"], reason = "") =>
  withTransaction(sql, (tx) => keepOwnerWord(tx, { commentUri, origin: thread.origin!, state, reason, at: now }, now));

async function settleListed(
  settling: Settling,
  uri: string,
  updatedAt: Date | null,
  one: Standing | null,
): Promise<void> {
  const { sql, thread, offers } = settling;
  if (new URL(uri).origin !== thread.origin && one?.state !== "listed") await say(settling, uri, "listed");
  // The owner has missed that it is gone, or that it has changed.
  if (one?.isDeleted === true) offers.push({ uri, change: "Delete" });
  else if (one?.origin === null) {
    const isHiddenHere = !one.isShown && one.hiddenBy === null;
    if (isHiddenHere || (updatedAt !== null && updatedAt < one.updatedAt)) offers.push({ uri, change: "Update" });
  } else if (one === null || one.hiddenBy === "origin" || (updatedAt !== null && +updatedAt !== +one.updatedAt)) {
    await promiseRefresh(sql, uri);
  }
}

/** Hidden at the owner, hidden here; gone there, asked for at its own server. What never came here is kept as a place. */
async function settlePlace(settling: Settling, place: EmptyPlace, one: Standing | null): Promise<void> {
  const { sql, thread, now } = settling;
  if (one === null) {
    await withTransaction(sql, async (tx) => {
      if (await keepPlace(tx, { ...place, threadUri: thread.uri }, now)) await releaseWaiting(tx, place.uri);
    });
  }
  if (place.isDeleted || place.isAside) {
    // Its own server decides; where that is this one, the owner has missed that it is shown.
    if (one?.isShown === true && one.origin !== null) await promiseRefresh(sql, place.uri);
    else if (one?.isShown === true) settling.offers.push({ uri: one.uri, change: "Update" });
    return;
  }
  // Of its own people's it says so as their server, of others' as the owner of the thread.
  if (new URL(place.uri).origin !== thread.origin) {
    if (one?.state !== "hidden") await say(settling, place.uri, "hidden", place.reason);
  } else await withTransaction(sql, (tx) => setAside(tx, place.uri, place.reason, null, now));
}

async function settleUnlisted(settling: Settling, one: Standing): Promise<void> {
  const { sql, thread, now, offers } = settling;
  if (one.origin === thread.origin) return await promiseRefresh(sql, one.uri);
  const isLate = +now - +one.publishedAt > awaitedMs;
  if (!isLate && one.state !== "listed") offers.push({ uri: one.uri, change: "Create" });
  if (one.state === "listed" || (isLate && one.state === null)) await say(settling, one.uri, "unlisted");
  // It may be gone where it came from, which is why the owner does not have it any more.
  if (one.origin !== null) await promiseRefresh(sql, one.uri);
  else if (one.state === "listed") offers.push({ uri: one.uri, change: "Create" });
}

/**
 * One step down a tree of replies, for a thread whose owner has no collection of it: each reply of a thing is read, and
 * what was said in reply to it is promised, until a budget ends. Replies may live on any server.
 */
export async function readReplies(
  { sql, find }: ThreadReading,
  { root, uri, depth }: { root: string; uri: string; depth: number },
  now: Date,
): Promise<void> {
  const object = await find(uri);
  if (object === null) return;
  const collection = await collectionAt({ find }, object.replies, uri);
  let page = collection === null ? null : collection.first === undefined ? collection : collection.first;
  for (const seen = new Set<string>(); page !== null; ) {
    const read: Json | null = await collectionAt({ find }, page, uri);
    if (read === null || !(await spend(sql, root, { pages: 1, items: 0 }))) return;
    for (const item of urisOf(read.items ?? read.orderedItems)) {
      if (item === root || !(await spend(sql, root, { pages: 0, items: 1 }))) continue;
      await promiseRefresh(sql, item);
      if (depth < threadDepthMax) await promiseRepliesReading(sql, { root, uri: item, depth: depth + 1 }, now);
    }
    const next = uriOf(read.next);
    if (next === null || seen.has(next)) return;
    seen.add(next);
    page = next;
  }
}

/** Embedded, or read where it is named: on the server of the thing itself, which alone says what is said in reply to it. */
async function collectionAt(
  { find }: Pick<ThreadReading, "find">,
  value: unknown,
  ofUri: string,
): Promise<Json | null> {
  if (isObject(value) && (value.items !== undefined || value.orderedItems !== undefined || value.first !== undefined))
    return value;
  const address = uriOf(value);
  return address !== null && new URL(address).origin === new URL(ofUri).origin ? await find(address) : null;
}

/** Takes from the budget of the reading under way. @returns false where it is used up. */
async function spend(sql: Sql, root: string, { pages, items }: { pages: number; items: number }): Promise<boolean> {
  const rows = await sql`
    update thread_copy set pages_read = pages_read + ${pages}, items_read = items_read + ${items}
    where uri = ${root} and pages_read + ${pages} <= ${threadPagesMax} and items_read + ${items} <= ${threadItemsMax}
    returning 1`;
  return rows.length > 0;
}
