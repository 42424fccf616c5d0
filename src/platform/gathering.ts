// What many ask for at the same time is asked together: while one batch is under way, those that come gather for the next.
// So who comes alone does not wait, and the more come, the less each of them costs.

/**
 * @param run answers a batch, in its order. Called for one batch after the other.
 * @param batchMax the most in one batch; the rest waits for the one after.
 * @returns the way in for one. A batch that fails is run again one by one, so that none fails for another's sake.
 */
export function openGathering<In, Out>(
  run: (batch: readonly In[]) => Promise<readonly Out[]>,
  batchMax: number,
): (one: In) => Promise<Out> {
  const waiting: Waiting<In, Out>[] = [];
  let isUnderWay = false;

  const answer = async (batch: readonly Waiting<In, Out>[]): Promise<void> => {
    try {
      const answers = await run(batch.map(({ asked }) => asked));
      for (const [place, { resolve }] of batch.entries()) resolve(answers[place]!);
    } catch (error) {
      if (batch.length === 1) return batch[0]!.reject(error);
      for (const one of batch) await answer([one]);
    }
  };
  const goOn = async (): Promise<void> => {
    isUnderWay = true;
    while (waiting.length > 0) await answer(waiting.splice(0, batchMax));
    isUnderWay = false;
  };
  return async (asked) =>
    await new Promise<Out>((resolve, reject) => {
      waiting.push({ asked, resolve, reject });
      if (!isUnderWay) void goOn();
    });
}

interface Waiting<In, Out> {
  readonly asked: In;
  readonly resolve: (answer: Out) => void;
  readonly reject: (error: unknown) => void;
}
