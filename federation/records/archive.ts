// The archive of a process or an institution as a stream. Its rows are read as fast as they are taken, some at a time, each
// time by a query of its own: a slow reader holds no connection, and memory stays as it is however much there is.
import type { Sql } from "../../src/platform/db.ts";
import { type ArchiveLine, writeLine } from "../../src/records/archive.ts";
import { findPageByDigest, type KeptManifest } from "../../src/records/manifest-queries.ts";
import { type Json, partDigestsIn } from "../../src/records/record.ts";

const rowsPerReadMax = 200;

interface Row {
  /** A bigint, which the driver gives as text. */
  readonly place: string;
  readonly kind: string;
  readonly isHead: boolean;
  readonly document: string;
  readonly part: string | null;
}

/**
 * Whether a part may be read, in a query that has `record_part`: not while the thing it belongs to, or what that stands in,
 * is hidden, by its owner or by the moderators of this node; and not what somebody on a blocked server wrote.
 */
export const mayBeHanded = (sql: Sql) => sql`(
  not exists (select from record head where head.subject_uri = record_part.subject_uri and head.is_head
    and head.standing <> 'shown')
  and not exists (
    select from subject join subject place on place.uri in (subject.uri, subject.thread_uri, subject.process_uri)
    where subject.uri = record_part.subject_uri and (place.hidden_at is not null or place.deleted_at is not null))
  and peer_policy(split_part(record_part.subject_uri, '/', 3)) is distinct from 'blocked')`;

/** The lines of an archive, those of one read at a time. @param after the place of the last record that is there already. */
export async function* archiveOf(sql: Sql, manifest: KeptManifest, after: number): AsyncGenerator<string> {
  yield writeLine({ kind: "manifest", document: manifest.document });
  for (let place = String(after); ; ) {
    const rows = await readRows(sql, manifest, place);
    if (rows.length === 0) break;
    const partsOf = await readThreadParts(sql, rows);
    yield rows.map((row) => writeLine(lineOf(row, partsOf))).join("");
    place = rows.at(-1)!.place;
  }
  // Those of the root above, though some may have changed since.
  const { pages } = JSON.parse(manifest.document) as { pages: Record<string, string> };
  for (const digest of Object.values(pages)) {
    const page = await findPageByDigest(sql, manifest.scopeUri, digest);
    if (page !== null) yield writeLine({ kind: "page", document: page.document });
  }
  yield writeLine({ kind: "end" });
}

async function readRows(sql: Sql, { scopeUri, publisherUri }: KeptManifest, after: string): Promise<Row[]> {
  const some = sql`and place > ${after} order by place limit ${rowsPerReadMax}`;
  return await sql<Row[]>`
    with mine as (
      (select place from record where process_uri = ${scopeUri} ${some})
      union (select place from record where publisher_uri = ${scopeUri} ${some})
      union (select place from record where publisher_uri = ${publisherUri} and kind = 'keys' ${some})
      order by place limit ${rowsPerReadMax})
    select record.place, record.kind, record.is_head, record.document,
      (select record_part.document from record_part where record_part.digest = record.part_digest
        and ${mayBeHanded(sql)}) as part
    from mine join record on record.place = mine.place order by record.place`;
}

/** The parts of comments, by digest, those that may be read: they travel with the newest record of their thread. */
async function readThreadParts(sql: Sql, rows: readonly Row[]): Promise<Map<string, string>> {
  const digests = rows.flatMap((row) => (carriesParts(row) ? threadPartsOf(row) : []));
  if (digests.length === 0) return new Map();
  const kept = await sql<{ digest: string; document: string }[]>`
    select digest, document from record_part
    where digest = any(${digests}) and document is not null and ${mayBeHanded(sql)}`;
  return new Map(kept.map(({ digest, document }) => [digest, document]));
}

const carriesParts = (row: Row): boolean => row.kind === "thread" && row.isHead;
const threadPartsOf = (row: Row): string[] => partDigestsIn((JSON.parse(row.document) as { data: Json }).data);

function lineOf(row: Row, partsOf: ReadonlyMap<string, string>): ArchiveLine {
  const parts = carriesParts(row) ? threadPartsOf(row).flatMap((digest) => partsOf.get(digest) ?? []) : [];
  return { kind: "record", place: Number(row.place), document: row.document, part: row.part, parts };
}
