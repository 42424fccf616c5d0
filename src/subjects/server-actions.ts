// Writes of the register for everything of one server at once: withheld while it is blocked, and shown again as it was.
import type { Tx } from "../platform/db.ts";
import type { SubjectKind } from "./subject.ts";

/** How many public things of a kind a process has lost, or has again. */
export interface ContributionsOf {
  readonly kind: SubjectKind;
  readonly processUri: string | null;
  readonly count: number;
}

/** Origins of a host: https, and http where a demo or a test uses it. */
const originsOf = (host: string): string[] => [`https://${host}`, `http://${host}`];

/**
 * Takes everything public of a server off the pages, out of searches and counts, its likes and boosts among it. What a
 * moderator has hidden stays theirs. Twice is once.
 */
export async function withholdServer(tx: Tx, host: string, now: Date): Promise<readonly ContributionsOf[]> {
  const origins = originsOf(host);
  await lockThreadsOf(tx, origins);
  const rows = await tx`
    update subject set hidden_at = ${now}, hidden_reason = '', withheld_at = ${now}
    where origin = any(${origins}) and hidden_at is null and deleted_at is null and published_at is not null`;
  await countReactionsOf(tx, origins, -1);
  return rows.count === 0 ? [] : await countVoicesOf(tx, origins, now, -1);
}

/** Shows again what {@link withholdServer} took off the pages. */
export async function releaseServer(tx: Tx, host: string): Promise<readonly ContributionsOf[]> {
  const origins = originsOf(host);
  await lockThreadsOf(tx, origins);
  const contributions = await countVoicesOf(tx, origins, null, 1);
  await tx`
    update subject set hidden_at = null, withheld_at = null where origin = any(${origins}) and withheld_at is not null`;
  await countReactionsOf(tx, origins, 1);
  return contributions;
}

/** From the thread down, as every writer of a comment does: so that none of them waits for us and we for it. */
async function lockThreadsOf(tx: Tx, origins: readonly string[]): Promise<void> {
  await tx`
    select from subject where uri in (select thread_uri from subject where origin = any(${origins as string[]}) and kind = 'comment')
    order by uri for no key update`;
}

/** @param at when they were withheld; null: whenever. */
async function countVoicesOf(
  tx: Tx,
  origins: readonly string[],
  at: Date | null,
  by: 1 | -1,
): Promise<readonly ContributionsOf[]> {
  const withheld = tx`
    subject where origin = any(${origins as string[]}) and deleted_at is null and published_at is not null
      and ${at === null ? tx`withheld_at is not null` : tx`withheld_at = ${at}`}`;
  await tx`
    update subject counted set comment_count = counted.comment_count + ${by} * voices.count
    from (select place.uri, count(*)::int as count
          from (select thread_uri, parent_uri from ${withheld}) voice
          cross join lateral (values (voice.thread_uri), (voice.parent_uri)) place (uri)
          where place.uri is not null group by place.uri) voices
    where counted.uri = voices.uri`;
  await tx`
    update stance_count set voices = stance_count.voices + ${by} * sides.count
    from (select thread_uri, stance, count(*)::int as count from ${withheld} and stance is not null group by 1, 2) sides
    where stance_count.thread_uri = sides.thread_uri and stance_count.stance = sides.stance and not stance_count.is_local`;
  // The threads of this node say so with their next records.
  await tx`
    with voice as (select uri, thread_uri from ${withheld}),
      told as (insert into thread_change (thread_uri, comment_uri)
        select thread.uri, voice.uri from voice join subject thread on thread.uri = voice.thread_uri
        where thread.origin is null returning thread_uri)
    insert into tally_change (subject_uri) select distinct thread_uri from told`;
  return await tx<ContributionsOf[]>`
    select kind, process_uri, count(*)::int as count from ${withheld} and kind <> 'comment' group by 1, 2`;
}

async function countReactionsOf(tx: Tx, origins: readonly string[], by: 1 | -1): Promise<void> {
  const isCounted = by === 1;
  await tx`
    with changed as (
      update reaction set is_counted = ${isCounted} from actor
      where actor.id = reaction.actor_id and actor.origin = any(${origins as string[]})
        and reaction.is_counted <> ${isCounted}
      returning reaction.subject_uri, reaction.kind),
    tallied as (insert into tally_change (subject_uri) select distinct subject_uri from changed)
    update subject set
      like_count = greatest(0, like_count + ${by} * goodwill.likes),
      share_count = greatest(0, share_count + ${by} * goodwill.shares)
    from (select subject_uri, (count(*) filter (where kind = 'like'))::int as likes,
            (count(*) filter (where kind = 'share'))::int as shares from changed group by 1) goodwill
    where subject.uri = goodwill.subject_uri`;
}
