// What many ask for at the same time is asked together: while one batch is under way, those that come gather for the next.
// So who comes alone does not wait, and the more come, the less each of them costs.

export const gatheringLimits = {
  /** How long a batch may take. A database connection that has gone silent must not stop everyone who comes after. */
  runMsMax: 15_000,
  /** How many may wait for the next batches. */
  waitingMax: 5_000,
};

/** Whoever asked may come again later. Its code says that the database is away just now, so a request is answered 503. */
export class NotAnswered extends Error {
  override readonly name = "NotAnswered";
  readonly code = "ETIMEDOUT";
}

/**
 * @param run answers a batch, in its order. Called for one batch after the other. One that was given up may still come to its
 * end afterwards, so what it does has to be such that it can be asked for again.
 * @param batchMax the most in one batch; the rest waits for the one after.
 * @returns the way in for one. A batch that fails is run again one by one, so that none fails for another's sake. A batch
 * that is not answered in time is not run again: all of it is rejected with {@link NotAnswered}, and the next goes on. So is
 * at once who comes while too many wait.
 */
export function openGathering<In, Out>(
  run: (batch: readonly In[]) => Promise<readonly Out[]>,
  batchMax: number,
  { runMsMax, waitingMax } = gatheringLimits,
): (one: In) => Promise<Out> {
  const waiting: Waiting<In, Out>[] = [];
  let isUnderWay = false;

  const answer = async (batch: readonly Waiting<In, Out>[]): Promise<void> => {
    const answers = await inTime(run(batch.map(({ asked }) => asked)), runMsMax);
    for (const [place, { resolve }] of batch.entries()) resolve(answers[place]!);
  };
  const answerEach = async (batch: readonly Waiting<In, Out>[]): Promise<void> => {
    let late: NotAnswered | null = null;
    for (const one of batch) {
      try {
        // They would wait as long for each.
        if (late !== null) throw late;
        await answer([one]);
      } catch (error) {
        if (error instanceof NotAnswered) late = error;
        one.reject(error);
      }
    }
  };
  const goOn = async (): Promise<void> => {
    isUnderWay = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, batchMax);
      try {
        await answer(batch);
      } catch (error) {
        if (batch.length > 1 && !(error instanceof NotAnswered)) await answerEach(batch);
        else for (const { reject } of batch) reject(error);
      }
    }
    isUnderWay = false;
  };
  return async (asked) =>
    await new Promise<Out>((resolve, reject) => {
      if (waiting.length >= waitingMax) return reject(new NotAnswered(`${waiting.length} wait already`));
      waiting.push({ asked, resolve, reject });
      if (!isUnderWay) void goOn();
    });
}

/** What comes later, an error too, is nobody's any more. */
async function inTime<T>(answers: Promise<T>, msMax: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const giveUp = () => late.reject(new NotAnswered(`Not answered within ${msMax} ms`));
  const timer = setTimeout(giveUp, msMax).unref();
  try {
    return await Promise.race([answers, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

interface Waiting<In, Out> {
  readonly asked: In;
  readonly resolve: (answer: Out) => void;
  readonly reject: (error: unknown) => void;
}
