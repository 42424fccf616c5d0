// The promise behind reading plain keys at the door: for every document the door lets in, JSON-LD expansion as Fedify
// does it finds the same id, actor, object and proof keys. First for the bundled contexts, then for hostile documents.
import { Activity } from "@fedify/vocab";
import jsonld from "@fedify/vocab-runtime/jsonld";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bundledContexts, contextLoader, findContext } from "../../../federation/trust/contexts.ts";
import { objectionToShape } from "../../../federation/trust/shape.ts";
import { reserved, reservedIris } from "../../../federation/trust/terms.ts";
import { Refused } from "../../../src/platform/refusal.ts";
import { as2, claimHeaders, type Json, knock } from "./knocking.ts";

/** Every context object in a context document, the scoped ones with the term that brings them. */
function* scopes(context: unknown, path = ""): Generator<[string, Json]> {
  if (Array.isArray(context)) {
    for (const each of context) yield* scopes(each, path);
  } else if (typeof context === "string") {
    if (!findContext(context)) throw new Error(`${context} is not bundled`);
  } else if (typeof context === "object" && context !== null) {
    yield [path, context as Json];
    for (const [term, definition] of Object.entries(context)) {
      if (typeof definition === "object" && definition !== null && "@context" in definition) {
        yield* scopes((definition as Json)["@context"], `${path}/${term}`);
      }
    }
  }
}

describe.each([...bundledContexts])("bundled context %s", (_url, document) => {
  const all = [...scopes((document as Json)["@context"])];

  it("gives reserved terms their meaning or none, and no other term theirs", async () => {
    for (const [path, context] of all) {
      for (const [term, definition] of Object.entries(context)) {
        if (term.startsWith("@")) continue;
        const iri = await expandedIri(term, context);
        const meaning = reserved.get(term);
        if (meaning) {
          const type = typeof definition === "object" ? ((definition as Json)["@type"] ?? null) : null;
          expect([path, term, iri, type]).toEqual([path, term, meaning.iri, meaning.type]);
        } else {
          expect(reservedIris.has(iri), `${path} ${term}`).toBe(false);
        }
        // As a prefix it must not be able to make one, except the two namespaces, whose suffixes are checked.
        const makes = [...reservedIris].filter((each) => each.startsWith(iri) && each !== iri);
        if (makes.length > 0) expect([`${as2}#`, "https://w3id.org/security#"], `${path} ${term}`).toContain(iri);
      }
    }
  });

  it("has no base, no import, and no vocabulary that unknown terms could fall into", () => {
    for (const [, context] of all) {
      expect(context).not.toHaveProperty(["@base"]);
      expect(context).not.toHaveProperty(["@import"]);
      expect(["_:", undefined]).toContain(context["@vocab"]);
    }
  });

  it("can follow ActivityStreams without changing what is read", async () => {
    const url = [...bundledContexts].find(([, each]) => each === document)![0];
    if (!url.startsWith("http")) return;
    for (const context of [
      [as2, url],
      [url, as2],
    ]) {
      const activity = { "@context": context, id: "https://a.example/1", type: "Create", actor: "https://a.example/u" };
      const parsed = await Activity.fromJsonLd(activity, { contextLoader });
      expect([parsed.id?.href, parsed.actorId?.href]).toEqual([activity.id, activity.actor]);
    }
  });
});

/** What a term of a context expands to, by the JSON-LD library itself. */
async function expandedIri(term: string, context: Json): Promise<string> {
  const definition = context[term];
  const written = typeof definition === "string" ? definition : String((definition as Json | null)?.["@id"] ?? term);
  if (written.startsWith("@")) return written;
  const prefix = written.slice(0, written.indexOf(":"));
  const namespace = context[prefix];
  return written.includes(":") && typeof namespace === "string" && !written.slice(prefix.length).startsWith("://")
    ? (await expandedIri(prefix, context)) + written.slice(prefix.length + 1)
    : written;
}

describe("the context loader", () => {
  it("answers from the list alone", async () => {
    expect((await contextLoader("https://any.host/schemas/litepub-0.1.jsonld")).document).toHaveProperty("@context");
    for (const url of [
      "https://attacker.example/ns",
      "http://schema.org/",
      "https://a.b/x/schemas/litepub-0.1.jsonld",
    ]) {
      await expect(contextLoader(url)).rejects.toThrow(Refused);
    }
  });
});

const victim = "https://victim.example/u/mayor";
const own = "https://attacker.example/u/a";

/** Words from which term definitions, keys and values are put together: near every boundary of the rules. */
const word = fc.constantFrom(
  ...["actor", "object", "id", "type", "proof", "verificationMethod", "to", "x", "y", "as", "sec", "https", "name"],
  ...["@id", "@type", "@graph", "@nest", "@none", "@vocab", "@set", "@value", "@context", "@reverse", "@list", "@json"],
  ...["as:actor", "x:actor", "y:or", "x:", "as:", "x:activitystreams#actor", "sec:proof", "ex:z", "as:act", "_:b"],
  ...[
    `${as2}#actor`,
    `${as2}#`,
    as2,
    "https://www.w3.org/ns/",
    "https://",
    "https:",
    "https://w3id.org/security#proof",
  ],
  ...[
    "http://www.w3.org/ns/activitystreams#actor",
    `${as2}#Actor`,
    "ACTOR",
    " actor",
    "actor ",
    "act\u200bor",
    "__proto__",
  ],
);
const definition = fc.oneof(
  word,
  fc.constant(null),
  fc.record(
    {
      "@id": fc.oneof(word, fc.constant(null)),
      "@type": word,
      "@container": fc.oneof(word, fc.array(word, { maxLength: 2 })),
      "@prefix": fc.boolean(),
      "@protected": fc.boolean(),
      "@language": fc.constantFrom("ca", null),
    },
    { requiredKeys: [] },
  ),
);
const inlineContext = fc.dictionary(word, definition, { maxKeys: 4 });
const context = fc.oneof(
  { weight: 1, arbitrary: fc.constant(as2) },
  {
    weight: 4,
    arbitrary: fc.array(
      fc.oneof(fc.constantFrom(as2, ...[...bundledContexts.keys()].filter(isAddress)), inlineContext),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  },
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(victim, own, "x", 1, true, null),
  word,
  fc.record({ id: fc.constantFrom(victim, own) }),
  fc.array(fc.constantFrom(victim, own), { maxLength: 2 }),
  fc.record({ "@value": fc.constantFrom(victim, "text") }),
);
const hostile = fc
  .record({
    context,
    actor: fc.constantFrom<unknown>(own, [own], { id: own }, { id: own, actor: victim }, [own, victim], victim),
    object: fc.oneof(
      fc.constant("https://attacker.example/n"),
      fc.record({ id: fc.constant("https://attacker.example/n") }),
    ),
    inner: fc.option(fc.dictionary(word, value, { maxKeys: 2 }), { nil: undefined }),
    extra: fc.dictionary(word, value, { maxKeys: 3 }),
    type: fc.constantFrom<unknown>("Create", ["Create", "Note"], "DataIntegrityProof", [
      "Delete",
      "DataIntegrityProof",
    ]),
  })
  .map(({ context, actor, object, inner, extra, type }) => ({
    "@context": context,
    ...extra,
    id: "https://attacker.example/act/1",
    type,
    actor,
    object: inner && typeof object === "object" ? { ...inner, ...object } : object,
  }));

function isAddress(name: string): boolean {
  return name.startsWith("http");
}

describe("11 JSON-LD restructuring: what the door reads is what Fedify reads", () => {
  it("for hostile documents", async () => {
    let passed = 0;
    let parsedToo = 0;
    await fc.assert(
      fc.asyncProperty(hostile, async (activity) => {
        const outcome = await knock(JSON.parse(JSON.stringify(activity)), claimHeaders(own));
        if (outcome instanceof Response) return;
        passed++;
        const parsed = await Activity.fromJsonLd(activity, { contextLoader }).catch(() => null);
        if (!parsed) return;
        parsedToo++;
        // Fedify may see less (it passes over embedded actors without a type), never anyone or anything else.
        expect([own, ""]).toContain(parsed.actorIds.map(({ href }) => href).join());
        expect(parsed.id?.href).toBe("https://attacker.example/act/1");
        expect(["https://attacker.example/n", ""]).toContain(parsed.objectIds.map(({ href }) => href).join());
        const [expanded] = (await jsonld.expand(activity as never, {
          documentLoader: contextLoader as never,
        })) as Json[];
        const proofs = expanded?.["https://w3id.org/security#proof"] ?? [];
        expect(JSON.stringify(proofs)).not.toContain(victim);
      }),
      { numRuns: 6_000 },
    );
    // Else the property would hold for nothing.
    expect(passed).toBeGreaterThan(300);
    expect(parsedToo).toBeGreaterThan(100);
  });

  it("finds the bypass when the check is left out", async () => {
    const aliased = {
      "@context": [as2, { aaa: { "@id": "as:actor", "@type": "@id" } }],
      id: "https://attacker.example/act/1",
      type: "Create",
      actor: own,
      aaa: victim,
    };
    const parsed = await Activity.fromJsonLd(aliased, { contextLoader });
    expect(parsed.actorIds.map(({ href }) => href)).toContain(victim);
    expect(objectionToShape(aliased)).not.toBeNull();
  });
});
