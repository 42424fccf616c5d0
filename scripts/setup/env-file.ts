// The file that npm start reads its settings from: written whole, readable to its owner only.
import { renameSync, writeFileSync } from "node:fs";

/** Writes `.env`, or nothing at all where that fails halfway. Settings without a value are left out. */
export function writeEnvFile(path: string, settings: Readonly<Record<string, string>>): void {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, envFileOf(settings), { mode: 0o600 });
  renameSync(unfinished, path);
}

/** @throws Error for a value that no line of such a file can hold. */
export function envFileOf(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}=${quoted(name, value)}`);
  return `# Written by npm run setup. What else can be set is in .env.example.\n${lines.join("\n")}\n`;
}

/** Bare where possible: not every reader of such files knows quotes. None of them knows escapes that another does. */
function quoted(name: string, value: string): string {
  if (/^[^\s"'`#$\\]+( [^\s"'`#$\\]+)*$/.test(value)) return value;
  const quote = ["'", '"', "`"].find((one) => !value.includes(one));
  if (quote === undefined || /[\r\n]/.test(value)) throw new Error(`${name} cannot be written to .env: set it by hand`);
  return quote + value + quote;
}
