// One request and its answer over a connection of the given agent, cut when it is slow or too long.
// Where a request may go is decided in guarded-fetch.ts.
import http from "node:http";
import https from "node:https";
import { pipeline, type Readable } from "node:stream";
import zlib from "node:zlib";
import { Refused } from "./refusal.ts";

export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array | null;
}

export interface ExchangeOptions {
  readonly agent: http.Agent;
  /** Of the body, counted after decompression. */
  readonly bytesMax: number;
  readonly connectMs: number;
  readonly idleMs: number;
  readonly signal: AbortSignal;
  readonly take?: TakeBody | undefined;
}

/** Reads the body of a 200 as it comes, so that it never stands in memory whole. Its own errors pass as they are. */
export type TakeBody = (body: AsyncIterable<Uint8Array>) => Promise<void>;

/** What {@link TakeBody} threw, on its way past those who judge the connection. */
export class TakeFailed extends Error {}

/** @throws Refused `peer-too-slow`, `too-large`, `peer-unreachable`, or what the agent's lookup threw. */
export async function exchange(outgoing: Outgoing, options: ExchangeOptions): Promise<Response> {
  try {
    return await attempt(outgoing, options);
  } catch (error) {
    // A kept connection that the peer closed in the same moment: nothing was answered, so ask once on a new one.
    if (error instanceof StaleConnection && !options.signal.aborted) return await attempt(outgoing, options);
    throw error;
  }
}

class StaleConnection extends Error {
  /** As Node's own errors carry it. */
  readonly code = "ECONNRESET";
}

async function attempt(outgoing: Outgoing, options: ExchangeOptions): Promise<Response> {
  const { url } = outgoing;
  const request = start(outgoing, options);
  try {
    const message = await answerTo(request);
    const headers = new Headers();
    for (let i = 0; i < message.rawHeaders.length; i += 2) {
      headers.append(message.rawHeaders[i]!, message.rawHeaders[i + 1]!);
    }
    const body = decompressed(message, headers, url);
    const status = message.statusCode ?? 0;
    const bytes = await readOrTake(body, status, options, url);
    return answerOf(url, status, headers, bytes);
  } catch (error) {
    request.destroy();
    throw request.errored instanceof Refused ? request.errored : error;
  }
}

function start({ url, method, headers, body }: Outgoing, options: ExchangeOptions): http.ClientRequest {
  const fields: Record<string, string> = {};
  // The host is the address's own; a signature that covers another one must not verify there.
  for (const [name, value] of headers) if (name !== "host") fields[name] = value;
  fields["accept-encoding"] = "gzip, br";
  if (body) fields["content-length"] = String(body.byteLength);
  const { agent, signal, connectMs, idleMs } = options;
  const request = (url.protocol === "https:" ? https : http).request(url, { agent, method, headers: fields, signal });
  request.setTimeout(idleMs, () => request.destroy(tooSlow(url)));
  request.on("socket", (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => request.destroy(tooSlow(url)), connectMs);
    const stop = () => clearTimeout(timer);
    socket.once(url.protocol === "https:" ? "secureConnect" : "connect", stop);
    request.once("close", stop);
  });
  request.end(body ?? undefined);
  return request;
}

function answerTo(request: http.ClientRequest): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.on("error", (error: NodeJS.ErrnoException) => {
      const stale = request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
      reject(stale ? new StaleConnection(error.message, { cause: error }) : error);
    });
  });
}

/** The body as plain bytes; the header then no longer speaks of an encoding. */
function decompressed(message: http.IncomingMessage, headers: Headers, url: URL): Readable {
  const encoding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding === "identity") return message;
  const decompress =
    encoding === "gzip" || encoding === "x-gzip"
      ? zlib.createGunzip()
      : encoding === "deflate"
        ? zlib.createInflate()
        : encoding === "br"
          ? zlib.createBrotliDecompress()
          : null;
  if (!decompress) throw unreachable(url, "unknown content encoding");
  headers.delete("content-encoding");
  headers.delete("content-length");
  return pipeline(message, decompress, () => {});
}

/** The body whole, or null once it has been handed to the one who takes it. Both end at the same size. */
export async function readOrTake(
  body: Readable,
  status: number,
  { take, bytesMax }: Pick<ExchangeOptions, "take" | "bytesMax">,
  url: URL,
): Promise<Buffer<ArrayBuffer> | null> {
  if (take === undefined || status !== 200) return await readCapped(body, bytesMax, url);
  const chunks = capped(body, bytesMax, url);
  let failure: { cause: unknown } | null = null;
  const relayed = (async function* () {
    try {
      yield* chunks;
    } catch (cause) {
      failure = { cause };
      throw cause;
    }
  })();
  try {
    await take(relayed);
    return null;
  } catch (cause) {
    body.destroy();
    // What went wrong on the way is judged as of any answer; the rest is the taker's own.
    if ((failure as { cause: unknown } | null)?.cause === cause) throw cause;
    throw new TakeFailed("the answer was not taken", { cause });
  }
}

/** @throws Refused `too-large` as soon as one byte too many has come. */
async function* capped(body: Readable, bytesMax: number, url: URL): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    // Leaving the loop destroys the stream and with it the connection.
    if (length > bytesMax) throw new Refused("too-large", { host: url.host, bytesMax });
    yield chunk;
  }
}

/** @throws Refused `too-large` as soon as one byte too many has come. */
export async function readCapped(body: Readable, bytesMax: number, url: URL): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of capped(body, bytesMax, url)) {
    chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  return Buffer.concat(chunks);
}

const statusesWithoutBody = new Set([204, 205, 304]);

/** A `Response` whose `url` is the address that gave it. */
export function answerOf(url: URL, status: number, headers: Headers, bytes: Buffer<ArrayBuffer> | null): Response {
  if (status < 200 || status > 599) throw unreachable(url, `status ${status}`);
  const body = statusesWithoutBody.has(status) ? null : bytes;
  return Object.defineProperty(new Response(body, { status, headers }), "url", { value: url.href });
}

export function tooSlow(url: URL): Refused {
  return new Refused("peer-too-slow", { host: url.host });
}

export function unreachable(url: URL, reason: string, cause?: unknown): Refused {
  return new Refused("peer-unreachable", { host: url.host, reason }, { cause });
}
