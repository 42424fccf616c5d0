// What may follow what in a copied chain, and what gives way: the law alone.
import { expect, test } from "vitest";
import { type CheckedCopy, type CopyTrust, openChain, placeInChain } from "../../src/records/copy.ts";
import type { RecordDocument } from "../../src/records/record.ts";

interface Said {
  readonly version: number;
  readonly previous?: string;
  readonly epoch?: number;
  readonly trust?: CopyTrust;
  readonly standing?: RecordDocument["standing"];
}

const copy = (digest: string, { version, previous, epoch = 1, trust = "verified", standing = "shown" }: Said) =>
  ({ digest, text: digest, part: null, trust, document: { version, previous, epoch, standing } }) as CheckedCopy;

const chainOf = (...copies: CheckedCopy[]) => {
  const chain = openChain(null);
  for (const one of copies) placeInChain(chain, one);
  return chain;
};
const one = copy("a", { version: 1 });
const two = copy("b", { version: 2, previous: "a" });

const refusal = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "taken";
};

test("a chain goes on from its head, without a gap or a fork", () => {
  expect(chainOf(one, two).head).toMatchObject({ digest: "b", version: 2 });
  expect(refusal(() => chainOf(one, copy("c", { version: 3, previous: "b" })))).toBe("gap");
  expect(refusal(() => chainOf(one, two, copy("x", { version: 2, previous: "a" })))).toBe("fork");
  expect(refusal(() => chainOf(one, copy("x", { version: 2, previous: "other" })))).toBe("fork");
});

test("a higher epoch goes on from any version that is known, and from no other", () => {
  const restored = copy("r", { version: 2, previous: "a", epoch: 2 });
  expect(chainOf(one, two, restored).head).toMatchObject({ digest: "r", epoch: 2, version: 2 });
  expect(refusal(() => chainOf(one, two, copy("r", { version: 2, previous: "unknown", epoch: 2 })))).toBe("gap");
  expect(refusal(() => chainOf(one, restored, two))).toBe("older");
});

test("nothing follows an erasure, in whatever epoch", () => {
  const erased = copy("e", { version: 2, previous: "a", standing: "erased" });
  expect(refusal(() => chainOf(one, erased, copy("f", { version: 3, previous: "e" })))).toBe("older");
  expect(refusal(() => chainOf(one, erased, copy("f", { version: 2, previous: "a", epoch: 9 })))).toBe("older");
});

test("what is only vouched for never goes on from what was checked, and gives way to it", () => {
  const said = copy("v", { version: 1, trust: "vouched" });
  expect(refusal(() => chainOf(one, copy("w", { version: 2, previous: "a", trust: "vouched" })))).toBe("wrong-key");
  const replaced = chainOf(said, copy("w", { version: 2, previous: "v", trust: "vouched" }), one);
  expect(replaced).toMatchObject({ head: { digest: "a", trust: "verified" }, droppedFrom: 1 });
  expect(replaced.fresh).toEqual([one]);
});

test("what was checked vouches for all before it, by its digest", () => {
  const said = copy("v", { version: 1, trust: "vouched" });
  const chain = chainOf(said, copy("b", { version: 2, previous: "v" }));
  expect(chain).toMatchObject({ isUpgraded: true, droppedFrom: null, head: { digest: "b", trust: "verified" } });
});
