// Checks a heap of records as a stranger: bytes, names, keys, proofs, chains, parts, and whether all are there. Pure: no SQL,
// no request, no clock, and nothing of the rest of the program.
import { digestOf } from "../platform/canonical.ts";
import { fromMultibase, verifyDocument } from "../platform/data-integrity.ts";
import { Chains } from "./chains.ts";
import { followKeys, isAnchored, type KeyHistory, keyFor } from "./keys.ts";
import { type ManifestRoot, readManifest, readPage } from "./manifest.ts";
import {
  type Json,
  partDigestsIn,
  type RecordDocument,
  RecordRefused,
  readPart,
  readRecord,
  refuseRecordUnless,
} from "./record.ts";

/** What does not hold: of which thing, by which rule, and why. */
export interface Failure {
  readonly subject: string;
  readonly code: string;
  readonly reason: string;
}

export interface Verdict {
  readonly records: number;
  readonly things: number;
  readonly parts: number;
  /** Parts that records name and that did not come: hidden, erased, or kept back. */
  readonly partsWithheld: number;
  readonly keyRecords: number;
  readonly licenses: readonly string[];
  readonly manifest: ManifestRoot | null;
  /** Records that are newer than the manifest. */
  readonly since: number;
  /** Records that were signed with a stolen key after it was stolen, and were replaced since. */
  readonly discounted: number;
  /** Publishers, and whether a key of theirs is trusted: given, or seen at their own address. */
  readonly publishers: readonly { readonly uri: string; readonly isTrusted: boolean }[];
  /** The first of them; `failureCount` is how many there are. */
  readonly failures: readonly Failure[];
  readonly failureCount: number;
}

export interface VerificationOptions {
  /** Multikeys whose owner is known for certain, whatever they are called. */
  readonly trusted: readonly string[];
  /** The whole is checked against its manifest: what is missing, or has no end, is a failure. */
  readonly isWhole: boolean;
}

/** What comes with a record. */
export interface Given {
  /** The digest by which it was asked for. */
  readonly name?: string;
  readonly part?: string | null;
  /** Those of the comments of a thread. */
  readonly parts?: readonly string[];
  /** A version whose chain is not at hand. */
  readonly isAlone?: boolean;
}

const failuresShownMax = 100;

/**
 * Checks what is given to it, piece by piece. Memory grows by the things, not by what is said of them.
 *
 * Key records are given first, all of them; then the records in any order; then {@link Verification.finish}.
 */
export class Verification {
  readonly #options: VerificationOptions;
  readonly #keyTexts = new Map<string, string[]>();
  #histories: Map<string, KeyHistory> | null = null;
  readonly #chains = new Chains();
  readonly #seen = new Set<string>();
  readonly #licenses = new Set<string>();
  /** Publishers of which there is no history, whose record a trusted key signed. */
  readonly #signedDirectly = new Set<string>();
  readonly #failures: Failure[] = [];
  #failureCount = 0;
  #counts = { records: 0, parts: 0, partsWithheld: 0, keyRecords: 0 };
  #root: ManifestRoot | null = null;
  #pages = new Map<string, string>();
  #hasEnd = false;

  constructor(options: VerificationOptions) {
    this.#options = options;
  }

  /** A record of keys, as it came. What is wrong with it is said when it comes as a record. */
  takeKeys(text: string): void {
    try {
      const document = readRecord(text);
      if (document.type !== "KeyRecord") return;
      const texts = this.#keyTexts.get(document.publisher) ?? [];
      if (texts.push(text) === 1) this.#keyTexts.set(document.publisher, texts);
    } catch (error) {
      if (!(error instanceof RecordRefused)) throw error;
    }
  }

  /** The root of the manifest; where there are several, the last counts. */
  takeManifest(text: string): void {
    this.#try("the manifest", () => {
      this.#root = readManifest(text);
      this.#pages = new Map();
    });
  }

  takePage(text: string): void {
    this.#pages.set(digestOf(text), text);
  }

  takeEnd(): void {
    this.#hasEnd = true;
  }

  takeRecord(text: string, { name, part = null, parts = [], isAlone = false }: Given = {}): void {
    const digest = digestOf(text);
    if (this.#seen.has(digest)) return;
    this.#seen.add(digest);
    this.#counts.records += 1;
    const subject = () => subjectIn(text) ?? name ?? digest;
    this.#try(subject, () => {
      const document = readRecord(text, name);
      this.#checkScope(document);
      this.#licenses.add(document.license);
      const counts = this.#checkProof(document);
      if (isAlone) this.#chains.begin(document, digest);
      else if (counts) this.#chains.place(document, digest);
      this.#checkParts(document, part, parts);
    });
  }

  #checkScope({ subject, process, publisher, type }: RecordDocument): void {
    if (this.#root === null) return;
    const { scope, publisher: owner } = this.#root;
    const isIn = process === scope || publisher === scope || (type === "KeyRecord" && publisher === owner);
    refuseRecordUnless(isIn, "foreign-subject", `${subject} does not belong to ${scope}`);
  }

  /** @returns whether it counts; false for what a stolen key signed. */
  #checkProof(document: RecordDocument): boolean {
    if (document.type === "KeyRecord") {
      // Checked by the versions before it, in #openHistories.
      this.#counts.keyRecords += 1;
      return true;
    }
    const { verificationMethod } = document.proof;
    const recorded = new Date(document.recorded);
    const history = this.#openHistories().get(document.publisher);
    if (history === undefined && this.#options.trusted.length > 0) return this.#checkDirectly(document);
    if (history === undefined && !this.#options.isWhole) return true;
    const named = history?.keys.get(verificationMethod);
    const key = history === undefined ? null : keyFor(history, verificationMethod, recorded);
    if (key === null && named?.revoked !== undefined && recorded >= new Date(named.revoked)) {
      this.#chains.discount(document);
      return false;
    }
    refuseRecordUnless(key !== null, "wrong-key", `${verificationMethod} is no key of its publisher at that time`);
    refuseRecordUnless(verifyDocument({ ...document }, key), "wrong-proof", "its proof does not fit what it says");
    return true;
  }

  /** One record alone, without the history of its publisher's keys. */
  #checkDirectly(document: RecordDocument): boolean {
    const isSigned = this.#options.trusted.some((key) => verifyDocument({ ...document }, fromMultibase(key)));
    refuseRecordUnless(isSigned, "wrong-proof", "the trusted key has not signed what it says");
    this.#signedDirectly.add(document.publisher);
    return true;
  }

  #openHistories(): Map<string, KeyHistory> {
    if (this.#histories !== null) return this.#histories;
    this.#histories = new Map();
    for (const [publisher, texts] of this.#keyTexts) {
      this.#try(`${publisher}#keys`, () => {
        const versions = [...new Set(texts)].map((text) => readRecord(text));
        versions.sort((one, other) => one.epoch - other.epoch || one.version - other.version);
        this.#histories!.set(publisher, followKeys(versions));
      });
    }
    return this.#histories;
  }

  #checkParts(document: RecordDocument, part: string | null, parts: readonly string[]): void {
    if (part !== null) {
      readPart(part, document);
      this.#counts.parts += 1;
    } else if (document.part !== undefined) this.#counts.partsWithheld += 1;
    if (parts.length === 0) return;
    const named = new Set(partDigestsIn(document.data));
    for (const one of parts) {
      const isNamed = named.has(digestOf(one));
      refuseRecordUnless(isNamed, "wrong-part", "a comment's bytes do not have a digest in the record");
      this.#counts.parts += 1;
    }
  }

  /** What stands now that everything has come. */
  finish(): Verdict {
    this.#openHistories();
    this.#chains.placeWaiting((subject, place) => this.#try(subject, place));
    const since = this.#checkManifest();
    const { replaced, standing } = this.#chains.judgeDiscounted();
    for (const subject of standing) this.#fail(subject, "wrong-key", "signed with a stolen key, after it was stolen");
    const publishers = [...this.#openHistories().values()].map((history) => ({
      uri: history.publisher,
      isTrusted: isAnchored(history, this.#trustedIn(history)),
    }));
    for (const uri of this.#signedDirectly) publishers.push({ uri, isTrusted: true });
    if (this.#options.trusted.length > 0) {
      for (const { uri } of publishers.filter(({ isTrusted }) => !isTrusted)) {
        this.#fail(uri, "wrong-key", "its history of keys is not signed by the key that is trusted");
      }
    }
    return {
      ...this.#counts,
      things: this.#chains.size,
      licenses: [...this.#licenses].sort(),
      manifest: this.#root,
      since,
      discounted: replaced,
      publishers,
      failures: this.#failures,
      failureCount: this.#failureCount,
    };
  }

  #trustedIn({ keys }: KeyHistory): Map<string, string> {
    const { trusted } = this.#options;
    const found = [...keys.values()].filter(({ publicKeyMultibase }) => trusted.includes(publicKeyMultibase));
    return new Map(found.map(({ id, publicKeyMultibase }) => [id, publicKeyMultibase]));
  }

  /** @returns how many records the manifest does not name: they were written after it. */
  #checkManifest(): number {
    const root = this.#root;
    if (root === null) {
      if (this.#options.isWhole)
        this.#fail("the manifest", "gap", "there is none, so nobody can tell whether all is there");
      return 0;
    }
    this.#try("the manifest", () => this.#checkRootProof(root));
    const whole = this.#options.isWhole;
    if (whole && !this.#hasEnd) this.#fail("the archive", "gap", "it breaks off before its end");
    let named = 0;
    for (const [prefix, digest] of Object.entries(root.pages)) {
      this.#try(`page “${prefix}” of the manifest`, () => {
        const digests = this.#readPage(root, prefix, digest);
        named += digests.length;
        const missing = digests.filter((one) => !this.#seen.has(one));
        const some = `${missing.length} of its records are missing: ${missing[0]} …`;
        refuseRecordUnless(missing.length === 0, "gap", some);
      });
    }
    if (this.#pages.size > 0 && named !== root.count && this.#failureCount === 0) {
      this.#fail("the manifest", "wrong-shape", `it counts ${root.count} records and names ${named}`);
    }
    return Math.max(0, this.#counts.records - named);
  }

  #readPage(root: ManifestRoot, prefix: string, digest: string): readonly string[] {
    const text = this.#pages.get(digest);
    refuseRecordUnless(text !== undefined, "gap", "it is missing");
    return readPage(text, root, prefix).digests;
  }

  #checkRootProof(root: ManifestRoot): void {
    const history = this.#openHistories().get(root.publisher);
    const key = history && keyFor(history, root.proof.verificationMethod, new Date(root.issued));
    refuseRecordUnless(key, "wrong-key", `${root.proof.verificationMethod} is no key of its publisher at that time`);
    refuseRecordUnless(verifyDocument({ ...root }, key), "wrong-proof", "its proof does not fit what it says");
  }

  #try(subject: string | (() => string), work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof RecordRefused)) throw error;
      this.#fail(typeof subject === "string" ? subject : subject(), error.code, error.message);
    }
  }

  #fail(subject: string, code: string, reason: string): void {
    this.#failureCount += 1;
    if (this.#failures.length < failuresShownMax) this.#failures.push({ subject, code, reason });
  }
}

/** What a text that may be no record at all says it is about. */
function subjectIn(text: string): string | null {
  try {
    const { subject, version } = JSON.parse(text) as Json;
    return typeof subject === "string" ? `${subject}, version ${version}` : null;
  } catch {
    return null;
  }
}
