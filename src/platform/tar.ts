// Tar archives (POSIX ustar and pax), written and read as streams: a backup can be opened with the tools every system has.
// Regular files only; memory does not grow with their size.

const blockBytes = 512;
/** What fits in the header's field for the name; longer or non-ASCII names go into a pax record before it. */
const nameBytesMax = 100;
/** Eleven octal digits. */
const fileBytesMax = 8 ** 11 - 1;
const paxBytesMax = 64 * 1024;

export interface TarEntry {
  readonly name: string;
  readonly sizeBytes: number;
  /** To be read once, and to its end, before the next entry is asked for; what is left of it is skipped. */
  readonly body: AsyncIterable<Buffer>;
}

/** Not a tar archive, or one that is damaged or incomplete. */
export class TarError extends Error {
  override readonly name = "TarError";
  /** True where the archive just stops. */
  readonly isTruncated: boolean;

  constructor(message: string, { isTruncated = false } = {}) {
    super(message);
    this.isTruncated = isTruncated;
  }
}

/** What stands before a file's bytes. They follow, then {@link tarPadding}. */
export function tarHeader(name: string, sizeBytes: number, modifiedAt: Date): Buffer {
  if (sizeBytes > fileBytesMax) throw new Error(`${name} is too large for a tar archive (${sizeBytes} bytes)`);
  const plain = Buffer.byteLength(name) <= nameBytesMax && /^[\x20-\x7e]+$/.test(name);
  if (plain) return header(name, sizeBytes, "0", modifiedAt);
  const record = paxRecord("path", name);
  return Buffer.concat([
    header("pax", record.length, "x", modifiedAt),
    record,
    tarPadding(record.length),
    header("long-name", sizeBytes, "0", modifiedAt),
  ]);
}

/** Zeros up to the next block. */
export const tarPadding = (sizeBytes: number): Buffer =>
  Buffer.alloc((blockBytes - (sizeBytes % blockBytes)) % blockBytes);

/** Two empty blocks: the archive is whole. */
export const tarEnd: Buffer = Buffer.alloc(2 * blockBytes);

/** @throws TarError when the archive is damaged, or stops before its end mark. */
export async function* readTar(chunks: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const source = new Source(chunks);
  let paxName: string | undefined;
  for (;;) {
    const block = await source.take(blockBytes);
    if (block.every((byte) => byte === 0)) return await source.drain();
    const { name, sizeBytes, type } = readHeader(block);
    if (type === "x") {
      if (sizeBytes > paxBytesMax) throw new TarError("a pax record is too long");
      paxName = readPaxPath(await source.take(sizeBytes)) ?? paxName;
      await source.skip(tarPadding(sizeBytes).length);
      continue;
    }
    if (type !== "0") throw new TarError(`${name} is not a regular file`);
    let left = sizeBytes;
    const body = (async function* () {
      while (left > 0) {
        const piece = await source.takeSome(left);
        left -= piece.length;
        yield piece;
      }
    })();
    yield { name: paxName ?? name, sizeBytes, body };
    paxName = undefined;
    await source.skip(left + tarPadding(sizeBytes).length);
  }
}

/** Takes bytes off a stream of chunks in the amounts the format asks for. */
class Source {
  readonly #chunks: AsyncIterator<Buffer>;
  #current: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** At least one byte, at most `bytesMax`. */
  async takeSome(bytesMax: number): Promise<Buffer> {
    while (this.#current.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) throw new TarError("the archive stops before its end", { isTruncated: true });
      this.#current = next.value;
    }
    const piece = this.#current.subarray(0, bytesMax);
    this.#current = this.#current.subarray(piece.length);
    return piece;
  }

  async take(bytes: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let left = bytes; left > 0; ) {
      const piece = await this.takeSome(left);
      pieces.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  async skip(bytes: number): Promise<void> {
    for (let left = bytes; left > 0; ) left -= (await this.takeSome(left)).length;
  }

  /** Reads what is left, so that a stream that checks itself at its end (gzip) gets to do so. */
  async drain(): Promise<void> {
    while (!(await this.#chunks.next()).done);
  }
}

function header(name: string, sizeBytes: number, type: "0" | "x", modifiedAt: Date): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  block.write(name, 0);
  block.write(octal(0o600, 7), 100);
  block.write(octal(0, 7), 108); // owner
  block.write(octal(0, 7), 116); // group
  block.write(octal(sizeBytes, 11), 124);
  block.write(octal(Math.floor(modifiedAt.getTime() / 1000), 11), 136);
  block.write(" ".repeat(8), 148); // the checksum is taken with its own field blank
  block.write(type, 156);
  block.write("ustar\x0000", 257);
  block.write(`${octal(checksum(block), 6)} `, 148);
  return block;
}

const checksum = (block: Buffer): number => block.reduce((sum, byte) => sum + byte, 0);

function readHeader(block: Buffer): { name: string; sizeBytes: number; type: string } {
  const text = (start: number, length: number) => {
    const field = block.subarray(start, start + length);
    const end = field.indexOf(0);
    return field.subarray(0, end < 0 ? length : end).toString("utf8");
  };
  const blank = Buffer.from(block).fill(" ", 148, 156);
  if (text(257, 5) !== "ustar" || Number.parseInt(text(148, 8), 8) !== checksum(blank)) {
    throw new TarError("this is not a tar archive, or a damaged one");
  }
  const prefix = text(345, 155);
  const sizeBytes = Number.parseInt(text(124, 12), 8);
  return { name: prefix ? `${prefix}/${text(0, 100)}` : text(0, 100), sizeBytes, type: text(156, 1) || "0" };
}

/** POSIX pax: "LENGTH key=value\n", where the length counts itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest;
  while (length !== rest + String(length).length) length = rest + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

function readPaxPath(records: Buffer): string | undefined {
  for (let at = 0; at < records.length; ) {
    const space = records.indexOf(" ", at);
    const length = Number(records.subarray(at, space).toString("latin1"));
    if (space < 0 || !(length > 0)) throw new TarError("a pax record is damaged");
    const [, key, value] =
      /^([^=]*)=([\s\S]*)\n$/.exec(records.subarray(space + 1, at + length).toString("utf8")) ?? [];
    if (key === "path") return value;
    at += length;
  }
  return undefined;
}
