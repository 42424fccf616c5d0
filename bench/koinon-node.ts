// A real Koinon node in a process of its own, on an embedded PostgreSQL of the bench, and what the bench does to its data.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import type { Account } from "../src/accounts/account.ts";
import { appointFirstAdministrator } from "../src/accounts/people-actions.ts";
import { getAccount } from "../src/accounts/queries.ts";
import { openAccount } from "../src/accounts/sign-in-actions.ts";
import { foundCity } from "../src/cities/actions.ts";
import { loadConfig } from "../src/config.ts";
import { type Instance, openInstance } from "../src/instance.ts";
import { databaseAddress, databaseOn } from "../src/platform/databases.ts";
import { connect } from "../src/platform/db.ts";
import { startEmbeddedPostgres } from "../src/platform/embedded-postgres.ts";
import { draftProcess, publishProcess } from "../src/processes/actions.ts";
import { type Process, permissions } from "../src/processes/process.ts";
import { draftProposal, publishProposal } from "../src/proposals/actions.ts";
import type { Proposal } from "../src/proposals/proposal.ts";
import { stop, until } from "./measure.ts";

export interface KoinonNode extends AsyncDisposable {
  readonly origin: string;
  readonly pid: number;
  readonly databasePid: number;
  readonly instance: Instance;
  readonly process: Process;
  readonly proposal: Proposal;
  readonly administrator: Account;
}

export interface Settings {
  readonly port: number;
  readonly dir: string;
  readonly peers: readonly string[];
  readonly caFile: string;
}

const dayMs = 86_400_000;

/** Starts PostgreSQL, founds a city with a process and a proposal, and starts the node. */
export async function startKoinon({ port, dir, peers, caFile }: Settings): Promise<KoinonNode> {
  mkdirSync(dir, { recursive: true });
  const server = await startEmbeddedPostgres(dir, { durable: true });
  const admin = connect({ target: server.target, poolSizeMax: 1, prepare: true });
  await admin`create database bench`;
  await admin.end();
  const env = {
    ORIGIN: `http://localhost:${port}`,
    DATA_DIR: dir,
    DATABASE_URL: databaseAddress(databaseOn(server.target, "bench")),
    SECRET: "bench".repeat(8),
    FEDERATION_TEST_PEERS: peers.join(","),
    LOG_LEVEL: "warning",
    NODE_EXTRA_CA_CERTS: caFile,
  };
  const instance = await openInstance(loadConfig({ ...env, DATABASE_POOL_SIZE: "4" }, ["--role", "web"]));
  const made = await makeCity(instance);
  const child = await startNode(env, port);
  return {
    origin: env.ORIGIN,
    pid: child.pid!,
    databasePid: databasePidIn(dir),
    instance,
    ...made,
    async [Symbol.asyncDispose]() {
      await stop(child);
      await instance[Symbol.asyncDispose]();
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** What `npm start` gives to Node. */
const startFlags = packageJson.scripts.start
  .split(" ")
  .filter((word) => word.startsWith("--") && !word.startsWith("--env-file"));

/** `src/main.ts` as it really runs, until its first page answers. */
export async function startNode(env: Record<string, string>, port: number): Promise<ChildProcess> {
  const main = join(import.meta.dirname, "..", "src", "main.ts");
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [...startFlags, main], {
    env: { PATH, HOME, ...env } as never,
    stdio: ["ignore", "ignore", "inherit"],
  });
  child.once("exit", (code) => {
    if (code) throw new Error(`the node ended with ${code}`);
  });
  await until(
    "the first page",
    async () =>
      await fetch(`http://127.0.0.1:${port}/`).then(
        (answer) => answer.ok,
        () => false,
      ),
  );
  return child;
}

function databasePidIn(dir: string): number {
  const folder = readdirSync(dir, { recursive: true })
    .map(String)
    .find((name) => name.endsWith("postmaster.pid"));
  if (folder === undefined) throw new Error(`no PostgreSQL in ${dir}`);
  return Number(readFileSync(join(dir, folder), "utf8").split("\n")[0]);
}

async function makeCity({ sql, uris }: Instance) {
  const now = new Date();
  const empty = {
    tagline: {},
    description: {},
    website: "",
    territoryName: "",
    territoryIds: {},
    territoryGeojson: null,
  };
  const looks = { accent: "#1f4e5f", logo: null, reportChannelUrl: "", timeZone: "Europe/Madrid", languages: ["en"] };
  const city = await foundCity(
    sql,
    uris,
    { ...empty, ...looks, name: { en: "Bench" }, handle: "bench", kind: "city" },
    now,
  );
  const opened = await openAccount(sql, { email: "admin@bench.example", name: "Amaia", locale: "en" }, now);
  await appointFirstAdministrator(sql, opened.id, now);
  const administrator = await getAccount(sql, opened.id);
  const phase = {
    title: { en: "Open" },
    description: {},
    startsAt: new Date(+now - dayMs),
    endsAt: new Date(+now + dayMs),
    permits: permissions,
  };
  const words = { en: "Where should the next square be?" };
  const text = {
    languages: ["en"],
    title: words,
    summary: words,
    description: words,
    promoter: {},
    audience: {},
    decides: {},
    goals: {},
  };
  const rules = {
    indicator: null,
    isPilot: false,
    pilotArea: "",
    pilotGeojson: null,
    supportLimit: null,
    editWindowMinutes: 60,
    image: null,
    imageAlt: "",
  };
  const draft = await draftProcess(
    sql,
    uris,
    administrator,
    { ...text, ...rules, handle: "squares", organisationId: city.actorId, phases: [phase], categoryIds: [] },
    now,
  );
  const opening = await publishProcess(sql, uris, administrator, draft.uri, now);
  const written = {
    title: "A bench under the trees",
    body: "In the **shade**, where people wait.",
    language: "en",
    categoryId: null,
  };
  const input = {
    ...written,
    place: { point: null, address: "" },
    images: [],
    organisationId: null,
    processUri: opening.uri,
  };
  const { uri } = await draftProposal(sql, uris, administrator, input, now);
  return { administrator, process: opening, proposal: await publishProposal(sql, administrator, uri, now) };
}

/** Fills a process with public proposals up to `total`, straight into the tables: this is about reading them. */
export async function fillProposals({ sql, uris }: Instance, processUri: string, total: number): Promise<void> {
  await sql.begin(async (tx) => {
    const [row] = await tx<
      { there: number }[]
    >`select count(*)::int as there from proposal where process_uri = ${processUri}`;
    const [author] = await tx<{ id: string }[]>`select actor_id as id from process where uri = ${processUri}`;
    await tx`
      create temporary table made on commit drop as
      select number, gen_random_uuid() as id, (array['tree', 'bench', 'lamp', 'lane', 'fountain', 'school'])[1 + number % 6] as word
      from generate_series(${row!.there}::int, ${total - 1}::int) as number`;
    await tx`
      insert into subject (uri, id, kind, url, author_id, author_name, process_uri, title, language, published_at, updated_at)
      select ${uris.at("/proposals/")} || id, id, 'proposal', ${uris.at("/proposals/")} || id, ${author!.id}, 'Resident ' || number,
        ${processUri}, 'A ' || word || ' at corner ' || number, 'en', now(), now() from made`;
    await tx`
      insert into proposal (uri, id, process_uri, title, body, language, state, support_count, latitude, longitude)
      select ${uris.at("/proposals/")} || id, id, ${processUri}, 'A ' || word || ' at corner ' || number,
        'We would like a ' || word || ' here, since many people pass by on foot and there is none within 300 metres.', 'en',
        'published', number % 500, 41 + random() / 10, 2 + random() / 10 from made`;
    await tx`update process set proposal_count = ${total} where uri = ${processUri}`;
  });
  await sql`analyze proposal, subject`;
}
