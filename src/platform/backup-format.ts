// What a backup file is: a gzipped tar archive that opens with a description, goes on with rows and uploads, and closes with
// counts and digests of all that came before. Written by backup.ts, read by restore.ts.
//
//   koinon-backup.json            the description (Header)
//   tables/<table>/000001.copy …  its rows in PostgreSQL's COPY text format, one per line, in pieces
//   uploads/…                     the files people added, as they are
//   end.json                      what there must have been (Closing); without it the file is not whole
import { createHash, type Hash } from "node:crypto";
import { z } from "zod";

export const formatVersion = 1;
export const headerName = "koinon-backup.json";
export const closingName = "end.json";

const header = z.object({
  format: z.literal("koinon-backup"),
  formatVersion: z.number().int().positive(),
  productVersion: z.string(),
  serverVersion: z.string(),
  madeAt: z.string(),
  migrations: z.array(z.object({ name: z.string(), sha256: z.string() })),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()).readonly() })),
  /** Tables whose rows are not in the file, each with the reason. */
  leftOut: z.record(z.string(), z.string()),
});
export type Header = z.infer<typeof header>;

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const closing = z.object({
  /** Those with rows, in the order of the file; the digest is of all pieces together. */
  tables: z.array(z.object({ name: z.string(), rows: z.number(), bytes: z.number(), sha256: digest })),
  /** The digest is of one line per file, "sha256  name", in the order of the file. */
  uploads: z.object({ files: z.number(), bytes: z.number(), sha256: digest }),
  /** Where each sequence stands; null: never used. */
  sequences: z.array(z.object({ name: z.string(), lastValue: z.string().nullable() })),
});
export type Closing = z.infer<typeof closing>;

/** Something about a backup file or its place that a person can act on; the message is one line. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}

/** @throws BackupError when the text is not the opening description of a backup that this program reads. */
export function parseHeader(text: string, file: string): Header {
  const json = parseJson(text);
  const version = z.object({ format: header.shape.format, formatVersion: header.shape.formatVersion }).safeParse(json);
  if (!version.success) throw notABackup(file);
  if (version.data.formatVersion > formatVersion) {
    throw new BackupError(
      `${file} has format ${version.data.formatVersion}, this program reads up to ${formatVersion}: restore it with a newer Koinon`,
    );
  }
  const parsed = header.safeParse(json);
  if (!parsed.success) throw new BackupError(`${file} is damaged: its description cannot be read`);
  return parsed.data;
}

export function parseClosing(text: string, file: string): Closing {
  const parsed = closing.safeParse(parseJson(text));
  if (!parsed.success) throw new BackupError(`${file} is damaged: its closing part cannot be read`);
  return parsed.data;
}

export const notABackup = (file: string, cause?: unknown): BackupError =>
  new BackupError(`${file} is not a backup of a Koinon node`, { cause });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export type Part =
  | { readonly kind: "table"; readonly table: string }
  | { readonly kind: "upload"; readonly path: string }
  | { readonly kind: "closing" };

export const pieceName = (table: string, number: number): string =>
  `tables/${table}/${String(number).padStart(6, "0")}.copy`;
export const uploadName = (path: string): string => `uploads/${path}`;

/** What an entry of the archive is by its name, or null for what has no place there. */
export function partNamed(name: string): Part | null {
  if (name === closingName) return { kind: "closing" };
  const [, table] = /^tables\/([^/]+)\/\d{6,}\.copy$/.exec(name) ?? [];
  if (table !== undefined) return { kind: "table", table };
  const [, path] = /^uploads\/(.+)$/s.exec(name) ?? [];
  // Whoever made the file: nothing is ever written outside the uploads folder.
  const isWithin = path
    ?.split("/")
    .every((step) => step !== "" && step !== "." && step !== ".." && !step.includes("\0"));
  return path !== undefined && isWithin ? { kind: "upload", path } : null;
}

const newline = 0x0a;

/** Counts and digests what goes by, on the way out and on the way in: the two have to come to the same. */
export class Tally {
  readonly #tables: { name: string; rows: number; bytes: number; sha256: Hash }[] = [];
  readonly #uploadLines = createHash("sha256");
  #uploadFiles = 0;
  #uploadBytes = 0;

  /** A piece of a table's rows. COPY writes a line break within a value as `\n`, so each line is a row. */
  addRows(table: string, piece: Buffer): void {
    let current = this.#tables.at(-1);
    if (current?.name !== table) {
      current = { name: table, rows: 0, bytes: 0, sha256: createHash("sha256") };
      this.#tables.push(current);
    }
    for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, at + 1)) current.rows++;
    current.bytes += piece.length;
    current.sha256.update(piece);
  }

  addUpload(path: string, bytes: number, sha256: string): void {
    this.#uploadLines.update(`${sha256}  ${path}\n`);
    this.#uploadFiles++;
    this.#uploadBytes += bytes;
  }

  get rowCount(): number {
    return this.#tables.reduce((sum, table) => sum + table.rows, 0);
  }

  get uploadCount(): number {
    return this.#uploadFiles;
  }

  /** To be called as often as one likes; what comes after is counted on. */
  close(): Omit<Closing, "sequences"> {
    return {
      tables: this.#tables.map((table) => ({ ...table, sha256: table.sha256.copy().digest("hex") })),
      uploads: {
        files: this.#uploadFiles,
        bytes: this.#uploadBytes,
        sha256: this.#uploadLines.copy().digest("hex"),
      },
    };
  }
}
