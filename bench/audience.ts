// What one activity costs that concerns very many followers: it should be the number of their servers that counts.
import { publishNews } from "../src/processes/news-actions.ts";
import type { Fediverse } from "./fediverse.ts";
import type { KoinonNode } from "./koinon-node.ts";
import { measured, residentMbOf, until } from "./measure.ts";
import { report } from "./report.ts";
import { size } from "./size.ts";

/** One news item to each size of audience, spread over all hosts of the fediverse; the node's memory is watched meanwhile. */
export async function benchAudience(node: KoinonNode, fediverse: Fediverse): Promise<void> {
  const { sql, uris } = node.instance;
  const hosts = fediverse.origins.length;
  let first: number | null = null;
  for (const total of size.followers) {
    await fillFollowers(node, fediverse, total);
    fediverse.forget();
    let peakMb = 0;
    const watch = setInterval(() => {
      peakMb = Math.max(peakMb, residentMbOf(node.pid));
    }, 100);
    const { cpuMsEach: cpuMs, wallMs } = await measured([node.pid, node.databasePid], async () => {
      const title = `To ${total} followers`;
      const text = { processUri: node.process.uri, title, body: title, language: "en" };
      await publishNews(sql, uris, node.administrator, text, new Date());
      await until("every host", () => fediverse.hostsWith("Create") >= hosts, 300_000);
      return 1;
    });
    clearInterval(watch);
    first ??= cpuMs;
    report({
      what: `one activity to ${total} followers on ${hosts} hosts, with its boost`,
      ours: `${(cpuMs / 1_000).toFixed(1)} s CPU, ${(wallMs / 1_000).toFixed(1)} s, peak ${peakMb} MB`,
      baseline: `${(first / 1_000).toFixed(1)} s CPU at ${size.followers[0]}`,
      ratio: cpuMs / first,
      floor: null,
    });
  }
}

/** How many of the crowd follow already. */
let crowd = 0;

/** Followers of the process up to `total`, straight into the tables: this is about telling them, not about their asking. */
async function fillFollowers({ instance, process }: KoinonNode, { origins }: Fediverse, total: number): Promise<void> {
  const { sql } = instance;
  const there = crowd;
  crowd = total;
  await sql.begin(async (tx) => {
    const [followed] = await tx<{ id: string }[]>`select id from actor where uri = ${process.actorUri}`;
    await tx`
      create temporary table made on commit drop as
      select gen_random_uuid() as id, origin || '/users/crowd' || number as uri, origin
      from generate_series(${there + 1}::int, ${total}::int) as number
      join unnest(${origins as string[]}::text[]) with ordinality as host(origin, place)
        on place = 1 + number % ${origins.length}::int`;
    await tx`
      insert into actor (id, uri, origin, kind, type, handle, host, name, inbox_uri, shared_inbox_uri, fetched_at)
      select id, uri, origin, 'stranger', 'Person', split_part(uri, '/', 5), split_part(origin, '/', 3), 'A reader',
        uri || '/inbox', origin || '/inbox', now() from made`;
    await tx`
      insert into follow (id, uri, follower_id, followed_id, state, decided_at)
      select gen_random_uuid(), uri || '/follow', id, ${followed!.id}, 'accepted', now() from made`;
    await tx`update actor set followers_count = ${total} where id = ${followed!.id}`;
  });
  await sql`analyze actor, follow`;
}
