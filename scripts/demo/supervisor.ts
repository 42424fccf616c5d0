// The one process that owns the demo: its PostgreSQL, its three databases, its three nodes. What it starts, it stops.
import { databaseAddress, databaseOn, ensureDatabase } from "../../src/platform/databases.ts";
import { connect, type Pool } from "../../src/platform/db.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/platform/embedded-postgres.ts";
import { type DemoNode, nodesAt } from "./cast.ts";
import { beginFolder, type DemoState, isAlive, readState, removeFolder, writeState } from "./folder.ts";
import { type LiveLog, openLiveLog } from "./live-log.ts";
import { type NodeProcess, startNode } from "./node-process.ts";
import { firstPortAtFirst, freeRow, rowFrom, takenPorts } from "./ports.ts";
import { findTravelled, signInLinks, welcome } from "./welcome.ts";

export interface DemoOptions {
  /** Throw away what was kept and start over. */
  readonly isFresh: boolean;
  /** Null: the ports of the data that is there, else the usual ones. */
  readonly firstPort: number | null;
  readonly folder: string;
}

const poolSizeMax = 3;
const say = (text: string) => console.log(text);

/**
 * Runs the demo until the signal. Returns when nothing of it runs any more.
 * @throws Error with one line that says what to do.
 */
export async function runDemo(options: DemoOptions, stop: AbortSignal): Promise<void> {
  const state = await settle(options);
  const nodes = nodesAt(state.ports);
  const running = new AsyncDisposableStack();
  try {
    const server = running.use(await startDatabase(options.folder));
    const databases = running.use(await openDatabases(server, nodes));
    await unlessStopped(stop, sow(nodes, databases, options.folder, state));
    const log = openLiveLog(nodes, databases.of);
    const processes = startNodes(nodes, databases, state, options.folder, log);
    running.defer(async () => void (await Promise.all(processes.map((node) => node.stop()))));
    await unlessStopped(stop, Promise.all(processes.map((node) => node.isOpen)));
    if (!state.haveMet) {
      await meet(nodes, databases, options.folder, state, stop);
      writeState(options.folder, { ...state, haveMet: true });
    }
    const links = await signInLinks(nodes, databases.of, state.secret);
    say(welcome(nodes, links, await findTravelled(nodes, databases.of), performance.now()));
    log.open();
    await Promise.race([aborted(stop), firstToEnd(processes, stop)]);
  } catch (error) {
    // What fails because it was told to stop is no failure.
    if (!stop.aborted) throw error;
  } finally {
    if (stop.aborted) say("\nStopping …");
    await running.disposeAsync();
    if (stop.aborted) say("All of it has stopped. What was written is kept for the next start.");
  }
}

/** Decides on the ports and takes the folder over. */
async function settle({ isFresh, firstPort, folder }: DemoOptions): Promise<DemoState> {
  const kept = readState(folder);
  if (kept !== null) await refuseWhileRunning(kept);
  if (kept === null || isFresh) {
    const wanted = rowFrom(firstPort ?? firstPortAtFirst);
    const taken = await takenPorts(wanted);
    const ports = taken.length === 0 ? wanted : await freeRow(wanted[0] as number);
    if (taken.length > 0) say(`${named(taken)} taken by another program: the demo uses ${ports.join(", ")} instead.`);
    removeFolder(folder);
    return beginFolder(folder, ports);
  }
  if (firstPort !== null && firstPort !== kept.ports[0]) {
    throw new Error(
      `The data in ${folder} belongs to port ${kept.ports[0]} and the next two, since ports are part of every address in it. To start over: npm run demo -- --fresh --port ${firstPort}`,
    );
  }
  const taken = await takenPorts(kept.ports);
  if (taken.length > 0) {
    const [offered] = await freeRow(kept.ports[0] as number);
    throw new Error(
      `${named(taken)} taken by another program, and the addresses in the demo's data are bound to it. Stop that program, or start over on other ports: npm run demo -- --fresh --port ${offered}`,
    );
  }
  const state = { ...kept, pid: process.pid };
  writeState(folder, state);
  return state;
}

const named = (ports: readonly number[]) =>
  ports.length === 1 ? `Port ${ports[0]} is` : `Ports ${ports.join(" and ")} are`;

async function refuseWhileRunning(kept: DemoState): Promise<void> {
  if (!isAlive(kept.pid) || (await takenPorts(kept.ports)).length < kept.ports.length) return;
  const addresses = nodesAt(kept.ports).map(({ origin }) => origin);
  throw new Error(
    `It runs already (process ${kept.pid}), at ${addresses.join(", ")}. Stop that one with Ctrl-C first.`,
  );
}

async function startDatabase(folder: string): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres(folder, { durable: true });
  if (server.owned) return server;
  throw new Error(`A database runs in ${folder} already: wait until the demo before has stopped, and start again`);
}

interface Databases extends AsyncDisposable {
  of(node: DemoNode): Pool;
  /** For another process. */
  addressOf(node: DemoNode): string;
}

async function openDatabases({ target }: EmbeddedPostgres, nodes: readonly DemoNode[]): Promise<Databases> {
  const admin = connect({ target, poolSizeMax: 1, prepare: true });
  try {
    for (const { key } of nodes) await ensureDatabase(admin, key);
  } finally {
    await admin.end();
  }
  const pools = new Map(
    nodes.map(({ key }) => [key, connect({ target: databaseOn(target, key), poolSizeMax, prepare: true })]),
  );
  return {
    of: ({ key }) => pools.get(key) as Pool,
    addressOf: ({ key }) => databaseAddress(databaseOn(target, key)),
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].map((pool) => pool.end({ timeout: 2 })));
    },
  };
}

/** What stands in each city from the beginning. Only the first start loads what it takes. */
async function sow(nodes: readonly DemoNode[], databases: Databases, folder: string, state: DemoState): Promise<void> {
  if (state.haveMet) return;
  const { drawPictures } = await import("./drawing.ts");
  const pictures = await drawPictures();
  // Only now: what keeps uploads forbids the whole process to read drawings.
  const { plant } = await import("./planting.ts");
  say("Writing what three places have been talking about …");
  for (const node of nodes) await plant(node, databases.of(node), folder, pictures);
}

function startNodes(
  nodes: readonly DemoNode[],
  databases: Databases,
  { secret }: DemoState,
  folder: string,
  log: LiveLog,
): NodeProcess[] {
  return nodes.map((node) => {
    const peers = nodes.filter((other) => other !== node).map(({ origin }) => origin);
    const settings = { databaseUrl: databases.addressOf(node), secret, peers, folder };
    return startNode(node, settings, (line) => log.take(node, line));
  });
}

/** The nodes follow each other, and people speak in each other's city: once, over the wire. */
async function meet(
  nodes: readonly DemoNode[],
  databases: Databases,
  folder: string,
  { secret }: DemoState,
  stop: AbortSignal,
): Promise<void> {
  say("The nodes get to know each other …");
  const { introduce } = await import("./introductions.ts");
  const places = nodes.map((node) => ({ node, databaseUrl: databases.addressOf(node) }));
  await introduce(places, { folder, secret, stop });
}

async function unlessStopped<T>(stop: AbortSignal, work: Promise<T>): Promise<T> {
  return await Promise.race([work, aborted(stop).then(() => Promise.reject(new Error("stopped")))]);
}

async function aborted(stop: AbortSignal): Promise<void> {
  if (!stop.aborted) await new Promise((done) => stop.addEventListener("abort", done, { once: true }));
}

async function firstToEnd(processes: readonly NodeProcess[], stop: AbortSignal): Promise<void> {
  const words = await Promise.race(processes.map(async ({ node, ended }) => `${node.name} stopped: ${await ended}`));
  if (!stop.aborted) throw new Error(words);
}
