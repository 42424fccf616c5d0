// The forgeries of case 1, 4 and 11 against a real Fedify behind the door: none reaches a listener, while what the
// same peers may say does. Keys, signatures and documents are real; only the network is a table of documents.
import type { webcrypto } from "node:crypto";
import {
  createFederation,
  type Federation,
  generateCryptoKeyPair,
  MemoryKvStore,
  signJsonLd,
  signObject,
  signRequest,
} from "@fedify/fedify";
import { Create, CryptographicKey, Multikey, Note, Person } from "@fedify/vocab";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { contextLoader } from "../../../federation/trust/contexts.ts";
import { openDocuments } from "../../../federation/trust/documents.ts";
import { guardInbox } from "../../../federation/trust/guard.ts";
import { openGuardedFetch } from "../../../src/platform/guarded-fetch.ts";
import { guardOptions, type Json } from "./knocking.ts";

const victim = new URL("https://victim.example/u/mayor");
const attacker = new URL("https://attacker.example/u/a");

let keysOf: Record<"victim" | "attacker", { rsa: webcrypto.CryptoKeyPair; ed: webcrypto.CryptoKeyPair }>;
const served = new Map<string, unknown>();
let fetched: string[] = [];
let received: string[] = [];
let federation: Federation<void>;

beforeAll(async () => {
  const pair = async () => ({
    rsa: await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"),
    ed: await generateCryptoKeyPair("Ed25519"),
  });
  keysOf = { victim: await pair(), attacker: await pair() };
  for (const [id, { rsa, ed }] of [
    [victim, keysOf.victim],
    [attacker, keysOf.attacker],
  ] as const) {
    const person = new Person({
      id,
      preferredUsername: "p",
      inbox: new URL(`${id.href}/inbox`),
      publicKey: new CryptographicKey({ id: new URL(`${id.href}#main-key`), owner: id, publicKey: rsa.publicKey }),
      assertionMethods: [new Multikey({ id: new URL(`${id.href}#ed`), controller: id, publicKey: ed.publicKey })],
    });
    served.set(id.href, await person.toJsonLd({ contextLoader }));
  }
  // Keys on the attacker's server that name the victim as their owner.
  const { rsa, ed } = keysOf.attacker;
  const key = new CryptographicKey({
    id: new URL("https://attacker.example/key"),
    owner: victim,
    publicKey: rsa.publicKey,
  });
  const multikey = new Multikey({
    id: new URL("https://attacker.example/mk"),
    controller: victim,
    publicKey: ed.publicKey,
  });
  served.set("https://attacker.example/key", await key.toJsonLd({ contextLoader }));
  served.set("https://attacker.example/mk", await multikey.toJsonLd({ contextLoader }));
});

beforeEach(() => {
  fetched = [];
  received = [];
  const documents = openDocuments({
    sign: null,
    fetch: openGuardedFetch({
      permittedOrigins: [],
      userAgent: "Koinon test",
      transport: async ({ url }) => {
        fetched.push(url);
        const document = served.get(url);
        if (document === undefined) return new Response(null, { status: 404 });
        return Response.json(document, { headers: { "content-type": "application/activity+json" } });
      },
    }).fetch,
  });
  federation = createFederation<void>({
    kv: new MemoryKvStore(),
    documentLoaderFactory: () => documents.loader,
    authenticatedDocumentLoaderFactory: () => documents.loader,
    contextLoaderFactory: () => contextLoader,
  });
  federation
    .setActorDispatcher("/u/{identifier}", (ctx, identifier) => new Person({ id: ctx.getActorUri(identifier) }))
    .setKeyPairsDispatcher(() => []);
  federation.setInboxListeners("/u/{identifier}/inbox", "/inbox").on(Create, (_, activity) => {
    received.push(`${activity.id?.href} by ${activity.actorId?.href}`);
  });
});

let serial = 0;

function creation(by: URL, on: URL = by): Create {
  const id = (name: string) => new URL(`/${name}/${++serial}`, on);
  return new Create({ id: id("act"), actor: by, object: new Note({ id: id("n"), attribution: by, content: "Hello" }) });
}

const json = async (activity: Create): Promise<Json> => (await activity.toJsonLd({ contextLoader })) as Json;

async function post(body: unknown, sign?: { key: webcrypto.CryptoKey; id: string; spec?: "rfc9421" }): Promise<number> {
  let request = new Request("https://city.example/inbox", {
    method: "POST",
    headers: { "content-type": "application/activity+json" },
    body: JSON.stringify(body),
  });
  if (sign) {
    const spec = sign.spec ?? "draft-cavage-http-signatures-12";
    request = await signRequest(request, sign.key, new URL(sign.id), { spec });
  }
  const knocked = await guardInbox(request, guardOptions);
  if (knocked instanceof Response) return knocked.status;
  return (await federation.fetch(knocked.request, { contextData: undefined })).status;
}

async function withProof(activity: Create, key: webcrypto.CryptoKey, id: string): Promise<Json> {
  const signed = await signObject(activity, key, new URL(id), { contextLoader });
  return (await signed.toJsonLd({ format: "compact", contextLoader })) as Json;
}

describe("forgeries", () => {
  it("1 key ↔ actor: HTTP signature by a key that names the victim as owner (CVE-2026-96625)", async () => {
    const key = keysOf.attacker.rsa.privateKey;
    const body = await json(creation(victim));
    expect(await post(body, { key, id: "https://attacker.example/key" })).toBe(401);
    expect(await post(body, { key, id: "https://attacker.example/key", spec: "rfc9421" })).toBe(401);
    expect(fetched).toEqual([]);
  });

  it("1 key ↔ actor: HTTP signature by the attacker that claims the victim's key id", async () => {
    const key = keysOf.attacker.rsa.privateKey;
    expect(await post(await json(creation(victim)), { key, id: `${victim.href}#main-key` })).toBe(401);
  });

  it("1 key ↔ actor: integrity proof by a key that names the victim as controller", async () => {
    const body = await withProof(creation(victim), keysOf.attacker.ed.privateKey, "https://attacker.example/mk");
    expect(await post(body)).toBe(401);
    // And with an honest HTTP signature of the attacker beside it.
    const key = keysOf.attacker.rsa.privateKey;
    expect(await post(body, { key, id: `${attacker.href}#main-key` })).toBe(401);
  });

  it("1 key ↔ actor: linked data signature by a key that names the victim as owner", async () => {
    const { privateKey } = keysOf.attacker.rsa;
    const body = await json(creation(victim));
    const id = new URL("https://attacker.example/key");
    expect(await post(await signJsonLd(body, privateKey, id, { contextLoader }))).toBe(401);
  });

  it("4 activity id vs actor: an activity of the attacker with an id on the victim's server (GHSA-4qhx-hhwf-8685)", async () => {
    const key = keysOf.attacker.rsa.privateKey;
    const forged = await json(creation(attacker, victim));
    expect(await post(forged, { key, id: `${attacker.href}#main-key` })).toBe(401);
    // The genuine activity of that id is still heard later.
    const genuine = { ...forged, actor: victim.href };
    expect(await post(genuine, { key: keysOf.victim.rsa.privateKey, id: `${victim.href}#main-key` })).toBe(202);
    expect(received).toEqual([`${forged.id} by ${victim.href}`]);
    received = [];
  });

  it("1 key ↔ actor: two actors, one of them the victim", async () => {
    const key = keysOf.attacker.rsa.privateKey;
    const body = { ...(await json(creation(attacker))), actor: [attacker.href, victim.href] };
    expect(await post(body, { key, id: `${attacker.href}#main-key` })).toBe(400);
  });

  it("11 JSON-LD restructuring: the victim as actor under another name (CVE-2026-46349)", async () => {
    const key = keysOf.attacker.rsa.privateKey;
    const plain = await json(creation(attacker));
    const alias = { aaa: { "@id": "as:actor", "@type": "@id" } };
    const body = { ...plain, "@context": [plain["@context"], alias].flat(), aaa: victim.href };
    expect(await post(body, { key, id: `${attacker.href}#main-key` })).toBe(400);
  });

  it("2 origin of fetched object and 6 redirects: a key on the victim's server behind an open redirect to the attacker (GHSA-8863-8468-7hq7)", async () => {
    const { rsa } = keysOf.attacker;
    const id = new URL("https://victim.example/out?to=attacker");
    const person = new Person({
      id,
      inbox: new URL("https://attacker.example/inbox"),
      publicKey: new CryptographicKey({ id: new URL(`${id.href}#main-key`), owner: id, publicKey: rsa.publicKey }),
    });
    served.set("https://attacker.example/double", await person.toJsonLd({ contextLoader }));
    const documents = openDocuments({
      sign: null,
      fetch: openGuardedFetch({
        permittedOrigins: [],
        userAgent: "Koinon test",
        transport: async ({ url }) =>
          url === id.href
            ? Response.redirect("https://attacker.example/double", 302)
            : Response.json(served.get(url), { headers: { "content-type": "application/activity+json" } }),
      }).fetch,
    });
    await expect(documents.loader(id.href)).rejects.toThrow("forged");
    await expect(documents.loader(`${id.href}#main-key`)).rejects.toThrow("forged");
  });

  it("12 proof options: one that was altered, taken out or added (Fedify #968)", async () => {
    const body = await withProof(creation(victim), keysOf.victim.ed.privateKey, `${victim.href}#ed`);
    const proof = body.proof as Json;
    const changes: Json[] = [
      { created: "2031-01-01T00:00:00Z" },
      { created: undefined },
      { expires: "2001-01-01T00:00:00Z" },
      { domain: "city.example" },
      { proofPurpose: "authentication" },
      { verificationMethod: `${victim.href}#other` },
    ];
    for (const change of changes) expect(await post({ ...body, proof: { ...proof, ...change } })).toBe(401);
  });

  it("altered on the way", async () => {
    const body = await withProof(creation(victim), keysOf.victim.ed.privateKey, `${victim.href}#ed`);
    expect(await post({ ...body, object: "https://victim.example/n/other" })).toBe(401);
    const lds = await signJsonLd(
      await json(creation(victim)),
      keysOf.victim.rsa.privateKey,
      new URL(`${victim.href}#main-key`),
      {
        contextLoader,
      },
    );
    expect(await post({ ...(lds as Json), object: "https://victim.example/n/other" })).toBe(401);
  });

  // After each, so that a listener that ran is blamed on its own forgery.
  afterEach(() => expect(received).toEqual([]));
});

describe("controls", () => {
  const key = () => ({ key: keysOf.victim.rsa.privateKey, id: `${victim.href}#main-key` });

  it.each(["draft-cavage-http-signatures-12", "rfc9421"] as const)(
    "the actor's own HTTP signature, %s",
    async (spec) => {
      const body = await json(creation(victim));
      expect(await post(body, spec === "rfc9421" ? { ...key(), spec } : key())).toBe(202);
      expect(received).toEqual([`${body.id} by ${victim.href}`]);
    },
  );

  it("forwarded by another server with the actor's proof or linked data signature", async () => {
    const forwarder = { key: keysOf.attacker.rsa.privateKey, id: `${attacker.href}#main-key` };
    const proven = await withProof(creation(victim), keysOf.victim.ed.privateKey, `${victim.href}#ed`);
    expect(await post(proven, forwarder)).toBe(202);
    const signed = await signJsonLd(await json(creation(victim)), key().key, new URL(key().id), { contextLoader });
    expect(await post(signed, forwarder)).toBe(202);
    expect(received).toHaveLength(2);
  });

  it("one fetch of the actor serves many activities", async () => {
    for (let i = 0; i < 5; i++) expect(await post(await json(creation(victim)), key())).toBe(202);
    expect(fetched).toEqual([victim.href]);
    expect(received).toHaveLength(5);
  });
});
