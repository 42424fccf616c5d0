// Cities joined in one process: each is a whole node on its own database, and requests between them are routed by host.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, loadConfig } from "../../src/config.ts";
import { type Instance, openInstance } from "../../src/instance.ts";
import { databaseAddress } from "../../src/platform/databases.ts";
import type { Clock, Mail } from "../../src/ports.ts";
import { aCity, type City } from "./build.ts";
import { openTestDatabase } from "./database.ts";

export interface Node extends City {
  readonly instance: Instance;
  readonly mails: Mail[];
  readonly config: Config;
}

export interface Network<Name extends string> extends AsyncDisposable {
  readonly nodes: Readonly<Record<Name, Node>>;
  readonly clock: Clock & { advance(ms: number): void };
  /** Every request between the nodes: `POST https://porto.test/inbox 202`. */
  readonly wire: string[];
  /** Hosts that do not answer at the moment. */
  readonly down: Set<string>;
  /** Answers for hosts that are no node: a stranger's server. */
  readonly strangers: Map<string, (request: Request) => Promise<Response> | Response>;
  /**
   * What happens to a request on its way; null: it arrives. Whoever answers in the place of `pass` loses, delays or
   * repeats it. `from` is the host of the node that sends it; empty for anybody else.
   */
  weather:
    | ((request: Request, pass: (request: Request) => Promise<Response>, from: string) => Promise<Response>)
    | null;
  /** Closes a node and opens it again on the same database, as after a crash between two jobs. */
  restart(name: Name): Promise<void>;
  /** A request from anywhere to the host it names. */
  deliver(request: Request): Promise<Response>;
  /** Does all jobs of all nodes until none has any left. In an outage those that fail wait for their next try. */
  settle(options?: { inOutage?: boolean }): Promise<void>;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Opens a node for each name at `https://<name>.test`. Nothing leaves the process: an unknown host is unreachable. */
export async function openNetwork<const Name extends string>(...names: Name[]): Promise<Network<Name>> {
  let now = Date.parse("2026-05-04T09:00:00Z");
  const clock = {
    now: () => new Date(now),
    advance(ms: number) {
      now += ms;
    },
  };
  const [wire, down, strangers]: [string[], Set<string>, Network<Name>["strangers"]] = [[], new Set(), new Map()];
  const nodes = new Map<string, Mutable<Node>>();
  const closing: (() => Promise<void>)[] = [];
  const restarting = new Map<string, () => Promise<void>>();

  let weather: Network<Name>["weather"] = null;
  const transport = async (request: Request, from = ""): Promise<Response> =>
    weather === null ? await arrive(request) : await weather(request, arrive, from);
  const arrive = async (request: Request): Promise<Response> => {
    const { host } = new URL(request.url);
    const answer = nodes.get(host)?.instance.fetch ?? strangers.get(host);
    if (answer === undefined || down.has(host)) throw new TypeError(`no answer from ${host}`);
    const response = await answer(request);
    wire.push(`${request.method} ${request.url} ${response.status}`);
    return response;
  };

  for (const name of names) {
    const database = await openTestDatabase();
    const dataDir = mkdtempSync(join(tmpdir(), `koinon-${name}-`));
    const config = loadConfig({
      ORIGIN: `https://${name}.test`,
      DATA_DIR: dataDir,
      DATABASE_URL: databaseAddress(database.target),
      SECRET: "s".repeat(40),
      DATABASE_POOL_SIZE: "4",
    });
    const mails: Mail[] = [];
    const mailer = { send: async (mail: Mail) => void mails.push(mail) };
    const open = () =>
      openInstance(config, { clock, mailer, transport: (request) => transport(request, `${name}.test`) });
    const instance = await open();
    const city = await aCity(instance, {
      handle: name,
      name: name[0]!.toUpperCase() + name.slice(1),
      now: clock.now(),
    });
    const node: Mutable<Node> = { ...city, instance, mails, config };
    nodes.set(`${name}.test`, node);
    restarting.set(name, async () => {
      await node.instance[Symbol.asyncDispose]();
      node.instance = await open();
      node.sql = node.instance.sql;
    });
    closing.push(async () => {
      await node.instance[Symbol.asyncDispose]();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    });
  }

  return {
    nodes: Object.fromEntries(names.map((name) => [name, nodes.get(`${name}.test`)!])) as Record<Name, Node>,
    clock,
    wire,
    down,
    strangers,
    get weather() {
      return weather;
    },
    set weather(changed) {
      weather = changed;
    },
    restart: async (name) => await restarting.get(name)!(),
    deliver: (request) => transport(request),
    async settle({ inOutage = false } = {}) {
      for (let ran = true; ran; ) {
        ran = false;
        for (const { instance } of nodes.values()) {
          ran = (await instance.drain({ toleratesFailures: inOutage })) > 0 || ran;
        }
      }
    },
    async [Symbol.asyncDispose]() {
      for (const close of closing) await close();
    },
  };
}
