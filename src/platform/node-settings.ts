// What a node keeps about itself, by key: one row per setting, any JSON. Whoever keeps a setting names its key and its shape.
import type { Sql, Tx } from "./db.ts";

/** The value of a setting; null where nothing was ever set. */
export async function readSetting(sql: Sql, key: string): Promise<unknown> {
  const [row] = await sql<{ value: unknown }[]>`select value from node_setting where key = ${key}`;
  return row?.value ?? null;
}

/** Several at once, by key; what was never set is left out. */
export async function readSettings(sql: Sql, keys: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const rows = await sql<{ key: string; value: unknown }[]>`
    select key, value from node_setting where key = any(${keys as string[]})`;
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

/** Null takes the setting out. */
export async function writeSetting(tx: Tx, key: string, value: unknown): Promise<void> {
  if (value === null) {
    await tx`delete from node_setting where key = ${key}`;
    return;
  }
  await tx`
    insert into node_setting (key, value) values (${key}, ${tx.json(value as never)})
    on conflict (key) do update set value = excluded.value`;
}
