// Cities that listen on loopback and do their jobs by themselves: for a real browser, and for traffic over real sockets.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { foundCity } from "../../src/cities/actions.ts";
import { loadConfig } from "../../src/config.ts";
import { type Instance, type Overrides, openInstance } from "../../src/instance.ts";
import { databaseAddress } from "../../src/platform/databases.ts";
import { listen } from "../../src/platform/listen.ts";
import { aCity, type City } from "./build.ts";
import { openTestDatabase } from "./database.ts";
import { freePort } from "./node-process.ts";

export const secretOfTests = "a secret of this test that is long enough";

export interface ListeningCity extends City, AsyncDisposable {
  readonly instance: Instance;
  readonly origin: string;
  /** The settings another process of the same node is started with. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ListeningOptions {
  readonly port: number;
  /** Origins it may talk to, this machine's included. */
  readonly peers: readonly string[];
  /** False: its jobs wait for another process, or for `drain`. */
  readonly doesJobs?: boolean;
  readonly overrides?: Overrides;
  /** Stands before the node, as a proxy does. */
  readonly proxy?: (request: Request, node: (request: Request) => Promise<Response>) => Promise<Response>;
}

/** Opens a city at a port of this machine. Its handle is its name in small letters. */
export async function openListeningCity(
  name: string,
  { port, peers, doesJobs = true, overrides, proxy }: ListeningOptions,
): Promise<ListeningCity> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await openTestDatabase());
  const dataDir = mkdtempSync(join(tmpdir(), "koinon-listening-"));
  opening.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const env = {
    ORIGIN: `http://localhost:${port}`,
    DATA_DIR: dataDir,
    DATABASE_URL: databaseAddress(database.target),
    DATABASE_POOL_SIZE: "6",
    SECRET: secretOfTests,
    FEDERATION_TEST_PEERS: peers.join(","),
  };
  const config = loadConfig(env);
  const instance = opening.use(await openInstance(config, overrides));
  const answer = proxy ? (request: Request) => proxy(request, instance.fetch) : instance.fetch;
  const listening = await listen(answer, config);
  opening.defer(() => listening.close());
  const stop = new AbortController();
  const working = doesJobs ? instance.startWorkers(stop.signal) : Promise.resolve();
  opening.defer(async () => {
    stop.abort();
    await working;
  });
  await foundTestCity(instance, name);
  const city = await aCity(instance);
  const opened = opening.move();
  return { ...city, instance, env, origin: config.origin, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

export interface ListeningCities<Name extends string> extends AsyncDisposable {
  readonly cities: Readonly<Record<Name, ListeningCity>>;
}

/** Opens a city for each name; they may talk to each other, and to nobody else. */
export async function openListeningCities<const Name extends string>(...names: Name[]): Promise<ListeningCities<Name>> {
  await using opening = new AsyncDisposableStack();
  const ports = await Promise.all(names.map(freePort));
  const cities: [Name, ListeningCity][] = [];
  for (const [index, name] of names.entries()) {
    const peers = ports.filter((_, other) => other !== index).map((port) => `http://localhost:${port}`);
    cities.push([name, opening.use(await openListeningCity(name, { port: ports[index]!, peers }))]);
  }
  const opened = opening.move();
  return {
    cities: Object.fromEntries(cities) as Record<Name, ListeningCity>,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** As set-up does it. */
export const foundTestCity = ({ sql, uris }: Instance, name: string) =>
  foundCity(
    sql,
    uris,
    {
      handle: name.toLowerCase(),
      kind: "city",
      name: { en: name },
      tagline: { en: "What the city should be, said by those who live in it" },
      description: {},
      languages: ["en"],
      timeZone: "Europe/Madrid",
      accent: "#a04020",
      logo: null,
      website: "",
      territoryName: "",
      territoryIds: {},
      territoryGeojson: null,
      reportChannelUrl: "",
    },
    new Date(),
  );
