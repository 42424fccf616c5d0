// Reading a backup file from its first byte to its last, part by part, with every kind of damage told apart.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream";
import { isDeepStrictEqual } from "node:util";
import { createGunzip } from "node:zlib";
import {
  BackupError,
  type Closing,
  type Header,
  headerName,
  notABackup,
  parseClosing,
  parseHeader,
  partNamed,
  Tally,
} from "./backup-format.ts";
import { readTar, type TarEntry, TarError } from "./tar.ts";

/** The description and the closing part are small texts; anything longer is not ours. */
const textBytesMax = 64 * 1024 * 1024;

export interface Contents {
  readonly header: Header;
  readonly closing: Closing;
}

/** What to do with the parts as they come; each body has to be passed on, or is passed over. */
export interface PartHandlers {
  rows?(table: string, piece: Buffer): Promise<void>;
  /** Has to read the body to its end. */
  upload?(path: string, body: AsyncIterable<Buffer>): Promise<void>;
  onProgress?(bytesRead: number, bytesTotal: number): void;
}

/**
 * Reads the whole file and checks it against its own closing part. The handlers see parts before it is known that all is
 * well, so what they do must be possible to undo.
 *
 * @throws BackupError saying whether it is not a backup, incomplete or damaged.
 */
export async function readBackup(file: string, handlers: PartHandlers = {}): Promise<Contents> {
  const bytesTotal = (
    await stat(file).catch((cause) => {
      throw new BackupError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
    })
  ).size;
  const source = createReadStream(file);
  const unzipped = createGunzip();
  pipeline(source, unzipped, () => {}); // an error of either comes out of the loop below
  const tally = new Tally();
  let header: Header | undefined;
  let closing: Closing | undefined;
  try {
    for await (const entry of readTar(unzipped)) {
      handlers.onProgress?.(source.bytesRead, bytesTotal);
      if (!header) {
        if (entry.name !== headerName) throw notABackup(file);
        header = parseHeader(await textOf(entry, file), file);
        continue;
      }
      const part = closing ? null : partNamed(entry.name);
      if (part?.kind === "table") {
        for await (const piece of entry.body) {
          tally.addRows(part.table, piece);
          await handlers.rows?.(part.table, piece);
        }
      } else if (part?.kind === "upload") await readUpload(part.path, entry, tally, handlers);
      else if (part?.kind === "closing") closing = parseClosing(await textOf(entry, file), file);
      else throw new BackupError(`${file} is damaged: ${JSON.stringify(entry.name)} does not belong in it`);
    }
  } catch (error) {
    throw explained(error, file, header !== undefined);
  }
  if (!header) throw notABackup(file);
  if (!closing) throw new BackupError(`${file} is incomplete: its closing part is missing`);
  compare(tally, closing, file);
  return { header, closing };
}

async function readUpload(path: string, entry: TarEntry, tally: Tally, { upload }: PartHandlers): Promise<void> {
  const sha256 = createHash("sha256");
  const body = (async function* () {
    for await (const piece of entry.body) {
      sha256.update(piece);
      yield piece;
    }
  })();
  if (upload) await upload(path, body);
  else for await (const _ of body);
  tally.addUpload(path, entry.sizeBytes, sha256.digest("hex"));
}

async function textOf(entry: TarEntry, file: string): Promise<string> {
  if (entry.sizeBytes > textBytesMax) throw new BackupError(`${file} is damaged: ${entry.name} is too long`);
  const pieces: Buffer[] = [];
  for await (const piece of entry.body) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

function compare(tally: Tally, { tables, uploads }: Closing, file: string): void {
  const found = tally.close();
  if (!isDeepStrictEqual(found.tables, tables)) {
    const differs = (index: number) => !isDeepStrictEqual(found.tables[index], tables[index]);
    const [index] = [...tables.keys(), tables.length].filter(differs);
    const name = (tables[index ?? 0] ?? found.tables[index ?? 0])?.name;
    throw new BackupError(`${file} is damaged: the rows of ${name} are not those that were written`);
  }
  if (!isDeepStrictEqual(found.uploads, uploads)) {
    throw new BackupError(`${file} is damaged: the uploads are not those that were written`);
  }
}

/** Faults of the file in words; anything else, such as what the database says, stays as it is. */
function explained(error: unknown, file: string, isBackup: boolean): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const isTruncated = code === "Z_BUF_ERROR" || (error instanceof TarError && error.isTruncated);
  if (isTruncated) {
    if (!isBackup) return notABackup(file, error);
    return new BackupError(`${file} is incomplete: it stops before its end`, { cause: error });
  }
  if (error instanceof TarError || code.startsWith("Z_")) {
    if (!isBackup) return notABackup(file, error);
    return new BackupError(`${file} is damaged: ${(error as Error).message}`, { cause: error });
  }
  return error;
}
