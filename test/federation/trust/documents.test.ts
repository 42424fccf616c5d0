// Documents of other servers: whose word counts for what, and what is kept. Cases carry the advisories they follow.
import { FetchError } from "@fedify/vocab-runtime";
import { describe, expect, it } from "vitest";
import { cacheLimits, DocumentCache } from "../../../federation/trust/document-cache.ts";
import { openDocuments, type SignatureDialect } from "../../../federation/trust/documents.ts";
import { openGuardedFetch } from "../../../src/platform/guarded-fetch.ts";
import { Refused } from "../../../src/platform/refusal.ts";
import type { Json } from "./knocking.ts";

const as2 = "https://www.w3.org/ns/activitystreams";
const note = (id: string, more: Json = {}) => ({ "@context": as2, id, type: "Note", content: "Hello", ...more });
const person = (id: string, more: Json = {}) => ({
  "@context": as2,
  id,
  type: "Person",
  publicKey: { id: `${id}#k` },
  ...more,
});
const activityJson = { "content-type": "application/activity+json" };
const served = (json: unknown, headers: Record<string, string> = activityJson) => Response.json(json, { headers });
const moved = (to: string) => Response.redirect(to, 302);

type Site = (request: Request) => Response | Promise<Response>;

function web(sites: Record<string, Site>, sign?: (request: Request, dialect: SignatureDialect) => Promise<Request>) {
  const asked: string[] = [];
  const clock = { at: 0 };
  const client = openGuardedFetch({
    permittedOrigins: [],
    userAgent: "Koinon test",
    transport: async (request) => {
      asked.push(request.url);
      return (await sites[request.url]?.(request)) ?? new Response(null, { status: 404 });
    },
  });
  return { asked, clock, documents: openDocuments({ fetch: client.fetch, sign: sign ?? null, now: () => clock.at }) };
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => "loaded",
    (thrown: unknown) => thrown,
  );
  if (error instanceof Refused) return error.code;
  if (error instanceof FetchError) return `HTTP ${error.response?.status}`;
  return String(error);
}

const y = "https://victim.example/y";
const x = "https://attacker.example/x";

describe("2 origin of fetched object (CVE-2024-23832, CVE-2024-52591, CVE-2025-25306)", () => {
  it("a document at home", async () => {
    const { documents } = web({ [y]: () => served(note(y)) });
    expect(await documents.loader(y)).toEqual({ contextUrl: null, document: note(y), documentUrl: y });
  });

  it("claimed elsewhere: asked for at its own address, never believed as it came", async () => {
    const sites = { [x]: () => served(note(y, { content: "forged" })), [y]: () => served(note(y)) };
    const { documents, asked } = web(sites);
    expect(await refusal(documents.loader(x))).toBe("forged");
    const found = await documents.find(new URL(x));
    expect([found.url.href, found.json.content]).toEqual([y, "Hello"]);
    expect(asked).toEqual([x, y, x, y]);
  });

  it("claimed elsewhere where there is nothing, or yet another claim", async () => {
    const { documents } = web({
      [x]: () => served(note(y)),
      "https://attacker.example/1": () => served(note("https://attacker.example/2")),
      "https://attacker.example/2": () => served(note("https://attacker.example/3")),
    });
    expect(await refusal(documents.find(new URL(x)))).toBe("HTTP 404");
    expect(await refusal(documents.find(new URL("https://attacker.example/1")))).toBe("forged");
  });

  it("a page's address leads to the object's on the same server, for Fedify too", async () => {
    const page = "https://victim.example/@mayor/1";
    const { documents } = web({ [page]: () => served(note(y)), [y]: () => served(note(y)) });
    expect((await documents.loader(page)).documentUrl).toBe(y);
  });

  it("a key's address leads to the actor that holds it", async () => {
    const actor = "https://victim.example/u/m";
    const stub = { "@context": as2, id: actor, type: "Person", publicKey: { id: `${actor}/main-key` } };
    const { documents, asked } = web({
      [`${actor}/main-key`]: () => served(stub),
      [actor]: () => served(person(actor)),
    });
    expect((await documents.loader(`${actor}/main-key`)).document).toEqual(person(actor));
    expect((await documents.loader(`${actor}#main-key`)).document).toEqual(person(actor));
    expect(asked).toEqual([`${actor}/main-key`, actor, actor]);
  });
});

describe("6 redirects (GHSA-8863-8468-7hq7)", () => {
  it("on one server: the id may be the first or the last address", async () => {
    const [a, b] = ["https://victim.example/a", "https://victim.example/b"];
    for (const id of [a, b]) {
      const { documents } = web({ [a]: () => moved(b), [b]: () => served(note(id)) });
      expect((await documents.loader(a)).documentUrl).toBe(id);
    }
  });

  it("to another server: its document is not the first one's, whatever it claims", async () => {
    const { documents } = web({ [y]: () => moved(x), [x]: () => served(note(y, { content: "forged" })) });
    expect(await refusal(documents.loader(y))).toBe("forged");
    expect(await refusal(documents.find(new URL(y)))).toBe("forged");
    const honest = web({ [y]: () => moved(x), [x]: () => served(note(x)) });
    expect(await refusal(honest.documents.loader(y))).toBe("forged");
    expect((await honest.documents.find(new URL(y))).url.href).toBe(x);
  });

  it("to a private address", async () => {
    const { documents, asked } = web({ [y]: () => moved("https://169.254.169.254/latest") });
    expect(await refusal(documents.loader(y))).toBe("address-forbidden");
    expect(asked).toEqual([y]);
  });
});

describe("3 content-type (GHSA-jhrq-qvrm-qr36)", () => {
  it.each([
    ["application/activity+json", "loaded"],
    ["Application/Activity+JSON; charset=utf-8", "loaded"],
    ['application/ld+json; profile="https://www.w3.org/ns/activitystreams"', "loaded"],
    ['application/ld+json; charset=utf-8; profile="https://www.w3.org/ns/activitystreams"', "loaded"],
    ["application/ld+json", "unsupported-object"],
    ['application/ld+json; profile="https://attacker.example/ns"', "unsupported-object"],
    ["application/json", "unsupported-object"],
    ["text/plain", "unsupported-object"],
    ["text/html", "unsupported-object"],
    ["image/png", "unsupported-object"],
  ])("%s", async (type, expected) => {
    const { documents } = web({ [y]: () => served(note(y), { "content-type": type }) });
    expect(await refusal(documents.loader(y))).toBe(expected);
  });

  it("GHSA-97w4-f4rq-mgqm: alternates are not followed", async () => {
    const link = `<${x}>; rel="alternate"; type="application/activity+json"`;
    const html = `<link rel="alternate" type="application/activity+json" href="${x}">`;
    const headers = { "content-type": "text/html", link };
    const { documents, asked } = web({ [y]: () => new Response(html, { headers }), [x]: () => served(note(x)) });
    expect(await refusal(documents.loader(y))).toBe("unsupported-object");
    expect(asked).toEqual([y]);
  });

  it.each<[string, string]>([
    ["an array", "[]"],
    ["no JSON", "<html>"],
    ["no id", JSON.stringify({ "@context": as2, type: "Note" })],
    ["an unknown context", JSON.stringify(note(y, { "@context": [as2, "https://attacker.example/c"] }))],
    ["an aliased id", JSON.stringify(note(y, { "@context": [as2, { id: null, real: "@id" }], real: x }))],
    ["33 deep", JSON.stringify(note(y, { x: JSON.parse("[".repeat(33) + "]".repeat(33)) }))],
  ])("%s is refused", async (_, text) => {
    const { documents } = web({ [y]: () => new Response(text, { headers: activityJson }) });
    expect(await refusal(documents.loader(y))).toBe("unsupported-object");
  });

  it("what the server says no to is told apart", async () => {
    const { documents } = web({ [y]: () => new Response(null, { status: 410 }) });
    expect(await refusal(documents.loader(y))).toBe("HTTP 410");
    expect(await refusal(documents.loader("no address"))).toBe("address-forbidden");
  });
});

describe("signed look-ups", () => {
  const sign = async (request: Request, dialect: SignatureDialect) => {
    const headers = new Headers(request.headers);
    headers.set("signature", `${dialect} for ${request.url}`);
    return new Request(request, { headers });
  };

  it("draft-cavage first, for each address anew, and RFC 9421 where that is refused", async () => {
    const seen: (string | null)[] = [];
    const b = "https://victim.example/b";
    const { documents } = web(
      {
        [y]: ({ headers }) => {
          seen.push(headers.get("signature"));
          return headers.get("signature")?.startsWith("rfc9421") ? moved(b) : new Response(null, { status: 401 });
        },
        [b]: ({ headers }) => {
          seen.push(headers.get("signature"));
          return served(note(b));
        },
      },
      sign,
    );
    expect((await documents.loader(y)).documentUrl).toBe(b);
    const cavage = "draft-cavage-http-signatures-12";
    expect(seen).toEqual([`${cavage} for ${y}`, `rfc9421 for ${y}`, `rfc9421 for ${b}`]);
  });
});

describe("what is kept", () => {
  const actor = "https://victim.example/u/m";

  it("actors for a while, posts never, and many who wait share one fetch", async () => {
    const { documents, asked, clock } = web({ [actor]: () => served(person(actor)), [y]: () => served(note(y)) });
    await Promise.all([1, 2, 3].map(() => documents.loader(actor)));
    await documents.loader(`${actor}#main-key`);
    expect(asked).toEqual([actor]);
    clock.at += cacheLimits.keptMs + 1;
    await documents.loader(actor);
    expect(asked).toEqual([actor, actor]);
    await documents.loader(y);
    await documents.loader(y);
    expect(asked).toEqual([actor, actor, y, y]);
  });

  it("forgets when told, once a minute for each address", async () => {
    const { documents, asked, clock } = web({ [actor]: () => served(person(actor)) });
    expect(documents.forget(actor)).toBe(false);
    await documents.loader(actor);
    expect(documents.forget(`${actor}#main-key`)).toBe(true);
    await documents.loader(actor);
    expect(documents.forget(actor)).toBe(false);
    clock.at += cacheLimits.forgetMs;
    expect(documents.forget(actor)).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it("failures are not kept", async () => {
    let isUp = false;
    const { documents } = web({ [actor]: () => (isUp ? served(person(actor)) : new Response(null, { status: 503 })) });
    expect(await refusal(documents.loader(actor))).toBe("HTTP 503");
    isUp = true;
    expect(await refusal(documents.loader(actor))).toBe("loaded");
  });

  it("25 storage growth by hosts: bounded in number and bytes (CVE-2026-69132)", () => {
    const cache = new DocumentCache(() => 0);
    const document = (n: number, bytes: number) => ({
      url: new URL(`https://host${n}.example/`),
      json: { id: `https://host${n}.example/`, name: "x".repeat(bytes) },
    });
    for (let n = 0; n < 100_000; n++) cache.set(`https://host${n}.example/`, document(n, 10));
    expect(cache.size.documents).toBe(cacheLimits.documentsMax);
    for (let n = 0; n < 100; n++) cache.set(`https://large${n}.example/`, document(n, 900_000));
    expect(cache.size.bytes).toBeLessThanOrEqual(cacheLimits.bytesMax);
    expect(cache.get("https://large99.example/")).not.toBeNull();
    expect(cache.get("https://host1.example/")).toBeNull();
  });
});
