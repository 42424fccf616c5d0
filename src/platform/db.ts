// The one way to PostgreSQL: connect, and run work in a transaction. No domain word here.
import postgres from "postgres";

/** Accepted by every action and query: the pool, or the transaction the caller is already in. */
export type Sql = postgres.ISql<{}>;
export type Pool = postgres.Sql<{}>;
export type Tx = postgres.TransactionSql<{}>;

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
    // Columns only: the keys inside JSON values are left as they are.
    transform: { column: { from: postgres.toCamel, to: postgres.fromCamel } },
  };
  if (typeof target !== "string") return postgres({ ...target, ...options });
  // libpq's address of a unix socket, postgres://me@%2Frun%2Fpostgresql/koinon: postgres.js takes the folder as an option only.
  const socketFolder = /^\w+:\/\/(?:[^/@]*@)?(%2F[^/:?]*)/i.exec(target)?.[1];
  return postgres(target, socketFolder ? { ...options, host: decodeURIComponent(socketFolder) } : options);
}

/** Runs `work` in a transaction: a new one on a pool, the caller's own when it is already in one. */
export async function withTransaction<T>(sql: Sql, work: (tx: Tx) => Promise<T>): Promise<T> {
  if ("begin" in sql) return (await (sql as Pool).begin(work)) as T;
  return await work(sql as Tx);
}

/** The constraint a unique violation (23505) ran into, or null for any other error. */
export function violatedUnique(error: unknown): string | null {
  return error instanceof postgres.PostgresError && error.code === "23505" ? (error.constraint_name ?? "") : null;
}
