// The verbs of actors: opened here, remembered from elsewhere, followed, let go, kept out. The only writer of these tables.
import { recordEvent } from "../events.ts";
import { type Sql, type Tx, violatedUnique, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { originOf, type Uris } from "../platform/uris.ts";
import {
  type Actor,
  type ActorKey,
  type ActorKind,
  checkHandle,
  isInstitution,
  type PeerPolicy,
  type RemoteActor,
  typeOfKind,
} from "./actor.ts";
import { giveKeys } from "./keys.ts";
import { findActor, findActorById, findFollow, listForeignHosts, policyFor } from "./queries.ts";

export interface NewActor {
  readonly kind: Exclude<ActorKind, "stranger" | "discussion">;
  readonly handle: string;
  readonly name: string;
  readonly summary?: string;
  /** The page people read; the actor's own address when absent. */
  readonly url?: string;
}

/**
 * Opens an actor of this node with its handle and keys. The handle can never be given to another one later.
 * The node's own actor and the voice of its residents take handles that the law refuses to anyone else.
 *
 * @throws Refused `handle-invalid`, `handle-taken`.
 */
export async function openActor(sql: Sql, uris: Uris, input: NewActor, now: Date): Promise<Actor> {
  const isHouse = input.kind === "node" || input.kind === "residents";
  const handle = isHouse ? input.handle : checkHandle(input.handle);
  const id = newId(now);
  const uri = uris.actor(handle);
  return await withTransaction(sql, async (tx) => {
    try {
      await tx.savepoint(async (inner) => {
        await inner`
          insert into actor (id, uri, origin, kind, type, handle, host, name, summary, url, inbox_uri, shared_inbox_uri, created_at)
          values (${id}, ${uri}, null, ${input.kind}, ${typeOfKind[input.kind]}, ${handle}, ${uris.host}, ${input.name},
            ${input.summary ?? ""}, ${input.url ?? uri}, ${uris.inbox(handle)}, ${uris.sharedInbox}, ${now})`;
        await inner`insert into handle (handle, actor_id) values (${handle}, ${id})`;
      });
    } catch (error) {
      if (violatedUnique(error) !== null) throw new Refused("handle-taken", { field: "handle", handle });
      throw error;
    }
    await giveKeys(tx, id);
    return (await findActorById(tx, id))!;
  });
}

/** Changes what an actor of this node says of itself, and tells its followers. */
export async function describeActor(
  tx: Tx,
  actorId: string,
  profile: { name: string; summary: string; iconUrl?: string | null },
  now: Date,
): Promise<void> {
  const [actor] = await tx<{ uri: string }[]>`
    update actor set name = ${profile.name}, summary = ${profile.summary},
      icon_url = ${profile.iconUrl === undefined ? tx`icon_url` : profile.iconUrl}
    where id = ${actorId} and origin is null returning uri`;
  if (actor !== undefined) await recordEvent(tx, { type: "ActorChanged", subjectUri: actor.uri, data: {} }, now);
}

/** Closes an actor of this node for good: it answers 410 from now on, and every server that has heard of it is told. */
export async function closeActor(tx: Tx, actorId: string, now: Date): Promise<void> {
  const [actor] = await tx<{ uri: string; handle: string }[]>`
    update actor set gone_at = ${now}, name = '', summary = '', icon_url = null
    where id = ${actorId} and origin is null and gone_at is null returning uri, handle`;
  if (actor === undefined) return;
  await tx`update handle set retired_at = ${now} where handle = ${actor.handle}`;
  await recordEvent(tx, { type: "ActorClosed", subjectUri: actor.uri, data: {} }, now);
}

/**
 * Keeps what a remote actor's own server says of it, new or changed.
 * The caller has checked that the document came from the actor's origin.
 *
 * The keys it is known by change only where one of them stays: others in place of all of them may be a new owner's of an
 * old domain, who may speak from now on but not for what was said before.
 * @param keys those in the document.
 */
export async function rememberRemoteActor(
  sql: Sql,
  actor: RemoteActor,
  now: Date,
  keys: readonly ActorKey[] = [],
): Promise<Actor> {
  const knownKeys = sql.json(keys as never);
  await sql`
    insert into actor ${sql({ ...actor, knownKeys, id: newId(now), origin: originOf(actor.uri), kind: "stranger", fetchedAt: now })}
    on conflict (uri) do update set type = excluded.type, handle = excluded.handle, host = excluded.host,
      name = excluded.name, summary = excluded.summary, url = excluded.url, icon_url = excluded.icon_url,
      inbox_uri = excluded.inbox_uri, shared_inbox_uri = excluded.shared_inbox_uri, fetched_at = excluded.fetched_at,
      known_keys = case when actor.known_keys = '[]' or exists (
          select from jsonb_array_elements(actor.known_keys) as known, jsonb_array_elements(excluded.known_keys) as shown
          where known ->> 'key' = shown ->> 'key') then excluded.known_keys else actor.known_keys end,
      gone_at = null
    where actor.origin is not null`;
  const kept = await findActor(sql, actor.uri);
  if (kept === null || kept.origin === null) throw new Refused("forged", { uri: actor.uri });
  return kept;
}

/** Marks a remote actor as gone and ends its follows, both ways. */
export async function forgetRemoteActor(tx: Tx, uri: string, now: Date): Promise<void> {
  const actor = await findActor(tx, uri);
  if (actor === null || actor.origin === null) return;
  await tx`update actor set gone_at = ${now}, name = '', summary = '', icon_url = null where id = ${actor.id}`;
  await endFollows(tx, actor.id);
}

/**
 * Takes everything off a remote actor that is gone but what its things hang on: its handle, its address, its keys. Its
 * things keep no name of it either.
 */
export async function eraseRemoteActor(tx: Tx, uri: string): Promise<void> {
  const rows = await tx<{ id: string }[]>`
    update actor set uri = origin || '/#erased-' || id, handle = 'erased', url = null,  -- it can come back and leave again
      inbox_uri = origin || '/', shared_inbox_uri = null, known_keys = '[]'
    where uri = ${uri} and origin is not null returning id`;
  for (const { id } of rows)
    await tx`update subject set author_name = '' where author_id = ${id} and author_name <> ''`;
}

/** Someone asks to follow an actor of this node. Asking again changes nothing and is answered again. */
export async function receiveFollow(
  tx: Tx,
  follow: { uri: string; follower: Actor; followed: Actor },
  now: Date,
): Promise<void> {
  refuseUnless(follow.followed.origin === null && follow.followed.goneAt === null, "not-found");
  const rows = await tx`
    insert into follow (id, uri, follower_id, followed_id, state, created_at, decided_at, is_institution)
    values (${newId(now)}, ${follow.uri}, ${follow.follower.id}, ${follow.followed.id}, 'accepted', ${now}, ${now},
      ${isInstitution(follow.follower.type)})
    on conflict (follower_id, followed_id) do nothing returning id`;
  if (rows.length > 0)
    await tx`update actor set followers_count = followers_count + 1 where id = ${follow.followed.id}`;
  else {
    await tx`
      update follow set uri = ${follow.uri}, is_institution = ${isInstitution(follow.follower.type)}
      where follower_id = ${follow.follower.id} and followed_id = ${follow.followed.id}`;
  }
  await recordEvent(
    tx,
    {
      type: "FollowReceived",
      subjectUri: follow.followed.uri,
      data: { followUri: follow.uri, followerUri: follow.follower.uri, inboxUri: follow.follower.inboxUri },
    },
    now,
  );
}

/** A follower leaves. Nothing happens where there was none. */
export async function endFollow(tx: Tx, followerId: string, followedId: string): Promise<void> {
  const rows = await tx`
    delete from follow where follower_id = ${followerId} and followed_id = ${followedId} returning state`;
  if (rows[0]?.state === "accepted") {
    await tx`update actor set followers_count = greatest(followers_count - 1, 0) where id = ${followedId}`;
  }
}

/**
 * What one actor of another server followed here, another follows from now on, without asking again. What that one follows
 * already, or asked for, stays as it is. The caller has checked that both say they are one.
 */
export async function moveFollows(tx: Tx, from: Actor, to: Actor): Promise<void> {
  refuseUnless(from.origin !== null && to.origin !== null && to.goneAt === null, "not-found");
  refuseUnless((await policyFor(tx, new URL(to.uri).host)) !== "blocked", "peer-blocked", { host: to.host });
  await tx`
    update follow set follower_id = ${to.id}, is_institution = ${isInstitution(to.type)}
    where follower_id = ${from.id} and state = 'accepted'
      and not exists (select from follow there where there.follower_id = ${to.id} and there.followed_id = follow.followed_id)`;
  const left = await tx<{ followedId: string }[]>`select followed_id from follow where follower_id = ${from.id}`;
  for (const { followedId } of left) await endFollow(tx, from.id, followedId);
}

/** Ends every follow of and by an actor: it is gone, or it has blocked us. */
async function endFollows(tx: Tx, actorId: string): Promise<void> {
  const rows = await tx<{ followerId: string; followedId: string }[]>`
    select follower_id, followed_id from follow where follower_id = ${actorId} or followed_id = ${actorId}`;
  for (const row of rows) await endFollow(tx, row.followerId, row.followedId);
}

/** A remote actor blocks one of ours: both stop following each other. */
export async function receiveBlock(tx: Tx, blocker: Actor, blocked: Actor): Promise<void> {
  await endFollow(tx, blocker.id, blocked.id);
  await endFollow(tx, blocked.id, blocker.id);
}

/** An actor of this node asks to follow a remote one; the other side decides. Asking twice is once. */
export async function follow(sql: Sql, uris: Uris, follower: Actor, followed: Actor, now: Date): Promise<void> {
  refuseUnless(followed.origin !== null && followed.goneAt === null, "not-found");
  refuseUnless((await policyFor(sql, new URL(followed.uri).host)) !== "blocked", "peer-blocked", {
    host: followed.host,
  });
  await withTransaction(sql, async (tx) => {
    const id = newId(now);
    const uri = uris.activity(id);
    const rows = await tx`
      insert into follow (id, uri, follower_id, followed_id, state, created_at)
      values (${id}, ${uri}, ${follower.id}, ${followed.id}, 'requested', ${now})
      on conflict (follower_id, followed_id) do update set state = 'requested', uri = excluded.uri, decided_at = null
      where follow.state = 'rejected' returning id`;
    if (rows.length === 0) return;
    await recordEvent(
      tx,
      { type: "FollowRequested", subjectUri: followed.uri, data: { followUri: uri, followerHandle: follower.handle } },
      now,
    );
  });
}

/** An actor of this node stops following a remote one. */
export async function unfollow(sql: Sql, follower: Actor, followed: Actor, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const existing = await findFollow(tx, follower.id, followed.id);
    if (existing === null) return;
    await tx`delete from follow where id = ${existing.id}`;
    await recordEvent(
      tx,
      {
        type: "FollowEnded",
        subjectUri: followed.uri,
        data: { followUri: existing.uri, followerHandle: follower.handle },
      },
      now,
    );
  });
}

/**
 * The other side has decided on a follow of ours. An answer to something we never asked is ignored.
 * @returns whether the follow has just been accepted for the first time.
 */
export async function receiveFollowAnswer(
  tx: Tx,
  answer: { followerUri: string; followedUri: string; state: "accepted" | "rejected" },
  now: Date,
): Promise<boolean> {
  const rows = await tx`
    update follow set state = ${answer.state}, decided_at = ${now}
    from actor follower, actor followed
    where follower.id = follow.follower_id and followed.id = follow.followed_id and follower.origin is null
      and follower.uri = ${answer.followerUri} and followed.uri = ${answer.followedUri}
      and follow.state in ('requested', 'accepted') and follow.state <> ${answer.state}
    returning follow.id`;
  return rows.length > 0 && answer.state === "accepted";
}

/** Decides what this node does with another server, and with what is below its name. Blocking also ends every follow with it. */
export async function decidePeer(
  tx: Tx,
  decision: { host: string; policy: PeerPolicy; reason: string },
  now: Date,
): Promise<void> {
  const host = decision.host.toLowerCase();
  await tx`
    insert into peer (host, policy, reason, decided_at) values (${host}, ${decision.policy}, ${decision.reason}, ${now})
    on conflict (host) do update set policy = excluded.policy, reason = excluded.reason, decided_at = excluded.decided_at`;
  if (decision.policy === "blocked") await endFollowsOfBlocked(tx, [host, ...(await listForeignHosts(tx, host))]);
}

/** Ends every follow with those of these hosts that are blocked. */
export async function endFollowsOfBlocked(tx: Tx, hosts: readonly string[]): Promise<void> {
  const theirs = await tx<{ id: string }[]>`
    select id from actor
    where origin is not null and split_part(uri, '/', 3) = any(${hosts as string[]})
      and peer_policy(split_part(uri, '/', 3)) = 'blocked'`;
  for (const { id } of theirs) await endFollows(tx, id);
}

/** Takes back that anything was ever decided about a server, which then is as any other. */
export async function forgetPeer(tx: Tx, host: string): Promise<void> {
  await tx`delete from peer where host = ${host}`;
}
