// Many questions at a time become few: nobody who comes alone waits, nobody is answered with another's answer or error.
import { expect, test } from "vitest";
import { openGathering } from "../../src/platform/gathering.ts";

/** Answers only when told to, so that the test decides who comes while a batch is under way. */
function held() {
  const batches: { asked: readonly number[]; answer: () => void }[] = [];
  const run = (asked: readonly number[]): Promise<readonly number[]> =>
    new Promise((resolve) => batches.push({ asked, answer: () => resolve(asked.map((one) => one * 10)) }));
  const answerNext = async (place: number) => {
    batches[place]!.answer();
    await new Promise((done) => setImmediate(done));
  };
  return { batches, run, answerNext };
}

test("who comes first goes at once; who comes meanwhile goes together, in order, at most so many", async () => {
  const { batches, run, answerNext } = held();
  const ask = openGathering(run, 3);
  const answers = [1, 2, 3, 4, 5].map((one) => ask(one));
  expect(batches.map(({ asked }) => asked)).toEqual([[1]]);
  await answerNext(0);
  expect(batches[1]!.asked).toEqual([2, 3, 4]);
  await answerNext(1);
  expect(batches[2]!.asked).toEqual([5]);
  await answerNext(2);
  expect(await Promise.all(answers)).toEqual([10, 20, 30, 40, 50]);
  void ask(6);
  expect(batches[3]!.asked).toEqual([6]);
});

test("one that cannot be answered fails alone", async () => {
  const ask = openGathering(async (asked: readonly number[]) => {
    if (asked.includes(3)) throw new Error("three");
    return asked;
  }, 10);
  const ends = await Promise.allSettled([1, 2, 3, 4].map((one) => ask(one)));
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  expect(await ask(5)).toBe(5);
});
