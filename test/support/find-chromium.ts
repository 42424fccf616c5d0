// Where Chromium is on this machine.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const programNames = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const placesOnMac = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** CHROMIUM_PATH, else the first one on the PATH, else null. */
export function findChromium(): string | null {
  const onPath = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => programNames.map((name) => join(folder, name)));
  return [process.env.CHROMIUM_PATH ?? "", ...onPath, ...placesOnMac].find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== "";
  } catch {
    return false;
  }
}
