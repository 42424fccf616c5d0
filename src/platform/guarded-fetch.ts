// The one client every outgoing request goes through: public addresses only (checked on the addresses that are
// connected to, so a name cannot change between check and connection), and bytes, time and redirects limited.
import dns from "node:dns";
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { isPublicAddress } from "./addresses.ts";
import {
  answerOf,
  exchange,
  type Outgoing,
  readOrTake,
  type TakeBody,
  TakeFailed,
  tooSlow,
  unreachable,
} from "./http-exchange.ts";
import { Refused } from "./refusal.ts";

export const fetchLimits = {
  bytesMax: 1_000_000,
  /** From the first byte sent to the last received, all redirects together. */
  totalMs: 30_000,
  /** Until a new connection stands: name, TCP and TLS. */
  connectMs: 5_000,
  /** Without a byte in either direction. */
  idleMs: 10_000,
  redirectsMax: 5,
  socketsPerHostMax: 8,
  socketsMax: 512,
  /** Kept connections that nobody uses are closed after this. */
  keepAliveMs: 30_000,
} as const;

export interface GuardedFetchOptions {
  /**
   * Exactly the origins of a demo or a test (`http://bilbao.localhost:8001`): reached over http and on loopback too.
   * Empty on a public node.
   */
  readonly permittedOrigins: readonly string[];
  readonly userAgent: string;
  readonly limits?: Partial<Record<keyof typeof fetchLimits, number>> | undefined;
  /** In place of the network, for several nodes in one process. The rules for URLs and redirects stay. */
  readonly transport?: ((request: Request) => Promise<Response>) | undefined;
  /** In place of the system's resolver. */
  readonly lookup?: LookupFunction | undefined;
}

export interface GuardedInit {
  readonly method?: string;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: string | Uint8Array | null;
  /** `follow` (GET and HEAD only) by default; a redirected POST is answered with the redirect itself. */
  readonly redirect?: "follow" | "manual";
  readonly signal?: AbortSignal | null | undefined;
  /** Asked before each hop, since a signature is good for one address: the headers to send there. */
  readonly headersFor?: ((url: URL, headers: Headers) => Promise<Headers>) | undefined;
  readonly bytesMax?: number;
  readonly totalMs?: number;
  /** Given, the body of a 200 is handed to it as it comes, and the response has none. */
  readonly take?: TakeBody;
}

export interface GuardedFetch extends AsyncDisposable {
  readonly limits: Readonly<Record<keyof typeof fetchLimits, number>>;
  /**
   * As `fetch`, with the body read before it resolves; `Response.url` is the address that answered.
   *
   * @throws Refused `address-forbidden`, `peer-unreachable`, `peer-too-slow` or `too-large`; the signal's reason if aborted.
   */
  fetch(input: Request | URL | string, init?: GuardedInit): Promise<Response>;
  /** @throws Refused `address-forbidden` if no request may go there whatever its name resolves to. */
  checkUrl(url: URL): void;
  close(): Promise<void>;
}

export function openGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const limits = { ...fetchLimits, ...options.limits };
  const permitted = new Set(options.permittedOrigins.map((origin) => new URL(origin).origin));
  const resolve = options.lookup ?? (dns.lookup as LookupFunction);
  const sockets = {
    keepAlive: true,
    timeout: limits.keepAliveMs,
    maxSockets: limits.socketsPerHostMax,
    maxTotalSockets: limits.socketsMax,
  };
  const agents = {
    public: new https.Agent({ ...sockets, lookup: publicOnly(resolve) }),
    permittedHttps: new https.Agent({ ...sockets, lookup: withLocalhost(resolve) }),
    permittedHttp: new http.Agent({ ...sockets, lookup: withLocalhost(resolve) }),
  };

  const agentFor = (url: URL) => {
    if (!permitted.has(url.origin)) return agents.public;
    return url.protocol === "https:" ? agents.permittedHttps : agents.permittedHttp;
  };

  async function send(
    outgoing: Outgoing,
    reading: { bytesMax: number; take: TakeBody | undefined },
    signal: AbortSignal,
  ): Promise<Response> {
    if (options.transport) return await viaTransport(options.transport, outgoing, reading, signal);
    return await exchange(outgoing, { agent: agentFor(outgoing.url), ...limits, ...reading, signal });
  }

  const client: GuardedFetch = {
    limits,
    checkUrl: (url) => checkUrl(url, permitted),
    async fetch(input, init = {}) {
      let outgoing = await readInput(input, init, options.userAgent);
      const totalMs = init.totalMs ?? limits.totalMs;
      const bytesMax = init.bytesMax ?? limits.bytesMax;
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(tooSlow(outgoing.url)), totalMs);
      const callers = init.signal ?? (input instanceof Request ? input.signal : null);
      const signal = callers ? AbortSignal.any([callers, deadline.signal]) : deadline.signal;
      const visited = new Set<string>();
      try {
        for (;;) {
          checkUrl(outgoing.url, permitted);
          visited.add(outgoing.url.href);
          const headers = (await init.headersFor?.(outgoing.url, outgoing.headers)) ?? outgoing.headers;
          const response = await send({ ...outgoing, headers }, { bytesMax, take: init.take }, signal);
          const next = init.redirect === "manual" ? null : redirected(outgoing, response);
          if (next === null) return response;
          if (visited.has(next.url.href)) throw unreachable(next.url, "redirects in a circle");
          if (visited.size > limits.redirectsMax) throw unreachable(next.url, "too many redirects");
          outgoing = next;
        }
      } catch (error) {
        throw refusalFor(error, outgoing.url, signal);
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
  return client;
}

/** The rules a URL must pass before its name is looked up; addresses behind names are judged by {@link publicOnly}. */
function checkUrl(url: URL, permitted: ReadonlySet<string>): void {
  if (url.username !== "" || url.password !== "") throw forbidden(url, "credentials in the address");
  if (permitted.has(url.origin)) return;
  if (url.protocol !== "https:") throw forbidden(url, "not https");
  // 443 and unprivileged ports: other services of a host are none of ours.
  if (url.port !== "" && Number(url.port) < 1024) throw forbidden(url, "port");
  // "host." and "host" are one machine and two origins.
  if (url.hostname === "" || url.hostname.endsWith(".")) throw forbidden(url, "host name");
  // WHATWG parsing has already turned decimal, octal, hexadecimal and short IPv4 forms into dotted ones.
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(literal) !== 0 && !isPublicAddress(literal)) throw forbidden(url, "private address");
}

/** Hands a connection only addresses that are all public; one private address among them refuses the name. */
function publicOnly(resolve: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, answer) => {
      if (error) return callback(error, "");
      const addresses = answer as dns.LookupAddress[];
      if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(new Refused("address-forbidden", { host: hostname, reason: "private address" }), "");
      }
      if (options.all) return callback(null, addresses);
      callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}

/** `name.localhost` is loopback (RFC 6761 section 6.3), also where the system's resolver does not say so. */
function withLocalhost(resolve: LookupFunction): LookupFunction {
  const loopback: dns.LookupAddress[] = [
    { address: "127.0.0.1", family: 4 },
    { address: "::1", family: 6 },
  ];
  return (hostname, options, callback) => {
    if (hostname !== "localhost" && !hostname.endsWith(".localhost")) return resolve(hostname, options, callback);
    if (options.all) callback(null, loopback);
    else callback(null, loopback[0]!.address, loopback[0]!.family);
  };
}

async function readInput(input: Request | URL | string, init: GuardedInit, userAgent: string): Promise<Outgoing> {
  const request = input instanceof Request ? input : null;
  const method = (init.method ?? request?.method ?? "GET").toUpperCase();
  const headers = new Headers(init.headers ?? request?.headers);
  if (!headers.has("user-agent")) headers.set("user-agent", userAgent);
  let body: Uint8Array | null = null;
  if (typeof init.body === "string") body = Buffer.from(init.body);
  else if (init.body) body = init.body;
  else if (request?.body) body = new Uint8Array(await request.arrayBuffer());
  const address = request ? request.url : String(input);
  if (!URL.canParse(address))
    throw new Refused("address-forbidden", { host: address.slice(0, 200), reason: "no address" });
  return { url: new URL(address), method, headers, body };
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** The next request of a redirected GET or HEAD, or null when this response is the answer. */
function redirected(outgoing: Outgoing, response: Response): Outgoing | null {
  const location = response.headers.get("location");
  if (!redirectStatuses.has(response.status) || location === null) return null;
  if (outgoing.method !== "GET" && outgoing.method !== "HEAD") return null;
  if (!URL.canParse(location, outgoing.url.href)) throw unreachable(outgoing.url, "redirects to no address");
  const url = new URL(location, outgoing.url);
  url.hash = "";
  const headers = new Headers(outgoing.headers);
  // What was signed for one address proves nothing at the next, and what was secret stays with its origin.
  for (const name of ["signature", "signature-input", "digest", "content-digest", "host"]) headers.delete(name);
  if (url.origin !== outgoing.url.origin) for (const name of ["authorization", "cookie"]) headers.delete(name);
  return { ...outgoing, url, headers };
}

async function viaTransport(
  transport: (request: Request) => Promise<Response>,
  { url, method, headers, body }: Outgoing,
  reading: { bytesMax: number; take: TakeBody | undefined },
  signal: AbortSignal,
): Promise<Response> {
  const request = new Request(url, {
    method,
    headers,
    body: body as Uint8Array<ArrayBuffer> | null,
    redirect: "manual",
    signal,
  });
  const answer = await Promise.race([transport(request), aborted(signal)]);
  const stream = answer.body ? Readable.fromWeb(answer.body as ReadableStream) : null;
  const bytes = stream ? await readOrTake(stream, answer.status, reading, url) : null;
  return answerOf(url, answer.status, answer.headers, bytes);
}

/** Never resolves; rejects with the signal's reason. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
}

/** Whatever went wrong on the way, as something a person can be told; the caller's own abort passes as it is. */
function refusalFor(error: unknown, url: URL, signal: AbortSignal): unknown {
  if (error instanceof TakeFailed) return error.cause;
  if (signal.aborted) return signal.reason;
  if (error instanceof Refused) return error;
  return unreachable(url, (error as NodeJS.ErrnoException).code ?? "no answer", error);
}

function forbidden(url: URL, reason: string): Refused {
  return new Refused("address-forbidden", { host: url.host, reason });
}
