// Reads of erasures: how far each has come, who has not confirmed, what waits for the operator, where deliveries go.
import type { Sql } from "../platform/db.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import type { Doubt, Erasure } from "./erasure.ts";

const columns = (sql: Sql) => sql`
  erasure.id, erasure.subject_uri, erasure.kind, erasure.at, erasure.told_at,
  (select count(*)::int from erasure_request where erasure_id = erasure.id) as asked_count,
  (select count(*)::int from erasure_request join known_server on known_server.id = server_id
    where erasure_id = erasure.id and is_koinon) as node_count,
  (select count(*)::int from erasure_request where erasure_id = erasure.id and confirmed_at is not null) as confirmed_count`;

/** What a person has had erased, the newest first. */
export async function listErasuresOf(sql: Sql, accountId: string, limit: number): Promise<Erasure[]> {
  return await sql<Erasure[]>`
    select ${columns(sql)} from erasure where account_id = ${accountId} order by id desc limit ${limit}`;
}

export interface AskedNode {
  readonly host: string;
  readonly timesAsked: number;
  readonly lastAskedAt: Date;
  readonly confirmedAt: Date | null;
}

export type ErasureWithNodes = Erasure & { readonly nodes: readonly AskedNode[] };

/** All erasures, the newest first, each with the Koinon nodes that were asked. */
export async function listErasures(
  sql: Sql,
  request: PageRequest,
  filter: { readonly isUnconfirmed: boolean },
): Promise<Page<ErasureWithNodes>> {
  const [key] = request.before ?? request.after ?? [null];
  const page = key === null ? sql`` : sql`and erasure.id ${request.before ? sql`>` : sql`<`} ${String(key)}`;
  const unconfirmed = filter.isUnconfirmed
    ? sql`and exists (select from erasure_request join known_server on known_server.id = server_id
        where erasure_id = erasure.id and is_koinon and confirmed_at is null)`
    : sql``;
  const rows = await sql<Erasure[]>`
    select ${columns(sql)} from erasure where true ${unconfirmed} ${page}
    order by erasure.id ${request.before ? sql`asc` : sql`desc`} limit ${request.sizeRows + 1}`;
  const nodes = await sql<(AskedNode & { erasureId: string })[]>`
    select erasure_id, host, times_asked, last_asked_at, confirmed_at
    from erasure_request join known_server on known_server.id = server_id
    where erasure_id = any(${rows.map((row) => row.id)}::uuid[]) and is_koinon order by host`;
  const withNodes = rows.map((row) => ({ ...row, nodes: nodes.filter((node) => node.erasureId === row.id) }));
  return toPage(withNodes, request, (row) => [row.id]);
}

/** How many erasures some Koinon node has not confirmed, with the things of others that wait for the operator. */
export async function countUnconfirmed(sql: Sql): Promise<{ count: number; oldest: Date | null }> {
  const [row] = await sql<{ count: number; oldest: Date | null }[]>`
    select count(*)::int as count, min(since) as oldest from (
      select erasure.at as since from erasure where exists (
        select from erasure_request join known_server on known_server.id = server_id
        where erasure_id = erasure.id and is_koinon and confirmed_at is null)
      union all select first_at from erasure_doubt where standing <> 'kept') waiting`;
  return row!;
}

/** Things of others that wait for the operator, the newest first. */
export async function listDoubts(sql: Sql, limit: number): Promise<Doubt[]> {
  return await sql<Doubt[]>`
    select id, uri, origin, reason, first_at, last_at, times, standing from erasure_doubt
    where standing <> 'kept' order by id desc limit ${limit}`;
}

export async function findDoubt(sql: Sql, uri: string): Promise<Doubt | null> {
  const [row] = await sql<Doubt[]>`
    select id, uri, origin, reason, first_at, last_at, times, standing from erasure_doubt where uri = ${uri}`;
  return row ?? null;
}

/** How many other servers a thing of ours has been sent to. */
export async function countServers(sql: Sql, subjectUris: readonly string[]): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(distinct id)::int as count from delivery_ledger, unnest(server_ids) as id
    where subject_uri = any(${subjectUris as string[]})`;
  return row?.count ?? 0;
}

export interface ServerInbox {
  readonly id: number;
  readonly host: string;
  readonly inboxUri: string;
}

/** A batch of the inboxes of some servers, by number; blocked ones, and those that get it in another way, left out. */
export async function listServerInboxes(
  sql: Sql,
  page: {
    serverIds: readonly number[];
    followersOf: readonly string[];
    recipientUris: readonly string[];
    after: number;
    limit: number;
  },
): Promise<ServerInbox[]> {
  return await sql<ServerInbox[]>`
    select id, host, inbox_uri from known_server
    where id = any(${page.serverIds as number[]}::int[]) and id > ${page.after}
      and peer_policy(known_server.host) is distinct from 'blocked'
      and not exists (
        select from actor join follow on follow.follower_id = actor.id join actor followed on followed.id = follow.followed_id
        where coalesce(actor.shared_inbox_uri, actor.inbox_uri) = known_server.inbox_uri and actor.gone_at is null
          and follow.state = 'accepted' and followed.uri = any(${page.followersOf as string[]}))
      and not exists (
        select from actor where actor.uri = any(${page.recipientUris as string[]}) and actor.gone_at is null
          and coalesce(actor.shared_inbox_uri, actor.inbox_uri) = known_server.inbox_uri)
    order by id limit ${page.limit}`;
}

/** What is to be sent to whom again: the Koinon nodes, and those nobody knows yet, that have not confirmed. */
export async function findReminder(sql: Sql, erasureId: string) {
  const [erasure] = await sql<{ activityUri: string; activity: Record<string, unknown>; toldAt: Date }[]>`
    select activity_uri, activity, told_at from erasure where id = ${erasureId} and told_at is not null`;
  if (erasure === undefined) return null;
  const servers = await sql<(ServerInbox & { timesAsked: number })[]>`
    select known_server.id, host, inbox_uri, times_asked from erasure_request join known_server on known_server.id = server_id
    where erasure_id = ${erasureId} and confirmed_at is null and is_koinon is distinct from false
      and peer_policy(known_server.host) is distinct from 'blocked'
    order by known_server.id`;
  return { ...erasure, servers };
}

/** Servers of which nobody knows what they run, and which were not asked since. */
export async function listUnknownServers(sql: Sql, askedBefore: Date, limit: number): Promise<ServerInbox[]> {
  return await sql<ServerInbox[]>`
    select id, host, inbox_uri from known_server
    where is_koinon is null and (asked_at is null or asked_at < ${askedBefore}) order by asked_at nulls first, id limit ${limit}`;
}

/** A Koinon node by its host; null where it is not known whether it is one. */
export async function isKoinonNode(sql: Sql, host: string): Promise<boolean | null> {
  const [row] = await sql<{ isKoinon: boolean | null }[]>`select is_koinon from known_server where host = ${host}`;
  return row?.isKoinon ?? null;
}

/** Where to speak to a whole server; null for one that was never heard of. */
export async function inboxOfServer(sql: Sql, host: string): Promise<string | null> {
  const [row] = await sql<{ inboxUri: string }[]>`select inbox_uri from known_server where host = ${host}`;
  return row?.inboxUri ?? null;
}
