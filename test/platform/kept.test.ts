// What is dear to count: once for all who ask, kept for a minute, and counted anew behind their backs.
import { expect, test } from "vitest";
import { openKeeper } from "../../src/platform/kept.ts";

test("what takes long to count is counted once a minute, whoever asks; what is small at once", async () => {
  let asked = 0;
  const slow = openKeeper<number>((things) => things > 5);
  const count = async () => {
    asked += 1;
    return asked === 1 ? 9 : 1;
  };
  expect(await Promise.all([slow("a", count), slow("a", count)])).toEqual([9, 9]);
  expect(await slow("a", count)).toBe(9);
  expect(await slow("b", count)).toBe(1);
  expect(await slow("b", count)).toBe(1);
  expect(asked).toBe(3);
  await expect(slow("c", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(await slow("c", count)).toBe(1);
});

test("what was counted a minute ago is answered at once, and counted anew for whoever asks next", async () => {
  let [now, things] = [0, 10];
  const keeper = openKeeper<number>(
    () => true,
    () => now,
  );
  const ask = (count: () => Promise<number> = async () => things++) => keeper("a", count);
  expect(await ask()).toBe(10);
  now = 61_000;
  expect([await ask(), await ask()]).toEqual([10, 11]);
  now += 61_000;
  expect(await ask(() => Promise.reject(new Error("away")))).toBe(11);
  now += 16 * 60_000;
  expect(await ask()).toBe(12);
});
