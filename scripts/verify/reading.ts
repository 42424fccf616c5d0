// Where `npm run verify` reads from: files as lines, packed or not, and addresses, with limits. Knows nothing of a node.
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { pipeline as pumped } from "node:stream/promises";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { createGunzip } from "node:zlib";
import { archiveLineLengthMax } from "../../src/records/archive.ts";

/** Nothing could be checked: the address does not answer, the file cannot be read. */
export class Unreadable extends Error {}

const documentBytesMax = 2_000_000;
const requestMsMax = 30_000;

/**
 * The lines of a file; a packed one is unpacked on the way. A line that is longer than any can be ends the reading, and is
 * given as far as it was read.
 * @param onCut told where a packed file is cut off or spoiled.
 * @throws Unreadable.
 */
export async function* linesOf(file: string, onCut: () => void): AsyncGenerator<string> {
  const isPacked = await startsWith(file, Buffer.from([0x1f, 0x8b]));
  const source = createReadStream(file);
  const input = isPacked ? pipeline(source, createGunzip(), () => {}) : source;
  let rest = "";
  try {
    for await (const piece of (input as Readable).setEncoding("utf8")) {
      const [first = "", ...lines] = (piece as string).split("\n");
      lines.unshift(rest + first);
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield line;
      if (rest.length > archiveLineLengthMax) break;
    }
  } catch (error) {
    if (!isPacked) throw new Unreadable(`${file} cannot be read: ${(error as Error).message}`);
    onCut();
  }
  if (rest !== "") yield rest;
}

async function startsWith(file: string, bytes: Buffer): Promise<boolean> {
  try {
    await using handle = await open(file);
    const first = Buffer.alloc(bytes.length);
    await handle.read(first, 0, bytes.length, 0);
    return first.equals(bytes);
  } catch (error) {
    throw new Unreadable(`${file} cannot be read: ${(error as Error).message}`);
  }
}

export interface Answer {
  readonly status: number;
  readonly url: string;
  readonly text: string;
}

/** A document by its address, whatever the status. @throws Unreadable where there is no answer, or too large a one. */
export async function read(address: string, accept: string): Promise<Answer> {
  const response = await ask(address, { accept });
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    if (bytes > documentBytesMax) throw new Unreadable(`${address} is larger than ${documentBytesMax} bytes`);
    pieces.push(piece);
  }
  return { status: response.status, url: response.url, text: Buffer.concat(pieces).toString("utf8") };
}

/** Writes an archive to a file as it comes. @throws Unreadable where there is none. */
export async function download(address: string, file: string): Promise<void> {
  const response = await ask(address, { accept: "application/x-ndjson" }, null);
  if (!response.ok || response.body === null) throw new Unreadable(`${address} answered ${response.status}`);
  try {
    await pumped(Readable.fromWeb(response.body as NodeReadableStream), createWriteStream(file));
  } catch {
    // What came is checked, and found to have no end.
  }
}

async function ask(address: string, headers: Record<string, string>, msMax: number | null = requestMsMax) {
  try {
    return await fetch(address, { headers, ...(msMax === null ? {} : { signal: AbortSignal.timeout(msMax) }) });
  } catch (error) {
    throw new Unreadable(`${address} does not answer: ${((error as Error).cause as Error)?.message ?? error}`);
  }
}
