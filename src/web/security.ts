// What guards the pages: headers, form tokens, the size and pace of what is posted.
import { randomBytes } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import type { Account } from "../accounts/account.ts";
import { openRateLimit } from "../platform/ratelimit.ts";
import { Refused } from "../platform/refusal.ts";
import { hourMs } from "../platform/time.ts";
import type { PageContext, PageEnv } from "./context.ts";
import { type Cookies, isSame, signature } from "./cookies.ts";
import type { FormValues } from "./forms.ts";
import { originOf } from "./tiles.ts";

const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
];

/** Headers of every page. Only what lives under `/embed/` may stand in another site's frame. */
export function securityHeaders({ isSecure }: { readonly isSecure: boolean }): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const ancestors = c.req.path.startsWith("/embed/") ? "*" : "'none'";
    const headers = c.res.headers;
    if (!headers.has("content-security-policy")) {
      const policy = contentPolicy.map((rule) => (rule.startsWith("img-src") ? `${rule}${tileOriginFor(c)}` : rule));
      headers.set("content-security-policy", [...policy, `frame-ancestors ${ancestors}`].join("; "));
    }
    headers.set("x-content-type-options", "nosniff");
    // A page whose address is itself a key says "no-referrer".
    if (!headers.has("referrer-policy")) headers.set("referrer-policy", "strict-origin-when-cross-origin");
    headers.set("cross-origin-opener-policy", "same-origin");
    headers.set("permissions-policy", "camera=(), microphone=(), geolocation=(self), interest-cohort=()");
    if (isSecure) headers.set("strict-transport-security", "max-age=31536000");
  };
}

/** Pictures of maps come from one server besides this one, for those who agreed to it. */
function tileOriginFor(c: Context): string {
  const page = c.get("page") as PageContext | undefined;
  const tiles = page?.wantsTiles ? page.city.tiles : null;
  return tiles ? ` ${originOf(tiles)}` : "";
}

const tokenAgeMsMax = 12 * hourMs;
const visitorCookie = "visitor";

/** Form tokens bound to the browser's session, or to a signed visitor cookie where there is none. */
export interface FormTokens {
  issue(cookies: Cookies, now: Date): string;
  isValid(token: unknown, cookies: Cookies, now: Date): boolean;
}

export function openFormTokens(secret: string): FormTokens {
  const sign = (binding: string, issued: string, nonce: string) =>
    signature(secret, "form", `${binding}\n${issued}\n${nonce}`);
  return {
    issue(cookies, now) {
      const issued = now.getTime().toString(36);
      const nonce = randomBytes(9).toString("base64url");
      return `${issued}.${nonce}.${sign(bindingOf(cookies), issued, nonce)}`;
    },
    isValid(token, cookies, now) {
      if (typeof token !== "string") return false;
      const [issued = "", nonce = "", signed = ""] = token.split(".");
      const ageMs = now.getTime() - Number.parseInt(issued, 36);
      if (!(ageMs >= -hourMs && ageMs <= tokenAgeMsMax)) return false;
      return isSame(signed, sign(bindingOf(cookies), issued, nonce));
    },
  };
}

function bindingOf(cookies: Cookies): string {
  const session = cookies.readSigned("session");
  // A form that was filled in for somebody at the desk is not sent in one's own name, nor the other way round.
  const assist = cookies.readSigned("assist");
  if (session) return assist ? `session ${session} assist ${assist}` : `session ${session}`;
  return `visitor ${visitorOf(cookies)}`;
}

/** A random name of this browser for as long as nobody signs in or out in it, made where it has none. */
export function visitorOf(cookies: Cookies): string {
  const known = cookies.readSigned(visitorCookie);
  if (known) return known;
  const visitor = randomBytes(16).toString("base64url");
  cookies.setSigned(visitorCookie, visitor, null);
  return visitor;
}

/** From now on it is somebody else's browser: what was begun in it without an account does not go on. */
export function forgetVisitor(cookies: Cookies): void {
  if (cookies.read(visitorCookie) !== null) cookies.remove(visitorCookie);
}

/** Whether the browser itself says that the request comes from one of this node's pages. */
export function isOwnForm(c: Context, origin: string): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin";
  return c.req.header("origin") === origin;
}

export const formBytesMax = 1_000_000;
export const uploadBytesMax = 12_000_000;

/** A form that takes more than the others, of some people. */
export interface LargeUpload {
  readonly path: string;
  readonly bytesMax: number;
  readonly isFor: (account: Account | null) => boolean;
}

/**
 * What any page offers to anyone: language and appearance. Without an account it changes cookies of this device alone, on
 * pages that set none, so the browser's word about where it comes from is enough; an account's is changed with a token only.
 */
const withoutToken: ReadonlySet<string> = new Set(["/preferences"]);

/** What a browser says of where a request comes from: `null` where it says nothing, or hides it as on a page without a referrer. */
function isFromHere(c: Context, origin: string): boolean | null {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" || site === "none";
  const said = c.req.header("origin");
  return said === undefined || said === "null" ? null : said === origin;
}

/**
 * Lets a POST through only with a fresh form token, from this node's own pages, and of a sane size.
 * @throws Refused `form-expired` (the shell shows what was typed), `too-large`, `too-many-requests`.
 */
export function guardForms(options: {
  readonly tokens: FormTokens;
  readonly origin: string;
  readonly postsPerMinute: number;
  readonly trustedProxyCount: number;
  readonly largeUploads?: readonly LargeUpload[];
}): MiddlewareHandler<PageEnv> {
  const pace = openRateLimit({ limit: options.postsPerMinute, windowMs: 60_000 });
  return async (c, next) => {
    if (c.req.method === "GET" || c.req.method === "HEAD" || c.req.method === "OPTIONS") return await next();
    const page = c.get("page");
    const source = page.account?.id ?? clientAddress(c, options.trustedProxyCount);
    const waitSeconds = pace.take(source, page.now);
    if (waitSeconds !== null) throw new Refused("too-many-requests", { seconds: waitSeconds });
    const large = options.largeUploads?.find(({ path, isFor }) => path === c.req.path && isFor(page.account));
    await refuseOversize(c, large?.bytesMax ?? uploadBytesMax);
    const fromHere = isFromHere(c, options.origin);
    if (fromHere === false) throw new Refused("form-expired");
    if (fromHere && page.account === null && withoutToken.has(c.req.path)) return await next();
    const body = await c.req.parseBody();
    if (!options.tokens.isValid(body.csrf, c.get("cookies"), page.now)) throw new Refused("form-expired");
    await next();
  };
}

async function refuseOversize(c: Context<PageEnv>, uploadMax: number): Promise<void> {
  const isUpload = (c.req.header("content-type") ?? "").startsWith("multipart/form-data");
  const bytesMax = isUpload ? uploadMax : formBytesMax;
  const declared = Number(c.req.header("content-length") ?? Number.NaN);
  if (declared > bytesMax) {
    if (isUpload) c.set("typedBefore", await readBeginning(c.req.raw));
    throw new Refused("too-large", { megabytes: bytesMax / 1_000_000 });
  }
  if (Number.isNaN(declared)) boundBody(c, bytesMax);
}

/** For a body whose sender did not say how long it is: reading more of it than this fails with Refused `too-large`. */
export function boundBody(c: Context, bytesMax: number): void {
  const { body } = c.req.raw;
  if (body === null) return;
  c.req.raw = new Request(c.req.raw, { body: boundedStream(body, bytesMax), duplex: "half" } as RequestInit);
}

/**
 * What was typed into a form whose files are too large: the fields in its first megabyte, and nothing where they cannot be
 * read. The rest is never taken in.
 */
async function readBeginning(request: Request): Promise<FormValues> {
  const type = request.headers.get("content-type") ?? "";
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  if (boundary === undefined || request.body === null) return {};
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  for (let bytes = 0; bytes < formBytesMax; ) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value.subarray(0, formBytesMax - bytes));
    bytes += value.byteLength;
  }
  await reader.cancel().catch(() => {});
  // A part that is cut off ends here; the file it most likely is goes with it.
  const closed = Buffer.concat([...chunks, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  try {
    const typed = await new Response(closed, { headers: { "content-type": type } }).formData();
    const values: Record<string, string | string[]> = {};
    for (const name of new Set(typed.keys())) {
      const texts = typed.getAll(name).filter((value): value is string => typeof value === "string");
      if (texts.length > 0) values[name.replace(/\[\]$/, "")] = name.endsWith("[]") ? texts : texts.at(-1)!;
    }
    return values;
  } catch {
    return {};
  }
}

function boundedStream(body: ReadableStream<Uint8Array>, bytesMax: number): ReadableStream<Uint8Array> {
  let bytes = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > bytesMax) controller.error(new Refused("too-large", { megabytes: bytesMax / 1_000_000 }));
        else controller.enqueue(chunk);
      },
    }),
  );
}

/**
 * The address of the client, for pacing only: the socket's, or the entry of `X-Forwarded-For` that the outermost of our
 * own proxies wrote.
 */
export function clientAddress(c: Context, trustedProxyCount: number): string {
  const forwarded = (c.req.header("x-forwarded-for") ?? "").split(",").map((entry) => entry.trim());
  const believed = trustedProxyCount > 0 ? forwarded.at(-trustedProxyCount) : undefined;
  if (believed) return believed;
  const incoming = (c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined)?.incoming;
  return incoming?.socket?.remoteAddress ?? "unknown";
}
