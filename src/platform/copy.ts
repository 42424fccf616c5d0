// COPY as streams: the quickest way to take rows out of PostgreSQL and to put them in, whatever the versions at both ends.
import { finished } from "node:stream/promises";
import { identifier, type Sql, type Tx } from "./db.ts";

/** Rows being loaded. One at a time per transaction, and nothing else runs in it meanwhile. */
export interface Loading {
  /** Any piece of COPY's text format; rows may span pieces. Resolves when more may come. */
  write(piece: Buffer): Promise<void>;
  /** @returns the number of rows that were loaded. @throws what PostgreSQL has to say about them. */
  end(): Promise<number>;
  /** Instead of `end`: gives up, which fails the transaction, and frees the connection to say so. */
  abort(): Promise<void>;
}

/**
 * Leaving the loop early reads the rest all the same: the connection is of no use before.
 *
 * @param query a `select`; its rows come in COPY's text format, UTF-8, one per line.
 */
export async function* copyOut(tx: Tx, query: string): AsyncGenerator<Buffer> {
  const stream = await tx.unsafe(`copy (${query}) to stdout`).readable();
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) yield chunk;
  } finally {
    if (!stream.readableEnded && !stream.destroyed) await finished(stream.resume()).catch(() => {});
  }
}

export async function copyIn(tx: Tx, table: string, columns: readonly string[]): Promise<Loading> {
  const query = tx.unsafe(`copy ${identifier(table)} (${columns.map(identifier).join(", ")}) from stdin`);
  const stream = await query.writable();
  // postgres.js 3.4.9 tells the query, which has settled by handing out the stream, and then nobody, when rows are refused
  // after the last piece: so the query's two ways to settle are taken over here.
  const ended = new Promise<number>((resolve, reject) => {
    const settling = query as unknown as { resolve(result: { count: number }): void; reject(error: Error): void };
    const { resolve: resolveQuery, reject: rejectQuery } = settling;
    settling.resolve = (result) => {
      resolveQuery(result);
      resolve(result.count);
    };
    settling.reject = (error) => {
      rejectQuery(error);
      reject(error);
    };
  });
  ended.catch(() => {}); // it is looked at where it matters: in write and end
  stream.on("error", () => {});
  return {
    async write(piece) {
      if (!stream.write(piece)) await Promise.race([new Promise((resume) => stream.once("drain", resume)), ended]);
      if (stream.destroyed) await ended;
    },
    async end() {
      stream.end();
      return await ended;
    },
    async abort() {
      stream.destroy(new Error("given up"));
      await ended.catch(() => {});
    },
  };
}

export interface CopiedTable {
  readonly name: string;
  /** Those that hold something of their own; generated ones do not. */
  readonly columns: readonly string[];
}

/** The tables of the current schema, by name; what belongs to an extension is left to it. */
export async function listTables(sql: Sql): Promise<CopiedTable[]> {
  return await sql<{ name: string; columns: string[] }[]>`
    select relname as name,
      array(
        select attname::text from pg_attribute
        where attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum
      ) as columns
    from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e')
    order by relname collate "C"`;
}
