// A backup of the whole node into one file, while it runs: every row as of one moment, and the uploads.
import { createHash } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import {
  BackupError,
  closingName,
  formatVersion,
  type Header,
  headerName,
  pieceName,
  Tally,
  uploadName,
} from "./backup-format.ts";
import { copyOut, listTables } from "./copy.ts";
import { connect, type DatabaseOptions, identifier, type Tx, withTransaction } from "./db.ts";
import { appliedMigrations } from "./migrate.ts";
import { tarEnd, tarHeader, tarPadding } from "./tar.ts";

/** Rows are gathered into pieces of about this size: what is held in memory at a time. */
const pieceBytes = 1 << 20;
/** Text shrinks five times already; uploads are compressed as they come, and higher levels cost more than they save. */
const gzipLevel = 3;

export interface BackupOptions {
  readonly target: DatabaseOptions["target"];
  readonly uploadsDir: string;
  readonly productVersion: string;
  /** Tables whose rows stay behind, each with the reason. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** Called often; cheap work only. */
  readonly onProgress?: (progress: BackupProgress) => void;
}

export interface BackupProgress {
  readonly rows: number;
  readonly uploads: number;
}

/**
 * Writes a backup to `file`, which appears only when it is complete and on disk. The node may run meanwhile: rows are those
 * of one moment; files uploaded after it may come along, which does no harm.
 *
 * The file holds private keys and personal data. It is made readable for its owner alone.
 *
 * @throws BackupError when the file exists already, or the database has never been migrated.
 */
export async function backUp(file: string, options: BackupOptions): Promise<BackupProgress> {
  if (existsSync(file)) throw new BackupError(`${file} exists already: name another file, or remove it`);
  const unfinished = `${file}.unfinished`;
  const pool = connect({ target: options.target, poolSizeMax: 1, prepare: false });
  const tally = new Tally();
  try {
    const write = async (tx: Tx) => {
      await readPlainly(tx);
      const out = createWriteStream(unfinished, { mode: 0o600, flush: true });
      await pipeline(Readable.from(archive(tx, tally, options)), createGzip({ level: gzipLevel }), out);
    };
    await withTransaction(pool, write, "isolation level repeatable read read only");
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    await pool.end();
  }
  return { rows: tally.rowCount, uploads: tally.uploadCount };
}

async function* archive(tx: Tx, tally: Tally, options: BackupOptions): AsyncGenerator<Buffer> {
  const madeAt = new Date();
  const header = await describe(tx, options, madeAt);
  const report = () => options.onProgress?.({ rows: tally.rowCount, uploads: tally.uploadCount });
  yield* entry(headerName, json(header), madeAt);
  for (const { name, columns } of header.tables) {
    let number = 0;
    for await (const piece of gather(copyOut(tx, selectAll(name, columns)))) {
      tally.addRows(name, piece);
      number++;
      yield* entry(pieceName(name, number), piece, madeAt);
      report();
    }
  }
  for await (const path of filesBelow(options.uploadsDir)) {
    yield* uploadEntry(options.uploadsDir, path, tally);
    report();
  }
  yield* entry(closingName, json({ ...tally.close(), sequences: await listSequences(tx) }), madeAt);
  yield tarEnd;
}

async function describe(tx: Tx, { productVersion, leftOut }: BackupOptions, madeAt: Date): Promise<Header> {
  const migrations = await appliedMigrations(tx);
  if (migrations.length === 0) throw new BackupError("There is no node in this database: nothing to back up");
  const tables = await listTables(tx);
  const [server] = await tx<{ version: string }[]>`select current_setting('server_version') as version`;
  return {
    format: "koinon-backup",
    formatVersion,
    productVersion,
    serverVersion: server?.version ?? "",
    madeAt: madeAt.toISOString(),
    migrations: migrations.map(({ name, sha256 }) => ({ name, sha256 })),
    tables: tables.filter(({ name }) => name !== "migration" && !Object.hasOwn(leftOut, name)),
    leftOut,
  };
}

/** Values in the form that every version and every setting reads again, and no limit on how long it takes. */
export async function readPlainly(tx: Tx): Promise<void> {
  await tx`
    select set_config(name, wanted_value, true) from pg_settings join (values
      ('datestyle', 'ISO, YMD'), ('intervalstyle', 'postgres'), ('timezone', 'UTC'), ('bytea_output', 'hex'),
      ('extra_float_digits', '1'), ('statement_timeout', '0'), ('transaction_timeout', '0'),
      ('idle_in_transaction_session_timeout', '0')
    ) as wanted (wanted_name, wanted_value) on lower(name) = wanted_name`;
}

const selectAll = (table: string, columns: readonly string[]): string =>
  `select ${columns.map(identifier).join(", ")} from ${identifier(table)}`;

/** Where each sequence stands. Sequences run ahead of the moment of the rows, never behind. */
async function listSequences(tx: Tx): Promise<{ name: string; lastValue: string | null }[]> {
  return await tx<{ name: string; lastValue: string | null }[]>`
    select sequencename::text as name, last_value::text as last_value from pg_sequences
    where schemaname = current_schema() order by 1`;
}

async function* gather(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    pieces.push(chunk);
    bytes += chunk.length;
    if (bytes < pieceBytes) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(pieces);
}

/** Regular files, by name, as paths within the folder. Names that begin with a dot are work under way, not uploads. */
async function* filesBelow(folder: string, within = ""): AsyncGenerator<string> {
  const found = await readdir(join(folder, within), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  for (const item of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (item.name.startsWith(".")) continue;
    const path = within ? `${within}/${item.name}` : item.name;
    if (item.isDirectory()) yield* filesBelow(folder, path);
    else if (item.isFile()) yield path;
  }
}

async function* uploadEntry(folder: string, path: string, tally: Tally): AsyncGenerator<Buffer> {
  const handle = await open(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null; // erased meanwhile
    throw error;
  });
  if (!handle) return;
  await using file = handle;
  const { size, mtime } = await file.stat();
  yield tarHeader(uploadName(path), size, mtime);
  const sha256 = createHash("sha256");
  let bytes = 0;
  for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: pieceBytes })) {
    sha256.update(chunk);
    bytes += chunk.length;
    if (bytes <= size) yield chunk;
  }
  if (bytes !== size) throw new BackupError(`${join(folder, path)} changed while it was read: try again`);
  yield tarPadding(size);
  tally.addUpload(path, size, sha256.digest("hex"));
}

function* entry(name: string, body: Buffer, madeAt: Date): Generator<Buffer> {
  yield tarHeader(name, body.length, madeAt);
  yield body;
  yield tarPadding(body.length);
}

const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
