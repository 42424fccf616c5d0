// Proofs in a document: W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.3 (eddsa-jcs-2022), and FEP-8b32.
import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { promisify } from "node:util";
import { base58 } from "@scure/base";
import { canonicalText } from "./canonical.ts";

type Json = Readonly<Record<string, unknown>>;

export interface Proof {
  readonly "@context"?: unknown;
  readonly type: "DataIntegrityProof";
  readonly cryptosuite: "eddsa-jcs-2022";
  /** The URI of the key. Whose it is, and whether that one may speak, is for the caller to judge. */
  readonly verificationMethod: string;
  readonly proofPurpose: string;
  readonly created?: string;
  readonly proofValue: string;
}

/** Multicodec `ed25519-pub` (0xed01), then the 32 bytes of the key. */
const ed25519Prefix = Buffer.from([0xed, 0x01]);
/** SubjectPublicKeyInfo of an Ed25519 key (RFC 8410) up to its 32 bytes. */
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");

/** An Ed25519 public key as Multikey writes it: `z6Mk…`. */
export function toMultibase(key: KeyObject): string {
  const spki = key.export({ type: "spki", format: "der" });
  return `z${base58.encode(Buffer.concat([ed25519Prefix, spki.subarray(-32)]))}`;
}

/** @throws Error for what is no Ed25519 Multikey. */
export function fromMultibase(text: string): KeyObject {
  const bytes = text.startsWith("z") && text.length < 100 ? Buffer.from(base58.decode(text.slice(1))) : Buffer.alloc(0);
  if (bytes.length !== 34 || !bytes.subarray(0, 2).equals(ed25519Prefix)) throw new Error("no Ed25519 Multikey");
  return createPublicKey({ key: Buffer.concat([spkiPrefix, bytes.subarray(2)]), format: "der", type: "spki" });
}

const sha256 = (text: string) => createHash("sha256").update(text, "utf8").digest();

/** Every option but the value is covered, whatever its name: an option that is changed or added breaks the proof. */
function signedBytes(unsecured: Json, { proofValue: _value, ...options }: Json): Buffer {
  return Buffer.concat([sha256(canonicalText(options)), sha256(canonicalText(unsecured))]);
}

/** A document with its proof. The same document, key and time give the same proof: Ed25519 uses no chance. */
export function signDocument<D extends Json>(
  unsecured: D,
  by: { key: KeyObject; verificationMethod: string; created: Date },
): D & { proof: Proof } {
  const options = {
    ...("@context" in unsecured ? { "@context": unsecured["@context"] } : {}),
    type: "DataIntegrityProof",
    cryptosuite: "eddsa-jcs-2022",
    created: by.created.toISOString().replace(/\.\d{3}Z$/, "Z"),
    verificationMethod: by.verificationMethod,
    proofPurpose: "assertionMethod",
  } as const;
  const value = sign(null, signedBytes(unsecured, options), by.key);
  return { ...unsecured, proof: { ...options, proofValue: `z${base58.encode(value)}` } };
}

/** The one proof of a document, by its shape; null for another kind, several, or none. */
export function proofOf(document: Json): Proof | null {
  const proof = document.proof as Proof | undefined;
  const isOne = typeof proof === "object" && proof !== null && !Array.isArray(proof);
  if (!isOne || proof.type !== "DataIntegrityProof" || proof.cryptosuite !== "eddsa-jcs-2022") return null;
  const { verificationMethod, proofValue, proofPurpose } = proof;
  return [verificationMethod, proofValue, proofPurpose].every((text) => typeof text === "string") ? proof : null;
}

/**
 * Whether the proof of a document was made with `publicKey` over exactly this document and these options.
 *
 * It says nothing of who holds the key: that the key's owner may speak for the document is the caller's question.
 * @param options.purpose what the proof must be for, `assertionMethod` where absent.
 * @param options.now refuses a proof that has expired by then, where given.
 */
export function verifyDocument(
  document: Json,
  publicKey: KeyObject,
  options: { purpose?: string; now?: Date } = {},
): boolean {
  const signed = signedIn(document, options);
  return signed !== null && verify(null, signed.bytes, publicKey, signed.value);
}

/** The same, with the signature checked on another thread: for very many at once. */
export async function verifyDocumentApart(document: Json, publicKey: KeyObject): Promise<boolean> {
  const signed = signedIn(document, {});
  return signed !== null && (await verifyApart(null, signed.bytes, publicKey, signed.value));
}

const verifyApart = promisify(verify);

/** What must have been signed, and the signature; null for a document whose proof cannot hold. */
function signedIn(
  document: Json,
  { purpose = "assertionMethod", now }: { purpose?: string; now?: Date },
): { bytes: Buffer; value: Uint8Array } | null {
  const proof = proofOf(document) as (Proof & { expires?: unknown }) | null;
  if (proof === null || proof.proofPurpose !== purpose || !isTime(proof.created) || !isTime(proof.expires)) return null;
  if (now !== undefined && proof.expires !== undefined && new Date(proof.expires as string) <= now) return null;
  const { proof: _proof, ...unsecured } = document;
  if (proof["@context"] !== undefined && !startsWith(unsecured["@context"], proof["@context"])) return null;
  // Section 3.3.2: what was signed is the document in the contexts the proof names.
  const signed = proof["@context"] === undefined ? unsecured : { ...unsecured, "@context": proof["@context"] };
  if (!/^z[1-9A-HJ-NP-Za-km-z]{80,90}$/.test(proof.proofValue)) return null;
  const value = base58.decode(proof.proofValue.slice(1));
  if (value.length !== 64) return null;
  return { bytes: signedBytes(signed, proof as unknown as Json), value };
}

const TIME = /^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const isTime = (value: unknown): boolean =>
  value === undefined || (typeof value === "string" && TIME.test(value) && !Number.isNaN(Date.parse(value)));

function startsWith(contexts: unknown, first: unknown): boolean {
  const [all, wanted] = [[contexts].flat(), [first].flat()];
  return wanted.every((context, index) => canonicalText(context) === canonicalText(all[index] ?? null));
}
