// A node as it really runs: `node src/main.ts` in a process of its own, with settings, signals and output.
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const projectDir = join(import.meta.dirname, "../..");

export interface NodeProcess {
  readonly process: ChildProcess;
  /** All that it has said so far. */
  output(): string;
  /** Resolves when it has said so. @throws Error with its output when it ends before that. */
  said(what: RegExp): Promise<void>;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** @param env replaces the environment, but for the PATH. */
export function startNode(env: Record<string, string>, ...flags: string[]): NodeProcess {
  const child = spawn(process.execPath, [join(projectDir, "src/main.ts"), ...flags], {
    cwd: projectDir,
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((done) =>
    child.once("close", (code, signal) => done({ code, signal })),
  );
  const said = (what: RegExp) =>
    new Promise<void>((done, failed) => {
      const look = () => what.test(output) && done();
      child.stdout.on("data", look);
      child.stderr.on("data", look);
      child.once("close", () => failed(new Error(`The node ended before it said ${what}:\n${output}`)));
      look();
    });
  return { process: child, output: () => output, said, ended };
}

// Below the ports that the system gives to connections going out, or one of those could take a port before it is used. Each
// process begins elsewhere, and none hands a port out twice.
const [firstPort, lastPort] = [11_000, 19_999];
let nextPort = firstPort + ((process.pid * 97) % (lastPort - firstPort + 1));

/** A port nobody has at the moment, and nobody else who asks will be told of. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 1_000; tries++) {
    const port = nextPort;
    nextPort = port === lastPort ? firstPort : port + 1;
    const server = createServer();
    const isFree = await new Promise<boolean>((done) => {
      server.once("error", () => done(false));
      server.listen(port, "127.0.0.1", () => done(true));
    });
    if (!isFree) continue;
    await new Promise((done) => server.close(done));
    return port;
  }
  throw new Error(`No port is free between ${firstPort} and ${lastPort}`);
}

/** A folder for a node's data, which goes away in the end. Root's database server passes through it. */
export function temporaryDataDir(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "koinon-node-"));
  chmodSync(path, 0o755);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
