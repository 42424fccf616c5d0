// Restored files wait beside the ones that are there, and change places with them in one go.
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { BackupError } from "./backup-format.ts";

export interface StagedUploads {
  write(path: string, body: AsyncIterable<Buffer>): Promise<void>;
  /** Moves the new files in and what was there aside. */
  putInPlace(): Promise<void>;
  /** Puts everything back as it was. May be called at any time. */
  undo(): Promise<void>;
  /** Removes what was set aside. */
  forgetReplaced(): Promise<void>;
}

/**
 * Both waiting places are within the folder, which may be a mount of its own, and begin with a dot, as nothing that people
 * upload does.
 *
 * @throws BackupError when there are files already and they are not to be replaced.
 */
export async function stageUploads(folder: string, replace: boolean): Promise<StagedUploads> {
  const coming = join(folder, ".restoring");
  const going = join(folder, ".replaced");
  const isFolderNew = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
  const present = await visibleNames(folder);
  if (present.length > 0 && !replace) {
    throw new BackupError(`${folder} is not empty: move its files away, or add --force to lose them`);
  }
  // A restore was killed as it changed places, or just after: only a person can tell which files belong to the database.
  if ((await namesIn(going)).length > 0 && !replace) {
    throw new BackupError(
      `${going} holds what an interrupted restore set aside: move it away, or add --force to lose it`,
    );
  }
  for (const place of [coming, going]) await rm(place, { recursive: true, force: true });
  const setAside: string[] = [];
  const placed: string[] = [];
  const removeWaitingPlaces = async () => {
    for (const place of [coming, going]) await rm(place, { recursive: true, force: true });
  };
  return {
    async write(path, body) {
      const file = join(coming, path);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await pipeline(body, createWriteStream(file, { mode: 0o600, flush: true }));
    },
    async putInPlace() {
      await mkdir(going, { mode: 0o700 });
      for (const name of present) {
        await rename(join(folder, name), join(going, name));
        setAside.push(name);
      }
      for (const name of await namesIn(coming)) {
        await rename(join(coming, name), join(folder, name));
        placed.push(name);
      }
    },
    async undo() {
      for (const name of placed) await rm(join(folder, name), { recursive: true });
      for (const name of setAside) await rename(join(going, name), join(folder, name));
      await removeWaitingPlaces();
      if (isFolderNew) await rm(folder, { recursive: true, force: true });
    },
    forgetReplaced: removeWaitingPlaces,
  };
}

const visibleNames = async (folder: string) => (await namesIn(folder)).filter((name) => !name.startsWith("."));

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}
