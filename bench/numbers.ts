// What the numbers of a process cost where much has happened in it: counting all of it, and opening the page again.
import { countProcess } from "../src/chronicle/numbers-queries.ts";
import type { Instance } from "../src/instance.ts";
import { fillProposals, type KoinonNode } from "./koinon-node.ts";
import { getFor, measured } from "./measure.ts";
import { each, report } from "./report.ts";
import { html, size } from "./size.ts";

export async function benchNumbers(node: KoinonNode): Promise<void> {
  const { sql } = node.instance;
  const { url, uri } = node.process;
  const pids = [node.pid, node.databasePid];
  const first: { count?: number; page?: number } = {};
  for (const total of size.proposals) {
    await fillProposals(node.instance, uri, total);
    await fillVoices(node.instance, uri, total);
    await countProcess(sql, node.process, "Europe/Madrid");
    const times: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      const begun = performance.now();
      await countProcess(sql, node.process, "Europe/Madrid");
      times.push(performance.now() - begun);
    }
    const median = times.sort((a, b) => a - b)[2]!;
    first.count ??= median;
    report({
      what: `counting ${total} proposals, supports and comments each`,
      ours: `${median.toFixed(0)} ms`,
      baseline: `${first.count.toFixed(0)} ms at ${size.proposals[0]}`,
      ratio: median / first.count,
      floor: null,
    });
    await getFor(500, `${url}/numbers`, html);
    const page = await measured(pids, () => getFor(size.readMs, `${url}/numbers`, html));
    first.page ??= page.cpuMsEach;
    report({
      what: `numbers page at ${total} proposals, supports and comments each`,
      ours: each(page),
      baseline: `${first.page.toFixed(2)} ms at ${size.proposals[0]}`,
      ratio: page.cpuMsEach / first.page,
      floor: null,
    });
  }
}

/** As many supports by as many people, and as many comments, half of them from elsewhere, spread over a hundred days. */
export async function fillVoices({ sql, uris }: Instance, processUri: string, total: number): Promise<void> {
  await sql.begin(async (tx) => {
    const [there] = await tx<
      { count: number }[]
    >`select count(*)::int as count from support where process_uri = ${processUri}`;
    const [author] = await tx<{ id: string }[]>`select actor_id as id from process where uri = ${processUri}`;
    await tx`
      create temporary table made on commit drop as
      select number, gen_random_uuid() as id, gen_random_uuid() as person, now() - number % 100 * interval '1 day' as at
      from generate_series(${there!.count}::int, ${total - 1}::int) as number`;
    await tx`
      create temporary table target on commit drop as
      select uri, row_number() over () - 1 as number from proposal where process_uri = ${processUri}`;
    await tx`
      insert into account (id, email, name, name_folded, locale, created_at)
      select person, 'bench' || number || '@example.org', 'Bench ' || number, 'bench ' || number, 'en', now() from made`;
    await tx`
      insert into support (proposal_uri, account_id, process_uri, created_at)
      select target.uri, person, ${processUri}, at from made join target on target.number = made.number`;
    await tx`
      insert into subject (uri, id, kind, origin, url, author_id, process_uri, thread_uri, published_at, updated_at)
      select ${uris.at("/comments/")} || id, id, 'comment', case when made.number % 2 = 0 then 'https://elsewhere.example' end,
        ${uris.at("/comments/")} || id, ${author!.id}, ${processUri}, target.uri, at, at
      from made join target on target.number = made.number`;
    await tx`
      insert into comment (uri, id, account_id, body, depth)
      select ${uris.at("/comments/")} || id, id, case when number % 2 = 1 then person end, 'A voice.', 0 from made`;
  });
  await sql`analyze support, subject, comment, account`;
}
