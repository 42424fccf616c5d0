// A node brought back from a backup file, all or nothing: into an empty database of any version and any kind of server.

import { isDeepStrictEqual } from "node:util";
import { readPlainly } from "./backup.ts";
import { type Contents, readBackup } from "./backup-file.ts";
import { BackupError, type Closing, type Header } from "./backup-format.ts";
import { copyIn, type Loading, listTables } from "./copy.ts";
import { connect, type DatabaseOptions, identifier, type Tx, withTransaction } from "./db.ts";
import { migrateWithin } from "./migrate.ts";
import { clearSchema, isSchemaEmpty, withoutChecks } from "./schema.ts";
import { stageUploads } from "./staged-uploads.ts";

export interface RestoreOptions {
  readonly target: DatabaseOptions["target"];
  readonly uploadsDir: string;
  readonly migrationsDir: string;
  /** Throws away what is in the database and in the uploads folder now. */
  readonly replace: boolean;
  readonly onProgress?: (progress: RestoreProgress) => void;
}

export interface RestoreProgress {
  readonly step: "checking" | "loading" | "finishing";
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

export interface RestoreReport {
  readonly header: Header;
  readonly rows: number;
  readonly uploads: number;
  /** The node's epoch from now on. */
  readonly epoch: number;
}

/**
 * Brings back what {@link backUp} wrote. The file is read twice: once to know that it is whole, before anything is touched,
 * and once to load it, in one transaction; uploads take their place just before it commits.
 *
 * A backup of an older Koinon is loaded into its own tables and then migrated. No right is needed but owning the database.
 *
 * @throws BackupError, with nothing written: not a whole backup, made by a newer Koinon, the database or the uploads folder
 *   not empty (unless `replace`), or the database in use.
 */
export async function restore(file: string, options: RestoreOptions): Promise<RestoreReport> {
  const report = (step: RestoreProgress["step"]) => (bytesRead: number, bytesTotal: number) =>
    options.onProgress?.({ step, bytesRead, bytesTotal });
  const contents = await readBackup(file, { onProgress: report("checking") });
  const uploads = await stageUploads(options.uploadsDir, options.replace);
  const pool = connect({ target: options.target, poolSizeMax: 1, prepare: false });
  let epoch = 0;
  try {
    await withTransaction(pool, async (tx) => {
      await readPlainly(tx);
      await makeRoom(tx, options.replace);
      await loadInto(tx, contents, options, async (load) => {
        const handlers = { rows: load, upload: uploads.write, onProgress: report("loading") };
        if (!isDeepStrictEqual(await readBackup(file, handlers), contents)) {
          throw new BackupError(`${file} changed while it was read`);
        }
      });
      report("finishing")(0, 0);
      await migrateWithin(tx, options.migrationsDir);
      for (const { name } of await listTables(tx)) await tx.unsafe(`analyze ${identifier(name)}`);
      epoch = await raiseEpoch(tx);
      await uploads.putInPlace();
    });
  } catch (error) {
    await uploads.undo();
    throw error;
  } finally {
    await pool.end();
  }
  await uploads.forgetReplaced();
  const rows = contents.closing.tables.reduce((sum, table) => sum + table.rows, 0);
  return { header: contents.header, rows, uploads: contents.closing.uploads.files, epoch };
}

/**
 * What happened after the backup is lost here but known elsewhere, so the node goes on as another history of itself: other
 * nodes take what it says in the new epoch for that, and not for a forgery of what they have.
 */
async function raiseEpoch(tx: Tx): Promise<number> {
  const [row] = await tx<{ epoch: number }[]>`
    insert into node_setting (key, value) values ('epoch', '2')
    on conflict (key) do update set value = to_jsonb((node_setting.value #>> '{}')::int + 1)
    returning (value #>> '{}')::int as epoch`;
  if (!row) throw new Error("The epoch was not raised");
  return row.epoch;
}

async function makeRoom(tx: Tx, replace: boolean): Promise<void> {
  // A node that runs would go on with what it remembers of the data that was there.
  const [others] = await tx<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and usename = current_user and pid <> pg_backend_pid()`;
  if (others && others.count > 0) {
    throw new BackupError(`The database is in use by ${others.count} other connection(s): stop the node first`);
  }
  if (await isSchemaEmpty(tx)) return;
  if (!replace)
    throw new BackupError("The database is not empty: restore into a new one, or add --force to lose what it holds");
  await clearSchema(tx);
}

type Load = (table: string, piece: Buffer) => Promise<void>;

async function loadInto(
  tx: Tx,
  { header, closing }: Contents,
  { migrationsDir }: RestoreOptions,
  readRows: (load: Load) => Promise<void>,
): Promise<void> {
  try {
    await migrateWithin(tx, migrationsDir, header.migrations);
  } catch (error) {
    const reason = (error as Error).message;
    throw new BackupError(`The backup was made by Koinon ${header.productVersion}, but ${reason}`, { cause: error });
  }
  const tables = await tablesToFill(tx, header);
  await withoutChecks(tx, async () => {
    // Rows that the migrations themselves put in are in the backup too, as they stood later.
    if (tables.size > 0) await tx.unsafe(`truncate ${[...tables.keys()].map(identifier).join(", ")}`);
    await loadTables(tx, tables, closing, readRows);
  });
  for (const { name, lastValue } of closing.sequences) {
    if (lastValue !== null) await tx`select setval(${identifier(name)}::regclass, ${lastValue}::bigint)`;
  }
}

/** Columns by table, which have to be those that the same migrations made here. */
async function tablesToFill(tx: Tx, header: Header): Promise<Map<string, readonly string[]>> {
  const here = new Map((await listTables(tx)).map(({ name, columns }) => [name, columns]));
  const tables = new Map(header.tables.map(({ name, columns }) => [name, columns]));
  for (const [name, columns] of tables) {
    const missing = columns.find((column) => !here.get(name)?.includes(column));
    if (missing !== undefined)
      throw new BackupError(`The backup has a column ${name}.${missing} that its migrations do not make`);
  }
  return tables;
}

async function loadTables(
  tx: Tx,
  tables: ReadonlyMap<string, readonly string[]>,
  closing: Closing,
  readRows: (load: Load) => Promise<void>,
): Promise<void> {
  const rowsOf = new Map(closing.tables.map(({ name, rows }) => [name, rows]));
  let current: { table: string; loading: Loading } | undefined;
  const end = async () => {
    if (!current) return;
    const rows = await current.loading.end();
    if (rows !== rowsOf.get(current.table))
      throw new BackupError(`${current.table} took ${rows} rows, not ${rowsOf.get(current.table)}`);
    current = undefined;
  };
  try {
    await readRows(async (table, piece) => {
      if (current?.table !== table) {
        await end();
        const columns = tables.get(table);
        if (!columns) throw new BackupError(`The backup has rows of ${table}, which its description does not name`);
        current = { table, loading: await copyIn(tx, table, columns) };
      }
      await current?.loading.write(piece);
    });
    await end();
  } catch (error) {
    await current?.loading.abort();
    throw error;
  }
}
