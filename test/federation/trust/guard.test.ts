// The inbox door, case by case, each with the advisories it follows. What passes here still has its signature to be
// verified; forgeries.test.ts has the real Fedify behind the door.
import { describe, expect, it } from "vitest";
import { guardInbox } from "../../../federation/trust/guard.ts";
import { aCreate, as2, claimHeaders, guardOptions, type Json, knock, mayor, statusOf } from "./knocking.ts";

const inline = (context: unknown, more: Json = {}) => aCreate({ "@context": [as2, context], ...more });
const attacker = "https://attacker.example/u/a";

describe("what passes", () => {
  it("a plain activity, at the public address, with its bytes unchanged", async () => {
    const text = JSON.stringify(aCreate(), null, 2);
    const outcome = await knock(text);
    if (outcome instanceof Response) throw new Error(await outcome.text());
    expect([outcome.id.href, outcome.actor.href, outcome.standing]).toEqual([
      "https://victim.example/act/1",
      mayor,
      "allowed",
    ]);
    expect(outcome.request.url).toBe("https://city.example/inbox");
    expect(outcome.request.headers.get("host")).toBe("city.example");
    expect(outcome.request.headers.has("signature")).toBe(true);
    expect(await outcome.request.text()).toBe(text);
  });

  it.each<[string, Json]>([
    ["an embedded actor, by its id alone", { actor: { id: mayor, type: "Person" } }],
    ["an actor in an array of one", { actor: [mayor] }],
    ["a context served by its own host", { "@context": [as2, "https://any.example/schemas/litepub-0.1.jsonld"] }],
    [
      "the usual extensions inline",
      { "@context": [as2, { toot: "http://joinmastodon.org/ns#", Emoji: "toot:Emoji" }] },
    ],
    [
      "a term defined as it already is",
      { "@context": [as2, { as: `${as2}#`, to: { "@id": "as:to", "@type": "@id" } }] },
    ],
    ["keywords under their usual names", { "@context": [as2, { id: "@id", type: "@type", "@language": "ca" }] }],
    ["a language-tagged string", { name: { "@value": "Bon dia", "@language": "ca" } }],
    [
      "a term of its own that holds JSON",
      { "@context": [as2, { x: { "@id": "ex:x", "@type": "@json" } }], x: { actor: [1] } },
    ],
    ["a key of another vocabulary", { "ical:status": "CONFIRMED" }],
  ])("%s", async (_, overrides) => expect(await statusOf(knock(aCreate(overrides)))).toBe(0));

  it("a signed activity from a permitted test origin over http", async () => {
    const actor = "http://porto.localhost:8002/u/p";
    const activity = aCreate({ actor, id: "http://porto.localhost:8002/act/1" });
    const permittedOrigins = ["http://porto.localhost:8002"];
    expect(await statusOf(knock(activity, claimHeaders(actor)))).toBe(400);
    expect(await statusOf(knock(activity, claimHeaders(actor), { permittedOrigins }))).toBe(0);
  });
});

describe("1 key ↔ actor and 4 activity id vs actor: one origin (CVE-2026-96625, CVE-2025-54888, GHSA-4qhx-hhwf-8685)", () => {
  it.each<[string, number, Json, Record<string, string>]>([
    ["a key on another origin", 401, aCreate(), claimHeaders("https://attacker.example/key")],
    ["a key on another port", 401, aCreate(), claimHeaders("https://victim.example:8443/key")],
    ["a key over http", 401, aCreate(), claimHeaders("http://victim.example/u/mayor#main-key")],
    ["a key that is no address", 401, aCreate(), claimHeaders("acct:mayor@victim.example")],
    ["an id on another origin", 401, aCreate({ actor: attacker }), claimHeaders(attacker)],
    ["no id", 400, aCreate({ id: undefined }), claimHeaders(mayor)],
    ["two ids", 400, aCreate({ id: ["https://victim.example/a", "https://victim.example/b"] }), claimHeaders(mayor)],
    ["two actors", 400, aCreate({ actor: [mayor, attacker] }), claimHeaders(mayor)],
    ["an actor without an id", 400, aCreate({ actor: { type: "Person" } }), claimHeaders(mayor)],
    ["an actor over http", 400, aCreate({ actor: "http://victim.example/u" }), claimHeaders(mayor)],
    [
      "credentials in the actor's address",
      400,
      aCreate({ actor: "https://a:b@victim.example/u" }),
      claimHeaders(mayor),
    ],
    ["a backslash in the actor's address", 400, aCreate({ actor: "https://victim.example\\@x/" }), claimHeaders(mayor)],
    ["a trailing dot", 400, aCreate({ actor: "https://victim.example./u/mayor" }), claimHeaders(mayor)],
  ])("%s", async (_, status, activity, headers) => expect(await statusOf(knock(activity, headers))).toBe(status));

  const proof = (verificationMethod: string, more: Json = {}) => ({
    proof: {
      type: "DataIntegrityProof",
      cryptosuite: "eddsa-jcs-2022",
      verificationMethod,
      proofPurpose: "assertionMethod",
      proofValue: "z3…",
      created: "2026-01-01T00:00:00Z",
      ...more,
    },
  });
  const lds = (creator: unknown) => ({
    signature: { type: "RsaSignature2017", creator, created: "2026-01-01T00:00:00Z", signatureValue: "AAAA" },
  });

  it.each<[string, number, Json]>([
    ["a proof by a foreign key", 401, proof("https://attacker.example/mk")],
    [
      "one foreign proof among the actor's",
      401,
      { proof: [proof(`${mayor}#ed`).proof, proof(`${attacker}#ed`).proof] },
    ],
    ["a linked data signature by a foreign key", 401, lds("https://attacker.example/key")],
    ["a linked data signature without a creator", 401, lds(undefined)],
    ["several linked data signatures", 401, { signature: [lds(mayor).signature] }],
    ["the actor's own proof", 0, proof(`${mayor}#ed`)],
    ["the actor's own linked data signature", 0, lds(`${mayor}#main-key`)],
  ])("%s, also with the actor's HTTP signature", async (_, status, overrides) => {
    expect(await statusOf(knock(aCreate(overrides)))).toBe(status);
    expect(await statusOf(knock(aCreate(overrides), {}))).toBe(status);
  });

  it.each(["expires", "domain", "challenge", "nonce", "previousProof"])(
    "case 12: a proof with %s, which the verifier does not cover",
    async (option) => {
      expect(await statusOf(knock(aCreate(proof(`${mayor}#ed`, { [option]: "2020-01-01T00:00:00Z" })), {}))).toBe(401);
    },
  );

  it("forwarded: counts by the signature in the body, and the forwarder's is taken off", async () => {
    const forwarder = claimHeaders("https://relay.example/actor#main-key");
    expect(await statusOf(knock(aCreate(), forwarder))).toBe(401);
    const outcome = await knock(aCreate(lds(`${mayor}#main-key`)), forwarder);
    if (outcome instanceof Response) throw new Error(await outcome.text());
    expect(outcome.request.headers.has("signature")).toBe(false);
    expect(outcome.request.headers.has("digest")).toBe(true);
  });

  it("forwarded: few values only, since they are expanded before the signature is known", async () => {
    const tag = Array.from({ length: 250 }, (_, i) => ({ type: "Mention", href: `https://x.example/${i}` }));
    const large = aCreate({ tag, ...lds(`${mayor}#main-key`) });
    expect(await statusOf(knock(large))).toBe(0);
    expect(await statusOf(knock(large, {}))).toBe(400);
  });

  it("unsigned is 401", async () => expect(await statusOf(knock(aCreate(), {}))).toBe(401));
});

describe("26 crash on malformed: names that every object has", () => {
  const signedInBody = (object: Json): Json => ({
    ...aCreate({ object }),
    signature: {
      type: "RsaSignature2017",
      creator: `${mayor}#main-key`,
      created: "2026-01-01T00:00:00Z",
      signatureValue: "AAAA",
    },
  });
  const note = { id: "https://victim.example/n/1", type: "Note", attributedTo: mayor };

  it.each<[string, Json | string]>([
    ["as an address", signedInBody({ ...note, url: "__proto__" })],
    ["as an id", signedInBody({ ...note, tag: [{ id: "__proto__", type: "Mention" }] })],
    ["as a type", signedInBody({ ...note, type: "__proto__" })],
    ["of a function", signedInBody({ ...note, url: "constructor" })],
    ["as a key", JSON.stringify(signedInBody(note)).replace('"attributedTo"', '"__proto__"')],
    ["as a term", signedInBody({ ...note, "@context": { x: "__proto__" } })],
  ])("%s", async (_, activity) => {
    expect(await statusOf(knock(activity, { "content-type": "application/activity+json" }))).toBe(400);
  });

  it("a word like any other in what a person wrote and their server signed", async () =>
    expect(await statusOf(knock(aCreate({ object: { ...note, name: "constructor" } })))).toBe(0));

  it("nothing can be added to what all objects inherit", () => {
    const inherited = Object.getPrototypeOf({}) as Record<string, unknown>;
    expect(() => Object.assign(inherited, { "@id": "x" })).toThrow(TypeError);
    expect(() => Object.assign(Object, { "@id": "x" })).toThrow(TypeError);
  });
});

describe("10 missing checks in HTTP signature and 26 crash on malformed: headers (CVE-2023-49079, CVE-2026-28432, unparsable Date)", () => {
  const key = `${mayor}#main-key`;
  const cavage = (parameters: string) => claimHeaders(key, { signature: parameters });
  const signed = (headers: string, more = "") =>
    cavage(`keyId="${key}",algorithm="rsa-sha256",headers="${headers}"${more},signature="AAAA"`);
  const all = "(request-target) host date digest";

  it.each<[string, number, Record<string, string>]>([
    ["digest not signed", 401, signed("(request-target) host date")],
    ["host not signed", 401, signed("(request-target) date digest")],
    ["path not signed", 401, signed("host date digest")],
    ["date not signed", 401, signed("(request-target) host digest")],
    ["nothing signed", 401, signed("")],
    ["unparsable Date", 401, claimHeaders(key, { date: "yesterday" })],
    ["endless created", 401, signed(all, `,created="${"9".repeat(40)}"`)],
    ["created that is no number", 401, signed(all, ',created="now"')],
    ["endless expires", 401, signed(all, `,expires=${"9".repeat(17)}`)],
    ["created and expires in quotes", 0, signed(all, ',created="1756126694",expires="1756130294"')],
    ["two keyIds", 401, cavage(`keyId="${attacker}",keyId="${key}",headers="${all}",signature="AAAA"`)],
    ["signature not base64", 401, cavage(`keyId="${key}",headers="${all}",signature="A*A"`)],
    ["a signature of 9,000 characters", 401, signed(all, `,x="${"y".repeat(9_000)}"`)],
  ])("draft-cavage: %s", async (_, status, headers) => {
    expect(await statusOf(knock(aCreate(), headers))).toBe(status);
  });

  const now = Math.floor(Date.now() / 1000);
  const rfc = (input: string) => ({
    "signature-input": input,
    signature: "sig1=:AAAA:",
    "content-digest": "sha-256=:AA=:",
  });
  const covering = (components: string, more = "") =>
    rfc(`sig1=(${components});alg="rsa-v1_5-sha256";keyid="${key}";created=${now}${more}`);
  const enough = '"@method" "@target-uri" "content-digest"';

  it.each<[string, number, Record<string, string>]>([
    ["covers what it must", 0, covering(enough)],
    ["authority and path instead of the whole address", 0, covering('"@method" "@authority" "@path" "content-digest"')],
    ["body not covered", 401, covering('"@method" "@target-uri"')],
    ["method not covered", 401, covering('"@target-uri" "content-digest"')],
    ["address not covered", 401, covering('"@method" "content-digest" "@authority"')],
    ["a component of another message", 401, covering('"@method";req "@target-uri" "content-digest"')],
    ["a component twice", 401, covering(`${enough} "@method"`)],
    ["no created", 401, rfc(`sig1=(${enough});keyid="${key}"`)],
    ["endless created", 401, rfc(`sig1=(${enough});keyid="${key}";created=999999999999999`)],
    ["not yet expired", 0, covering(enough, `;expires=${now + 10}`)],
    ["a nonce and a tag", 0, covering(enough, ';nonce="abc;def";tag="x"')],
    ["no key", 401, rfc(`sig1=(${enough});created=${now}`)],
    ["a key twice", 401, covering(enough, `;keyid="${attacker}"`)],
    ["a key hidden by an escape", 401, covering(enough, ';x="\\";keyid=\\""')],
    [
      "a foreign second signature",
      401,
      rfc(`sig1=(${enough});keyid="${key}";created=${now}, sig2=(${enough});keyid="${attacker}";created=${now}`),
    ],
    [
      "one label twice",
      401,
      rfc(`sig1=(${enough});keyid="${key}";created=${now}, sig1=(${enough});keyid="${key}";created=${now}`),
    ],
    [
      "a second signature over less",
      401,
      rfc(`sig1=(${enough});keyid="${key}";created=${now}, sig2=();keyid="${key}";created=${now}`),
    ],
    ["not a dictionary", 401, rfc("((((")],
    ["input without a signature", 401, { "signature-input": `sig1=(${enough});keyid="${key}";created=${now}` }],
  ])("RFC 9421: %s", async (_, status, headers) => {
    expect(await statusOf(knock(aCreate(), headers))).toBe(status);
  });

  it("the Host a proxy or a stranger wrote is replaced by ours, so a signature for another host cannot be replayed", async () => {
    const outcome = await knock(aCreate(), claimHeaders(key, { host: "other.example" }));
    expect(outcome instanceof Response ? null : outcome.request.headers.get("host")).toBe("city.example");
  });
});

describe("11 JSON-LD restructuring (CVE-2022-24307, CVE-2026-46349, CVE-2026-46713, CVE-2026-47746, CVE-2026-42462)", () => {
  it.each<[string, Json]>([
    ["@graph", aCreate({ "@graph": [{ id: "x" }] })],
    ["@included", aCreate({ "@included": [] })],
    ["@reverse", aCreate({ "@reverse": {} })],
    ["@graph far below", aCreate({ object: { a: [{ b: { "@graph": [] } }] } })],
    ["@id beside id", aCreate({ "@id": "https://attacker.example/1" })],
    ["@type beside type", aCreate({ "@type": "Delete" })],
    ["@nest", aCreate({ "@nest": { actor: attacker } })],
    ["a value object that holds an object", aCreate({ name: { "@value": { actor: attacker } } })],
    ["a JSON literal", aCreate({ name: { "@value": "{}", "@type": "@json" } })],
    ["the actor's IRI as a key", aCreate({ [`${as2}#actor`]: attacker })],
    ["the actor with a prefix", aCreate({ "as:actor": attacker })],
    ["the actor with a prefix of its own", inline({ x: `${as2}#` }, { "x:actor": attacker })],
    ["the proof's IRI as a key", aCreate({ "https://w3id.org/security#proof": {} })],
    [
      "a prefix that cuts the IRI elsewhere",
      inline({ w: "https://www.w3.org/ns/" }, { "w:activitystreams#actor": attacker }),
    ],
    [
      "such a prefix made of another",
      inline({ w: "https://www.w3.org/", n: "w:ns/" }, { "n:activitystreams#actor": "x" }),
    ],
    ["such a prefix, declared as one", inline({ w: { "@id": `${as2}#act`, "@prefix": true } }, { "w:or": attacker })],
    ["actor redefined", inline({ actor: "ex:hidden" })],
    ["actor without its type", inline({ actor: "as:actor" })],
    ["actor as a list", inline({ actor: { "@id": "as:actor", "@type": "@id", "@container": "@list" } })],
    ["actor taken away", inline({ actor: null })],
    ["actor under another name", inline({ author: { "@id": "as:actor", "@type": "@id" } }, { author: attacker })],
    ["actor under another name, by its IRI", inline({ aaa: `${as2}#actor` }, { aaa: attacker })],
    ["actor under another name, by the term", inline({ aaa: "actor" }, { aaa: attacker })],
    ["actor under another name, by a reverse", inline({ aaa: { "@reverse": "as:object" } }, { aaa: attacker })],
    ["id under another name", inline({ key: "@id" }, { key: "https://attacker.example/1" })],
    ["type under another name", inline({ kind: "@type" }, { kind: "Delete" })],
    ["id is not the id", inline({ id: "ex:id", aid: "@id" })],
    ["a graph under another name", inline({ g: "@graph" }, { g: [] })],
    ["a nest under another name", inline({ n: "@nest" }, { n: { actor: attacker } })],
    [
      "a context inside a term",
      inline({ object: { "@id": "as:object", "@type": "@id", "@context": { actor: "ex:a" } } }),
    ],
    ["a context inside another term", inline({ x: { "@id": "ex:x", "@context": { actor: "ex:a" } } })],
    ["an import", inline({ "@import": "https://attacker.example/context" })],
    ["a base", inline({ "@base": "https://attacker.example/" })],
    ["a vocabulary", inline({ "@vocab": `${as2}#` })],
    ["no propagation", inline({ "@propagate": false })],
    ["as redefined", inline({ as: "https://attacker.example/ns#" })],
    ["the actor as JSON", inline({ actor: { "@id": "as:actor", "@type": "@json" } })],
    ["an unknown context", aCreate({ "@context": [as2, "https://attacker.example/context"] })],
    ["schema.org, whose actor is another", aCreate({ "@context": [as2, "http://schema.org/"] })],
    ["an unknown context below", aCreate({ object: { "@context": "https://attacker.example/c", id: "x" } })],
    ["an inline alias below", aCreate({ object: { "@context": { kind: "@type" }, id: "https://x.example/" } })],
    ["no context", aCreate({ "@context": undefined })],
    ["no ActivityStreams", aCreate({ "@context": "https://w3id.org/security/v1" })],
    ["a null context", aCreate({ "@context": [as2, null] })],
    ["a null context below", aCreate({ object: { "@context": null } })],
    ["contexts in contexts", aCreate({ "@context": [as2, [{ kind: "@type" }]] })],
    ["a named blank node", aCreate({ object: { id: "_:b0", type: "Note" } })],
  ])("%s is 400", async (_, activity) => expect(await statusOf(knock(activity))).toBe(400));
});

describe("13 body and limits: size and shape (GHSA-mc44-6cfg-2v6w, GHSA-gg8q-rcg7-p79g)", () => {
  it("1 MB passes and a byte more does not, declared or streamed", async () => {
    const padded = (bytes: number) => {
      const text = JSON.stringify(aCreate({ name: "" }));
      return text.replace('"name":""', `"name":"${"x".repeat(bytes - text.length)}"`);
    };
    expect(await statusOf(knock(padded(1_000_000)))).toBe(0);
    expect(await statusOf(knock(padded(1_000_001)))).toBe(413);
    const headers = { ...claimHeaders(mayor), "content-length": "2000000" };
    expect(await statusOf(knock(aCreate(), headers))).toBe(413);

    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const request = new Request("https://city.example/inbox", {
      method: "POST",
      headers: claimHeaders(mayor),
      body: endless,
      duplex: "half",
    });
    expect(await statusOf(guardInbox(request, guardOptions))).toBe(413);
    expect(pulled).toBeLessThan(1_300_000);
  });

  it.each<[string, string | Uint8Array]>([
    ["nothing", ""],
    ["no JSON", "{"],
    ["an array", "[]"],
    ["a string", '"x"'],
    ["null", "null"],
    ["not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ["brackets only", "[".repeat(500_000)],
    ["1,000 deep", JSON.stringify(aCreate({ object: nested(1_000) }))],
    ["33 deep", JSON.stringify(aCreate({ object: nested(32) }))],
    ["400,000 deep", `{"@context":"${as2}","object":${"[".repeat(400_000)}${"]".repeat(400_000)}}`],
    ["10,000 tags", JSON.stringify(aCreate({ tag: Array.from({ length: 10_000 }, () => ({ type: "Mention" })) }))],
    ["a huge to", JSON.stringify(aCreate({ to: Array.from({ length: 20_000 }, (_, i) => `https://x.example/${i}`) }))],
    [
      "20,000 members",
      JSON.stringify(aCreate(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i])))),
    ],
    ["a NUL character", JSON.stringify(aCreate({ content: "a\0b" }))],
  ])("%s is 400, and takes no more than a moment of work", async (_, body) => {
    const before = process.cpuUsage();
    expect(await statusOf(knock(body))).toBe(400);
    // Work, not time: a busy machine makes nothing worse, and what grows with the square would take many seconds.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(5_000);
  });

  it("31 deep, 900 tags and a name of 900 kB pass", async () => {
    expect(await statusOf(knock(aCreate({ object: nested(29) })))).toBe(0);
    const tag = Array.from({ length: 900 }, (_, i) => ({ type: "Mention", href: `https://x.example/${i}` }));
    expect(await statusOf(knock(aCreate({ tag })))).toBe(0);
    expect(await statusOf(knock(aCreate({ name: "n".repeat(900_000) })))).toBe(0);
  });

  function nested(depth: number): unknown {
    let value: unknown = "end";
    for (let i = 0; i < depth; i++) value = { x: value };
    return value;
  }
});

describe("peers", () => {
  it("blocked is 403, before any signature work; limited is said", async () => {
    const asked: string[] = [];
    const standingOf = (actor: URL) => {
      asked.push(actor.href);
      return actor.hostname === "victim.example" ? ("blocked" as const) : ("limited" as const);
    };
    expect(await statusOf(knock(aCreate(), claimHeaders(mayor), { standingOf }))).toBe(403);
    const other = aCreate({ actor: attacker, id: "https://attacker.example/1" });
    const outcome = await knock(other, claimHeaders(attacker), { standingOf });
    expect(outcome instanceof Response ? null : outcome.standing).toBe("limited");
    await knock(other, {}, { standingOf });
    expect(asked).toEqual([mayor, attacker]);
  });

  it("14 slow peers: a body that does not come to an end is cut", async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([0x7b])) });
    const headers = claimHeaders(mayor);
    const request = new Request("https://city.example/inbox", { method: "POST", headers, body, duplex: "half" });
    expect(await statusOf(guardInbox(request, { ...guardOptions, bodyMs: 50 }))).toBe(408);
  });
});
