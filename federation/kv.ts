// What Fedify remembers between requests (keys, documents, how a server wants its signatures, which servers are down), in
// PostgreSQL: durable, shared by all processes, bounded in age.
import type { KvKey, KvStore, KvStoreListEntry, KvStoreSetOptions } from "@fedify/fedify";
import type { Pool, Sql } from "../src/platform/db.ts";
import { type Handlers, schedule } from "../src/platform/jobs.ts";

/** Fedify keeps public keys and the like without an end. All of it can be fetched again, so it is kept this long. */
export const keptDaysDefault = 30;

const listedAtOnce = 200;

export class PostgresKvStore implements KvStore {
  readonly #sql: Pool;
  readonly #keptMs: number;

  constructor(sql: Pool, { keptDays = keptDaysDefault }: { keptDays?: number } = {}) {
    this.#sql = sql;
    this.#keptMs = keptDays * 86_400_000;
  }

  /** A stored null is null, what is absent is undefined. */
  async get<T = unknown>(key: KvKey): Promise<T | undefined> {
    const [row] = await this.#sql<{ value: T }[]>`
      select value from key_value where key = ${[...key]} and expires_at > now()`;
    return row?.value;
  }

  /**
   * Without a `ttl` a value that stands already is not written again before half its time is over: Fedify sets some of
   * them at every delivery.
   */
  async set(key: KvKey, value: unknown, { ttl }: KvStoreSetOptions = {}): Promise<void> {
    if (value === undefined) return await this.delete(key);
    const stands = ttl
      ? this.#sql`false`
      : this.#sql`exists (
          select from key_value where key = ${[...key]} and value = ${jsonb(this.#sql, value)}
            and expires_at > now() + ${this.#keptMs / 2} * interval '1 ms')`;
    await this.#sql`
      insert into key_value (key, value, expires_at)
      select ${[...key]}, ${jsonb(this.#sql, value)}, ${this.#expiry(ttl)} where not ${stands}
      on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at`;
  }

  async delete(key: KvKey): Promise<void> {
    await this.#sql`delete from key_value where key = ${[...key]}`;
  }

  /** Values are equal when they are the same JSON, whatever the order of keys in objects; undefined is absent. */
  async cas(key: KvKey, expected: unknown, next: unknown, { ttl }: KvStoreSetOptions = {}): Promise<boolean> {
    const sql = this.#sql;
    const stored = sql`key = ${[...key]} and expires_at > now()`;
    if (next === undefined && expected === undefined) return (await this.get(key)) === undefined;
    const expiry = this.#expiry(ttl);
    const rows =
      expected === undefined
        ? await sql`
            insert into key_value (key, value, expires_at) values (${[...key]}, ${jsonb(sql, next)}, ${expiry})
            on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at
            where key_value.expires_at <= now() returning 1`
        : next === undefined
          ? await sql`delete from key_value where ${stored} and value = ${jsonb(sql, expected)} returning 1`
          : await sql`
              update key_value set value = ${jsonb(sql, next)}, expires_at = ${expiry}
              where ${stored} and value = ${jsonb(sql, expected)} returning 1`;
    return rows.length > 0;
  }

  /** In the order of keys, a page at a time; what changes meanwhile may or may not be seen. */
  async *list(prefix?: KvKey): AsyncIterable<KvStoreListEntry> {
    const sql = this.#sql;
    const first = [...(prefix ?? [])];
    // In the order of bytes nothing stands between what begins with `first` and its last word with the least character added.
    const end = prefix ? [...first.slice(0, -1), `${first.at(-1)}\u0001`] : null;
    let after: string[] | null = null;
    for (;;) {
      const from: ReturnType<typeof jsonb> = after ? sql`key > ${after}` : sql`key >= ${first}::text[]`;
      const rows: { key: string[]; value: unknown }[] = await sql`
        select key, value from key_value
        where ${from} and ${end ? sql`key < ${end}` : sql`true`} and expires_at > now()
        order by key limit ${listedAtOnce}`;
      for (const { key, value } of rows) yield { key: key as [string, ...string[]], value };
      if (rows.length < listedAtOnce) return;
      after = rows.at(-1)!.key;
    }
  }

  #expiry(ttl: KvStoreSetOptions["ttl"]) {
    return this.#sql`now() + ${ttl ? ttl.total("milliseconds") : this.#keptMs} * interval '1 ms'`;
  }
}

/** As text, since the driver takes a bare null for SQL's. */
const jsonb = (sql: Sql, value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;

const sweepKind = "sweep-key-values";
const sweepEveryMs = 600_000;
const sweptAtOnce = 1_000;

/** Removes values whose time is over, a bounded number per statement. @returns how many. */
export async function sweepKeyValues(sql: Sql): Promise<number> {
  for (let total = 0; ; ) {
    const gone = await sql`
      delete from key_value where key in (
        select key from key_value where expires_at <= now() order by expires_at limit ${sweptAtOnce} for update skip locked)`;
    total += gone.count;
    if (gone.count < sweptAtOnce) return total;
  }
}

/** The recurring job that sweeps. {@link scheduleSweep} asks for it the first time. */
export const sweepHandlers = (sql: Pool, now: () => Date): Handlers => ({
  [sweepKind]: async () => {
    await scheduleSweep(sql, now());
    await sweepKeyValues(sql);
  },
});

export const scheduleSweep = (sql: Sql, now: Date): Promise<void> =>
  schedule(sql, sweepKind, new Date(now.getTime() + sweepEveryMs));
