// The line that says how far a long work has come: silent for short works, quiet in a log.
import { expect, test } from "vitest";
import { openProgressLine } from "../../src/platform/progress-line.ts";

function shown(isTTY: boolean, updatesAtMs: number[]): string[] {
  const written: string[] = [];
  let now = 0;
  const out = { isTTY, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  const line = openProgressLine(out, () => now);
  for (const at of updatesAtMs) {
    now = at;
    line.update(() => `at ${at}`);
  }
  line.clear();
  return written;
}

test("nothing is shown of what takes two seconds or less", () => {
  expect(shown(true, [0, 500, 1999])).toEqual([]);
  expect(shown(false, [0, 500, 1999])).toEqual([]);
});

test("a terminal has one line that changes and goes away; a log gets a line now and then", () => {
  const updates = [0, 2000, 2050, 2100, 5000, 12_000];
  expect(shown(true, updates)).toEqual([
    "\r\x1b[Kat 2000",
    "\r\x1b[Kat 2100",
    "\r\x1b[Kat 5000",
    "\r\x1b[Kat 12000",
    "\r\x1b[K",
  ]);
  expect(shown(false, updates)).toEqual(["at 2000\n", "at 12000\n"]);
});
