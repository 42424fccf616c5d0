// What is dear to count is kept for a while, counted once for all who ask at the same time, and counted anew behind their backs.

const keptMs = 60_000;
/** After this nobody is answered with it any more, not even while it is counted anew. */
const staleMs = 15 * 60_000;
const keptMax = 200;

/** The answer to a name: counted now, or kept where it was dear. */
export type Keeper<T> = (name: string, count: () => Promise<T>) => Promise<T>;

interface Kept<T> {
  readonly answer: Promise<T>;
  readonly at: number;
  /** Somebody is counting anew. */
  isComing: boolean;
}

/**
 * Real time, whatever the clock of the house says: this is about load, not about meaning. Only who asks first waits: within a
 * quarter of an hour an answer older than a minute is given once more, and counted anew meanwhile.
 *
 * @param isDear whether an answer is kept; others are forgotten at once, so that small things are never late.
 * @param nowMs milliseconds since any moment.
 */
export function openKeeper<T>(isDear: (answer: T) => boolean, nowMs = () => performance.now()): Keeper<T> {
  const kept = new Map<string, Kept<T>>();
  const keep = (name: string, answer: Promise<T>): void => {
    kept.delete(name);
    kept.set(name, { answer, at: nowMs(), isComing: false });
    if (kept.size > keptMax) kept.delete(kept.keys().next().value!);
  };
  return (name, count) => {
    const there = kept.get(name);
    const ageMs = there === undefined ? Number.POSITIVE_INFINITY : nowMs() - there.at;
    if (there !== undefined && ageMs < staleMs) {
      if (ageMs >= keptMs && !there.isComing) {
        there.isComing = true;
        count().then(
          (found) => (isDear(found) ? keep(name, Promise.resolve(found)) : void kept.delete(name)),
          () => {
            there.isComing = false;
          },
        );
      }
      return there.answer;
    }
    const answer = count();
    keep(name, answer);
    const forget = () => void (kept.get(name)?.answer === answer && kept.delete(name));
    answer.then((found) => void (!isDear(found) && forget()), forget);
    return answer;
  };
}
