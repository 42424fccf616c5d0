// The nodes as processes: started with settings of their own, listened to line by line, and stopped.
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { DemoNode } from "./cast.ts";

const nodeProgram = join(import.meta.dirname, "node.ts");
const startTimeoutMs = 60_000;
/** Requests under way are given ten seconds by the node itself. */
const stopTimeoutMs = 15_000;

/** A line of a node's log, as JSON. */
export interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly category: string;
  readonly message: string;
  readonly [property: string]: unknown;
}

export interface NodeProcess {
  readonly node: DemoNode;
  /** Resolves when it answers requests. @throws Error with its last words when it ends before that. */
  readonly isOpen: Promise<void>;
  /** Resolves with what to say of it when it has ended. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export interface NodeSettings {
  readonly databaseUrl: string;
  readonly secret: string;
  readonly peers: readonly string[];
  readonly folder: string;
}

/**
 * Starts a node. All it says is kept in `node.log` of its folder; each line that is one of its log goes to `listen`.
 * It has a process group of its own, so that Ctrl-C reaches it through us, once.
 */
export function startNode(node: DemoNode, settings: NodeSettings, listen: (line: LogLine) => void): NodeProcess {
  const dataDir = join(settings.folder, node.key);
  mkdirSync(dataDir, { recursive: true });
  const child = spawn(process.execPath, [nodeProgram], {
    cwd: dataDir,
    // Nothing of our own environment: somebody's settings for a real node must not reach the demo.
    env: {
      NODE_COMPILE_CACHE: join(settings.folder, "compiled"),
      ORIGIN: node.origin,
      PORT: String(node.port),
      DATA_DIR: dataDir,
      DATABASE_URL: settings.databaseUrl,
      SECRET: settings.secret,
      FEDERATION_TEST_PEERS: settings.peers.join(","),
      LOG_LEVEL: "debug",
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  const kept = createWriteStream(join(dataDir, "node.log"), { mode: 0o600 });
  const opened = Promise.withResolvers<void>();
  let lastWords = "";
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream! }).on("line", (text) => {
      kept.write(`${text}\n`);
      const line = readLine(text);
      if (line === null) lastWords = text;
      else if (/ is open on /.test(line.message)) opened.resolve();
      if (line !== null) listen(line);
    });
  }
  const ended = new Promise<string>((done) => {
    child.once("error", (error) => done(error.message));
    child.once("close", (code, signal) => done(lastWords || `it ended with ${signal ?? `code ${code}`}`));
  }).finally(() => kept.end());
  const tooLong = setTimeout(
    () => opened.reject(new Error(`${node.name} does not open: see ${dataDir}/node.log`)),
    startTimeoutMs,
  );
  ended.then((words) => opened.reject(new Error(`${node.name} stopped: ${words}`)));
  const isOpen = opened.promise.finally(() => clearTimeout(tooLong));
  isOpen.catch(() => {}); // whoever waits for it hears of it
  return { node, isOpen, ended, stop: () => stop(child, ended) };
}

function readLine(text: string): LogLine | null {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return null;
  }
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await ended;
  clearTimeout(killer);
}
