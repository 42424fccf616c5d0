// The job behind "Keep a copy": root, then only what differs, checked and taken batch by batch. A batch and the note of how
// far it went commit together, so a crash at any point costs that batch and no more.
import { policyFor } from "../../src/actors/queries.ts";
import { noteBegun, noteOutcome, type Outcome } from "../../src/mirrors/actions.ts";
import type { Mirror, MirrorError } from "../../src/mirrors/mirror.ts";
import { findMirror, listOtherSources } from "../../src/mirrors/queries.ts";
import { digestOf } from "../../src/platform/canonical.ts";
import { verifyDocument } from "../../src/platform/data-integrity.ts";
import type { Sql } from "../../src/platform/db.ts";
import { Refused } from "../../src/platform/refusal.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { originOf } from "../../src/platform/uris.ts";
import { countsAt, type TrustedKey } from "../../src/records/known-key.ts";
import { confirmVouched } from "../../src/records/known-key-actions.ts";
import {
  checkNewer,
  type ManifestPage,
  type ManifestRoot,
  pagesThatDiffer,
  readManifest,
  readPage,
} from "../../src/records/manifest.ts";
import { keepContradiction, keepManifest } from "../../src/records/manifest-actions.ts";
import { findManifest, type KeptManifest } from "../../src/records/manifest-queries.ts";
import { RecordRefused } from "../../src/records/record.ts";
import { keysOfOwner } from "../records/keys.ts";
import { type Remote, refresh } from "../remote.ts";
import { copyArchive, describe, fetchMissing, findKeysInArchive, type Intake } from "./intake.ts";
import { fetchPage, fetchRoot, mirrorLimits, type Read, type RootAnswer } from "./reading.ts";

export interface Mirroring extends Remote {
  /** This node's. */
  readonly ownOrigin: string;
  readonly now: () => Date;
}

/** Other nodes that are asked when the owner of a process does not answer. */
const otherSourcesMax = 10;
/** Clocks of one publisher's processes differ by no more than this: a root that is older than the one before is a replay. */
const clocksDifferMs = 10 * minuteMs;
/** Differences up to this size are read record by record, larger ones from the archive, after the place last taken. */
const singlyMax = 200;

/** One look at a copy: the handler of the job `mirror`. Promises the next look, whatever comes of this one. */
export async function mirror(at: Mirroring, scopeUri: string, signal?: AbortSignal): Promise<void> {
  const { sql } = at;
  const copy = await findMirror(sql, scopeUri);
  if (copy === null) return;
  const outcome = await look({ ...at, signal }, copy);
  await noteOutcome(sql, scopeUri, outcome, at.now(), Math.random());
}

type Looking = Mirroring & Read;

/** Asks the owner; where that is silent, whoever else may have a copy. */
async function look(at: Looking, copy: Mirror): Promise<Outcome> {
  const { sql } = at;
  const owner = originOf(copy.scopeUri);
  if ((await policyFor(sql, new URL(owner).host)) === "blocked") return { state: "refused", error: "blocked" };
  const kept = await keptRoot(sql, copy.scopeUri);
  const others = await listOtherSources(sql, owner, otherSourcesMax);
  const sources = [...new Set([owner, copy.source, ...others])].filter((source) => source !== at.ownOrigin);
  let last: Outcome = { state: "unreachable", error: "no-answer" };
  for (const source of sources) {
    if ((await policyFor(sql, new URL(source).host)) === "blocked") continue;
    const outcome = await lookAt(at, copy, kept, source);
    if (outcome === null) continue;
    if (outcome.state === "kept" || outcome.state === "incomplete" || source === owner) return outcome;
    last = outcome;
  }
  // What others say in its place does not make the owner answer, and a copy that is here is still here.
  return last.state === "unreachable" || kept === null ? last : { ...last, state: "unreachable" };
}

const keptRoot = async (sql: Sql, scopeUri: string): Promise<KeptManifest | null> => {
  const manifest = await findManifest(sql, scopeUri);
  return manifest?.origin == null ? null : manifest;
};

/** @returns null where this source is of no help: it does not answer, or has nothing of it. */
async function lookAt(at: Looking, copy: Mirror, kept: KeptManifest | null, source: string): Promise<Outcome | null> {
  const isOwner = source === originOf(copy.scopeUri);
  try {
    const answer: RootAnswer = await fetchRoot(at, source, copy.scopeUri, kept?.digest ?? null);
    if (answer.kind === "none") return isOwner ? { state: "refused", error: "no-manifest" } : null;
    if (answer.kind === "unchanged") {
      // A copy that has what we have says nothing of what its owner has by now.
      if (!isOwner) return null;
      await confirm(at, kept!.publisherUri);
      return { state: "kept", missingCount: 0, source };
    }
    return await follow(at, copy, kept, source, answer.text);
  } catch (error) {
    if (error instanceof Refused && isSilence(error)) return null;
    if (error instanceof Refused) return { state: "refused", error: "wrong-manifest", errorDetail: error.code };
    if (error instanceof RecordRefused) return refusedOutcome(error);
    throw error;
  }
}

const isSilence = ({ code }: Refused): boolean => code === "peer-unreachable" || code === "peer-too-slow";

const errorOf: Partial<Record<RecordRefused["code"], MirrorError>> = {
  older: "older-root",
  fork: "two-roots",
  "wrong-key": "wrong-key",
  "wrong-proof": "wrong-key",
  "too-large": "too-much",
};

const refusedOutcome = (error: RecordRefused): Outcome => ({
  state: "refused",
  error: errorOf[error.code] ?? "wrong-manifest",
  errorDetail: error.message,
});

/**
 * Follows a root to its end. It takes the place of the kept one only when everything it names is here.
 * @throws RecordRefused for a root that does not hold, is older, or contradicts the kept one.
 */
async function follow(
  at: Looking,
  copy: Mirror,
  kept: KeptManifest | null,
  source: string,
  text: string,
): Promise<Outcome> {
  const { sql, now } = at;
  const root = readManifest(text, copy.scopeUri);
  if (root.count > mirrorLimits.recordsMax || Object.keys(root.pages).length > 4_096) {
    throw new RecordRefused("too-large", `it claims ${root.count} records`);
  }
  const keys = await keysFor(at, source, root);
  checkSigned(root, keys);
  const digest = digestOf(text);
  // What a thief signed before anyone knew is no measure of what its owner says since.
  const before = kept === null || isStolen(kept, keys) ? null : kept;
  if (before !== null && Date.parse(root.issued) < +before.issuedAt - clocksDifferMs) {
    throw new RecordRefused("older", `issued ${root.issued}, before the one that is kept`);
  }
  try {
    if (!checkNewer({ digest, ...root }, before)) return { state: "kept", missingCount: 0, source };
  } catch (error) {
    if (error instanceof RecordRefused && error.code === "fork")
      await keepContradiction(sql, { root, document: text }, now());
    throw error;
  }
  const scope = { uri: root.scope, publisher: root.publisher };
  await confirm(at, root.publisher);
  const intake: Intake = { ...at, source, keys, scope, count: root.count };
  await introduce(at, copy, source);
  const known = before === null ? null : (JSON.parse(before.document) as ManifestRoot);
  const pages = await readPages(at, source, root, known);
  let missing = await missingOf(sql, pages);
  const keptCount = root.count - missing.length;
  await noteBegun(sql, root.scope, { source, recordCount: root.count, keptCount: Math.max(0, keptCount) }, now());
  if (missing.length > singlyMax) {
    const place = copy.archiveSource === source ? copy.archivePlace : 0;
    await copyArchive(intake, place);
    missing = await missingOf(sql, pages);
  }
  const withheld = await fetchMissing(intake, missing);
  await describe(intake);
  const counts = { recordCount: root.count, keptCount: root.count - withheld, missingCount: withheld, source };
  if (withheld > 0) return { state: "incomplete", error: "withheld", ...counts };
  await keepManifest(sql, { root, document: text, pages }, now());
  return { state: "kept", rootDigest: digest, ...counts };
}

/** Keys that may have signed it; where the owner is silent and its keys unknown, what the source has of their history. */
async function keysFor(at: Looking, source: string, root: ManifestRoot): Promise<Map<string, TrustedKey>> {
  const keys = await keysOfOwner(at, root.publisher, []);
  const known = keys.get(root.proof.verificationMethod);
  if (known !== undefined && known.trust !== "claimed") return keys;
  // The owner answers, but not for who it is: what it says can wait until it does.
  if (source === originOf(root.scope) && keys.size === 0) {
    throw new Refused("peer-unreachable", { host: new URL(source).host });
  }
  return await keysOfOwner(at, root.publisher, await findKeysInArchive(at, source, root));
}

/** What another node vouched for while its owner was silent is checked when that one answers again. */
async function confirm(at: Looking, publisherUri: string): Promise<void> {
  const vouched = await at.sql`
    select from record where publisher_uri = ${publisherUri} and trust = 'vouched' limit 1`;
  if (vouched.length > 0) await confirmVouched(at.sql, publisherUri, await keysOfOwner(at, publisherUri, []));
}

/** @throws RecordRefused `wrong-key`, `wrong-proof`. */
function checkSigned(root: ManifestRoot, keys: ReadonlyMap<string, TrustedKey>): void {
  const known = keys.get(root.proof.verificationMethod);
  if (known === undefined) throw new RecordRefused("wrong-key", "signed with a key that is not known to be its own");
  if (!countsAt(known, new Date(root.issued))) {
    throw new RecordRefused("wrong-key", "signed with a key that was not valid then");
  }
  if (!verifyDocument(root as never, known.key)) throw new RecordRefused("wrong-proof", "its proof does not fit");
}

function isStolen({ document }: KeptManifest, keys: ReadonlyMap<string, TrustedKey>): boolean {
  const { proof } = JSON.parse(document) as ManifestRoot;
  return keys.get(proof.verificationMethod)?.named?.revoked !== undefined;
}

/** The process's own actor first, where its server answers: whom people here can follow, and under which name. */
async function introduce(at: Looking, copy: Mirror, source: string): Promise<void> {
  if (copy.kind !== "process" || copy.rootDigest !== null || source !== originOf(copy.scopeUri)) return;
  const known = await at.sql`select from process where uri = ${copy.scopeUri}`;
  if (known.length > 0) return;
  try {
    const { url } = await at.documents.find(new URL(copy.scopeUri));
    await refresh(at, url.href, at.now());
  } catch (error) {
    // Its records say enough to show it.
    if (error instanceof Refused || error instanceof Error) return;
    throw error;
  }
}

/** @throws RecordRefused where the pages are not those the root names, or do not add up to what it says. */
async function readPages(
  at: Looking,
  source: string,
  root: ManifestRoot,
  known: ManifestRoot | null,
): Promise<ManifestPage[]> {
  const pages: ManifestPage[] = [];
  let count = 0;
  for (const prefix of pagesThatDiffer(root, known)) {
    const text = await fetchPage(at, source, root, prefix);
    // It has changed since the root was read: the next look sees both as they are then.
    if (text === null) throw new Refused("peer-unreachable", { host: new URL(source).host });
    const page = readPage(text, root, prefix);
    count += page.digests.length;
    if (count > root.count) throw new RecordRefused("wrong-shape", "its pages name more records than it counts");
    pages.push(page);
  }
  return pages;
}

const digestsPerQueryMax = 5_000;

/** What the pages name and is not here. */
async function missingOf(sql: Sql, pages: readonly ManifestPage[]): Promise<string[]> {
  const missing: string[] = [];
  for (const { digests } of pages) {
    for (let from = 0; from < digests.length; from += digestsPerQueryMax) {
      const rows = await sql<{ digest: string }[]>`
        select named.digest from unnest(${digests.slice(from, from + digestsPerQueryMax) as string[]}::text[]) as named(digest)
        where not exists (select from record where record.digest = named.digest)`;
      for (const { digest } of rows) missing.push(digest);
    }
  }
  return missing;
}
