// The inbox under spoiled input, signed by a stranger and not: answered each time, never with a fault, and a refused one
// leaves nothing. FUZZ_INPUTS and FUZZ_SEED ask for more, or for a run again; `npm run fuzz` for the whole.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FuzzTarget, heapUsedMb, openFuzzTarget } from "./fuzz-target.ts";

const inputs = Number(process.env.FUZZ_INPUTS ?? 4_000);
/** The same inputs each time; `npm run fuzz` throws others every day. */
const seed = Number(process.env.FUZZ_SEED ?? 20_780);
const chunk = 500;
const slowestMsMax = 5_000;
const heapGrowthMbMax = 40;

let target: FuzzTarget;
beforeAll(async () => {
  target = await openFuzzTarget();
});
afterAll(async () => await target?.[Symbol.asyncDispose]());

describe("13 body and limits, 26 crash on malformed: spoiled activities at the inbox", () => {
  test(`${inputs} of seed ${seed}: no fault, no write of a refused one, bounded time and memory`, {
    timeout: 600_000 + inputs * 150,
  }, async () => {
    const before = await target.untouchable();
    await target.throwAt(seed, 0, chunk);
    const heapBefore = heapUsedMb();
    for (let from = chunk; from < inputs; from += chunk)
      await target.throwAt(seed, from, Math.min(chunk, inputs - from));
    const heapAfter = heapUsedMb();
    const { figures } = target;
    console.log(report(seed, figures, heapBefore, heapAfter));
    expect(await target.untouchable()).toEqual(before);
    expect(await target.miscounted()).toEqual([]);
    expect(figures.slowestMs, figures.slowest).toBeLessThan(slowestMsMax);
    expect(heapAfter - heapBefore).toBeLessThan(heapGrowthMbMax);
    // Both ways were gone, so the promises above say something.
    for (const status of [202, 400, 401]) expect(figures.statuses.get(status) ?? 0).toBeGreaterThan(inputs / 200);
  });
});

function report(
  from: number,
  { inputs: sent, statuses, totalMs, slowestMs, slowest }: FuzzTarget["figures"],
  heapBefore: number,
  heapAfter: number,
): string {
  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  return [
    `${sent} inputs of seed ${from}: ${counts.join(", ")}`,
    `${(totalMs / sent).toFixed(2)} ms each, the slowest ${slowestMs.toFixed(0)} ms (${slowest})`,
    `heap ${heapBefore.toFixed(0)} MB → ${heapAfter.toFixed(0)} MB, peak RSS ${(process.resourceUsage().maxRSS / 1_024).toFixed(0)} MB`,
  ].join("\n");
}
