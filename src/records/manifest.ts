// Manifests: a signed root over pages of digests, by which a copy finds what differs. Their shape and their law. Pure: no
// SQL, no request, no clock, and nothing of the rest of the program, so that a stranger can check them too.
import { z } from "zod";
import { canonicalText, digestOf, isDigest, parseJson } from "../platform/canonical.ts";
import { type Proof, proofOf } from "../platform/data-integrity.ts";
import { canonicalOf, RECORD_CONTEXT, RecordRefused, recordTime, recordUri, refuseRecordUnless } from "./record.ts";

/** How many of the first characters of a digest, after `sha256-`, name its page. */
export type PrefixLength = 0 | 1 | 2;

/** The root: what there is of one process or one institution, and which page says it. */
export interface ManifestRoot {
  readonly "@context": typeof RECORD_CONTEXT;
  readonly type: "Manifest";
  /** The URI of the process or the institution. */
  readonly scope: string;
  readonly publisher: string;
  readonly epoch: number;
  /** One more than the root before. */
  readonly sequence: number;
  readonly issued: string;
  /** The digest of the root before; absent in the first. */
  readonly previous?: string | undefined;
  /** Of records, all versions. */
  readonly count: number;
  readonly prefixLength: PrefixLength;
  /** The digest of each page by its prefix; the empty prefix names the one page of a small manifest. */
  readonly pages: Readonly<Record<string, string>>;
  readonly license: string;
  readonly proof: Proof;
}

export interface ManifestPage {
  readonly "@context": typeof RECORD_CONTEXT;
  readonly type: "ManifestPage";
  readonly scope: string;
  readonly prefix: string;
  /** Of records, in the order of their characters. */
  readonly digests: readonly string[];
}

export const manifestLimits = {
  /** Characters of a root: 4,096 pages with their digests, and room. */
  rootLengthMax: 400_000,
  /** Characters of a page: its share of fifty million records. */
  pageLengthMax: 800_000,
} as const;

const onePageMax = 500;
const oneCharacterMax = 30_000;

/** Few records stand on one page, many on 64, very many on 4,096: so a change costs about as little for all. */
export const prefixLengthFor = (count: number): PrefixLength => {
  if (count <= onePageMax) return 0;
  return count <= oneCharacterMax ? 1 : 2;
};

/** The page a digest stands on. */
export const prefixOf = (digest: string, length: PrefixLength): string => digest.slice(7, 7 + length);

/** How a manifest is named in addresses: every node that has it serves it at the same path. */
export const manifestName = (scopeUri: string): string => digestOf(scopeUri);

/** The paths of a manifest, the same at its origin and at every node with a copy. */
export const manifestPaths = (scopeUri: string) => {
  const root = `/manifests/${manifestName(scopeUri)}`;
  return {
    root,
    page: (prefix: string) => `${root}/pages/${prefix}`,
    archive: `${root}/archive`,
    archiveAfter: (place: number) => `${root}/archive/after/${place}`,
  };
};

/** The bytes of a page. Digests are put in order here. */
export function composePage(scope: string, prefix: string, digests: readonly string[]): string {
  const page: ManifestPage = {
    "@context": RECORD_CONTEXT,
    type: "ManifestPage",
    scope,
    prefix,
    digests: [...digests].sort(),
  };
  return canonicalText(page);
}

const digest = z.string().refine(isDigest, "no digest");
const number = z
  .number()
  .int()
  .min(1)
  .max(2 ** 31 - 1);
const context = z.tuple([z.literal(RECORD_CONTEXT[0]), z.literal(RECORD_CONTEXT[1])]);

const rootShape = z.strictObject({
  "@context": context,
  type: z.literal("Manifest"),
  scope: recordUri,
  publisher: recordUri,
  epoch: number,
  sequence: number,
  issued: recordTime,
  previous: digest.optional(),
  count: number.min(0),
  prefixLength: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  pages: z.record(z.string().regex(/^[A-Za-z0-9_-]{0,2}$/), digest),
  license: z.url().max(300),
  proof: z.looseObject({ verificationMethod: recordUri }),
});

const pageShape = z.strictObject({
  "@context": context,
  type: z.literal("ManifestPage"),
  scope: recordUri,
  prefix: z.string().max(2),
  digests: z.array(digest),
});

/**
 * Reads a text as the root of a manifest, checking all that can be checked without a key: canonical bytes, shape, and
 * that scope, publisher and key share one origin.
 * @throws RecordRefused.
 */
export function readManifest(text: string, scopeUri?: string): ManifestRoot {
  const value = parse(text, manifestLimits.rootLengthMax);
  const read = rootShape.safeParse(value);
  refuseRecordUnless(read.success, "wrong-shape", read.success ? "" : `no manifest: ${read.error.issues[0]?.message}`);
  const root = value as unknown as ManifestRoot;
  refuseRecordUnless(proofOf(value) !== null, "wrong-shape", "no eddsa-jcs-2022 proof");
  refuseRecordUnless(canonicalOf(value) === text, "not-canonical", "its bytes are not canonical (RFC 8785)");
  refuseRecordUnless(scopeUri === undefined || root.scope === scopeUri, "foreign-subject", `it is of ${root.scope}`);
  const { origin } = new URL(root.publisher);
  refuseRecordUnless(new URL(root.scope).origin === origin, "foreign-subject", `${root.scope} is not of ${origin}`);
  const [owner] = root.proof.verificationMethod.split("#");
  refuseRecordUnless(owner === root.publisher, "wrong-key", "signed with a key that is not its publisher's");
  const isEven = Object.keys(root.pages).every((prefix) => prefix.length === root.prefixLength);
  refuseRecordUnless(isEven, "wrong-shape", "its pages have prefixes of another length");
  return root;
}

/**
 * Reads a text as the page of a root.
 * @throws RecordRefused `wrong-name` where the root names other bytes: it may have changed since the root was read.
 */
export function readPage(text: string, root: ManifestRoot, prefix: string): ManifestPage {
  refuseRecordUnless(
    digestOf(text) === root.pages[prefix],
    "wrong-name",
    "its bytes do not have the digest in the root",
  );
  const value = parse(text, manifestLimits.pageLengthMax);
  const read = pageShape.safeParse(value);
  refuseRecordUnless(read.success, "wrong-shape", read.success ? "" : `no page: ${read.error.issues[0]?.message}`);
  const page = value as unknown as ManifestPage;
  refuseRecordUnless(page.scope === root.scope && page.prefix === prefix, "wrong-shape", "it is another page");
  const { digests } = page;
  const isOrdered = digests.every(
    (one, at) => prefixOf(one, root.prefixLength) === prefix && !(one <= digests[at - 1]!),
  );
  refuseRecordUnless(isOrdered, "wrong-shape", "its digests are not in order, or of another page");
  return page;
}

/**
 * Whether a root may take the place of the one that is known.
 * @returns false for the same root again.
 * @throws RecordRefused `older` for one that goes back, `fork` for a second one with the same sequence.
 */
export function checkNewer(
  next: { readonly digest: string; readonly epoch: number; readonly sequence: number },
  known: { readonly digest: string; readonly epoch: number; readonly sequence: number } | null,
): boolean {
  if (known === null || next.epoch > known.epoch) return true;
  if (next.digest === known.digest) return false;
  refuseRecordUnless(next.epoch === known.epoch, "older", `of epoch ${next.epoch}, after one of epoch ${known.epoch}`);
  refuseRecordUnless(next.sequence >= known.sequence, "older", `number ${next.sequence}, after ${known.sequence}`);
  refuseRecordUnless(next.sequence > known.sequence, "fork", `a second manifest with number ${next.sequence}`);
  return true;
}

/** The prefixes of the pages that have to be read to go from one root to the next. */
export function pagesThatDiffer(next: ManifestRoot, known: ManifestRoot | null): string[] {
  return Object.keys(next.pages).filter((prefix) => known?.pages[prefix] !== next.pages[prefix]);
}

function parse(text: string, lengthMax: number): Readonly<Record<string, unknown>> {
  refuseRecordUnless(text.length <= lengthMax, "too-large", `longer than ${lengthMax} characters`);
  try {
    return parseJson(text) as Readonly<Record<string, unknown>>;
  } catch {
    throw new RecordRefused("not-json", "not JSON");
  }
}
