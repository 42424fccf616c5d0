// Reads of actors, follows and peers.
import type { Sql } from "../platform/db.ts";
import { Refused } from "../platform/refusal.ts";
import type { Actor, ActorKey, FollowState, PeerPolicy } from "./actor.ts";

const columns = (sql: Sql) => sql`
  actor.id, actor.uri, actor.origin, actor.kind, actor.type, actor.handle, actor.host, actor.name, actor.summary,
  actor.url, actor.icon_url, actor.inbox_uri, actor.shared_inbox_uri, actor.process_uri, actor.followers_count,
  actor.gone_at`;

export async function findActor(sql: Sql, uri: string): Promise<Actor | null> {
  const [actor] = await sql<Actor[]>`select ${columns(sql)} from actor where uri = ${uri}`;
  return actor ?? null;
}

export async function findActorById(sql: Sql, id: string): Promise<Actor | null> {
  const [actor] = await sql<Actor[]>`select ${columns(sql)} from actor where id = ${id}`;
  return actor ?? null;
}

/** An actor of this node by its handle, whatever the case; closed ones too, with `goneAt`. */
export async function findLocalActor(sql: Sql, handle: string): Promise<Actor | null> {
  const [actor] = await sql<Actor[]>`
    select ${columns(sql)} from handle join actor on actor.id = handle.actor_id
    where handle.handle = ${handle.toLowerCase()}`;
  return actor ?? null;
}

/** The one actor that speaks for the node itself, or for all of its residents. */
export async function getActorOfKind(sql: Sql, kind: "node" | "residents"): Promise<Actor> {
  const [actor] = await sql<Actor[]>`
    select ${columns(sql)} from actor where kind = ${kind} and origin is null order by id limit 1`;
  if (actor === undefined) throw new Refused("not-found");
  return actor;
}

/** Organisations of this node: the city first, then its districts and associations. */
export async function listOrganisationActors(sql: Sql): Promise<Actor[]> {
  return await sql<Actor[]>`
    select ${columns(sql)} from actor where kind = 'organisation' and origin is null and gone_at is null order by id`;
}

export type RememberedActor = Actor & { readonly fetchedAt: Date };

/** A remote actor as remembered, with the time its document was last read here. */
export async function findRemoteActor(sql: Sql, uri: string): Promise<RememberedActor | null> {
  const [actor] = await sql<RememberedActor[]>`
    select ${columns(sql)}, actor.fetched_at from actor
    where uri = ${uri} and origin is not null and fetched_at is not null`;
  return actor ?? null;
}

/** The keys an actor of another server is known by; none where its document was never read. */
export async function listKnownKeys(sql: Sql, uri: string): Promise<readonly ActorKey[]> {
  const [row] = await sql<{ knownKeys: ActorKey[] }[]>`
    select known_keys from actor where uri = ${uri} and origin is not null`;
  return row?.knownKeys ?? [];
}

export interface Knocker {
  readonly policy: PeerPolicy;
  readonly actor: RememberedActor | null;
}

/** What this node thinks of some servers and knows of an actor on each, in one question: it is asked of each one that knocks. */
export async function listKnockers(sql: Sql, uris: readonly URL[]): Promise<readonly Knocker[]> {
  const asked = [uris.map(({ href }) => href), uris.map(({ host }) => host)] as const;
  const rows = await sql<({ policy: PeerPolicy | null } & RememberedActor)[]>`
    select peer_policy(knocker.host) as policy, ${columns(sql)}, actor.fetched_at
    from unnest(${asked[0]}::text[], ${asked[1]}::text[]) with ordinality as knocker (uri, host, place)
    left join actor on actor.uri = knocker.uri and actor.origin is not null and actor.fetched_at is not null
    order by place`;
  return rows.map(({ policy, ...actor }) => ({ policy: policy ?? "allowed", actor: actor.id === null ? null : actor }));
}

export interface Inbox {
  readonly uri: string;
  /** One of the actors behind it. */
  readonly actorUri: string;
}

/**
 * A batch of the inboxes behind the followers of some actors, each once, ordered and paged by their own address.
 * `institutionsOf`: only those followers that are institutions. Followers on blocked servers are left out.
 */
export async function listFollowerInboxes(
  sql: Sql,
  page: { followersOf: string[]; institutionsOf: string[]; after: string; limit: number },
): Promise<Inbox[]> {
  return await sql<Inbox[]>`
    select coalesce(actor.shared_inbox_uri, actor.inbox_uri) as uri, min(actor.uri) as actor_uri
    from follow join actor on actor.id = follow.follower_id join actor followed on followed.id = follow.followed_id
    where follow.state = 'accepted' and actor.origin is not null and actor.gone_at is null
      and (followed.uri = any(${page.followersOf}) or (followed.uri = any(${page.institutionsOf}) and actor.type <> 'Person'))
      and coalesce(actor.shared_inbox_uri, actor.inbox_uri) > ${page.after}
    group by 1 having peer_policy(split_part(min(actor.uri), '/', 3)) is distinct from 'blocked'
    order by 1 limit ${page.limit}`;
}

/** The inboxes of some actors by their URIs; those of this node and of blocked servers left out. */
export async function listInboxesOf(sql: Sql, uris: string[]): Promise<Inbox[]> {
  return await sql<Inbox[]>`
    select coalesce(actor.shared_inbox_uri, actor.inbox_uri) as uri, min(actor.uri) as actor_uri from actor
    where actor.uri = any(${uris}) and actor.origin is not null and actor.gone_at is null
      and peer_policy(split_part(actor.uri, '/', 3)) is distinct from 'blocked'
    group by 1 order by 1`;
}

/** A page of the URIs of an actor's followers or of those it follows, newest first, by key. */
export async function listFollows(
  sql: Sql,
  {
    actorId,
    direction,
    before,
    limit,
  }: { actorId: string; direction: "followers" | "following"; before: string | null; limit: number },
): Promise<{ id: string; uri: string }[]> {
  const [mine, other] = direction === "followers" ? ["followed_id", "follower_id"] : ["follower_id", "followed_id"];
  return await sql<{ id: string; uri: string }[]>`
    select follow.id, actor.uri from follow join actor on actor.id = follow.${sql(other!)}
    where follow.${sql(mine!)} = ${actorId} and state = 'accepted' ${before === null ? sql`` : sql`and follow.id < ${before}`}
    order by follow.id desc limit ${limit}`;
}

export interface FollowRow {
  readonly id: string;
  readonly uri: string;
  readonly state: FollowState;
}

export async function findFollow(sql: Sql, followerId: string, followedId: string): Promise<FollowRow | null> {
  const [row] = await sql<FollowRow[]>`
    select id, uri, state from follow where follower_id = ${followerId} and followed_id = ${followedId}`;
  return row ?? null;
}

/** Whether any actor of this node follows the one at `uri`: what makes its public activity welcome here. */
export async function isFollowedHere(sql: Sql, uri: string): Promise<boolean> {
  const rows = await sql`
    select from follow join actor on actor.id = follow.followed_id join actor us on us.id = follow.follower_id
    where actor.uri = ${uri} and us.origin is null and follow.state <> 'rejected' limit 1`;
  return rows.length > 0;
}

/** Whether any actor of this node follows one of another server: only then are that server's civic things kept here. */
export async function isServerFollowedHere(sql: Sql, origin: string): Promise<boolean> {
  const rows = await sql`
    select from follow join actor on actor.id = follow.followed_id join actor us on us.id = follow.follower_id
    where actor.origin = ${origin} and us.origin is null and follow.state <> 'rejected' limit 1`;
  return rows.length > 0;
}

/** What this node has decided about a host, or else about what its name is below; `allowed` where it has decided nothing. */
export async function policyFor(sql: Sql, host: string): Promise<PeerPolicy> {
  const [row] = await sql<{ policy: PeerPolicy | null }[]>`select peer_policy(${host.toLowerCase()}) as policy`;
  return row?.policy ?? "allowed";
}

/**
 * The hosts of other servers from which something is kept here, as far as a decision about `host` holds for them; null: all of
 * them. Read from one origin to the next by their index, so that it costs what there are servers, not what there are things.
 */
export async function listForeignHosts(sql: Sql, host: string | null): Promise<string[]> {
  const below =
    host === null
      ? sql``
      : sql`and (split_part(origin, '/', 3) = ${host} or right(split_part(split_part(origin, '/', 3), ':', 1), ${host.length + 1}) = ${`.${host}`}
        or split_part(split_part(origin, '/', 3), ':', 1) = ${host})`;
  const rows = await sql<{ host: string }[]>`
    with recursive thing (origin) as (
      select min(origin) from subject where origin is not null
      union all select (select min(origin) from subject where origin > thing.origin) from thing where thing.origin is not null),
    person (origin) as (
      select min(origin) from actor where origin is not null
      union all select (select min(origin) from actor where origin > person.origin) from person where person.origin is not null)
    select distinct split_part(origin, '/', 3) as host from (select * from thing union all select * from person) known
    where origin is not null ${below}`;
  return rows.map((row) => row.host);
}

export interface FollowedActor extends Actor {
  readonly state: FollowState;
  readonly since: Date;
}

/** Everyone the organisations of this node follow, or who follows them: the two lists of the network page. */
export async function listNetwork(
  sql: Sql,
  { direction, before, limit }: { direction: "followers" | "following"; before: string | null; limit: number },
): Promise<(FollowedActor & { followId: string; ours: string })[]> {
  const [mine, other] = direction === "followers" ? ["followed_id", "follower_id"] : ["follower_id", "followed_id"];
  return await sql<(FollowedActor & { followId: string; ours: string })[]>`
    select ${columns(sql)}, follow.id as follow_id, follow.state, follow.created_at as since, us.name as ours
    from follow join actor on actor.id = follow.${sql(other!)} join actor us on us.id = follow.${sql(mine!)}
    where us.origin is null and us.kind in ('organisation', 'process') ${before === null ? sql`` : sql`and follow.id < ${before}`}
    order by follow.id desc limit ${limit}`;
}

/** Servers this node has decided something about, the latest decision first. */
export async function listPeers(
  sql: Sql,
): Promise<{ host: string; policy: PeerPolicy; reason: string; decidedAt: Date }[]> {
  return await sql<{ host: string; policy: PeerPolicy; reason: string; decidedAt: Date }[]>`
    select host, policy, reason, decided_at from peer order by decided_at desc limit 500`;
}

/** Actors of this node that follow, or asked to follow, one of another server. */
export async function listFollowersHere(sql: Sql, followedId: string): Promise<Actor[]> {
  return await sql<Actor[]>`
    select ${columns(sql)} from follow join actor on actor.id = follow.follower_id
    where followed_id = ${followedId} and actor.origin is null and state <> 'rejected' and actor.gone_at is null
    order by follow.id`;
}
