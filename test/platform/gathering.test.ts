// Many questions at a time become few: nobody who comes alone waits, nobody is answered with another's answer or error.
import { expect, test } from "vitest";
import { isDatabaseAway } from "../../src/platform/db.ts";
import { gatheringLimits, NotAnswered, openGathering } from "../../src/platform/gathering.ts";

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

/** Batches with a 0 in them come to no end by themselves. */
function silent() {
  const batches: (readonly number[])[] = [];
  const ends: PromiseWithResolvers<readonly number[]>[] = [];
  const run = async (asked: readonly number[]): Promise<readonly number[]> => {
    batches.push(asked);
    if (!asked.includes(0)) return asked;
    const end = Promise.withResolvers<readonly number[]>();
    ends.push(end);
    return await end.promise;
  };
  return { batches, ends, run };
}

test("a batch that is never answered is given up as a whole and not run again, and the next goes on", async () => {
  const { batches, ends, run } = silent();
  const ask = openGathering(run, 2, { ...gatheringLimits, runMsMax: 1 });
  const outcomes = await Promise.allSettled([0, 0, 1, 2, 3].map((one) => ask(one)));
  expect(outcomes.map((end) => (end.status === "fulfilled" ? end.value : end.reason.name))).toEqual([
    ...["NotAnswered", "NotAnswered", "NotAnswered"],
    ...[2, 3],
  ]);
  expect(batches).toEqual([[0], [0, 1], [2, 3]]);
  const [given] = outcomes;
  expect(isDatabaseAway((given as PromiseRejectedResult).reason)).toBe(true);
  // What comes after all, an answer or an error, is ignored.
  ends[0]!.resolve([7]);
  ends[1]!.reject(new Error("late"));
  expect(await ask(4)).toBe(4);
});

test("who is asked for again alone waits for one that is never answered once, not once each", async () => {
  const { batches, run } = silent();
  const ask = openGathering(
    async (asked: readonly number[]) => {
      if (asked.length > 1) throw new Error("together");
      return await run(asked);
    },
    4,
    { ...gatheringLimits, runMsMax: 1 },
  );
  const outcomes = await Promise.allSettled([1, 2, 0, 3, 4, 5].map((one) => ask(one)));
  expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual([true, true, false, false, false, true]);
  expect(batches).toEqual([[1], [2], [0], [5]]);
});

test("who comes while too many wait is told so at once", async () => {
  const { batches, run, answerNext } = held();
  const ask = openGathering(run, 10, { ...gatheringLimits, waitingMax: 2 });
  const answers = [1, 2, 3].map((one) => ask(one));
  await expect(ask(4)).rejects.toThrow(NotAnswered);
  await answerNext(0);
  await answerNext(1);
  expect(await Promise.all(answers)).toEqual([10, 20, 30]);
  expect(batches.map(({ asked }) => asked)).toEqual([[1], [2, 3]]);
});
