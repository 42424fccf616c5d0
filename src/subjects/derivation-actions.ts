// Notes what was made from what. Rooms call this inside their own transaction.
import type { Tx } from "../platform/db.ts";
import type { DerivedFrom } from "./derivation.ts";

/**
 * The record of a thing as its own server names it, noted with the drafts of ours that were made from it while no record was
 * known here. What is published keeps what it says.
 */
export async function nameDerivedRecord(tx: Tx, objectUri: string, digest: string): Promise<void> {
  await tx`
    update derivation set object_digest = ${digest} from subject
    where object_uri = ${objectUri} and object_digest is null and subject.uri = subject_uri and subject.origin is null
      and subject.published_at is null`;
}

/**
 * Notes what a thing says it was made from: of ours with its draft, of another node's as read at its own address.
 * Null: it says so no more.
 */
export async function noteDerivation(tx: Tx, subjectUri: string, from: DerivedFrom | null, now: Date): Promise<void> {
  if (from === null) {
    await tx`delete from derivation where subject_uri = ${subjectUri}`;
    return;
  }
  const columns = { objectUri: from.uri, objectDigest: from.digest };
  await tx`
    insert into derivation ${tx({ subjectUri, ...columns, notedAt: now })}
    on conflict (subject_uri) do update set ${tx(columns)}`;
}
