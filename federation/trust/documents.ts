// How documents of other servers are fetched: signed, typed, bounded, and believed only where the address that served
// a document is the one the document calls its own.
import { type DocumentLoader, FetchError, type RemoteDocument } from "@fedify/vocab-runtime";
import type { GuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { Refused } from "../../src/platform/refusal.ts";
import { type Document, DocumentCache } from "./document-cache.ts";
import { type JsonObject, objectionToShape } from "./shape.ts";

/** The two ways of signing a request; draft-cavage first, since some servers read nothing else. */
export type SignatureDialect = "draft-cavage-http-signatures-12" | "rfc9421";

export interface DocumentsOptions {
  readonly fetch: GuardedFetch["fetch"];
  /** Signs a GET as the node's own actor, whose document is served to everyone; null where nothing is to be signed. */
  readonly sign: ((request: Request, dialect: SignatureDialect) => Promise<Request>) | null;
  /** In milliseconds, from any fixed point. */
  readonly now?: () => number;
}

export type { Document };

export interface Documents {
  /**
   * Fedify's document loader, authenticated or not. What it returns belongs to the origin that was asked.
   *
   * @throws FetchError with the response if the server said no; Refused otherwise.
   */
  readonly loader: DocumentLoader;
  /**
   * The object a person means by an address, which may be a page's: `url` of the result is the object's own id.
   *
   * @throws FetchError, Refused
   */
  find(url: URL, signal?: AbortSignal): Promise<Document>;
  /**
   * The object at its own address, unless it is what `etag` stands for (RFC 9110 section 13.1.2).
   * @returns null where nothing has changed. @throws FetchError, Refused
   */
  findChanged(url: URL, etag: string): Promise<Document | null>;
  /**
   * Lets go of a kept actor, because a signature failed with its key or it was updated. At most once a minute for each
   * address, so that forged signatures cannot make us fetch; false if nothing changed by it.
   */
  forget(url: string): boolean;
}

export function openDocuments(options: DocumentsOptions): Documents {
  const now = options.now ?? (() => performance.now());
  const cache = new DocumentCache(now);
  /** One fetch for everyone who waits for the same document. */
  const underway = new Map<string, Promise<Document>>();

  async function fetchOnce(url: URL, signal: AbortSignal | undefined): Promise<Fetched> {
    const response = await get(url, "draft-cavage-http-signatures-12", signal);
    const refused = response.status === 400 || response.status === 401 || response.status === 403;
    return read(refused && options.sign ? await get(url, "rfc9421", signal) : response);
  }

  async function get(
    url: URL,
    dialect: SignatureDialect,
    signal: AbortSignal | undefined,
    more: Record<string, string> = {},
  ): Promise<Response> {
    const { sign } = options;
    return await options.fetch(url, {
      headers: {
        ...more,
        accept: 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
      },
      signal,
      headersFor: sign
        ? async (hop, headers) => (await sign(new Request(hop, { headers }), dialect)).headers
        : undefined,
    });
  }

  /** Fetches a document and, where it names another address as its own, that address, once. */
  async function resolve(url: URL, signal?: AbortSignal): Promise<Document> {
    const first = await fetchOnce(url, signal);
    if (isOwn(first, url)) return { url: first.id, json: first.json };
    const second = await fetchOnce(first.id, signal);
    if (second.id.href === first.id.href && isOwn(second, first.id)) return { url: second.id, json: second.json };
    throw new Refused("forged", { host: url.host, reason: "served by another address than its own" });
  }

  async function load(url: string): Promise<Document> {
    const kept = cache.get(url);
    if (kept) return kept;
    const waiting = underway.get(url);
    if (waiting) return await waiting;
    const loading = resolve(new URL(url)).finally(() => underway.delete(url));
    underway.set(url, loading);
    const document = await loading;
    if (document.url.origin !== new URL(url).origin) {
      throw new Refused("forged", { host: document.url.host, reason: "a document of another server" });
    }
    if (isActorOrKey(document.json)) cache.set(url, document);
    return document;
  }

  return {
    async loader(address): Promise<RemoteDocument> {
      const { url, json } = await load(withoutFragment(address).href);
      return { contextUrl: null, document: json, documentUrl: url.href };
    },
    find: (url, signal) => resolve(withoutFragment(url.href), signal),
    async findChanged(url, etag) {
      const response = await get(url, "draft-cavage-http-signatures-12", undefined, { "if-none-match": etag });
      if (response.status === 304) return null;
      const fetched = await read(response);
      if (isOwn(fetched, url)) return { url: fetched.id, json: fetched.json };
      throw new Refused("forged", { host: url.host, reason: "served by another address than its own" });
    },
    forget: (url) => cache.forget(withoutFragment(url).href),
  };
}

interface Fetched extends Document {
  /** What it calls itself. */
  readonly id: URL;
}

function withoutFragment(address: string): URL {
  if (!URL.canParse(address))
    throw new Refused("address-forbidden", { host: address.slice(0, 200), reason: "no address" });
  const url = new URL(address);
  url.hash = "";
  return url;
}

/** Whether the document is at home where it came from: its id is what was asked for or what answered, on one origin. */
function isOwn({ id, url }: Fetched, asked: URL): boolean {
  return id.origin === url.origin && (id.href === url.href || id.href === asked.href);
}

async function read(response: Response): Promise<Fetched> {
  const url = new URL(response.url);
  if (!response.ok) throw new FetchError(url, `HTTP ${response.status}: ${url.href}`, response);
  const unsupported = (reason: string) => new Refused("unsupported-object", { host: url.host, reason });
  if (!isActivityJson(response.headers.get("content-type"))) throw unsupported("content type");
  const json = await parse(response);
  if (!json) throw unsupported("not a JSON object in UTF-8");
  const objection = objectionToShape(json, { rootSpeaksActivityStreams: false });
  if (objection) throw unsupported(objection);
  const { id } = json;
  if (typeof id !== "string" || !URL.canParse(id)) throw unsupported("no id");
  return { url, json, id: withoutFragment(id) };
}

/** JSON of any other type may be what a stranger uploaded there; links to alternates are not followed either. */
function isActivityJson(contentType: string | null): boolean {
  const [type, ...parameters] = (contentType ?? "")
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  if (type === "application/activity+json") return true;
  if (type !== "application/ld+json") return false;
  const profile = parameters.find((parameter) => parameter.startsWith("profile="))?.slice("profile=".length) ?? "";
  return profile.replaceAll('"', "").split(/\s+/).includes("https://www.w3.org/ns/activitystreams");
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

async function parse(response: Response): Promise<JsonObject | null> {
  const bytes = await response.arrayBuffer();
  try {
    const parsed: unknown = JSON.parse(utf8.decode(bytes));
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? (parsed as JsonObject) : null;
  } catch {
    return null;
  }
}

/** Only what signatures are checked with is kept; anything else is wanted as it is now. */
function isActorOrKey(json: JsonObject): boolean {
  return "publicKey" in json || "assertionMethod" in json || "publicKeyPem" in json || "publicKeyMultibase" in json;
}
