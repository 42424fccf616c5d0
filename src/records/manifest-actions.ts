// The verbs of manifests: made anew after a change, kept as they came from elsewhere. The only writers of their tables.
import { canonicalText, digestOf } from "../platform/canonical.ts";
import { signDocument } from "../platform/data-integrity.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { dayMs } from "../platform/time.ts";
import { originOf } from "../platform/uris.ts";
import {
  composePage,
  type ManifestPage,
  type ManifestRoot,
  manifestName,
  prefixLengthFor,
  prefixOf,
} from "./manifest.ts";
import {
  findManifest,
  type KeptManifest,
  listAllDigests,
  listDigests,
  listPageDigests,
  publisherOfScope,
} from "./manifest-queries.ts";
import { currentEpoch } from "./queries.ts";
import { defaultLicense, RECORD_CONTEXT } from "./record.ts";
import { signerOf } from "./signing.ts";

/** How long a page that has changed can still be had by its digest: a long copy ends with the root it began with. */
const replacedKeptMs = 2 * dayMs;
/** Roots of one scope that stay, the current one included. */
const rootsKeptMax = 20;
const pagesPerInsertMax = 200;

/**
 * Signs the next root of a scope of this node, if something in it changed since the last one. Only pages that changed are
 * made anew, unless there are now so many records that the pages are cut differently.
 * @returns the manifest as it is now; null for a scope without records.
 */
export async function refreshManifest(sql: Sql, scopeUri: string, now: Date): Promise<KeptManifest | null> {
  return await withTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended(${`manifest ${scopeUri}`}, 0))`;
    const publisherUri = await publisherOfScope(tx, scopeUri);
    if (publisherUri === null) return null;
    const known = await findManifest(tx, scopeUri);
    const changed = await tx<{ digest: string }[]>`
      delete from manifest_change where scope_uri = ${scopeUri} returning digest`;
    if (changed.length === 0 && known !== null) return known;
    const digests = changed.map((row) => row.digest);
    await refreshPages(tx, { scopeUri, publisherUri, known, digests }, now);
    await signRoot(tx, { scopeUri, publisherUri, known }, now);
    await sweep(tx, scopeUri, now);
    return await findManifest(tx, scopeUri);
  });
}

interface Scope {
  readonly scopeUri: string;
  readonly publisherUri: string;
  readonly known: KeptManifest | null;
}

async function refreshPages(tx: Tx, scope: Scope & { digests: readonly string[] }, now: Date): Promise<void> {
  const { scopeUri, known, digests } = scope;
  const length = known === null ? null : (JSON.parse(known.document) as ManifestRoot).prefixLength;
  if (length !== null) {
    const pages = new Map<string, string[]>();
    for (const prefix of new Set(digests.map((digest) => prefixOf(digest, length)))) {
      pages.set(prefix, await listDigests(tx, { ...scope, prefix }));
    }
    await putPages(tx, scopeUri, pages, now);
    if (prefixLengthFor(await countRecords(tx, scopeUri)) === length) return;
  }
  const [one] = [await listAllDigests(tx, scope, 0)];
  const fresh = prefixLengthFor(one.get("")?.length ?? 0);
  await tx`
    update manifest_page set is_current = false, replaced_at = ${now} where scope_uri = ${scopeUri} and is_current`;
  await putPages(tx, scopeUri, fresh === 0 ? one : await listAllDigests(tx, scope, fresh), now);
}

async function countRecords(tx: Tx, scopeUri: string): Promise<number> {
  return (await listPageDigests(tx, scopeUri)).reduce((sum, page) => sum + page.recordsCount, 0);
}

async function putPages(
  tx: Tx,
  scopeUri: string,
  pages: ReadonlyMap<string, readonly string[]>,
  now: Date,
): Promise<void> {
  const rows = [...pages].map(([prefix, digests]) => {
    const document = composePage(scopeUri, prefix, digests);
    return { digest: digestOf(document), scopeUri, prefix, recordsCount: digests.length, document };
  });
  await tx`
    update manifest_page set is_current = false, replaced_at = ${now}
    where scope_uri = ${scopeUri} and prefix = any(${rows.map((row) => row.prefix)}) and is_current`;
  for (let at = 0; at < rows.length; at += pagesPerInsertMax) {
    await tx`
      insert into manifest_page ${tx(rows.slice(at, at + pagesPerInsertMax))}
      on conflict (digest) do update set is_current = true, replaced_at = null`;
  }
}

async function signRoot(tx: Tx, { scopeUri, publisherUri, known }: Scope, now: Date): Promise<void> {
  const pages = await listPageDigests(tx, scopeUri);
  const count = pages.reduce((sum, page) => sum + page.recordsCount, 0);
  const unsigned = {
    "@context": RECORD_CONTEXT,
    type: "Manifest",
    scope: scopeUri,
    publisher: publisherUri,
    epoch: await currentEpoch(tx),
    sequence: (known?.sequence ?? 0) + 1,
    issued: now.toISOString(),
    ...(known === null ? {} : { previous: known.digest }),
    count,
    prefixLength: (pages[0]?.prefix.length ?? 0) as ManifestRoot["prefixLength"],
    pages: Object.fromEntries(pages.map((page) => [page.prefix, page.digest])),
    license: defaultLicense,
  } as const;
  const root = signDocument(unsigned, { ...(await signerOf(tx, publisherUri)), created: now }) as ManifestRoot;
  await putRoot(tx, { root, document: canonicalText(root), origin: null }, now);
}

async function putRoot(
  tx: Tx,
  { root, document, origin }: { root: ManifestRoot; document: string; origin: string | null },
  now: Date,
): Promise<void> {
  await tx`update manifest set is_current = false where scope_uri = ${root.scope} and is_current`;
  const row = {
    digest: digestOf(document),
    scopeUri: root.scope,
    scopeName: manifestName(root.scope),
    publisherUri: root.publisher,
    origin,
    epoch: root.epoch,
    sequence: root.sequence,
    document,
    issuedAt: root.issued,
    keptAt: now,
  };
  await tx`insert into manifest ${tx(row)} on conflict (digest) do update set is_current = true`;
}

/**
 * Keeps the root of another node's scope, with those of its pages that are new here, and serves it from now on.
 * The caller has read and verified them, and holds every record they name.
 */
export async function keepManifest(
  sql: Sql,
  { root, document, pages }: { root: ManifestRoot; document: string; pages: readonly ManifestPage[] },
  now: Date,
): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const named = Object.values(root.pages);
    await tx`
      update manifest_page set is_current = false, replaced_at = ${now}
      where scope_uri = ${root.scope} and is_current and digest <> all(${named})`;
    await putPages(tx, root.scope, new Map(pages.map(({ prefix, digests }) => [prefix, digests])), now);
    await putRoot(tx, { root, document, origin: originOf(root.publisher) }, now);
    await sweep(tx, root.scope, now);
  });
}

/** Keeps a second root with the sequence of the current one, to be shown; the current one stays. */
export async function keepContradiction(
  sql: Sql,
  { root, document }: { root: ManifestRoot; document: string },
  now: Date,
): Promise<void> {
  const row = {
    digest: digestOf(document),
    scopeUri: root.scope,
    scopeName: manifestName(root.scope),
    publisherUri: root.publisher,
    origin: originOf(root.publisher),
    epoch: root.epoch,
    sequence: root.sequence,
    document,
    isCurrent: false,
    issuedAt: root.issued,
    keptAt: now,
  };
  await sql`insert into manifest ${sql(row)} on conflict (digest) do nothing`;
}

/** Old roots and pages go; two roots with one sequence stay for good, since one of them is a lie. */
async function sweep(tx: Tx, scopeUri: string, now: Date): Promise<void> {
  await tx`
    delete from manifest where digest in (
      select digest from (
        select digest, is_current, count(*) over (partition by epoch, sequence) as twins,
          row_number() over (order by epoch desc, sequence desc) as place
        from manifest where scope_uri = ${scopeUri}) as roots
      where place > ${rootsKeptMax} and twins = 1 and not is_current)`;
  await tx`delete from manifest_page where not is_current and replaced_at < ${new Date(+now - replacedKeptMs)}`;
}
