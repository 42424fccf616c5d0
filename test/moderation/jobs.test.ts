// A node that blocked servers when a decision held for its very name alone, and is started with a decision that holds below it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { policyFor } from "../../src/actors/queries.ts";
import { listThread } from "../../src/comments/queries.ts";
import { loadConfig } from "../../src/config.ts";
import { type Overrides, openInstance } from "../../src/instance.ts";
import { databaseAddress } from "../../src/platform/databases.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aCity, aProposal, aRemoteComment, aStranger } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-05-04T09:00:00Z");
const origin = "https://participa.city.test";
const dataDir = mkdtempSync(join(tmpdir(), "koinon-peers-"));
let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(async () => {
  await db?.drop();
  rmSync(dataDir, { recursive: true });
});

async function restart<Result>(use: (node: Awaited<ReturnType<typeof openInstance>>) => Promise<Result>) {
  const config = loadConfig({
    ...{ ORIGIN: origin, DATA_DIR: dataDir, SECRET: "s".repeat(40), DATABASE_POOL_SIZE: "4" },
    DATABASE_URL: databaseAddress(db.target),
  });
  const lookup: Overrides["lookup"] = (_host, _options, done) => done(new Error("no network"), "", 4);
  await using node = await openInstance(config, {
    ...{ clock: { now: () => now }, mailer: { send: async () => {} } },
    lookup,
  });
  return await use(node);
}

test("what is below a name blocked earlier is withheld once; a decision that covers this node itself is taken back", async () => {
  const { sql } = db;
  const { proposal, said, organisation } = await restart(async (node) => {
    const city = await aCity(node, { now });
    const proposal = await aProposal(city, { now });
    const hosts = [
      "a.spam.example",
      "deep.b.spam.example:8443",
      "c.spam.example",
      "notspam.example",
      "fine.org",
      "near.city.test",
    ];
    const said: string[] = [];
    for (const host of hosts) {
      const by = await aStranger(city, { host, now });
      said.push((await aRemoteComment(city, { on: proposal, by, now })).uri);
      await sql`insert into follow (id, uri, follower_id, followed_id, state, created_at)
        values (gen_random_uuid(), ${`https://f.example/${by.id}`}, ${by.id}, ${city.organisation.id}, 'accepted', ${now})`;
    }
    await sql`update actor set followers_count = ${hosts.length} where id = ${city.organisation.id}`;
    return { proposal, said, organisation: city.organisation };
  });
  // As the version before left it: nothing but the rows.
  await sql`insert into peer (host, policy) values ('spam.example', 'blocked'), ('c.spam.example', 'limited'), ('org', 'blocked'),
    ('city.test', 'blocked'), ('participa.city.test', 'limited')`;
  const asBefore = () => sql`delete from node_setting where key = 'withheld-below'`;
  const stands = async () => {
    const page = await listThread(sql, proposal.uri, { after: null, before: null, sizeRows: 50, order: "oldest" });
    const [follows] = await sql`
      select count(*)::int as count, min(followers_count) as told from follow join actor on actor.id = followed_id
      where followed_id = ${organisation.id}`;
    return {
      shown: page.rows.map(({ root }) => root.uri).sort(),
      count: (await findSubject(sql, proposal.uri))?.commentCount,
      follows,
    };
  };
  const expected = { shown: said.slice(2).sort(), count: 4, follows: { count: 4, told: 4 } };
  const drained = () => restart((node) => node.drain({ toleratesFailures: true }));

  await asBefore();
  await drained();
  expect(await sql`select host, policy from peer order by host`).toEqual([
    { host: "c.spam.example", policy: "limited" },
    { host: "spam.example", policy: "blocked" },
  ]);
  expect(await policyFor(sql, new URL(origin).host)).toBe("allowed");
  expect(await stands()).toEqual(expected);
  const acts = await sql`
    select subject_uri, account_id, before ->> 'policy' as before, after ->> 'policy' as after from audit
    where act = 'server-decided' order by id`;
  expect(acts).toEqual([
    { subjectUri: "https://city.test", accountId: null, before: "blocked", after: "allowed" },
    { subjectUri: "https://org", accountId: null, before: "blocked", after: "allowed" },
    { subjectUri: "https://participa.city.test", accountId: null, before: "limited", after: "allowed" },
  ]);
  // Again, as after a crash halfway.
  await asBefore();
  await drained();
  expect(await stands()).toEqual(expected);
  // And never more.
  const waiting = await restart(async () => await sql`select from job where kind = 'withhold-below'`);
  expect(waiting).toHaveLength(0);
});
