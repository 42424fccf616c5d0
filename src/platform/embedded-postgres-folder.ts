// The folder of the embedded PostgreSQL: made, checked and filled before the server starts, and its log.
import { spawn } from "node:child_process";
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import {
  canReach,
  embeddedMajorVersion,
  moveIntoPlace,
  type ServerUser,
  serverEnvironment,
} from "./embedded-postgres-binaries.ts";

/** Unix sockets take no longer path (Linux 107 bytes, macOS 103). */
const socketPathBytesMax = 103;
const logBytesMax = 10_000_000;

export interface Server {
  readonly folder: string;
  /** The cluster itself, in PostgreSQL's own format. */
  readonly data: string;
  readonly user: ServerUser;
  readonly durable: boolean;
}

const readme = `This folder is the memory of a Koinon node.

postgres-${embeddedMajorVersion}   its database (PostgreSQL; never edit or copy it while the node runs)
uploads       files that people have added

Do not delete it. To keep a copy somewhere else, run: npm run backup -- FILE
`;

/**
 * Makes what is missing of the data folder and the server's own within it.
 *
 * @throws Error that says what to do about a path too long, a folder of somebody else or of another version.
 */
export function prepareFolders(dataDir: string, { folder, user }: Server): void {
  const socketPath = join(folder, ".s.PGSQL.5432");
  if (Buffer.byteLength(socketPath) > socketPathBytesMax) {
    throw new Error(
      `The path of the data folder is too long for a socket (${socketPath}): choose a shorter DATA_DIR, or set DATABASE_URL`,
    );
  }
  // Root's server user has to pass through the data folder; nobody else has to.
  mkdirSync(dataDir, { recursive: true, mode: user.uid === undefined ? 0o700 : 0o755 });
  const olderOrNewer = readdirSync(dataDir).find(
    (name) => /^postgres-\d+$/.test(name) && join(dataDir, name) !== folder,
  );
  if (olderOrNewer && !existsSync(folder)) {
    throw new Error(
      `${join(dataDir, olderOrNewer)} was made by another version of PostgreSQL: run "npm run backup" with the Koinon that made it and "npm run restore" with this one`,
    );
  }
  mkdirSync(folder, { recursive: true });
  if (user.uid !== undefined && user.gid !== undefined) {
    chownSync(folder, user.uid, user.gid);
    if (!canReach(user, dirname(folder))) {
      throw new Error(`The user of the database (uid ${user.uid}) cannot reach ${dataDir}: choose another DATA_DIR`);
    }
  }
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new Error(`${folder} belongs to another user: run Koinon as that user, or choose another DATA_DIR`, {
      cause,
    });
  }
  chmodSync(folder, 0o700);
  if (!existsSync(join(dataDir, "README.txt"))) writeFileSync(join(dataDir, "README.txt"), readme);
}

/** initdb in a folder of our own, then a rename: neither a race nor a kill leaves half a cluster behind. */
export async function createCluster({ folder, data, user, durable }: Server, programs: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const maker = /^data\.(\d+)$/.exec(name)?.[1];
    if (maker && !isAlive(Number(maker))) rmSync(join(folder, name), { recursive: true, force: true });
  }
  const unfinished = `${data}.${process.pid}`;
  const locale = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"];
  const args = ["-D", unfinished, "-U", "postgres", "--auth=trust", "--no-instructions", ...locale];
  if (!durable) args.push("--no-sync");
  const initdb = spawn(join(programs, "initdb"), args, {
    ...user,
    cwd: "/",
    env: serverEnvironment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaints = "";
  initdb.stderr.on("data", (chunk) => {
    complaints += chunk;
  });
  const code = await new Promise((done, failed) => initdb.once("error", failed).once("close", done));
  if (code !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new Error(`The embedded PostgreSQL could not make its data folder ${data}: ${complaints.trim()}`);
  }
  moveIntoPlace(unfinished, data);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

export const logFile = (folder: string) => join(folder, "postgres.log");

/** Keeps the log of a long life small: what has grown becomes the one kept older log. */
export function startLogAnew(folder: string): void {
  const bytes = statSync(logFile(folder), { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > logBytesMax) renameSync(logFile(folder), `${logFile(folder)}.old`);
}

export function lastLogLine(folder: string): string {
  return readFileSync(logFile(folder), "utf8").trimEnd().split("\n").at(-1) ?? "";
}
