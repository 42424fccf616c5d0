// The verbs of mirrors: kept on purpose, compared, let go. What reads the other node is in federation/mirrors/mirroring.ts.
import { type Account, holds } from "../accounts/account.ts";
import type { Sql, Tx } from "../platform/db.ts";
import { withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { originOf } from "../platform/uris.ts";
import { recordAct } from "../subjects/actions.ts";
import { type Mirror, type MirrorError, type MirrorKind, type MirrorState, nextLookAt } from "./mirror.ts";
import { findMirror } from "./queries.ts";

/** Reads of one copy run one at a time. */
export const promiseMirror = (sql: Sql, scopeUri: string, runAt?: Date): Promise<void> =>
  enqueue(sql, {
    kind: "mirror",
    payload: { scopeUri },
    key: `mirror:${scopeUri}`,
    uniqueKey: `mirror:${scopeUri}`,
    ...(runAt === undefined ? {} : { runAt }),
  });

/**
 * Keeps a whole, checked copy of a process, or of everything an institution publishes, from now on. Asking again only
 * has it compared at once.
 * @throws Refused `not-allowed` for others than officials, `invalid-input` for something of this node.
 */
export async function keepCopy(
  sql: Sql,
  by: Account,
  wanted: { readonly scopeUri: string; readonly kind: MirrorKind; readonly ownOrigin: string },
  now: Date,
): Promise<Mirror> {
  refuseUnless(holds(by, "official"), "not-allowed");
  const { scopeUri, kind, ownOrigin } = wanted;
  refuseUnless(originOf(scopeUri) !== ownOrigin, "invalid-input");
  return await withTransaction(sql, async (tx) => {
    const rows = await tx`
      insert into mirror (scope_uri, id, kind, state, source, since)
      values (${scopeUri}, ${newId(now)}, ${kind}, 'waiting', ${originOf(scopeUri)}, ${now})
      on conflict (scope_uri) do nothing returning 1`;
    if (rows.length > 0) await recordAct(tx, by, "copy-kept", scopeUri, {}, now, { after: { kind } });
    await promiseMirror(tx, scopeUri, now);
    return (await findMirror(tx, scopeUri))!;
  });
}

/** Keeps it no longer: it is not compared again and not handed on. What can be read here stays, as of any followed city. */
export async function stopCopy(sql: Sql, by: Account, scopeUri: string, now: Date): Promise<void> {
  refuseUnless(holds(by, "official"), "not-allowed");
  await withTransaction(sql, async (tx) => {
    const rows = await tx`delete from mirror where scope_uri = ${scopeUri} returning 1`;
    if (rows.length === 0) return;
    await tx`delete from manifest where scope_uri = ${scopeUri} and origin is not null`;
    await tx`delete from manifest_page where scope_uri = ${scopeUri}`;
    await tx`
      delete from mirrored_process where process_uri = ${scopeUri}
        or process_uri in (select process_uri from record where publisher_uri = ${scopeUri} and kind = 'process')`;
    await recordAct(tx, by, "copy-stopped", scopeUri, {}, now, { before: { isKept: true } });
  });
}

/** What is known of a manifest before its records are read. */
export async function noteBegun(
  sql: Sql,
  scopeUri: string,
  begun: { readonly source: string; readonly recordCount: number; readonly keptCount: number },
  now: Date,
): Promise<void> {
  await sql`
    update mirror set ${sql(begun as never)}, state = 'copying', error = null, error_detail = '', tried_at = ${now}
    where scope_uri = ${scopeUri}`;
}

/** How far it is, in the transaction that took the records: whatever happens next, nothing of it is read again. */
export async function noteProgress(
  tx: Tx,
  scopeUri: string,
  { taken, source, place }: { readonly taken: number; readonly source: string; readonly place: number | null },
  now: Date,
): Promise<void> {
  await tx`
    update mirror set kept_count = kept_count + ${taken}, tried_at = ${now}
      ${place === null ? tx`` : tx`, archive_source = ${source}, archive_place = ${String(place)}`}
    where scope_uri = ${scopeUri}`;
}

export interface Outcome {
  readonly state: MirrorState;
  readonly error?: MirrorError | null;
  readonly errorDetail?: string;
  readonly source?: string;
  readonly rootDigest?: string;
  readonly recordCount?: number;
  readonly keptCount?: number;
  readonly missingCount?: number;
}

/** How a look ended, and the promise of the next one. */
export async function noteOutcome(
  sql: Sql,
  scopeUri: string,
  { state, error = null, errorDetail = "", ...known }: Outcome,
  now: Date,
  chance: number,
): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const isSilence = state === "unreachable";
    const columns = { ...known, state, error, errorDetail: errorDetail.slice(0, 500), triedAt: now };
    const [row] = await tx<{ failures: number }[]>`
      update mirror set ${tx(columns as never)}, failures = ${isSilence ? tx`failures + 1` : tx`0`}
        ${state === "kept" ? tx`, checked_at = ${now}` : tx``}
      where scope_uri = ${scopeUri} returning failures`;
    // It was let go meanwhile.
    if (row === undefined) return;
    await promiseMirror(tx, scopeUri, nextLookAt(now, row.failures, chance));
  });
}

/**
 * Puts together what mirrored processes are about: by their own words, and by those of their proposals, meetings and
 * results. Called when something of them has changed.
 */
export async function describeMirrored(tx: Tx, processUris: readonly string[]): Promise<void> {
  if (processUris.length === 0) return;
  await tx`
    insert into mirrored_process (process_uri, id, origin, themes, places, cost_amount, cost_currency, result_count,
      result_status, words)
    select process.uri, process.id, subject.origin,
      array(select distinct left(theme, 200) from (
        select name.value as theme from record, jsonb_array_elements(
            case when jsonb_typeof(record.document::jsonb #> '{data,categories}') = 'array'
              then record.document::jsonb #> '{data,categories}' else '[]' end) as category,
            jsonb_each_text(case when jsonb_typeof(category) = 'object' then category else '{}' end) as name
          where record.subject_uri = process.uri and record.is_head
        union select category_name from proposal where process_uri = process.uri
        union select category_name from result where process_uri = process.uri) as named
        where theme <> '' order by 1 limit 100),
      array(select distinct left(place, 200) from (
        select organisation.name as place union select process.pilot_area
        union select district from result where process_uri = process.uri
        union select district from meeting where process_uri = process.uri) as named
        where place <> '' order by 1 limit 100),
      spent.amount, spent.currency, process.result_count,
      (select status from result where process_uri = process.uri
        order by array_position(array['done', 'in-progress', 'planned', 'dropped'], status) limit 1),
      folded(left(process.title::text || ' ' || process.summary::text, 5000))
    from process join subject on subject.uri = process.uri left join actor organisation on organisation.id = process.organisation_id
      left join lateral (
        select sum(cost_amount) as amount, cost_currency as currency from result
        where process_uri = process.uri and cost_amount is not null group by 2 order by 1 desc limit 1) as spent on true
    where process.uri = any(${processUris as string[]}) and subject.origin is not null
    on conflict (process_uri) do update set themes = excluded.themes, places = excluded.places,
      cost_amount = excluded.cost_amount, cost_currency = excluded.cost_currency, result_count = excluded.result_count,
      result_status = excluded.result_status, words = excluded.words`;
}
