// The law by which a restored node takes its own chains back.
import { describe, expect, test } from "vitest";
import type { RecordDocument } from "../../src/records/record.ts";
import { chainOnward, type OfferedRecord } from "../../src/records/recovery.ts";

const offered = (digest: string, version: number, previous: string | undefined, said: Partial<RecordDocument> = {}) =>
  ({
    digest,
    text: digest,
    part: null,
    document: { epoch: 1, version, previous, recorded: "2026-05-04T09:00:00.000Z", standing: "shown", ...said },
  }) as OfferedRecord;
const head = { digest: "b", epoch: 1, version: 2, standing: "shown" } as const;
const known = new Map([
  ["a", 1],
  ["b", 2],
]);
const names = (some: readonly OfferedRecord[], from: Parameters<typeof chainOnward>[0] = head) =>
  chainOnward(from, from === null ? new Map() : known, some).map(({ digest }) => digest);

describe("what goes on from the version that is here", () => {
  test("a chain in any order", () => {
    expect(names([offered("d", 4, "c"), offered("c", 3, "b")])).toEqual(["c", "d"]);
  });

  test("a whole chain of what is not here at all, from its first version", () => {
    expect(names([offered("y", 2, "x"), offered("x", 1, undefined)], null)).toEqual(["x", "y"]);
    expect(names([offered("y", 2, "x")], null)).toEqual([]);
  });

  test("the longer of two that contradict each other, and of equals the one recorded first", () => {
    const [short, one, two] = [offered("s", 3, "b"), offered("c", 3, "b"), offered("d", 4, "c")];
    expect(names([short, one, two])).toEqual(["c", "d"]);
    const later = offered("a-later", 3, "b", { recorded: "2026-05-05T09:00:00.000Z" });
    expect(names([later, short])).toEqual(["s"]);
  });

  test("that of a higher epoch, also from an older version", () => {
    expect(names([offered("c", 3, "b"), offered("d", 4, "c"), offered("e", 2, "a", { epoch: 2 })])).toEqual(["e"]);
  });
});

describe("what does not", () => {
  test("a second version of what is here, a gap, another beginning, an older epoch", () => {
    const under = { ...head, epoch: 2 };
    expect(names([offered("f", 2, "a")])).toEqual([]);
    expect(names([offered("f", 4, "b")])).toEqual([]);
    expect(names([offered("f", 3, "elsewhere")])).toEqual([]);
    expect(names([offered("f", 1, undefined)])).toEqual([]);
    expect(names([offered("f", 3, "b")], under)).toEqual([]);
    expect(names([offered("f", 3, "a", { epoch: 2 })])).toEqual([]);
  });

  test("anything after an erasure", () => {
    expect(names([offered("c", 3, "b")], { ...head, standing: "erased" })).toEqual([]);
    const erased = offered("c", 3, "b", { standing: "erased" });
    expect(names([erased, offered("d", 4, "c")])).toEqual(["c"]);
  });
});
