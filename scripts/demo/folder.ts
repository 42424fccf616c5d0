// The folder the demo keeps everything in: marked as its own, so that starting over can never delete anything else.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const madeBy = "npm run demo";
const stateSchema = z.object({
  madeBy: z.literal(madeBy),
  /** The nodes' ports in their order. They are part of every address in the data. */
  ports: z.array(z.number().int()),
  secret: z.string().min(32),
  /** The process that runs, or last ran, this demo. */
  pid: z.number().int(),
  /** What the nodes say to each other in the beginning has been said. */
  haveMet: z.boolean(),
});
export type DemoState = z.infer<typeof stateSchema>;

const readme = `This folder belongs to "npm run demo": the data of three small nodes and their PostgreSQL.

Nothing in it is precious. Start over with: npm run demo -- --fresh
`;

const statePath = (folder: string) => join(folder, "demo.json");

/** What the last demo left here; null for a folder that is not there or is empty. @throws Error for anybody else's folder. */
export function readState(folder: string): DemoState | null {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return null;
  try {
    return stateSchema.parse(JSON.parse(readFileSync(statePath(folder), "utf8")));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EACCES") {
      throw new Error(`${folder} belongs to another user: choose another one with --folder PATH`, { cause });
    }
    throw new Error(
      `${folder} is not empty and was not made by the demo, so it is left alone: choose another one with --folder PATH`,
      { cause },
    );
  }
}

/** Makes the folder of a demo that begins. */
export function beginFolder(folder: string, ports: readonly number[]): DemoState {
  try {
    // Root's database server runs as another user, who has to pass through.
    mkdirSync(folder, { recursive: true, mode: process.getuid?.() === 0 ? 0o755 : 0o700 });
  } catch (cause) {
    throw new Error(`${folder} cannot be made here: choose another one with --folder PATH`, { cause });
  }
  const secret = randomBytes(48).toString("base64url");
  const state: DemoState = { madeBy, ports: [...ports], secret, pid: process.pid, haveMet: false };
  writeState(folder, state);
  writeFileSync(join(folder, "README.txt"), readme);
  return state;
}

/** Written beside and moved into place: a kill leaves the old state or the new one. */
export function writeState(folder: string, state: DemoState): void {
  const path = statePath(folder);
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Deletes all that the demo has kept. @throws Error for anybody else's folder. */
export function removeFolder(folder: string): void {
  if (readState(folder) === null) return;
  // The mark goes last, so that an interrupted removal can be repeated.
  for (const name of readdirSync(folder)) {
    if (name !== "demo.json") rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 5 });
  }
  rmSync(statePath(folder));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
