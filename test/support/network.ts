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
  /** A request from anywhere to the host it names. */
  deliver(request: Request): Promise<Response>;
  /** Does all jobs of all nodes until none has any left. */
  settle(): Promise<void>;
}

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
  const nodes = new Map<string, Node>();
  const closing: (() => Promise<void>)[] = [];

  const transport = async (request: Request): Promise<Response> => {
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
    const instance = await openInstance(config, { clock, mailer, transport });
    const city = await aCity(instance, {
      handle: name,
      name: name[0]!.toUpperCase() + name.slice(1),
      now: clock.now(),
    });
    nodes.set(`${name}.test`, { ...city, instance, mails, config });
    closing.push(async () => {
      await instance[Symbol.asyncDispose]();
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
    deliver: transport,
    async settle() {
      for (let ran = true; ran; ) {
        ran = false;
        for (const { instance } of nodes.values()) ran = (await instance.drain()) > 0 || ran;
      }
    },
    async [Symbol.asyncDispose]() {
      for (const close of closing) await close();
    },
  };
}
