// Proofs and canonical text, against the published vectors and against themselves.
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { base58 } from "@scure/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalText, digestOf, isDigest } from "../../src/platform/canonical.ts";
import { fromMultibase, signDocument, toMultibase, verifyDocument } from "../../src/platform/data-integrity.ts";

type Json = Record<string, unknown>;

const vectors = join(import.meta.dirname, "../../../shared/data/interop/signatures");
const areAbsent = !existsSync(vectors);
if (areAbsent)
  console.warn("The published vectors (../shared/data/interop/signatures) are absent: their tests are skipped.");
const text = (name: string) => readFileSync(join(vectors, name), "utf8").trim();
const json = (name: string) => JSON.parse(text(name)) as Json;

/** PKCS#8 of an Ed25519 key (RFC 8410) up to its 32 bytes. */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");
function privateKeyOf(multibase: string): KeyObject {
  const seed = base58.decode(multibase.slice(1)).slice(2);
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: "der", type: "pkcs8" });
}

describe.skipIf(areAbsent)("the vectors of the W3C (vc-di-eddsa, eddsa-jcs-2022)", () => {
  const folder = "w3c-eddsa-jcs-2022";
  const signed = () => json(`${folder}/signedJCS.json`);
  const keys = () => json(`${folder}/keyPair.json`) as { publicKeyMultibase: string; privateKeyMultibase: string };

  test("canonical text and proof are theirs, byte by byte", () => {
    const unsigned = json(`${folder}/unsigned.json`);
    expect(canonicalText(unsigned)).toBe(text(`${folder}/canonDocJCS.txt`));
    expect(canonicalText(json(`${folder}/proofConfigJCS.json`))).toBe(text(`${folder}/proofCanonJCS.txt`));
    const { verificationMethod, created } = signed().proof as Record<string, string>;
    const by = {
      key: privateKeyOf(keys().privateKeyMultibase),
      verificationMethod: verificationMethod!,
      created: new Date(created!),
    };
    expect(signDocument(unsigned, by)).toEqual(signed());
    expect(signDocument(unsigned, by).proof.proofValue).toBe(text(`${folder}/sigBTC58JCS.txt`));
  });

  test("their signature is good, and so is their way to write the key", () => {
    const key = fromMultibase(keys().publicKeyMultibase);
    expect(toMultibase(key)).toBe(keys().publicKeyMultibase);
    expect(verifyDocument(signed(), key)).toBe(true);
  });

  test("whatever is altered, left out or added breaks it", () => {
    const key = fromMultibase(keys().publicKeyMultibase);
    const document = signed();
    const proof = document.proof as Json;
    for (const altered of tampered(document, proof)) expect(verifyDocument(altered, key)).toBe(false);
    expect(verifyDocument(document, generateKeyPairSync("ed25519").publicKey)).toBe(false);
  });
});

describe.skipIf(areAbsent)("the vector of FEP-8b32", () => {
  const vector = () =>
    json("fep-8b32-eddsa-jcs-2022.json") as {
      secretKeyMultibase: string;
      keyId: string;
      created: string;
      unsigned: Json;
      signed: Json;
      actor: Json;
    };

  test("is what we sign and what we verify", () => {
    const { secretKeyMultibase, keyId, created, unsigned, signed, actor } = vector();
    const by = { key: privateKeyOf(secretKeyMultibase), verificationMethod: keyId, created: new Date(created) };
    expect(signDocument(unsigned, by)).toEqual(signed);
    const [method] = [actor.assertionMethod].flat() as { publicKeyMultibase: string }[];
    expect(verifyDocument(signed, fromMultibase(method!.publicKeyMultibase))).toBe(true);
  });

  test("whatever is altered, left out or added breaks it", () => {
    const { signed, actor } = vector();
    const [method] = [actor.assertionMethod].flat() as { publicKeyMultibase: string }[];
    const key = fromMultibase(method!.publicKeyMultibase);
    for (const altered of tampered(signed, signed.proof as Json)) expect(verifyDocument(altered, key)).toBe(false);
  });
});

/** A document with something done to it, or to an option of its proof. */
function tampered(document: Json, proof: Json): Json[] {
  const { created: _created, ...undated } = proof;
  const { type: _type, ...untyped } = document;
  const options: Json[] = [
    { ...proof, expires: "2099-01-01T00:00:00Z" },
    { ...proof, domain: "other.example" },
    { ...proof, challenge: "1" },
    { ...proof, created: "2023-02-24T23:36:39Z" },
    undated,
    { ...proof, proofPurpose: "authentication" },
    { ...proof, verificationMethod: "https://other.example/users/mallory#key" },
    { ...proof, cryptosuite: "eddsa-rdfc-2022" },
    { ...proof, proofValue: `${String(proof.proofValue).slice(0, -1)}2` },
    { ...proof, "@context": ["https://www.w3.org/ns/activitystreams"] },
    { ...proof, unknown: true },
  ];
  return [
    ...options.map((changed) => ({ ...document, proof: changed })),
    { ...document, proof: [proof, proof] },
    { ...document, proof: undefined },
    { ...document, added: null, proof },
    { ...untyped, proof },
    { ...document, id: "https://other.example/1" },
  ];
}

describe("canonical text (RFC 8785)", () => {
  const value = fc.jsonValue({ maxDepth: 4 });

  test("is JSON that says the same, and its own canonical text", () => {
    fc.assert(
      fc.property(value, (given) => {
        const written = canonicalText(given);
        // Minus zero is written as zero.
        expect(JSON.stringify(JSON.parse(written))).toHaveLength(written.length);
        expect(canonicalText(JSON.parse(written))).toBe(written);
        expect(isDigest(digestOf(written))).toBe(true);
      }),
    );
  });

  test("does not depend on the order of names, nor on white space", () => {
    const turned = (given: unknown): unknown => {
      if (Array.isArray(given)) return given.map(turned);
      if (typeof given !== "object" || given === null) return given;
      return Object.fromEntries(
        Object.entries(given)
          .reverse()
          .map(([name, one]) => [name, turned(one)]),
      );
    };
    fc.assert(
      fc.property(value, (given) => {
        expect(canonicalText(turned(JSON.parse(JSON.stringify(given, null, 2))))).toBe(canonicalText(given));
      }),
    );
  });

  test("puts names in the order of their UTF-16 code units, and writes numbers as ECMAScript does", () => {
    expect(
      canonicalText({ "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 }),
    ).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}');
    expect(canonicalText([Number("333333333.33333329"), 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      "[333333333.3333333,1e+30,4.5,0.002,1e-27,0]",
    );
    for (const none of [undefined, () => 1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => canonicalText(none)).toThrow();
    }
  });
});

test("a proof holds for its document alone: any document signed, anything in it changed", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const by = {
    key: privateKey,
    verificationMethod: "https://a.example/actor#key",
    created: new Date("2026-01-01T00:00:00Z"),
  };
  const document = fc.dictionary(
    fc.string().filter((name) => name !== "proof" && name !== "@context" && name !== "__proto__"),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(document, document, (one, other) => {
      const signed = signDocument(one, by);
      expect(verifyDocument(JSON.parse(canonicalText(signed)), publicKey)).toBe(true);
      const isSame = canonicalText(one) === canonicalText(other);
      expect(verifyDocument({ ...other, proof: signed.proof }, publicKey)).toBe(isSame);
    }),
  );
});

test("a proof that has expired is refused where the time is asked", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const document = { type: "Note", content: "For a week" };
  const options = {
    type: "DataIntegrityProof",
    cryptosuite: "eddsa-jcs-2022",
    expires: "2026-01-08T00:00:00Z",
    verificationMethod: "https://a.example/actor#key",
    proofPurpose: "assertionMethod",
  };
  // Section 3.3.1, written down a second time.
  const hash = (value: object) => createHash("sha256").update(canonicalText(value)).digest();
  const value = sign(null, Buffer.concat([hash(options), hash(document)]), privateKey);
  const signed = { ...document, proof: { ...options, proofValue: `z${base58.encode(value)}` } };
  expect(verifyDocument(signed, publicKey)).toBe(true);
  expect(verifyDocument(signed, publicKey, { now: new Date("2026-01-07T23:59:59Z") })).toBe(true);
  expect(verifyDocument(signed, publicKey, { now: new Date("2026-01-08T00:00:00Z") })).toBe(false);
  expect(verifyDocument(signed, publicKey, { purpose: "authentication" })).toBe(false);
});
