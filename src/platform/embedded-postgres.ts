// The database of a node without DATABASE_URL: a real PostgreSQL from npm, on a unix socket, started by the first process
// that needs it and used by the others. For trying out, tests and small nodes.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  canReach,
  embeddedMajorVersion,
  serverBinaries,
  serverEnvironment,
  serverUser,
} from "./embedded-postgres-binaries.ts";
import {
  createCluster,
  lastLogLine,
  logFile,
  prepareFolders,
  type Server,
  startLogAnew,
} from "./embedded-postgres-folder.ts";

const startAttemptsMax = 20;
/** Between attempts: somebody else is starting it, or a killed server has not been reaped yet. */
const attemptDelayMs = 300;
/** Recovery after a crash counts too, so this is generous. */
const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;

export interface EmbeddedTarget {
  /** The folder of the socket. */
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly database: string;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Its maintenance database `postgres`; a node makes one of its own (`ensureDatabase`). */
  readonly target: EmbeddedTarget;
  /** False: another process started it, and it ends with that process. */
  readonly owned: boolean;
  /** Stops the server if it is ours. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL of this data folder, or finds the one that runs there already. It takes connections when this
 * returns. It ends with `stop()` or with this process, however this process ends.
 *
 * Only this system's user (and root) can open the socket, which is why there is no password.
 *
 * @param dataDir made when absent; the server keeps to `postgres-18` within it.
 * @param options.durable false for tests: a power cut may then lose everything.
 * @throws Error whose one line names what to do, mostly to set DATABASE_URL.
 */
export async function startEmbeddedPostgres(
  dataDir: string,
  { durable }: { durable: boolean },
): Promise<EmbeddedPostgres> {
  const folder = join(resolve(dataDir), `postgres-${embeddedMajorVersion}`);
  const server: Server = { folder, data: join(folder, "data"), user: serverUser(join(folder, "data")), durable };
  prepareFolders(dataDir, server);
  if (await isReady(server)) return attachedTo(server);

  const programs = serverBinaries(server.user, folder);
  if (!existsSync(join(server.data, "PG_VERSION"))) await createCluster(server, programs);
  for (let attempt = 0; attempt < startAttemptsMax; attempt++) {
    const started = await tryStart(server, programs);
    if (started) return started;
    await sleep(attemptDelayMs);
    if (await isReady(server)) return attachedTo(server);
  }
  throw new Error(`The embedded PostgreSQL does not start: ${lastLogLine(folder)} (all of it: ${logFile(folder)})`);
}

/** Where a node keeps its data unless told: `data` in the project, or /var/lib/koinon where root's server cannot go there. */
export function defaultDataDir(projectDir: string): string {
  const wanted = join(projectDir, "data");
  const user = serverUser(join(wanted, `postgres-${embeddedMajorVersion}`, "data"));
  return user.uid === undefined || canReach(user, projectDir) ? wanted : "/var/lib/koinon";
}

/** One attempt. Null: it ended by itself, or another process's server won the race for the folder. */
async function tryStart(server: Server, programs: string): Promise<EmbeddedPostgres | null> {
  startLogAnew(server.folder);
  const log = openSync(logFile(server.folder), "a", 0o600);
  const postmaster = spawn(join(programs, "postgres"), serverArguments(server), {
    ...server.user,
    cwd: "/",
    env: serverEnvironment,
    stdio: ["ignore", log, log],
    detached: true, // Ctrl-C is for us alone: the server has to outlive the requests that we finish first
  });
  closeSync(log);
  const gone = new Promise<void>((done) => {
    postmaster.once("error", () => done()).once("exit", () => done());
  });
  if (postmaster.pid === undefined) {
    await gone;
    return null;
  }
  const watchdog = guard(postmaster.pid, server);
  gone.then(() => watchdog.kill("SIGKILL"));
  postmaster.unref();

  const deadline = Date.now() + startTimeoutMs;
  while (postmaster.exitCode === null && postmaster.signalCode === null && Date.now() < deadline) {
    if (await isReady(server)) {
      // Ours only if the lock file names our child: another process's server may have won a moment ago.
      return lockFile(server)?.pid === postmaster.pid ? ownedBy(server, postmaster, gone) : null;
    }
    await sleep(10);
  }
  postmaster.kill("SIGINT");
  return null;
}

function serverArguments({ folder, data, durable }: Server): string[] {
  const settings = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=200", // three demo nodes with a web and a worker pool each fit
    "timezone=UTC",
    "log_timezone=UTC",
    // People's data must not reach the log: no statement texts, no "Key (email)=(…)" details.
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
    "log_checkpoints=off",
    ...(durable ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]),
  ];
  return ["-D", data, "-k", folder, ...settings.flatMap((setting) => ["-c", setting])];
}

/**
 * A shell that waits on a pipe from us: the pipe closes however this process ends, kill -9 included, and the shell then
 * stops the server, unless that pid has meanwhile become somebody else.
 */
function guard(pid: number, { data }: Server): ChildProcess {
  const script = 'read _; read pid < "$1" && [ "$pid" = "$0" ] && kill -INT "$pid"';
  const shell = spawn("/bin/sh", ["-c", script, String(pid), join(data, "postmaster.pid")], {
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
    detached: true,
  });
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return shell;
}

function ownedBy(server: Server, postmaster: ChildProcess, gone: Promise<void>): EmbeddedPostgres {
  const stop = async () => {
    postmaster.ref();
    postmaster.kill("SIGINT"); // "fast": open transactions are rolled back
    const killer = setTimeout(() => postmaster.kill("SIGQUIT"), stopTimeoutMs);
    await gone;
    clearTimeout(killer);
  };
  return { target: targetOf(server), owned: true, stop, [Symbol.asyncDispose]: stop };
}

function attachedTo(server: Server): EmbeddedPostgres {
  const stop = async () => {};
  return { target: targetOf(server), owned: false, stop, [Symbol.asyncDispose]: stop };
}

const targetOf = ({ folder }: Server): EmbeddedTarget => ({
  host: folder,
  port: 5432,
  username: "postgres",
  database: "postgres",
});

/** True once it takes queries: the socket alone answers earlier, while it still recovers. */
async function isReady(server: Server): Promise<boolean> {
  if (lockFile(server)?.status !== "ready") return false;
  return await new Promise((answer) => {
    const socket = connectSocket(join(server.folder, ".s.PGSQL.5432"))
      .once("connect", () => {
        socket.destroy();
        answer(true);
      })
      .once("error", () => answer(false));
  });
}

/** PostgreSQL's own lock file: line 1 is the server's pid, line 8 its state (what `pg_ctl -w` reads). */
function lockFile({ data }: Server): { pid: number; status: string | undefined } | null {
  try {
    const lines = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
    return { pid: Number(lines[0]), status: lines[7]?.trim() };
  } catch {
    return null;
  }
}
