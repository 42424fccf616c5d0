import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/platform/db.ts";
import { freePort, startNode, temporaryDataDir } from "../support/node-process.ts";

/** A node on a free port with the embedded database, which is stopped when the test ends, however it ends. */
async function aRunningNode(env: Record<string, string> = {}, ...flags: string[]) {
  const dataDir = temporaryDataDir();
  const port = await freePort();
  const node = startNode({ DATA_DIR: dataDir.path, PORT: String(port), ...env }, ...flags);
  onTestFinished(async () => {
    node.process.kill("SIGTERM");
    await node.ended;
    dataDir[Symbol.dispose]();
  });
  await node.said(/is open/);
  return { ...node, port, url: `http://127.0.0.1:${port}`, dataDir: dataDir.path };
}

test("a node starts without a setting, is ready, says where it is, and ends cleanly", async () => {
  const node = await aRunningNode();
  expect(node.output()).toContain(`http://localhost:${node.port} is open`);
  expect((await fetch(`${node.url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${node.url}/readyz`)).json()).toMatchObject({ status: "ready" });
  expect((await fetch(`${node.url}/`)).status).toBeLessThan(500);

  node.process.kill("SIGTERM");
  expect(await node.ended).toEqual({ code: 0, signal: null });
  await expect(fetch(`${node.url}/healthz`)).rejects.toThrow();
});

/** A request to the node that waits for a lock, until it is let go. */
async function aRequestUnderWay(node: { url: string; dataDir: string }) {
  const target = { host: `${node.dataDir}/postgres-18`, port: 5432, username: "postgres", database: "koinon" };
  const beside = connect({ target, poolSizeMax: 2, prepare: true });
  const { promise: held, resolve } = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const holding = beside.begin(async (tx) => {
    await tx`lock table organisation in access exclusive mode`;
    locked.resolve();
    await held;
  });
  await locked.promise;
  const answer = fetch(`${node.url}/`);
  await expect.poll(() => beside`select from pg_locks where not granted`).not.toHaveLength(0);
  const letGo = async () => {
    resolve();
    await holding.catch(() => {}); // the server may be gone by now
    await beside.end({ timeout: 1 });
  };
  return { answer, letGo };
}

test("a stop lets the request under way finish, and takes no new one", async () => {
  const node = await aRunningNode();
  const { answer, letGo } = await aRequestUnderWay(node);
  node.process.kill("SIGTERM");
  await node.said(/Stopping on SIGTERM/);
  await expect.poll(() => fetch(`${node.url}/healthz`).then(String, () => "refused")).toBe("refused");
  await letGo();
  expect((await answer).status).toBeLessThan(500);
  expect(await node.ended).toEqual({ code: 0, signal: null });
});

test("a second signal ends a node that waits, at once", async () => {
  const node = await aRunningNode();
  const { answer, letGo } = await aRequestUnderWay(node);
  const failed = expect(answer).rejects.toThrow();
  node.process.kill("SIGTERM");
  await node.said(/Stopping on SIGTERM/);
  node.process.kill("SIGINT");
  expect(await node.ended).toEqual({ code: null, signal: "SIGINT" });
  await failed;
  await letGo();
});

test("a worker does not listen, and a web process is ready without one", async () => {
  const worker = await aRunningNode({}, "--role", "worker");
  await expect(fetch(`${worker.url}/healthz`)).rejects.toThrow();
  const web = await aRunningNode({ ROLE: "web" });
  expect((await fetch(`${web.url}/readyz`)).status).toBe(200);
});

test("a port that is taken ends the start with one line that names it", async () => {
  const port = await freePort();
  const other = createServer().listen(port, "127.0.0.1");
  onTestFinished(() => void other.close());
  using dataDir = temporaryDataDir();
  const node = startNode({ DATA_DIR: dataDir.path, PORT: String(port) });
  expect(await node.ended).toEqual({ code: 1, signal: null });
  expect(node.output()).toContain(
    `Koinon: Port ${port} is taken by another program: stop that one, or set PORT to a free one\n`,
  );
});

test("a public node that lacks settings does not start, and says in one line what to set", async () => {
  using dataDir = temporaryDataDir();
  const node = startNode({ ORIGIN: "https://city.example", DATA_DIR: dataDir.path });
  expect((await node.ended).code).toBe(1);
  expect(node.output().trim().split("\n")).toHaveLength(1);
  expect(node.output()).toMatch(/^Koinon: SECRET must be set.*SMTP_URL must be set.*MAIL_FROM must be set/);
});

test("a database that does not answer is named, and its password is not", async () => {
  const node = startNode({
    DATABASE_URL: "postgres://city:pass-word@127.0.0.1:9/city",
    SECRET: "a secret that is long enough to sign with",
    PORT: "8000",
  });
  expect((await node.ended).code).toBe(1);
  expect(node.output()).toMatch(/^Koinon: No database answers at 127\.0\.0\.1, port 9.*set another DATABASE_URL\n$/);
});
