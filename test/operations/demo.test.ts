// npm run demo as it really runs: three nodes, their database and the one process that owns them all.
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { freeRow, rowFrom, takenPorts } from "../../scripts/demo/ports.ts";

const startTimeoutMs = 1_800_000;
const projectDir = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "koinon-demo-"));
const data = join(folder, "demo");
let ports: number[];

beforeAll(async () => {
  chmodSync(folder, 0o755);
  ports = await freeRow(20_000 + Math.floor(Math.random() * 9_000));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Demo {
  readonly process: ChildProcess;
  output(): string;
  readonly ended: Promise<number | string | null>;
  isReady(): Promise<void>;
}

function startDemo(...flags: string[]): Demo {
  const child = spawn(process.execPath, [join(projectDir, "scripts/demo.ts"), ...flags], {
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | string | null>((done) => {
    child.once("close", (code, signal) => done(signal ?? code));
  });
  onTestFinished(async () => {
    child.kill("SIGINT");
    await ended;
  });
  const isReady = () =>
    expect.poll(() => output, { timeout: startTimeoutMs, interval: 100 }).toMatch(/Ready in [\d.]+ s/);
  return { process: child, output: () => output, ended, isReady };
}

const origin = (index: number) => `http://localhost:${ports[index]}`;
/** Whether a page, in French where it has that, comes to say something: what others have arrives by and by. */
const says = (url: string, text: string) =>
  expect
    .poll(async () => (await (await fetch(url, { headers: { "accept-language": "fr" } })).text()).includes(text), {
      timeout: 60_000,
      message: `${url} says ${text}`,
    })
    .toBe(true);

async function nothingRuns(): Promise<void> {
  await expect.poll(() => takenPorts(ports)).toEqual([]);
  await expect.poll(() => existsSync(join(data, "postgres-18/data/postmaster.pid"))).toBe(false);
}

async function aTakenPort(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  onTestFinished(() => new Promise<void>((done) => server.close(() => done())));
  return server;
}

describe("npm run demo", () => {
  test("fills three nodes that follow each other, and Ctrl-C leaves nothing running", {
    timeout: startTimeoutMs,
  }, async () => {
    const demo = startDemo("--folder", data, "--port", String(ports[0]));
    await demo.isReady();

    await says(`${origin(0)}/`, "Montclar");
    await says(`${origin(1)}/`, "Médinat al-Yasmin");
    await says(`${origin(2)}/`, "Réseau Communs");
    await says(`${origin(2)}/processes`, "Superilla de la Riera");
    await says(`${origin(0)}/processes`, "Charte du marché");

    // An idea has travelled: adopted by one city with the other's blessing; and the association keeps copies of both.
    await says(`${origin(1)}/processes/ma-wa-dhill/proposals`, "ظلّ في ساحة المحطّة كما في مونتكلار");
    const list = await (await fetch(`${origin(1)}/processes/ma-wa-dhill/proposals`)).text();
    const adopted = /href="(\/proposals\/[^"]+)"[^>]*>[^<]*كما في مونتكلار/.exec(list)?.[1];
    await says(`${origin(1)}${adopted}/lineage`, "Ombra a la plaça de l’Estació");
    await says(`${origin(2)}/network/processes`, "Superilla de la Riera");
    await says(`${origin(2)}/network/processes`, "Eau et ombre");

    const links = demo.output().match(/http:\/\/localhost:\d+\/sign-in\/\S+/g) ?? [];
    expect(links).toHaveLength(6);
    for (const link of links) expect((await fetch(link)).status).toBe(200);

    await expect.poll(demo.output).toMatch(/Commons → Montclar {2}Create {2}comment by Hugo Lemaire/);
    expect(demo.output(), "warnings and errors of the nodes").not.toMatch(/(warning|error|fatal) {2}/);

    demo.process.kill("SIGINT");
    expect(await demo.ended).toBe(0);
    await nothingRuns();
  });

  test("starts again with what was there, and dies with its owner, however that ends", async () => {
    const demo = startDemo("--folder", data);
    await demo.isReady();
    await says(`${origin(1)}/processes`, "Superilla de la Riera");

    const second = startDemo("--folder", data);
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`It runs already (process ${demo.process.pid})`);

    demo.process.kill("SIGKILL");
    await demo.ended;
    await nothingRuns();
  });

  test("names a port that is taken meanwhile, and offers another", async () => {
    await aTakenPort(ports[1] as number);
    const demo = startDemo("--folder", data);
    expect(await demo.ended).toBe(1);
    expect(demo.output()).toMatch(new RegExp(`Port ${ports[1]} is taken by another program.*--fresh --port \\d+`));
  });

  test("takes other ports for a demo that begins", async () => {
    await aTakenPort(ports[2] as number);
    const row = await freeRow(ports[0] as number);
    expect(row).toHaveLength(3);
    expect(row).toEqual(rowFrom(row[0] as number));
    expect(row).not.toContain(ports[2]);
  });

  test("never starts over in a folder that is not its own", async () => {
    const precious = join(folder, "precious.txt");
    writeFileSync(precious, "thesis");
    const demo = startDemo("--fresh", "--folder", folder, "--port", String(ports[0]));
    expect(await demo.ended).toBe(1);
    expect(demo.output()).toContain("was not made by the demo");
    expect(readFileSync(precious, "utf8")).toBe("thesis");
  });
});
