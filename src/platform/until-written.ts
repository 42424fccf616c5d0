// Answers that hold until anything is written: for what many ask for at the same time, and must never be told as it was.
import type { Sql } from "./db.ts";
import { openGathering } from "./gathering.ts";

/** The answer to a name: made now, or kept where nothing has been written since it was made. */
export type UntilWritten<T> = (name: string, make: () => Promise<T>) => Promise<T>;

/** For the little that depends on the hour as well, as phases that open and close do. Real time: this is about load. */
const keptMs = 10_000;
const keptMax = 500;
const askedMax = 1_000;

/**
 * Every transaction that writes has a number, and the current snapshot says which of them have ended. So as long as it
 * reads the same, nobody has committed anything, in whatever process, and an answer that was made after it was read is still
 * what would be made now. Whoever asks makes us look at it once more, so nothing has to be told to any cache.
 *
 * What depends on the clock as well may be told as it was up to 10 s ago, where nobody writes meanwhile.
 *
 * @param sql the primary, never a standby: there a transaction that is being replayed is not in the snapshot, which can read
 * the same before and after its commit.
 * @param make reads the same database alone, with statements of its own.
 * @see PostgreSQL, "Transaction ID and Snapshot Information Functions"
 */
export function openUntilWritten<T>(sql: Sql, nowMs = () => performance.now()): UntilWritten<T> {
  const kept = new Map<string, { readonly answer: Promise<T>; readonly at: number }>();
  let keptFor = "";
  // Asked after the request came, for all that wait to ask.
  const snapshot = openGathering(async (askers: readonly string[]) => {
    const [row] = await sql<[{ snapshot: string }]>`select pg_current_snapshot()::text as snapshot`;
    return askers.map(() => row.snapshot);
  }, askedMax);

  return async (name, make) => {
    const current = await snapshot(name);
    if (current !== keptFor) {
      kept.clear();
      keptFor = current;
    }
    const known = kept.get(name);
    if (known !== undefined && nowMs() - known.at < keptMs) return await known.answer;
    const answer = make();
    if (kept.size >= keptMax) kept.delete(kept.keys().next().value!);
    const mine = { answer, at: nowMs() };
    kept.set(name, mine);
    answer.catch(() => {
      if (kept.get(name) === mine) kept.delete(name);
    });
    return await answer;
  };
}
