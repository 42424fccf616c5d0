// What this node signed after the backup it was restored from, put back into its chains. The only writer of records that it
// did not sign just now and that are its own.
import type { Tx } from "../platform/db.ts";
import { kindOfType } from "./record.ts";
import { chainOnward, type KeptHead, type OfferedRecord } from "./recovery.ts";
import { promiseManifests } from "./signing.ts";

/**
 * Goes on with the chain of a thing of ours by what was offered of it: same bytes, same names, under the epoch they were
 * signed in. What a version says is to be purged is purged.
 * @returns what was taken, the oldest first; empty where nothing follows what is here.
 */
export async function takeBack(
  tx: Tx,
  subjectUri: string,
  offered: readonly OfferedRecord[],
  now: Date,
): Promise<readonly OfferedRecord[]> {
  const kept = await tx<(KeptHead & { isHead: boolean })[]>`
    select digest, epoch, version, standing, is_head from record
    where subject_uri = ${subjectUri} order by epoch, version for no key update`;
  const head = kept.find(({ isHead }) => isHead) ?? null;
  const chain = chainOnward(head, new Map(kept.map(({ digest, version }) => [digest, version])), offered);
  if (chain.length === 0) return [];
  await tx`update record set is_head = false where subject_uri = ${subjectUri} and is_head`;
  const rows = chain.map((one) => rowOf(one, one === chain.at(-1), now));
  for (const row of rows) await tx`insert into record ${tx(row)}`;
  await keepParts(tx, chain, now);
  await promiseManifests(tx, rows, now);
  return chain;
}

const rowOf = ({ digest, text, document }: OfferedRecord, isHead: boolean, now: Date) => ({
  digest,
  subjectUri: document.subject,
  kind: kindOfType(document.type),
  processUri: document.process ?? null,
  publisherUri: document.publisher,
  origin: null,
  epoch: document.epoch,
  version: document.version,
  previous: document.previous ?? null,
  standing: document.standing,
  document: text,
  partDigest: document.part ?? null,
  isHead,
  trust: "own",
  recordedAt: new Date(document.recorded),
  keptAt: now,
});

async function keepParts(tx: Tx, chain: readonly OfferedRecord[], now: Date): Promise<void> {
  const subjectUri = chain[0]!.document.subject;
  const purged = new Set(chain.flatMap(({ document }) => document.purges ?? []));
  for (const digest of purged) {
    await tx`
      insert into record_part (digest, subject_uri, document, purged_at) values (${digest}, ${subjectUri}, null, ${now})
      on conflict (digest) do update set document = null, purged_at = excluded.purged_at
      where record_part.document is not null and record_part.subject_uri = excluded.subject_uri`;
  }
  for (const { document, part } of chain) {
    if (part === null || document.part === undefined || purged.has(document.part)) continue;
    await tx`
      insert into record_part ${tx({ digest: document.part, subjectUri, document: part })} on conflict (digest) do nothing`;
  }
  if (chain.at(-1)!.document.standing !== "erased") return;
  await tx`
    update record_part set document = null, purged_at = ${now}
    where subject_uri = ${subjectUri} and document is not null`;
}
