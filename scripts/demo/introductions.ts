// How the nodes of the demo come to know each other: they follow one another over the wire, and then people speak across.
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { findMainOrganisation } from "../../src/cities/queries.ts";
import { loadConfig } from "../../src/config.ts";
import { type Instance, openInstance } from "../../src/instance.ts";
import { listProcesses } from "../../src/processes/queries.ts";
import type { DemoNode } from "./cast.ts";
import { speakAcross } from "./crosstalk.ts";
import { travel } from "./travels.ts";

export interface Neighbour {
  readonly node: DemoNode;
  readonly databaseUrl: string;
}

/**
 * Every city follows the others and their open processes; once what they have has arrived, people of each answer people
 * of another, and an idea travels. Running it again changes nothing. The nodes themselves must be up, since they do the talking.
 */
export async function introduce(
  neighbours: readonly Neighbour[],
  shared: { folder: string; secret: string; stop: AbortSignal },
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const instances = new Map<DemoNode["key"], Instance>();
  for (const { node, databaseUrl } of neighbours) {
    const peers = neighbours.map((other) => other.node.origin).filter((origin) => origin !== node.origin);
    const config = loadConfig({
      ORIGIN: node.origin,
      DATA_DIR: `${shared.folder}/${node.key}`,
      DATABASE_URL: databaseUrl,
      DATABASE_POOL_SIZE: "2",
      SECRET: shared.secret,
      FEDERATION_TEST_PEERS: peers.join(","),
    });
    instances.set(node.key, opened.use(await openInstance(config)));
  }
  const all = [...instances.values()];
  await Promise.all(
    all.map((us) =>
      followAll(
        us,
        all.filter((them) => them !== us),
        shared.stop,
      ),
    ),
  );
  await speakAcross(instances, shared.stop);
  await travel(instances, shared.stop);
}

async function followAll(us: Instance, others: readonly Instance[], stop: AbortSignal): Promise<void> {
  const ours = await findMainOrganisation(us.sql);
  const we = await findActor(us.sql, ours?.actorUri ?? "");
  if (we === null) throw new Error(`no city stands at ${us.uris.origin}`);
  for (const them of others) {
    const city = await findMainOrganisation(them.sql);
    const processes = await listProcesses(them.sql, { from: "here", limit: 20, now: new Date() });
    const addresses = [city?.actorUri, ...processes.map((process) => process.actorUri)];
    for (const address of addresses) {
      stop.throwIfAborted();
      if (!address) continue;
      const found = await us.house.findRemote(address);
      const followed = await findActor(us.sql, found.uri);
      if (followed !== null) await follow(us.sql, us.uris, we, followed, new Date());
    }
  }
}
