// The open data of a process's numbers, where another city names more categories than anyone reads.
import { expect, test } from "vitest";
import { numbersCsv } from "../../src/chronicle/numbers.ts";
import { parseCsv } from "../../src/platform/csv.ts";

test("another city may name as many categories as there are proposals: 200 are told apart, the rest as one", () => {
  const names = Array.from({ length: 1_000 }, (_, index) => ({ id: null, name: null, said: `C${index}`, count: 1 }));
  const counted = {
    ...{ days: [], states: [], supportTotal: 0, areSupportsDated: false, people: null },
    categories: [...names, { id: null, name: null, said: "", count: 7 }],
    answers: { count: 0, medianHours: null },
  };
  const csv = numbersCsv(counted, [], { process: "", countedAt: new Date(0), nameOf: ({ said }) => said });
  const lines = parseCsv(csv)
    .map(({ cells }) => cells)
    .filter(([figure]) => figure === "proposals-by-category");
  expect(lines).toHaveLength(202);
  expect(lines.slice(-2).map((cells) => [cells[1], cells[4]])).toEqual([
    ["", "7"],
    ["other-categories", "800"],
  ]);
  expect(lines.reduce((total, cells) => total + Number(cells[4]), 0)).toBe(1_007);
});
