// What the bench found, line by line, beside the promise.
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import type { Measured } from "./measure.ts";

export interface Line {
  readonly what: string;
  readonly ours: string;
  readonly baseline: string;
  readonly ratio: number | null;
  /** The promise: a ratio at most (or at least) this. */
  readonly floor: { readonly most?: number; readonly least?: number } | null;
}

export const lines: Line[] = [];

export function report(line: Line): void {
  lines.push(line);
  const verdict = line.floor === null || line.ratio === null ? "" : isKept(line) ? " kept" : " MISSED";
  const ratio = line.ratio === null ? "" : `  ratio ${line.ratio.toFixed(2)}`;
  console.log(
    `${line.what}: ${line.ours}${line.baseline === "" ? "" : `  (baseline ${line.baseline})`}${ratio}${verdict}`,
  );
}

export const isKept = ({ ratio, floor }: Line): boolean =>
  ratio === null || floor === null || (ratio <= (floor.most ?? Infinity) && ratio >= (floor.least ?? 0));

export const each = ({ cpuMsEach, perSecond }: Measured) =>
  `${cpuMsEach.toFixed(2)} ms CPU, ${Math.round(perSecond)}/s`;

export function table(): string {
  const rows = lines.map(({ what, ours, baseline, ratio, floor }) => {
    const promise = floor === null ? "" : floor.most === undefined ? `≥ ${floor.least}` : `≤ ${floor.most}`;
    const kept = floor === null ? "" : isKept({ what, ours, baseline, ratio, floor }) ? "yes" : "**no**";
    return `| ${what} | ${ours} | ${baseline} | ${ratio === null ? "" : ratio.toFixed(2)} | ${promise} | ${kept} |`;
  });
  return [
    "| what | Koinon | baseline, same run | ratio | promised | kept |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

export function write(command: string): void {
  const path = join(import.meta.dirname, "..", "docs", "benchmarks.md");
  const [start, end] = ["<!-- figures -->", "<!-- end of figures -->"];
  const text = readFileSync(path, "utf8");
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}, \`${command}\``;
  const figures = `${start}\n\n${machine}\n\n${table()}\n\n${end}`;
  writeFileSync(path, text.slice(0, text.indexOf(start)) + figures + text.slice(text.indexOf(end) + end.length));
}
