// Signatures over real requests: Fedify's own in both dialects, a recorded one, and everything that was altered.
// Where we say yes, Fedify must say yes too.
import { generateKeyPairSync, webcrypto } from "node:crypto";
import { signRequest, verifyRequest as verifyByFedify } from "@fedify/fedify";
import { FetchError } from "@fedify/vocab-runtime";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { contextLoader } from "../../../federation/trust/contexts.ts";
import { type Documents, openDocuments } from "../../../federation/trust/documents.ts";
import { guardInbox } from "../../../federation/trust/guard.ts";
import { type Verification, verifyRequest } from "../../../federation/trust/verify.ts";
import { openGuardedFetch } from "../../../src/platform/guarded-fetch.ts";
import { Refused } from "../../../src/platform/refusal.ts";
import { aCreate, guardOptions, type Json, mayor, recordedFile } from "./knocking.ts";

const as2AndKeys = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"];
const dialects = ["draft-cavage-http-signatures-12", "rfc9421"] as const;

function anRsaKey(bits = 2048) {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  return { pem: publicKey.export({ type: "spki", format: "pem" }) as string, privateKey };
}
type RsaKey = ReturnType<typeof anRsaKey>;
let key: RsaKey;
let otherKey: RsaKey;
beforeAll(() => {
  key = anRsaKey();
  otherKey = anRsaKey();
});

function actorDocument(pem: string, overrides: Json = {}): Json {
  const publicKey = { id: `${mayor}#main-key`, owner: mayor, publicKeyPem: pem };
  return { "@context": as2AndKeys, id: mayor, type: "Person", inbox: `${mayor}/inbox`, publicKey, ...overrides };
}

/** Documents of a network in which the actor's server answers this. */
function network(answer: () => Response | Json): Documents & { fetches: number } {
  const documents = openDocuments({
    sign: null,
    fetch: openGuardedFetch({
      permittedOrigins: [],
      userAgent: "Koinon test",
      transport: async () => {
        counted.fetches++;
        const given = answer();
        return given instanceof Response
          ? given
          : Response.json(given, { headers: { "content-type": "application/activity+json" } });
      },
    }).fetch,
  });
  const counted = Object.assign(documents, { fetches: 0 });
  return counted;
}

async function asCryptoKey({ privateKey }: RsaKey): Promise<webcrypto.CryptoKey> {
  const der = privateKey.export({ type: "pkcs8", format: "der" });
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  return await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]);
}

async function signed(
  by: RsaKey,
  spec: (typeof dialects)[number],
  {
    body = aCreate() as unknown,
    url = "https://city.example/inbox",
    keyId = `${mayor}#main-key`,
    at = new Date(),
  } = {},
): Promise<Request> {
  const headers = { "content-type": "application/activity+json" };
  const request = new Request(url, { method: "POST", headers, body: JSON.stringify(body) });
  const currentTime = Temporal.Instant.fromEpochMilliseconds(at.getTime());
  return await signRequest(request, await asCryptoKey(by), new URL(keyId), { spec, currentTime });
}

/** What the door says: `verified`, another verdict's kind, or the status of a refusal. */
async function verdict(
  request: Request,
  documents: Documents,
  now = new Date(),
): Promise<Verification["kind"] | number> {
  const knock = await guardInbox(request, guardOptions);
  if (knock instanceof Response) return knock.status;
  return (await verifyRequest(knock, { documents, now: () => now })).kind;
}

function changed(request: Request, { url = request.url, headers = {}, body }: ChangeOf): Request {
  const all = new Headers(request.headers);
  for (const [name, value] of Object.entries(headers)) value === null ? all.delete(name) : all.set(name, value);
  return new Request(url, { method: "POST", headers: all, body: body ?? request.body, duplex: "half" } as RequestInit);
}
interface ChangeOf {
  readonly url?: string;
  readonly headers?: Record<string, string | null>;
  readonly body?: string;
}

describe.each(dialects)("%s", (spec) => {
  it("is verified, with one fetch of the actor for many requests", async () => {
    const documents = network(() => actorDocument(key.pem));
    for (let i = 0; i < 3; i++) expect(await verdict(await signed(key, spec), documents)).toBe("verified");
    expect(documents.fetches).toBe(1);
  });

  it("1 key ↔ actor: only keys in the actor's own document count (CVE-2026-96625)", async () => {
    const by = (document: Json) => network(() => document);
    const request = () => signed(key, spec);
    const foreign = { id: `${mayor}#main-key`, owner: "https://victim.example/u/other", publicKeyPem: key.pem };
    expect(await verdict(await request(), by(actorDocument(otherKey.pem)))).toBe("refused");
    expect(await verdict(await request(), by(actorDocument(key.pem, { publicKey: `${mayor}#main-key` })))).toBe(
      "refused",
    );
    expect(await verdict(await request(), by(actorDocument(key.pem, { publicKey: foreign })))).toBe("refused");
    const others = await signed(key, spec, { keyId: "https://victim.example/u/other#main-key" });
    expect(await verdict(others, by(actorDocument(key.pem)))).toBe("refused");
  });

  it("a key named by its actor, one of several keys, and keys too small", async () => {
    const named = await signed(key, spec, { keyId: mayor });
    expect(
      await verdict(
        named,
        network(() => actorDocument(key.pem)),
      ),
    ).toBe("verified");
    const publicKey = [key, otherKey].map(({ pem }, i) => ({ id: `${mayor}#${i}`, owner: mayor, publicKeyPem: pem }));
    const second = await signed(otherKey, spec, { keyId: `${mayor}#1` });
    expect(
      await verdict(
        second,
        network(() => actorDocument("", { publicKey })),
      ),
    ).toBe("verified");
    const small = anRsaKey(1024);
    expect(
      await verdict(
        await signed(small, spec),
        network(() => actorDocument(small.pem)),
      ),
    ).toBe("refused");
    expect(
      await verdict(
        await signed(key, spec),
        network(() => actorDocument("no PEM")),
      ),
    ).toBe("refused");
  });

  it("10 missing checks in HTTP signature: altered, replayed and misdirected requests (CVE-2023-49079, CVE-2026-28432)", async () => {
    const documents = network(() => actorDocument(key.pem));
    const request = () => signed(key, spec);
    const digest = spec === "rfc9421" ? "content-digest" : "digest";
    const other = await signed(key, spec, { body: aCreate({ name: "x" }) });
    expect(await verdict(changed(await request(), { body: JSON.stringify(aCreate({ name: "x" })) }), documents)).toBe(
      "refused",
    );
    const swapped = { headers: { [digest]: other.headers.get(digest)! }, body: await other.text() };
    expect(await verdict(changed(await request(), swapped), documents)).toBe("refused");
    expect(await verdict(changed(await request(), { url: "https://city.example/u/x/inbox" }), documents)).toBe(
      "refused",
    );
    expect(await verdict(changed(await request(), { headers: { [digest]: null } }), documents)).toBe("refused");
    const elsewhere = await signed(key, spec, { url: "https://other.example/inbox" });
    expect(await verdict(elsewhere, documents)).toBe("refused");
    const minutes = (n: number) => new Date(Date.now() + n * 60_000);
    expect(await verdict(await request(), documents, minutes(59))).toBe("verified");
    expect(await verdict(await request(), documents, minutes(61))).toBe("refused");
    expect(await verdict(await request(), documents, minutes(-61))).toBe("refused");
  });

  it("a new key is found, asked for once a minute at most", async () => {
    let pem = key.pem;
    const documents = network(() => actorDocument(pem));
    expect(await verdict(await signed(key, spec), documents)).toBe("verified");
    pem = otherKey.pem;
    expect(await verdict(await signed(otherKey, spec), documents)).toBe("verified");
    for (let i = 0; i < 20; i++) expect(await verdict(await signed(key, spec), documents)).toBe("refused");
    expect(documents.fetches).toBe(2);
  });

  it("22 deletion forgery: an actor that is gone, and one that cannot be reached, are told apart", async () => {
    const request = () => signed(key, spec);
    expect(
      await verdict(
        await request(),
        network(() => new Response(null, { status: 410 })),
      ),
    ).toBe("actor-gone");
    expect(
      await verdict(
        await request(),
        network(() => new Response(null, { status: 404 })),
      ),
    ).toBe("actor-gone");
    expect(
      await verdict(
        await request(),
        network(() => new Response(null, { status: 502 })),
      ),
    ).toBe("actor-unreachable");
    const silent = network(() => {
      throw new Refused("peer-too-slow");
    });
    expect(await verdict(await request(), silent)).toBe("actor-unreachable");
  });
});

describe("recorded signatures", () => {
  interface Recorded {
    readonly url: string;
    readonly headers: Record<string, string>;
    readonly body: string;
    readonly now: string;
  }
  const recorded = recordedFile("signatures/oeee-hs2019-request.json") as unknown as Recorded | null;
  const actor = recordedFile("signatures/oeee-actor.json");

  describe.skipIf(!recorded || !actor)("draft-cavage hs2019 with quoted (created) and (expires)", () => {
    const atItsTime = async (change: ChangeOf = {}, now = recorded!.now) => {
      const headers = new Headers(recorded!.headers);
      const request = changed(new Request(recorded!.url, { method: "POST", headers, body: recorded!.body }), change);
      const knock = await guardInbox(request, { ...guardOptions, origin: new URL(recorded!.url).origin });
      if (knock instanceof Response) return knock.status;
      return (await verifyRequest(knock, { documents: network(() => actor!), now: () => new Date(now) })).kind;
    };

    it("is verified at its time", async () => expect(await atItsTime()).toBe("verified"));

    it.each<[string, ChangeOf, string?]>([
      ["expired", {}, "2025-08-25T13:58:20Z"],
      ["body", { body: "BODY" }],
      ["path", { url: "https://c27a97f98d5f.ngrok.app/inbox" }],
      ["date", { headers: { date: "Mon, 25 Aug 2025 12:58:15 GMT" } }],
      ["content type", { headers: { "content-type": "application/ld+json" } }],
    ])("altered or late: %s", async (_, change, now) => {
      const body = change.body === "BODY" ? recorded!.body.replace("Accept", "Reject") : undefined;
      expect(await atItsTime(body ? { body } : change, now)).toBe("refused");
    });

    it("altered: host", async () => {
      const request = new Request(recorded!.url, { method: "POST", headers: recorded!.headers, body: recorded!.body });
      expect(
        await verdict(
          request,
          network(() => actor!),
          new Date(recorded!.now),
        ),
      ).toBe("refused");
    });
  });

  const b26 = recordedFile("signatures/rfc9421-b26-ed25519.json") as unknown as Recorded | null;
  it.skipIf(!b26)("RFC 9421 B.2.6 is refused: body and address are not covered", async () => {
    const { "Signature-Input": input, Signature: signature } = b26!.headers as Record<string, string>;
    const headers = { "signature-input": input!, signature: signature! };
    const request = new Request("https://city.example/inbox", {
      method: "POST",
      headers,
      body: JSON.stringify(aCreate()),
    });
    const knock = await guardInbox(request, guardOptions);
    expect(knock instanceof Response && [knock.status, await knock.text()]).toEqual([
      401,
      "content-digest not signed\n",
    ]);
  });
});

/** draft-cavage names the headers it covers in small letters. We read them in any, as Mastodon does, and Fedify does not. */
function inSmallLetters(request: Request): Request {
  const signature = request.headers.get("signature");
  if (!signature) return request;
  const lowered = signature.replace(/headers="[^"]*"/, (names) => names.toLowerCase());
  return changed(request, { headers: { signature: lowered } });
}

describe("where we say yes, Fedify says yes (and where headers are broken, neither throws here)", () => {
  it("for mutated headers", async () => {
    const documents = network(() => actorDocument(key.pem));
    const originals = await Promise.all(dialects.map((spec) => signed(key, spec)));
    const bodies = await Promise.all(originals.map((request) => request.clone().text()));
    let verified = 0;
    const edit = fc.record({
      header: fc.constantFrom("signature", "signature-input", "digest", "content-digest", "date", "host"),
      at: fc.nat(400),
      remove: fc.nat(3),
      insert: fc.oneof(
        fc.constantFrom("", ",", '"', ";", "sha-256=", "(request-target)", " ", "=", "0", "9999999999999"),
        fc.string({ maxLength: 3 }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(1), fc.array(edit, { maxLength: 2 }), async (which, edits) => {
        const headers = new Headers(originals[which]!.headers);
        for (const { header, at, remove, insert } of edits) {
          const value = headers.get(header);
          if (value === null) continue;
          const index = at % (value.length + 1);
          const edited = value.slice(0, index) + insert + value.slice(index + remove);
          if (/^[\x20-\x7e]*$/.test(edited)) headers.set(header, edited);
        }
        const request = new Request("https://city.example/inbox", { method: "POST", headers, body: bodies[which]! });
        const knock = await guardInbox(request, guardOptions);
        if (knock instanceof Response) {
          expect(knock.status).toBe(401);
          return;
        }
        const { kind } = await verifyRequest(knock, { documents, now: () => new Date() });
        expect(["verified", "refused"]).toContain(kind);
        if (kind !== "verified") return;
        verified++;
        const byFedify = await verifyByFedify(inSmallLetters(knock.request), {
          documentLoader: documents.loader,
          contextLoader,
        });
        expect(byFedify?.id?.href).toBe(`${mayor}#main-key`);
      }),
      { numRuns: 1_500 },
    );
    expect(verified).toBeGreaterThan(50);
  });

  it("an error that is no answer of the actor's server is not taken for one", async () => {
    const documents: Documents = {
      loader: () => Promise.reject(new FetchError("https://victim.example/", "no response")),
      find: () => Promise.reject(new Error("unused")),
      findChanged: () => Promise.reject(new Error("unused")),
      forget: () => false,
    };
    expect(await verdict(await signed(key, "rfc9421"), documents)).toBe("actor-unreachable");
  });
});
