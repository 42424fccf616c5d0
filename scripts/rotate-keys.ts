// npm run rotate-keys -- HANDLE [--stolen-since TIME]: gives an actor of this node new keys, and tells its followers.
// --stolen-since says when the old key fell into other hands; what it signed from then on counts for nothing.
import { parseArgs } from "node:util";
import { findLocalActor } from "../src/actors/queries.ts";
import { loadConfig } from "../src/config.ts";
import { openNodeDatabase } from "../src/platform/node-database.ts";
import { rotateKeys } from "../src/records/key-actions.ts";

const usage = `npm run rotate-keys -- HANDLE [--stolen-since 2026-05-04T09:00:00Z]`;

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { "stolen-since": { type: "string" } },
  });
  const [handle, ...others] = positionals;
  if (handle === undefined || others.length > 0) throw new Error(`Name one actor of this node: ${usage}`);
  const now = new Date();
  const since = values["stolen-since"];
  const stolenSince = since === undefined ? undefined : new Date(since);
  if (stolenSince !== undefined && !(stolenSince <= now)) throw new Error(`${since} is no time in the past: ${usage}`);
  await using database = await openNodeDatabase(loadConfig(process.env));
  const actor = await findLocalActor(database.sql, handle);
  if (actor === null || actor.goneAt !== null) throw new Error(`This node has no actor @${handle}`);
  await rotateKeys(database.sql, actor, now, { stolenSince });
  console.log(`@${handle} has new keys. Its followers are told as soon as the node runs.`);
  if (stolenSince !== undefined) {
    console.log(
      `What the old key signed since ${stolenSince.toISOString()} counts for nothing; what this node said then is signed anew.`,
    );
  }
}

await run().catch((error: Error) => {
  console.error(`Koinon: ${error.message}`);
  process.exitCode = 1;
});
