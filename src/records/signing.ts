// Signs records: the row of one, with the key of its publisher, and the promise of the manifests it stands in.
import { createPrivateKey, type KeyObject } from "node:crypto";
import { canonicalText, digestOf } from "../platform/canonical.ts";
import { signDocument } from "../platform/data-integrity.ts";
import type { Sql, Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { defaultLicense, RECORD_CONTEXT, type RecordDocument, type RecordDraft, recordTypes } from "./record.ts";

export interface Signer {
  readonly key: KeyObject;
  /** The URI of the key. */
  readonly verificationMethod: string;
}

const signersKept = new Map<string, KeyObject>();
const signersKeptMax = 1_000;

/** The current Ed25519 key of an institution of this node. */
export async function signerOf(sql: Sql, publisherUri: string): Promise<Signer> {
  const [row] = await sql<{ id: string; fragment: string; origin: string | null }[]>`
    select actor_key.id, fragment, origin from actor_key join actor on actor.id = actor_id
    where actor.uri = ${publisherUri} and algorithm = 'ed25519' and retired_at is null`;
  if (row === undefined || row.origin !== null) throw new Error(`${publisherUri} is no institution of this node`);
  const verificationMethod = `${publisherUri}#${row.fragment}`;
  const kept = signersKept.get(row.id);
  if (kept !== undefined) return { key: kept, verificationMethod };
  const [{ privateJwk } = { privateJwk: null }] = await sql<{ privateJwk: unknown }[]>`
    select private_jwk from actor_key where id = ${row.id}`;
  const key = createPrivateKey({ key: privateJwk as never, format: "jwk" });
  if (signersKept.size >= signersKeptMax) signersKept.delete(signersKept.keys().next().value!);
  signersKept.set(row.id, key);
  return { key, verificationMethod };
}

/** What a version says, its part by digest. */
export type VersionDraft = Omit<RecordDraft, "part"> &
  Pick<RecordDocument, "part" | "reason" | "purges"> & { readonly standing: RecordDocument["standing"] };

/** A version, signed, as the row that keeps it. */
export function signedRow(
  draft: VersionDraft,
  at: {
    /** What it follows; null for the first. */
    readonly head: { readonly digest: string; readonly version: number } | null;
    readonly signer: Signer;
    readonly epoch: number;
  },
  now: Date,
) {
  const { kind, subject, process, publisher, license, data, part, standing, reason, purges } = draft;
  const { head, signer, epoch } = at;
  const version = (head?.version ?? 0) + 1;
  const unsigned = {
    "@context": RECORD_CONTEXT,
    type: recordTypes[kind],
    subject,
    ...(process === null ? {} : { process }),
    publisher,
    epoch,
    version,
    ...(head === null ? {} : { previous: head.digest }),
    recorded: now.toISOString(),
    license: license ?? defaultLicense,
    standing,
    ...(reason === undefined ? {} : { reason }),
    data,
    ...(part === undefined ? {} : { part }),
    ...(purges === undefined || purges.length === 0 ? {} : { purges }),
  };
  const document = canonicalText(signDocument(unsigned, { ...signer, created: now }));
  return {
    digest: digestOf(document),
    subjectUri: subject,
    kind,
    processUri: process,
    publisherUri: publisher,
    origin: null,
    epoch,
    version,
    previous: head?.digest ?? null,
    standing,
    document,
    partDigest: part ?? null,
    trust: "own",
    recordedAt: now,
    keptAt: now,
  };
}

/** Every manifest a record stands in: its process's and its publisher's. They are signed by a job, not here. */
export async function promiseManifests(
  tx: Tx,
  records: readonly { digest: string; processUri: string | null; publisherUri: string }[],
  now: Date,
): Promise<void> {
  const changes = records.flatMap(({ digest, processUri, publisherUri }) =>
    [processUri, publisherUri].flatMap((scopeUri) => (scopeUri === null ? [] : [{ scopeUri, digest }])),
  );
  await promiseChanges(tx, changes, now);
}

/** The same, where the scopes are known. */
export async function promiseChanges(
  tx: Tx,
  changes: readonly { scopeUri: string; digest: string }[],
  now: Date,
): Promise<void> {
  const rows = changes.map((change) => ({ id: newId(now), ...change }));
  for (const some of inPortions(rows)) await tx`insert into manifest_change ${tx(some)}`;
  const scopes = [...new Set(changes.map((change) => change.scopeUri))];
  await enqueue(
    tx,
    scopes.map((scopeUri) => ({ kind: "manifest", payload: { scopeUri }, uniqueKey: `manifest:${scopeUri}` })),
  );
}

const rowsPerInsertMax = 500;

/** As many rows as one INSERT takes well. */
export function* inPortions<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let at = 0; at < rows.length; at += rowsPerInsertMax) yield rows.slice(at, at + rowsPerInsertMax);
}
