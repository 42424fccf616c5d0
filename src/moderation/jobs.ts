// Decisions about servers that were made when one held for its very name alone: brought up to what they mean now, once.
import { getLogger } from "@logtape/logtape";
import { endFollowsOfBlocked } from "../actors/actions.ts";
import { listForeignHosts } from "../actors/queries.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { enqueue, type Handlers } from "../platform/jobs.ts";
import { readSetting, writeSetting } from "../platform/node-settings.ts";
import type { Uris } from "../platform/uris.ts";
import type { Clock } from "../ports.ts";
import { withholdServer } from "../subjects/server-actions.ts";
import { isTooWide } from "./host.ts";
import { decidePeerIn, lockPeers, recount } from "./peer-actions.ts";

const log = getLogger(["koinon", "moderation"]);
const withholdKind = "withhold-below";
/** The key of the node's setting: what is below the names that were blocked has been seen to, or the job for it is promised. */
const withheldSetting = "withheld-below";

/**
 * Called when a node opens. Takes back what would block this node itself, which nobody can decide any more, and promises,
 * once, that what is below blocked names is withheld.
 */
export async function scheduleModerationJobs(sql: Sql, uris: Pick<Uris, "host">, now: Date): Promise<void> {
  const peers = await sql<{ host: string }[]>`select host from peer order by host`;
  for (const { host } of peers.filter((peer) => isTooWide(peer.host, uris.host))) {
    log.warn("What was decided about {host} covers this server, or a whole region of the net, and is taken back", {
      host,
    });
    await withTransaction(sql, (tx) => decidePeerIn(tx, uris, null, { host, policy: null, reason: "" }, now));
  }
  await withTransaction(sql, async (tx) => {
    await lockPeers(tx);
    if ((await readSetting(tx, withheldSetting)) !== null) return;
    await writeSetting(tx, withheldSetting, true);
    const blocked = await tx`select from peer where policy = 'blocked' limit 1`;
    if (blocked.length > 0) await enqueue(tx, { kind: withholdKind, payload: null, uniqueKey: withholdKind });
  });
}

export const moderationHandlers = ({ sql, clock }: { readonly sql: Sql; readonly clock: Clock }): Handlers => ({
  [withholdKind]: () => withholdBelow(sql, clock),
});

/** A server about which something was decided by its own name has been withheld then. Twice is once. */
async function withholdBelow(sql: Sql, clock: Clock): Promise<void> {
  const known = await listForeignHosts(sql, null);
  const hosts = await sql<{ host: string }[]>`
    select host from unnest(${known}::text[]) host
    where peer_policy(host) = 'blocked' and not exists (select from peer where peer.host = host.host)`;
  for (const { host } of hosts) {
    await withTransaction(sql, async (tx) => {
      await lockPeers(tx);
      // Decided otherwise meanwhile.
      const stands = await tx`select where peer_policy(${host}) = 'blocked'`;
      if (stands.length === 0) return;
      await recount(tx, await withholdServer(tx, host, clock.now()), -1);
      await endFollowsOfBlocked(tx, [host]);
    });
  }
}
