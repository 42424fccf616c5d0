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

/** A port nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A folder for a node's data, which goes away in the end. Root's database server passes through it. */
export function temporaryDataDir(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "koinon-node-"));
  chmodSync(path, 0o755);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
