// The verbs of records: written with the fact, hidden, erased. Rooms call these inside the transaction of the fact.
import { randomBytes } from "node:crypto";
import { canonicalText, digestOf } from "../platform/canonical.ts";
import type { Tx } from "../platform/db.ts";
import { ensureKeyRecord } from "./key-actions.ts";
import { currentEpoch, findHead, type KeptRecord, listHeads, listParts } from "./queries.ts";
import { defaultLicense, type Json, kindOfType, type RecordDocument, type RecordDraft } from "./record.ts";
import { inPortions, promiseManifests, type Signer, signedRow, signerOf } from "./signing.ts";

export { promiseManifests, type Signer, signerOf } from "./signing.ts";

/**
 * Writes the next version of each thing's record, signed by its publisher, and promises the manifests it stands in.
 * A thing whose data and part are as they were gets no new version, so every door may call this after every change.
 * Each thing is named at most once; its publisher must be an institution of this node.
 */
export async function writeRecords(tx: Tx, drafts: readonly RecordDraft[], now: Date): Promise<void> {
  if (drafts.length === 0) return;
  const heads = new Map<string, KeptRecord>();
  const parts = new Map<string, Json>();
  const subjects = drafts.map((draft) => draft.subject);
  await tx`select from record where subject_uri = any(${subjects}) and is_head order by subject_uri for no key update`;
  for (const head of await listHeads(tx, subjects)) heads.set(head.subjectUri, head);
  const partDigests = [...heads.values()].flatMap((head) => head.partDigest ?? []);
  for (const part of await listParts(tx, partDigests)) {
    if (part.document !== null) parts.set(part.digest, JSON.parse(part.document) as Json);
  }
  const fresh: NewRecord[] = [];
  for (const draft of drafts) {
    const head = heads.get(draft.subject) ?? null;
    if (head?.standing === "erased") continue;
    const before = head === null ? null : (JSON.parse(head.document) as RecordDocument);
    const kept = before?.part === undefined ? null : (parts.get(before.part) ?? null);
    if (before !== null && isSame(draft, before, kept)) continue;
    // The same words keep their part: a copy that has it need not read it again.
    const isKept = kept !== null && draft.part !== null && isSamePart(draft.part, kept);
    const part = draft.part === null || isKept ? null : sealPart(draft.subject, draft.part);
    fresh.push({
      // What is hidden stays hidden when its author changes it.
      draft: {
        ...draft,
        part: isKept ? before?.part : part?.digest,
        standing: before?.standing ?? "shown",
        reason: before?.reason,
      },
      newPart: part,
      head,
    });
  }
  await append(tx, fresh, now);
}

interface NewRecord {
  readonly draft: Omit<RecordDraft, "part"> & Pick<RecordDocument, "part" | "standing" | "reason" | "purges">;
  readonly newPart: SealedPart | null;
  readonly head: KeptRecord | null;
}

interface SealedPart {
  readonly digest: string;
  readonly text: string;
}

/** A part with its salt. */
export function sealPart(subject: string, content: Json): SealedPart {
  const text = canonicalText({ ...content, type: "RecordPart", subject, salt: randomBytes(16).toString("base64url") });
  return { digest: digestOf(text), text };
}

const isSame = (draft: RecordDraft, before: RecordDocument, kept: Json | null): boolean =>
  canonicalText(draft.data) === canonicalText(before.data) &&
  (draft.process ?? undefined) === before.process &&
  (draft.license ?? defaultLicense) === before.license &&
  (draft.part === null ? before.part === undefined : kept !== null && isSamePart(draft.part, kept));

function isSamePart(content: Json, kept: Json): boolean {
  const { salt: _salt, type: _type, subject: _subject, ...rest } = kept;
  return canonicalText(content) === canonicalText(rest);
}

/**
 * A moderator hides a thing, or shows it again: a version of its own, with the words of the reason. Nothing happens
 * for what has no record, which is most of all what other nodes own.
 */
export async function recordStanding(tx: Tx, subjectUri: string, reason: string | null, now: Date): Promise<void> {
  const head = await ownHead(tx, subjectUri);
  if (head === null || head.standing === "erased") return;
  const before = JSON.parse(head.document) as RecordDocument;
  const standing = reason === null ? "shown" : "hidden";
  if (before.standing === standing && (before.reason ?? null) === (reason || null)) return;
  const draft = { ...draftOf(before), part: before.part, standing, reason: reason || undefined } as const;
  await append(tx, [{ draft, newPart: null, head }], now);
}

/**
 * What a person took back, or had taken back for them: the last version of a thing, which says so and names every part
 * to be purged, everywhere. Here they are purged at once. The chain stays, and can still be checked.
 */
export async function recordErasure(tx: Tx, subjectUri: string, now: Date): Promise<void> {
  const head = await ownHead(tx, subjectUri);
  if (head === null || head.standing === "erased") return;
  const purges = await purgeParts(tx, subjectUri, null, now);
  const before = JSON.parse(head.document) as RecordDocument;
  await append(tx, [{ draft: { ...draftOf(before), data: {}, standing: "erased", purges }, newPart: null, head }], now);
}

/**
 * What a person is named by leaves the earlier versions: all parts but the newest are purged, and a version says which.
 * Called after {@link writeRecords} has written the thing without the name. Where nothing is left to be purged, nothing is
 * written.
 */
export async function recordForgetting(tx: Tx, subjectUri: string, now: Date): Promise<void> {
  const head = await ownHead(tx, subjectUri);
  if (head === null || head.standing === "erased") return;
  const named = await tx`
    select from record_part where subject_uri = ${subjectUri} and digest <> ${head.partDigest ?? ""} and document is not null`;
  if (named.length === 0) return;
  const purges = await purgeParts(tx, subjectUri, head.partDigest, now);
  const before = JSON.parse(head.document) as RecordDocument;
  const { standing, reason, part } = before;
  await append(tx, [{ draft: { ...draftOf(before), part, standing, reason, purges }, newPart: null, head }], now);
}

/** Empties the parts of a thing, all but `kept`. @returns the digests of every part but that one, purged before or now. */
export async function purgeParts(tx: Tx, subjectUri: string, kept: string | null, now: Date): Promise<string[]> {
  const rows = await tx<{ digest: string }[]>`
    update record_part set document = null, purged_at = coalesce(purged_at, ${now})
    where subject_uri = ${subjectUri} and digest <> ${kept ?? ""} returning digest`;
  return rows.map((row) => row.digest).sort();
}

/**
 * Empties some parts of a thing of another node, by their digests, as its owner asks. Those that are not here, or belong to
 * something else, are left out.
 */
export async function purgePartsNamed(
  tx: Tx,
  subjectUri: string,
  digests: readonly string[],
  now: Date,
): Promise<void> {
  await tx`
    update record_part set document = null, purged_at = ${now}
    where digest = any(${digests as string[]}) and subject_uri = ${subjectUri} and document is not null`;
}

/** The newest record of a thing of ours, locked. */
async function ownHead(tx: Tx, subjectUri: string): Promise<KeptRecord | null> {
  await tx`select from record where subject_uri = ${subjectUri} and is_head for no key update`;
  const head = await findHead(tx, subjectUri);
  return head === null || head.origin !== null ? null : head;
}

const draftOf = (before: RecordDocument) => ({
  kind: kindOfType(before.type),
  subject: before.subject,
  process: before.process ?? null,
  publisher: before.publisher,
  license: before.license,
  data: before.data,
});

async function append(tx: Tx, fresh: readonly NewRecord[], now: Date): Promise<void> {
  if (fresh.length === 0) return;
  const epoch = await currentEpoch(tx);
  const signers = new Map<string, Signer>();
  for (const { publisher } of fresh.map(({ draft }) => draft)) {
    if (signers.has(publisher)) continue;
    await ensureKeyRecord(tx, publisher, now);
    signers.set(publisher, await signerOf(tx, publisher));
  }
  const rows = fresh.map(({ draft, head }) =>
    signedRow(draft, { head, signer: signers.get(draft.publisher)!, epoch }, now),
  );
  const followed = fresh.flatMap(({ head }) => head?.digest ?? []);
  if (followed.length > 0) await tx`update record set is_head = false where digest = any(${followed})`;
  const parts = fresh.flatMap(({ newPart, draft }) =>
    newPart === null ? [] : [{ digest: newPart.digest, subjectUri: draft.subject, document: newPart.text }],
  );
  for (const some of inPortions(rows)) await tx`insert into record ${tx(some)}`;
  for (const some of inPortions(parts)) await tx`insert into record_part ${tx(some)}`;
  await promiseManifests(tx, rows, now);
}
