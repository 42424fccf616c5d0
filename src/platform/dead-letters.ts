// Jobs that were given up: an operator reads them, tries them again, or throws them away.
import type { Sql } from "./db.ts";
import { withTransaction } from "./db.ts";
import { enqueue } from "./jobs.ts";

export interface DeadLetter {
  /** The id the job had. */
  readonly id: string;
  readonly kind: string;
  readonly payload: unknown;
  readonly key: string | null;
  readonly createdAt: Date;
  readonly diedAt: Date;
  readonly attempts: number;
  readonly lastError: string;
}

const pageSizeMax = 200;

/** The latest jobs first, by key: pass the last id seen as `before` for the next page. */
export async function listDeadLetters(
  sql: Sql,
  { before = null, limit = 50 }: { before?: string | null; limit?: number } = {},
): Promise<DeadLetter[]> {
  return await sql<DeadLetter[]>`
    select id, kind, payload, key, created_at, died_at, attempts, last_error from dead_letter
    where ${before === null ? sql`true` : sql`id < ${before}`}
    order by id desc limit ${Math.min(limit, pageSizeMax)}`;
}

/**
 * Makes a job of a dead letter again, due at once, with all its tries, behind the waiting ones of its key.
 *
 * @returns false when there is no such letter (any more).
 */
export async function retryDeadLetter(sql: Sql, id: string): Promise<boolean> {
  return await withTransaction(sql, async (tx) => {
    const [letter] = await tx<{ kind: string; payload: unknown; key: string | null; uniqueKey: string | null }[]>`
      delete from dead_letter where id = ${id} returning kind, payload, key, unique_key`;
    if (!letter) return false;
    const { kind, payload, key, uniqueKey } = letter;
    await enqueue(tx, { kind, payload, key: key ?? undefined, uniqueKey: uniqueKey ?? undefined });
    return true;
  });
}

/** @returns false when there is no such letter (any more). */
export async function discardDeadLetter(sql: Sql, id: string): Promise<boolean> {
  const gone = await sql`delete from dead_letter where id = ${id} returning 1`;
  return gone.length > 0;
}

const retriedAtOnceMax = 1_000;

/**
 * Makes jobs of all dead letters of some kinds again, the oldest first, up to {@link retriedAtOnceMax}.
 *
 * @returns how many there were.
 */
export async function retryDeadLetters(sql: Sql, kinds: readonly string[]): Promise<number> {
  return await withTransaction(sql, async (tx) => {
    const letters = await tx<{ kind: string; payload: unknown; key: string | null; uniqueKey: string | null }[]>`
      with gone as (
        delete from dead_letter where id in (
          select id from dead_letter where kind = any(${kinds as string[]}) order by id limit ${retriedAtOnceMax}
          for update skip locked)
        returning id, kind, payload, key, unique_key)
      select kind, payload, key, unique_key from gone order by id`;
    await enqueue(
      tx,
      letters.map(({ kind, payload, key, uniqueKey }) => ({
        ...{ kind, payload },
        ...{ key: key ?? undefined, uniqueKey: uniqueKey ?? undefined },
      })),
    );
    return letters.length;
  });
}
