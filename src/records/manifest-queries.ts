// Reads of manifests, and of what stands in them.
import type { Sql } from "../platform/db.ts";
import type { PrefixLength } from "./manifest.ts";

export interface KeptManifest {
  /** Of the root. */
  readonly digest: string;
  readonly scopeUri: string;
  /** The digest of the scope's URI: its place in an address. */
  readonly scopeName: string;
  readonly publisherUri: string;
  /** Null for this node's own. */
  readonly origin: string | null;
  readonly epoch: number;
  readonly sequence: number;
  /** The exact bytes that were signed, as text. */
  readonly document: string;
  readonly isCurrent: boolean;
  readonly issuedAt: Date;
}

export interface KeptPage {
  readonly digest: string;
  readonly scopeUri: string;
  readonly prefix: string;
  readonly recordsCount: number;
  readonly document: string;
  readonly isCurrent: boolean;
}

const columns = (sql: Sql) => sql`
  digest, scope_uri, scope_name, publisher_uri, origin, epoch, sequence, document, is_current, issued_at`;
const pageColumns = (sql: Sql) => sql`digest, scope_uri, prefix, records_count, document, is_current`;

/** The current manifest of a process or an institution, ours or a copy. */
export async function findManifest(sql: Sql, scopeUri: string): Promise<KeptManifest | null> {
  const [row] = await sql<KeptManifest[]>`
    select ${columns(sql)} from manifest where scope_uri = ${scopeUri} and is_current`;
  return row ?? null;
}

/** The same by its name in an address. */
export async function findManifestByName(sql: Sql, scopeName: string): Promise<KeptManifest | null> {
  const [row] = await sql<KeptManifest[]>`
    select ${columns(sql)} from manifest where scope_name = ${scopeName} and is_current`;
  return row ?? null;
}

/** Roots that were current, the newest first; those that contradict each other too. */
export async function listManifests(sql: Sql, scopeUri: string, limit: number): Promise<KeptManifest[]> {
  return await sql<KeptManifest[]>`
    select ${columns(sql)} from manifest where scope_uri = ${scopeUri} order by epoch desc, sequence desc, is_current desc
    limit ${limit}`;
}

/** The current page with a prefix. */
export async function findPage(sql: Sql, scopeUri: string, prefix: string): Promise<KeptPage | null> {
  const [row] = await sql<KeptPage[]>`
    select ${pageColumns(sql)} from manifest_page where scope_uri = ${scopeUri} and prefix = ${prefix} and is_current`;
  return row ?? null;
}

/** A page with these very bytes, also one that was replaced not long ago. */
export async function findPageByDigest(sql: Sql, scopeUri: string, digest: string): Promise<KeptPage | null> {
  const [row] = await sql<KeptPage[]>`
    select ${pageColumns(sql)} from manifest_page where scope_uri = ${scopeUri} and digest = ${digest}`;
  return row ?? null;
}

/** The digests of all current pages, without their bytes. */
export async function listPageDigests(sql: Sql, scopeUri: string): Promise<Omit<KeptPage, "document" | "isCurrent">[]> {
  return await sql<Omit<KeptPage, "document" | "isCurrent">[]>`
    select digest, scope_uri, prefix, records_count from manifest_page where scope_uri = ${scopeUri} and is_current
    order by prefix collate "C"`;
}

/** Who signs for a scope of this node, by its records: of a process its publisher, else the institution itself. */
export async function publisherOfScope(sql: Sql, scopeUri: string): Promise<string | null> {
  const [row] = await sql<{ publisherUri: string }[]>`
    (select publisher_uri, 1 as choice from record where process_uri = ${scopeUri} and origin is null
      order by place desc limit 1)
    union all
    (select publisher_uri, 2 from record where publisher_uri = ${scopeUri} and origin is null order by place desc limit 1)
    order by choice limit 1`;
  return row?.publisherUri ?? null;
}

/** The digests of one page as the records stand now: of the process or the institution, and its publisher's keys. */
export async function listDigests(
  sql: Sql,
  { scopeUri, publisherUri, prefix }: { scopeUri: string; publisherUri: string; prefix: string },
): Promise<string[]> {
  const [from, to] = [`sha256-${prefix}`, `sha256-${prefix}~`];
  const rows = await sql<{ digest: string }[]>`
    select digest from record
      where process_uri = ${scopeUri} and digest collate "C" >= ${from} and digest collate "C" < ${to}
    union select digest from record
      where publisher_uri = ${scopeUri} and digest collate "C" >= ${from} and digest collate "C" < ${to}
    union select digest from record
      where publisher_uri = ${publisherUri} and kind = 'keys' and digest collate "C" >= ${from} and digest collate "C" < ${to}`;
  return rows.map((row) => row.digest).sort();
}

/** Every digest of a scope with its page, for a manifest that is made anew. */
export async function listAllDigests(
  sql: Sql,
  { scopeUri, publisherUri }: { scopeUri: string; publisherUri: string },
  length: PrefixLength,
): Promise<Map<string, string[]>> {
  const pages = new Map<string, string[]>();
  const rows = await sql<{ prefix: string; digests: string[] }[]>`
    select substr(digest, 8, ${length}) as prefix, array_agg(digest) as digests from (
      select digest from record where process_uri = ${scopeUri}
      union select digest from record where publisher_uri = ${scopeUri}
      union select digest from record where publisher_uri = ${publisherUri} and kind = 'keys') as mine
    group by 1`;
  for (const { prefix, digests } of rows) pages.set(prefix, digests);
  return pages;
}
