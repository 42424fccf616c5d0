// Records: the signed documents by which nodes replicate each other. Their shape and their law. Pure: no SQL, no request,
// no clock, and nothing of the rest of the program, so that a stranger can check them with this file alone.
import { z } from "zod";
import { canonicalText, digestOf, isDigest, parseJson } from "../platform/canonical.ts";
import { type Proof, proofOf } from "../platform/data-integrity.ts";

/** The context of records and manifests: bundled here, served by every node at `/ns/v1`, never fetched. */
export const RECORD_CONTEXT = ["https://w3id.org/security/data-integrity/v2", "https://w3id.org/koinon/v1"] as const;

/** What there are records of, and the type each has as a document. */
export const recordTypes = {
  process: "ProcessRecord",
  news: "NewsRecord",
  proposal: "ProposalRecord",
  answer: "AnswerRecord",
  meeting: "MeetingRecord",
  result: "ResultRecord",
  milestone: "MilestoneRecord",
  /** The counts of one subject, with their method and time. */
  tally: "TallyRecord",
  /** The comments under one subject, a block of them: which, in what order, in what state, by the digest of each one's part. */
  thread: "ThreadRecord",
  /** The keys of an institution, each version signed by a key of the one before. */
  keys: "KeyRecord",
} as const;
export type RecordKind = keyof typeof recordTypes;
export type RecordType = (typeof recordTypes)[RecordKind];

/**
 * `shown`: as published. `hidden`: by a moderator, with the reason; the part is withheld meanwhile. `erased`: by its
 * author, or for them; every part it ever had is to be purged.
 */
export type Standing = "shown" | "hidden" | "erased";

export type Json = Readonly<Record<string, unknown>>;

/** What a room writes of one of its things. */
export interface RecordDraft {
  readonly kind: RecordKind;
  /** The URI of the thing. */
  readonly subject: string;
  /** The URI of the process it belongs to; of itself for a process; null for what belongs to none. */
  readonly process: string | null;
  /** The URI of the institution that signs: of the process, or of the city. */
  readonly publisher: string;
  /** Typed data: amounts as decimal strings with ISO 4217, times in UTC as ISO 8601, points as GeoJSON, texts of the institution as language maps. */
  readonly data: Json;
  /** What a person wrote or is named by, texts in Markdown; null where nothing of it is. */
  readonly part: Json | null;
  /** Of an import: the licence of its source. {@link defaultLicense} where absent. */
  readonly license?: string | undefined;
  /** Parts that are not its own and were purged: those of the comments of a thread. */
  readonly purges?: readonly string[] | undefined;
}

export interface RecordDocument {
  readonly "@context": typeof RECORD_CONTEXT;
  readonly type: RecordType;
  readonly subject: string;
  readonly process?: string | undefined;
  readonly publisher: string;
  /** Raised when the publisher's node was restored from a backup: its chains may then begin anew from an older version. */
  readonly epoch: number;
  /** From 1, without a gap. */
  readonly version: number;
  /** The digest of the version before; absent in the first. */
  readonly previous?: string | undefined;
  readonly recorded: string;
  readonly license: string;
  readonly standing: Standing;
  /** Why it is hidden, in the moderator's words. */
  readonly reason?: string | undefined;
  readonly data: Json;
  /** The digest of the detachable part. */
  readonly part?: string | undefined;
  /** Parts, of this version or of earlier ones, that everyone who holds a copy is to purge. */
  readonly purges?: readonly string[] | undefined;
  readonly proof: Proof;
}

/** How long a record's text may be, in characters; what is larger is no record. */
export const recordLengthMax = 512_000;

/** Of everything a node publishes by itself; an import says the licence of its source. */
export const defaultLicense = "https://creativecommons.org/licenses/by/4.0/";

/** An address as it can be kept and compared: nothing in it that a parser would drop, and no half of a character. */
export const recordUri = z
  .string()
  .max(2_048)
  .refine((text) => /^https?:\/\/[^\s\p{Cc}\p{Cs}]+$/u.test(text) && URL.canParse(text), "no http(s) URI");
/** Times before all networks are none, and no database takes every year that can be written. */
export const recordTime = z.iso.datetime().refine((text) => text >= "1970", "no time of ours");
const digest = z.string().refine(isDigest, "no digest");
const count = z
  .number()
  .int()
  .min(1)
  .max(2 ** 31 - 1);

const shape = z.strictObject({
  "@context": z.tuple([z.literal(RECORD_CONTEXT[0]), z.literal(RECORD_CONTEXT[1])]),
  type: z.enum(Object.values(recordTypes)),
  subject: recordUri,
  process: recordUri.optional(),
  publisher: recordUri,
  epoch: count,
  version: count,
  previous: digest.optional(),
  recorded: recordTime,
  license: z.url().max(300),
  standing: z.enum(["shown", "hidden", "erased"]),
  reason: z
    .string()
    .max(5_000)
    .refine((text) => !text.includes("\0") && text.isWellFormed(), "no text")
    .optional(),
  data: z.record(z.string(), z.unknown()),
  part: digest.optional(),
  purges: z.array(digest).max(10_000).optional(),
  proof: z.looseObject({ verificationMethod: recordUri }),
});

/** Why a text is not taken as a record: a code, and what to say of it in a plain verdict. */
export class RecordRefused extends Error {
  readonly code: RecordRefusalCode;
  constructor(code: RecordRefusalCode, message: string) {
    super(message);
    this.name = "RecordRefused";
    this.code = code;
  }
}

export type RecordRefusalCode =
  | "too-large"
  | "not-json"
  | "not-canonical"
  | "wrong-shape"
  | "wrong-name"
  | "foreign-subject"
  | "wrong-key"
  | "wrong-proof"
  | "wrong-part"
  | "fork"
  | "gap"
  | "older";

export function refuseRecordUnless(condition: unknown, code: RecordRefusalCode, message: string): asserts condition {
  if (!condition) throw new RecordRefused(code, message);
}

/**
 * Reads a text as a record, checking all that can be checked without a key: size, canonical bytes, shape, and that
 * publisher, subject, process and key share one origin (FEP-fe34). The name, where given, must be the text's digest.
 * @throws RecordRefused.
 */
export function readRecord(text: string, name?: string): RecordDocument {
  refuseRecordUnless(text.length <= recordLengthMax, "too-large", `longer than ${recordLengthMax} characters`);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new RecordRefused("not-json", "not JSON");
  }
  refuseRecordUnless(name === undefined || digestOf(text) === name, "wrong-name", "its bytes do not have this digest");
  const read = shape.safeParse(value);
  refuseRecordUnless(read.success, "wrong-shape", read.success ? "" : firstIssue(read.error));
  const document = value as RecordDocument;
  refuseRecordUnless(proofOf(document as unknown as Json) !== null, "wrong-shape", "no eddsa-jcs-2022 proof");
  refuseRecordUnless(canonicalOf(value) === text, "not-canonical", "its bytes are not canonical (RFC 8785)");
  const { origin } = new URL(document.publisher);
  const bound = [document.subject, document.process ?? document.subject, document.proof.verificationMethod];
  const foreign = bound.find((one) => new URL(one).origin !== origin);
  refuseRecordUnless(foreign === undefined, "foreign-subject", `${foreign} is not of ${origin}`);
  refuseRecordUnless(
    document.proof.verificationMethod.split("#")[0] === document.publisher,
    "wrong-key",
    "signed with a key that is not its publisher's",
  );
  refuseRecordUnless(
    (document.version === 1) === (document.previous === undefined),
    "wrong-shape",
    "`previous` is missing or too much",
  );
  return document;
}

/** The canonical text of what was parsed. @throws RecordRefused for what has none: a number beyond all that can be written. */
export function canonicalOf(value: unknown): string {
  try {
    return canonicalText(value);
  } catch {
    throw new RecordRefused("not-canonical", "it has no canonical bytes (RFC 8785)");
  }
}

const firstIssue = (error: z.ZodError): string => {
  const [issue] = error.issues;
  return `${issue?.path.join(".") || "the document"}: ${issue?.message}`;
};

export const kindOfType = (type: RecordType): RecordKind =>
  (Object.keys(recordTypes) as RecordKind[]).find((kind) => recordTypes[kind] === type)!;

/** A detachable part: names its subject and carries 128 bits of chance, so that nobody can guess it from its digest. */
export interface RecordPart extends Json {
  readonly type: "RecordPart";
  readonly subject: string;
  readonly salt: string;
}

/**
 * Reads the detachable part that belongs to a record.
 * @throws RecordRefused `wrong-part` where its bytes are others, or it is not of the same subject.
 */
export function readPart(text: string, record: Pick<RecordDocument, "part" | "subject">): RecordPart {
  refuseRecordUnless(text.length <= recordLengthMax, "too-large", `longer than ${recordLengthMax} characters`);
  refuseRecordUnless(digestOf(text) === record.part, "wrong-part", "its bytes do not have the digest in the record");
  let part: RecordPart;
  try {
    part = parseJson(text) as RecordPart;
  } catch {
    throw new RecordRefused("wrong-part", "not JSON");
  }
  const isPart = typeof part === "object" && part !== null && part.type === "RecordPart";
  refuseRecordUnless(isPart && part.subject === record.subject, "wrong-part", "it is of another subject");
  return part;
}

/** Whether `next` follows `head` in its chain. Under a higher epoch a chain may go on from any of its older versions. */
export function checkFollows(
  next: Pick<RecordDocument, "epoch" | "version" | "previous">,
  head: { readonly digest: string; readonly epoch: number; readonly version: number } | null,
): void {
  if (head === null) {
    refuseRecordUnless(next.version === 1, "gap", `version ${next.version} without the ones before it`);
    return;
  }
  refuseRecordUnless(next.epoch >= head.epoch, "older", `of epoch ${next.epoch}, after one of epoch ${head.epoch}`);
  if (next.epoch > head.epoch) return;
  refuseRecordUnless(next.version > head.version, "fork", `a second version ${next.version}`);
  refuseRecordUnless(next.version === head.version + 1, "gap", `version ${next.version} after version ${head.version}`);
  refuseRecordUnless(next.previous === head.digest, "fork", `it follows another version ${head.version}`);
}

/** The digests of the parts that data names, wherever in it: those of the comments of a thread. */
export function partDigestsIn(data: Json): string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { part } = value as Json;
    if (isDigest(part)) found.push(part);
    Object.values(value).forEach(visit);
  };
  visit(data);
  return found;
}
