// The ledger of deliveries: which servers each thing of ours was sent to, so that all of them can be asked to erase it.
// Written where deliveries are handed over; a server that never took one is asked for nothing, which does no harm.
import type { Sql, Tx } from "../platform/db.ts";
import { enqueue } from "../platform/jobs.ts";

/** Where a thing goes: any inbox of a server will do to speak to all of it. */
export interface Destination {
  readonly inboxUri: string;
}

/**
 * Notes that a thing is on its way to these servers. Two statements, whatever their number; none that writes where all of
 * them are noted already.
 */
export async function noteDeliveries(
  sql: Sql,
  subjectUris: readonly string[],
  destinations: readonly Destination[],
): Promise<void> {
  const inboxes = new Map(destinations.map(({ inboxUri }) => [new URL(inboxUri).host, inboxUri]));
  if (inboxes.size === 0 || subjectUris.length === 0) return;
  const hosts = [...inboxes.keys()];
  const fresh = await sql`
    insert into known_server (host, inbox_uri)
    select host, inbox_uri from unnest(${hosts}::text[], ${[...inboxes.values()]}::text[]) as given (host, inbox_uri)
    where not exists (select from known_server where known_server.host = given.host)
    order by host on conflict (host) do nothing returning 1`;
  if (fresh.length > 0) await promiseAskingSoftware(sql);
  await sql`
    insert into delivery_ledger (subject_uri, server_ids)
    select subject_uri, array(select id from known_server where host = any(${hosts}) order by id)
    from unnest(${[...new Set(subjectUris)]}::text[]) as given (subject_uri) order by subject_uri
    on conflict (subject_uri) do update set server_ids = array(
      select distinct id from unnest(delivery_ledger.server_ids || excluded.server_ids) as id order by id)
    where not delivery_ledger.server_ids @> excluded.server_ids`;
}

/** Notes that a server has shown itself to be a Koinon node. Nothing is written where that is known. */
export async function noteNode(sql: Sql, inboxUri: string): Promise<void> {
  await sql`
    insert into known_server (host, inbox_uri, is_koinon) values (${new URL(inboxUri).host}, ${inboxUri}, true)
    on conflict (host) do update set is_koinon = true where known_server.is_koinon is distinct from true`;
}

/** Servers of which nobody knows it are asked what they run, together. */
export const promiseAskingSoftware = (sql: Sql): Promise<void> =>
  enqueue(sql, { kind: "server-software", payload: null, uniqueKey: "server-software" });

/** Notes that a server is a Koinon node, whose receipt can be waited for, or that it is not; null where it did not answer. */
export async function noteSoftware(sql: Sql, host: string, isKoinon: boolean | null, now: Date): Promise<void> {
  await sql`update known_server set is_koinon = ${isKoinon}, asked_at = ${now} where host = ${host}`;
}

/**
 * Takes what was said of a thing out of the deliveries that still wait: what was never delivered need not be. Each then
 * only names it, and the signatures that covered the words go too.
 */
export async function emptyWaitingDeliveries(tx: Tx, subjectUri: string): Promise<void> {
  const line = `${subjectUri}\n`;
  const waiting = tx`
    select id from job where key >= ${line} and key < ${`${subjectUri}\u000b`} and lease_until is null
    union all select id from job where key >= ${line} and key < ${`${subjectUri}\u000b`} and lease_until is not null`;
  await tx`
    update job set payload = ${bare(tx, subjectUri)}
    where id in (${waiting}) and kind = 'fedify-outbox' and ${tellsOf(tx, subjectUri)}`;
  await tx`
    update dead_letter set payload = ${bare(tx, subjectUri)}
    where key like ${`${escapedLike(subjectUri)}\n%`} and kind = 'fedify-outbox' and ${tellsOf(tx, subjectUri)}`;
}

/**
 * Takes a person's words to moderators elsewhere (a report, an appeal) out of what was sent for these events, and of what waits
 * to be sent. Each activity stays, and says nothing any more.
 * @param said whose words they are: the activity's own, or its object's.
 */
export async function emptyPrivateActivities(
  tx: Tx,
  eventIds: readonly string[],
  said: "activity" | "object",
): Promise<void> {
  const inside = said === "object" ? ["object"] : [];
  const sent = await tx<{ uri: string; subjectUri: string }[]>`
    update outgoing_activity set activity = ${withoutWords(tx, tx`activity`, [], inside)}
    where event_id = any(${eventIds as string[]}::uuid[]) returning uri, subject_uri`;
  for (const { uri, subjectUri } of sent) {
    const emptied = () => withoutWords(tx, tx`payload`, ["activity"], inside);
    await tx`
      update job set payload = ${emptied()} where key >= ${`${subjectUri}\n`} and key < ${`${subjectUri}\u000b`}
        and kind = 'fedify-outbox' and payload #>> '{activity,id}' = ${uri}`;
    await tx`
      update dead_letter set payload = ${emptied()} where key like ${`${escapedLike(subjectUri)}\n%`}
        and kind = 'fedify-outbox' and payload #>> '{activity,id}' = ${uri}`;
  }
}

/** The signatures that covered the words go too. */
function withoutWords(tx: Tx, json: ReturnType<Tx>, activity: readonly string[], inside: readonly string[]) {
  const words = ["content", "contentMap"].map((name) => [...activity, ...inside, name]);
  const proofs = ["signature", "proof"].map((name) => [...activity, name]);
  return [...words, ...proofs].reduce((rest, path) => tx`(${rest} #- ${path}::text[])`, json);
}

const escapedLike = (text: string): string => text.replace(/[\\%_]/g, "\\$&");

const bare = (tx: Tx, uri: string) => tx`
  jsonb_set(payload #- '{activity,signature}' #- '{activity,proof}', '{activity,object}', to_jsonb(${uri}::text))`;

const tellsOf = (tx: Tx, uri: string) => tx`
  payload #>> '{activity,type}' in ('Create', 'Update', 'Announce') and jsonb_typeof(payload #> '{activity,object}') = 'object'
    and position(${uri} in payload #>> '{activity,object}') > 0`;
