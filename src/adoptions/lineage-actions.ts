// What is read elsewhere for the sake of a tree: promised within a budget, kept as it was read, dropped where it is not so.
import type { Tx } from "../platform/db.ts";
import { enqueue } from "../platform/jobs.ts";
import { dayMs } from "../platform/time.ts";
import type { DerivedFrom } from "../subjects/derivation.ts";
import { noteDerivation } from "../subjects/derivation-actions.ts";
import { findSubject } from "../subjects/queries.ts";
import { lineageDepthMax, lineageKeptMs, lineageNodesMax } from "./adoption.ts";
import type { LineageFacts } from "./lineage.ts";

export interface LineageWish {
  readonly uri: string;
  /** The thing known here for whose sake it is read. */
  readonly treeUri: string;
  /** How far from that one, from 1. */
  readonly depth: number;
  /** The server that named it. */
  readonly sourceHost: string;
  /** What it must say it was made from; null where it was named by what was made from it. */
  readonly expectsUri: string | null;
  /** `listed`: by the thing it belongs to. `offer`: by an offer, of which there are limits of their own. */
  readonly by: "listed" | "offer";
}

/**
 * Promises to read a thing of another node, unless that was done within the day or the budget of its tree is spent.
 * The row is the promise: what has one can be read no more often, so the jobs are no more than the rows.
 */
export async function promiseLineage(tx: Tx, wish: LineageWish, now: Date): Promise<void> {
  const { uri, treeUri, depth, sourceHost, expectsUri, by } = wish;
  if (depth > lineageDepthMax) return;
  if ((await findSubject(tx, uri))?.origin === null) return;
  const [known] = await tx<{ checkedAt: Date | null }[]>`
    select checked_at from lineage_node where uri = ${uri} for no key update`;
  if (known === undefined) {
    if (by !== "offer" && !(await hasRoom(tx, wish))) return;
    await tx`
      insert into lineage_node ${tx({ uri, treeUri, depth, sourceHost, expectsUri })} on conflict (uri) do nothing`;
  } else if (by === "listed" && expectsUri !== null) {
    // What its origin lists was accepted there, whoever named it first.
    await tx`update lineage_node set expects_uri = ${expectsUri}, source_host = ${sourceHost} where uri = ${uri}`;
  }
  const isFresh = known?.checkedAt != null && +now - +known.checkedAt < lineageKeptMs;
  if (!isFresh || by === "offer") await enqueue(tx, jobFor(uri));
}

const jobFor = (uri: string) => ({
  kind: "lineage",
  payload: { uri },
  key: `lineage:${new URL(uri).host}`,
  uniqueKey: `lineage:${uri}`,
});

async function hasRoom(tx: Tx, { treeUri }: LineageWish): Promise<boolean> {
  const [row] = await tx<{ total: number }[]>`
    select count(*)::int as total from lineage_node where tree_uri = ${treeUri}`;
  return row!.total < lineageNodesMax;
}

/** What a thing of another node says of itself, read at its own address. Its edge is its own word, not that of who named it. */
export async function keepLineage(
  tx: Tx,
  { uri, facts, from }: { uri: string; facts: LineageFacts; from: DerivedFrom | null },
  now: Date,
): Promise<void> {
  await tx`
    update lineage_node set facts = ${tx.json(facts as never)}, checked_at = ${now}, unanswered_at = null, gone_at = null
    where uri = ${uri}`;
  await noteDerivation(tx, uri, from, now);
}

/** Its server does not answer: what was read before stays, and says since when. */
export async function keepSilence(tx: Tx, uri: string, now: Date): Promise<void> {
  await tx`
    update lineage_node set checked_at = ${now}, unanswered_at = coalesce(unanswered_at, ${now}) where uri = ${uri}`;
}

/** Its own server says it is gone: its words leave, its place in the tree stays. */
export async function keepFarewell(tx: Tx, uri: string, now: Date): Promise<void> {
  await tx`
    update lineage_node set facts = null, checked_at = ${now}, unanswered_at = null, gone_at = coalesce(gone_at, ${now})
    where uri = ${uri}`;
}

/** It is not what it was named as: it was never here. What it says of itself in a copy kept here stays. */
export async function dropLineage(tx: Tx, uri: string): Promise<void> {
  await tx`delete from lineage_node where uri = ${uri}`;
  await tx`
    delete from derivation where subject_uri = ${uri} and not exists (select from subject where uri = ${uri})`;
  await tx`delete from adoption where subject_uri = ${uri} and state = 'unread'`;
}

/** Erased where it lives: nothing of it stays in a tree here, nor in a list. What was made from it keeps its own words. */
export async function eraseLineageCopy(tx: Tx, uri: string): Promise<void> {
  await tx`delete from lineage_node where uri = ${uri}`;
  await tx`
    delete from derivation where subject_uri = ${uri}
      and not exists (select from subject where uri = ${uri} and origin is null)`;
  await tx`delete from adoption where subject_uri = ${uri} and not is_ours`;
}

const sweptAtOnce = 200;
/** A server that says once that a thing is gone may have been mended the day after. */
const goneAskedMs = 30 * dayMs;

/** Promises to read again what was read longest ago: the daily round. */
export async function promiseOldLineage(tx: Tx, now: Date): Promise<void> {
  const old = await tx<{ uri: string }[]>`
    select uri from lineage_node
    where (gone_at is null or gone_at > ${new Date(+now - goneAskedMs)}) and checked_at < ${new Date(+now - lineageKeptMs)}
    order by checked_at limit ${sweptAtOnce}`;
  await enqueue(
    tx,
    old.map(({ uri }) => jobFor(uri)),
  );
}
