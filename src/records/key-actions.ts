// The verbs of keys: their signed history, begun with an institution's first record, and their replacement.
import { createPublicKey, type webcrypto } from "node:crypto";
import type { Actor } from "../actors/actor.ts";
import { replaceKeys } from "../actors/keys.ts";
import { recordEvent } from "../events.ts";
import { toMultibase } from "../platform/data-integrity.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { keysSubjectOf, type NamedKey, readKeys } from "./keys.ts";
import { currentEpoch, findHead, type KeptRecord } from "./queries.ts";
import { kindOfType, type RecordDocument } from "./record.ts";
import { inPortions, promiseChanges, promiseManifests, type Signer, signedRow, signerOf } from "./signing.ts";

/** Writes the first record of an institution's keys, unless it has one: before the first record that they sign. */
export async function ensureKeyRecord(tx: Tx, publisherUri: string, now: Date): Promise<void> {
  const subject = keysSubjectOf(publisherUri);
  if ((await findHead(tx, subject)) !== null) return;
  // Two first records at once: the second waits, and sees what the first one wrote.
  await tx`select pg_advisory_xact_lock(hashtextextended(${subject}, 0))`;
  if ((await findHead(tx, subject)) !== null) return;
  const signer = await signerOf(tx, publisherUri);
  // The first key is as old as its institution: receipts and records may be older than their history.
  const [{ earliest } = { earliest: now }] = await tx<{ earliest: Date }[]>`
    select least(created_at, (select min(recorded_at) from record where publisher_uri = ${publisherUri} and origin is null))
      as earliest
    from actor where uri = ${publisherUri}`;
  const key: NamedKey = {
    id: signer.verificationMethod,
    publicKeyMultibase: toMultibase(createPublicKey(signer.key)),
    from: (earliest < now ? earliest : now).toISOString(),
  };
  await writeKeyRecord(tx, { publisherUri, keys: [key], signer, head: null }, now);
}

interface KeyVersion {
  readonly publisherUri: string;
  readonly keys: readonly NamedKey[];
  readonly signer: Signer;
  readonly head: KeptRecord | null;
}

async function writeKeyRecord(tx: Tx, { publisherUri, keys, signer, head }: KeyVersion, now: Date): Promise<void> {
  const row = signedRow(
    {
      kind: "keys",
      subject: keysSubjectOf(publisherUri),
      process: null,
      publisher: publisherUri,
      standing: "shown",
      data: { keys },
    },
    { head, signer, epoch: await currentEpoch(tx) },
    // The clock of the process that wrote the version before may be a moment ahead: a history never goes back.
    head !== null && head.recordedAt > now ? head.recordedAt : now,
  );
  if (head !== null) await tx`update record set is_head = false where digest = ${head.digest}`;
  await tx`insert into record ${tx(row)}`;
  // They travel with each process of the institution, so that its copy alone can be checked.
  const scopes = await tx<{ scopeUri: string }[]>`
    select distinct process_uri as scope_uri from record
    where publisher_uri = ${publisherUri} and process_uri is not null and origin is null`;
  const all = [{ scopeUri: publisherUri }, ...scopes];
  await promiseChanges(
    tx,
    all.map(({ scopeUri }) => ({ scopeUri, digest: row.digest })),
    now,
  );
}

/**
 * Gives an actor of this node new keys. The old ones are kept, retired: what they signed can be checked for ever. Its
 * followers are told; deliveries on their way are signed anew, or tried again until the other side has read the new key.
 *
 * Of an institution the history of its keys goes on by two versions: the old key names the new one, and the new one
 * retires the old. So whoever knows either can trust the other.
 *
 * @param options.stolenSince when the old key fell into other hands. What it signed from then on counts for nothing; what
 *   it signed for us meanwhile is signed again, under a raised epoch, so that chains go on from the last good version.
 * @throws Refused `not-found` for an actor that is not ours, or closed.
 */
export async function rotateKeys(
  sql: Sql,
  actor: Actor,
  now: Date,
  { stolenSince }: { stolenSince?: Date | undefined } = {},
): Promise<void> {
  refuseUnless(actor.origin === null && actor.goneAt === null, "not-found");
  await withTransaction(sql, async (tx) => {
    await tx`select from actor where id = ${actor.id} for no key update`;
    const signsRecords = actor.kind === "organisation" || actor.kind === "node";
    const old = signsRecords ? await signerOf(tx, actor.uri) : null;
    if (old !== null) await ensureKeyRecord(tx, actor.uri, now);
    if (stolenSince !== undefined) await raiseEpoch(tx);
    const fresh = await replaceKeys(tx, actor.id, now);
    if (old !== null) await writeRotation(tx, actor.uri, { old, fresh, stolenSince }, now);
    if (old !== null && stolenSince !== undefined) await signAgain(tx, actor.uri, { old, stolenSince }, now);
    await recordEvent(tx, { type: "ActorChanged", subjectUri: actor.uri, data: {} }, now);
  });
}

interface Rotation {
  readonly old: Signer;
  readonly fresh: { readonly fragment: string; readonly publicJwk: webcrypto.JsonWebKey };
  readonly stolenSince: Date | undefined;
}

async function writeRotation(tx: Tx, publisherUri: string, rotation: Rotation, now: Date): Promise<void> {
  const { old, fresh, stolenSince } = rotation;
  const subject = keysSubjectOf(publisherUri);
  const head = (await findHead(tx, subject))!;
  const key: NamedKey = {
    id: `${publisherUri}#${fresh.fragment}`,
    publicKeyMultibase: toMultibase(createPublicKey({ key: fresh.publicJwk as never, format: "jwk" })),
    from: now.toISOString(),
  };
  const named = [...readKeys(JSON.parse(head.document) as RecordDocument), key];
  await writeKeyRecord(tx, { publisherUri, keys: named, signer: old, head }, now);
  const until = now.toISOString();
  const revoked = stolenSince?.toISOString();
  const retired = named.map((one) =>
    one.id === old.verificationMethod ? { ...one, until, ...(revoked === undefined ? {} : { revoked }) } : one,
  );
  const signer = await signerOf(tx, publisherUri);
  await writeKeyRecord(tx, { publisherUri, keys: retired, signer, head: (await findHead(tx, subject))! }, now);
}

/** Other nodes take what is said in a new epoch for another history of the same node, and not for a forgery. */
async function raiseEpoch(tx: Tx): Promise<void> {
  await tx`update node_setting set value = to_jsonb((value #>> '{}')::int + 1) where key = 'epoch'`;
}

interface Head extends KeptRecord {
  readonly goodDigest: string | null;
  readonly goodVersion: number | null;
}

/** What was signed by a stolen key since then, as it now stands, on top of the last version that is good. */
async function signAgain(
  tx: Tx,
  publisherUri: string,
  { old, stolenSince }: { old: Signer; stolenSince: Date },
  now: Date,
): Promise<void> {
  const heads = await tx<Head[]>`
    select head.digest, head.document, good.digest as good_digest, good.version as good_version
    from record head left join lateral (
      select digest, version from record
      where subject_uri = head.subject_uri and recorded_at < ${stolenSince}
      order by epoch desc, version desc limit 1) as good on true
    where head.publisher_uri = ${publisherUri} and head.origin is null and head.is_head and head.kind <> 'keys'
      and head.recorded_at >= ${stolenSince}
    for no key update of head`;
  const [signer, epoch] = [await signerOf(tx, publisherUri), await currentEpoch(tx)];
  const theirs = heads.flatMap((head) => {
    const document = JSON.parse(head.document) as RecordDocument;
    return document.proof.verificationMethod === old.verificationMethod ? [{ head, document }] : [];
  });
  const rows = theirs.map(({ head, document }) => {
    const { proof: _proof, type, process = null, ...said } = document;
    const good = head.goodDigest === null ? null : { digest: head.goodDigest, version: head.goodVersion! };
    return signedRow({ ...said, kind: kindOfType(type), process }, { head: good, signer, epoch }, now);
  });
  await tx`update record set is_head = false where digest = any(${theirs.map(({ head }) => head.digest)})`;
  for (const some of inPortions(rows)) await tx`insert into record ${tx(some)}`;
  await promiseManifests(tx, rows, now);
}
