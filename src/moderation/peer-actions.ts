// What this node does with other servers: one action behind every door.
import { type Account, holds } from "../accounts/account.ts";
import { decidePeer, forgetPeer } from "../actors/actions.ts";
import type { PeerPolicy } from "../actors/actor.ts";
import { listForeignHosts, policyFor } from "../actors/queries.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { clip, tidyText } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import { countContribution } from "../processes/count-actions.ts";
import { recordAct } from "../subjects/actions.ts";
import { type ContributionsOf, releaseServer, withholdServer } from "../subjects/server-actions.ts";
import { checkHost, isTooWide } from "./host.ts";
import { areFirstCommentsHeld, firstCommentsSetting } from "./peer-queries.ts";
import { hidingReasonLengthMax } from "./report.ts";

/**
 * Decides what this node does with another server, and with all below its name about which nothing was decided: allow it, keep what it sends for a moderator, or block it. What a
 * blocked one said leaves pages and counts with the decision, and comes back with the next one.
 * @throws Refused `not-allowed` for anyone but an administrator of the node, and as {@link checkHost}.
 */
export async function decideServer(
  sql: Sql,
  uris: Pick<Uris, "host">,
  by: Account,
  decision: { host: string; policy: PeerPolicy; reason: string },
  now: Date,
): Promise<void> {
  refuseUnless(holds(by, "administrator"), "not-allowed");
  const host = checkHost(decision.host, uris.host, "host");
  const reason = clip(tidyText(decision.reason), hidingReasonLengthMax);
  await withTransaction(sql, (tx) => decidePeerIn(tx, uris, by, { host, policy: decision.policy, reason }, now));
}

/**
 * The same for callers that have checked who asks and for what: a list decides about many at once. Without a policy it is as
 * if nothing had ever been decided about that name.
 * @param by null: nobody did, the node by itself.
 * @throws Refused `host-too-wide`, whatever list or memory it comes from.
 */
export async function decidePeerIn(
  tx: Tx,
  { host: ownHost }: Pick<Uris, "host">,
  by: Account | null,
  { host, policy, reason }: { readonly host: string; readonly policy: PeerPolicy | null; readonly reason: string },
  now: Date,
): Promise<void> {
  refuseUnless(policy === null || !isTooWide(host, ownHost), "host-too-wide", { field: "host", host });
  await lockPeers(tx);
  const before = await policyFor(tx, host);
  const covered = [...new Set([host, ...(await listForeignHosts(tx, host))])];
  const wasBlocked = await blockedAmong(tx, covered);
  if (policy === null) await forgetPeer(tx, host);
  else await decidePeer(tx, { host, policy, reason }, now);
  const isBlocked = await blockedAmong(tx, covered);
  for (const each of covered) {
    if (isBlocked.has(each)) await recount(tx, await withholdServer(tx, each, now), -1);
    else if (wasBlocked.has(each)) await recount(tx, await releaseServer(tx, each), 1);
  }
  const decided = policy ?? (await policyFor(tx, host));
  await recordAct(tx, by, "server-decided", `https://${host}`, { policy: decided, reason }, now, {
    before: { policy: before },
    after: { policy: decided, reason },
  });
}

/** One decision after the other, or two at once would count the same voices twice. */
export const lockPeers = (tx: Tx) => tx`select from pg_advisory_xact_lock(hashtext('peers'))`;

async function blockedAmong(tx: Tx, hosts: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx<{ host: string }[]>`
    select host from unnest(${hosts as string[]}::text[]) host where peer_policy(host) = 'blocked'`;
  return new Set(rows.map(({ host }) => host));
}

export async function recount(tx: Tx, contributions: readonly ContributionsOf[], sign: 1 | -1): Promise<void> {
  for (const each of contributions) await countContribution(tx, each, sign * each.count);
}

/**
 * Decides whether the first comments of servers nobody here knows wait for a moderator.
 * @throws Refused `not-allowed` for anyone but an administrator of the node.
 */
export async function decideFirstComments(sql: Sql, by: Account, areHeld: boolean, now: Date): Promise<void> {
  refuseUnless(holds(by, "administrator"), "not-allowed");
  await withTransaction(sql, async (tx) => {
    const before = await areFirstCommentsHeld(tx);
    await tx`
      insert into node_setting (key, value) values (${firstCommentsSetting}, ${tx.json(areHeld)})
      on conflict (key) do update set value = excluded.value`;
    await recordAct(tx, by, "first-comments-decided", null, { areHeld }, now, {
      before: { areHeld: before },
      after: { areHeld },
    });
  });
}
