// The one way to PostgreSQL: connect, and run work in a transaction. No domain word here.
import { setImmediate as nextTurn } from "node:timers/promises";
import type driver from "postgres";
import { postgres } from "./postgres-driver.ts";

/** Accepted by every action and query: the pool, or the transaction the caller is already in. */
// biome-ignore lint/complexity/noBannedTypes: the driver's own way to say "no extra types"
export type Sql = driver.ISql<{}>;
// biome-ignore lint/complexity/noBannedTypes: the driver's own way to say "no extra types"
export type Pool = driver.Sql<{}>;
// biome-ignore lint/complexity/noBannedTypes: the driver's own way to say "no extra types"
export type Tx = driver.TransactionSql<{}>;
/** Part of a question, to be put into a whole one. */
export type Part = driver.PendingQuery<driver.Row[]>;

export interface DatabaseOptions {
  /** `postgres://…`, or the options of the embedded server. */
  readonly target: string | { host: string; port: number; username: string; database: string };
  readonly poolSizeMax: number;
  /** False behind PgBouncer in transaction mode. */
  readonly prepare: boolean;
}

export function connect({ target, poolSizeMax, prepare }: DatabaseOptions): Pool {
  const options = {
    max: poolSizeMax,
    prepare,
    onnotice: () => {},
    // A database that goes away for some seconds is waited for, not given up.
    connect_timeout: 15,
    // Seconds between attempts of one connection. The default grows to 20, long after a restarted server is back.
    backoff: (attempts: number) => Math.min(1, 0.05 * 2 ** attempts) * (0.5 + Math.random() / 2),
    // Columns only: the keys inside JSON values are left as they are.
    transform: { column: { from: postgres.toCamel, to: postgres.fromCamel } },
  };
  if (typeof target !== "string") return postgres({ ...target, ...options });
  // libpq's address of a unix socket, postgres://me@%2Frun%2Fpostgresql/koinon: postgres.js takes the folder as an option only.
  const socketFolder = /^\w+:\/\/(?:[^/@]*@)?(%2F[^/:?]*)/i.exec(target)?.[1];
  return postgres(target, socketFolder ? { ...options, host: decodeURIComponent(socketFolder) } : options);
}

/**
 * Runs `work` in a transaction: a new one on a pool, the caller's own when it is already in one. Not to be gone
 * around with `begin`: a transaction whose connection is lost must not go on.
 *
 * @param mode such as `isolation level repeatable read`; for a new transaction only.
 */
export async function withTransaction<T>(sql: Sql, work: (tx: Tx) => Promise<T>, mode = ""): Promise<T> {
  if ("begin" in sql) return await beginGuarded(sql as Pool, mode, work);
  return await work(sql as Tx);
}

/**
 * postgres.js lets a transaction whose connection was lost go on: its next query, `commit` and `rollback` included, would
 * reach the transaction of somebody else who was given the connection meanwhile. So once `begin` has ended, in whatever
 * way, nothing more goes through.
 */
async function beginGuarded<T>(pool: Pool, mode: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  let over: Error | undefined;
  const untilOver = async <R>(run: () => Promise<R>): Promise<R> => {
    try {
      return await run();
    } catch (error) {
      await nextTurn(); // the connection's loss is known only after the query's
      throw error;
    } finally {
      if (over) await never; // else postgres.js would go on to commit or roll back
    }
  };
  const guard = (tx: Tx): Tx =>
    new Proxy(tx, {
      apply(query, self, args) {
        if (over) throw over;
        return Reflect.apply(query, self, args);
      },
      get(query, name) {
        if (name === "savepoint") {
          return (inner: (tx: Tx) => Promise<unknown>) =>
            query.savepoint((point) => untilOver(() => inner(guard(point))));
        }
        if (name === "unsafe" && over) throw over;
        return Reflect.get(query, name);
      },
    });
  try {
    return (await pool.begin(mode, (tx) => untilOver(() => work(guard(tx))))) as T;
  } catch (error) {
    over = error as Error;
    throw error;
  } finally {
    over ??= new Error("The transaction is over");
  }
}

const never = new Promise<never>(() => {});

/**
 * Statements of one transaction that do not wait for each other's answers: they go out in one write and are answered
 * together; which comes first is not promised. All of them have ended when this returns or throws, so that none runs on
 * behind a rollback.
 * @throws what the first of them failed with.
 */
export async function together<T extends readonly unknown[]>(
  ...work: T
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const ends = await Promise.allSettled(work);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return ends.map((end) => (end as PromiseFulfilledResult<unknown>).value) as never;
}

/** A name as SQL takes it, for `unsafe`: `sql(name)` would turn camel case into snake case. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The constraint a unique violation (23505) ran into, or null for any other error. */
export function violatedUnique(error: unknown): string | null {
  return error instanceof postgres.PostgresError && error.code === "23505" ? (error.constraint_name ?? "") : null;
}

/** Whether a row could not be deleted because others name it (23503). */
export const isStillReferred = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && error.code === "23503";

const awayCodes = /^(ECONN\w+|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|CONNECT\w+|08\w{3}|57P0\d)$/;

/** Whether a query failed because the server cannot be reached, stops or starts just now: later it may well succeed. */
export const isDatabaseAway = (error: unknown): boolean =>
  error instanceof Error && "code" in error && awayCodes.test(String(error.code));
