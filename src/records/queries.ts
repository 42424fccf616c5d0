// Reads of records: by name, by subject, in the order of an archive.
import type { Sql } from "../platform/db.ts";
import type { RecordKind, Standing } from "./record.ts";

export type Trust = "own" | "verified" | "vouched";

export interface KeptRecord {
  readonly digest: string;
  readonly subjectUri: string;
  readonly kind: RecordKind;
  readonly processUri: string | null;
  readonly publisherUri: string;
  /** Null for this node's own. */
  readonly origin: string | null;
  readonly epoch: number;
  readonly version: number;
  readonly previous: string | null;
  readonly standing: Standing;
  /** The exact bytes that were signed, as text. */
  readonly document: string;
  readonly partDigest: string | null;
  readonly isHead: boolean;
  readonly trust: Trust;
  readonly vouchedBy: string | null;
  readonly recordedAt: Date;
}

export interface KeptPart {
  readonly digest: string;
  readonly subjectUri: string;
  /** Null once it has been purged. */
  readonly document: string | null;
}

const columns = (sql: Sql) => sql`
  digest, subject_uri, kind, process_uri, publisher_uri, origin, epoch, version, previous, standing, document, part_digest,
  is_head, trust, vouched_by, recorded_at`;

export async function findRecord(sql: Sql, digest: string): Promise<KeptRecord | null> {
  const [row] = await sql<KeptRecord[]>`select ${columns(sql)} from record where digest = ${digest}`;
  return row ?? null;
}

/** The newest record of a thing; null where there is none. */
export async function findHead(sql: Sql, subjectUri: string): Promise<KeptRecord | null> {
  const [row] = await sql<KeptRecord[]>`
    select ${columns(sql)} from record where subject_uri = ${subjectUri} and is_head`;
  return row ?? null;
}

/** The newest records of several things, in no order. */
export async function listHeads(sql: Sql, subjectUris: readonly string[]): Promise<KeptRecord[]> {
  if (subjectUris.length === 0) return [];
  return await sql<KeptRecord[]>`
    select ${columns(sql)} from record where subject_uri = any(${subjectUris as string[]}) and is_head`;
}

/** The whole chain of a thing, the newest first. */
export async function listVersions(sql: Sql, subjectUri: string, limit: number): Promise<KeptRecord[]> {
  return await sql<KeptRecord[]>`
    select ${columns(sql)} from record where subject_uri = ${subjectUri} order by epoch desc, version desc limit ${limit}`;
}

/**
 * A detachable part. It is withheld while its newest record is hidden, and gone once it has been purged: both are null
 * for the door, which tells a stranger no difference.
 */
export async function findPart(sql: Sql, digest: string): Promise<KeptPart | null> {
  const [row] = await sql<KeptPart[]>`select digest, subject_uri, document from record_part where digest = ${digest}`;
  return row ?? null;
}

export async function listParts(sql: Sql, digests: readonly string[]): Promise<KeptPart[]> {
  if (digests.length === 0) return [];
  return await sql<KeptPart[]>`
    select digest, subject_uri, document from record_part where digest = any(${digests as string[]})`;
}

/** This node's epoch: raised by a restore from backup. */
export async function currentEpoch(sql: Sql): Promise<number> {
  const [row] = await sql<{ value: number }[]>`select value from node_setting where key = 'epoch'`;
  return Number(row?.value ?? 1);
}

/** The parts of a thing that were purged, the latest first. */
export async function listPurgedParts(sql: Sql, subjectUri: string, limit: number): Promise<string[]> {
  const rows = await sql<{ digest: string }[]>`
    select digest from record_part where subject_uri = ${subjectUri} and purged_at is not null
    order by purged_at desc, digest limit ${limit}`;
  return rows.map((row) => row.digest);
}
