// How often one source may do one thing. In memory and bounded: it slows floods down; it is no ledger.

export interface RateLimitOptions {
  /** How many in one window; all of them may come at once. */
  readonly limit: number;
  readonly windowMs: number;
  /** Sources remembered; the ones longest unseen are forgotten first. */
  readonly sourcesMax?: number;
}

export interface RateLimit {
  /** Takes one turn. Null when it may go on, else the whole seconds to wait. */
  take(source: string, now: Date): number | null;
}

const sourcesMaxDefault = 20_000;

/** A leaky bucket per source (GCRA): one number each, the time at which the bucket is empty again. */
export function openRateLimit({ limit, windowMs, sourcesMax = sourcesMaxDefault }: RateLimitOptions): RateLimit {
  const emptyAt = new Map<string, number>();
  const costMs = windowMs / limit;
  return {
    take(source, now) {
      const nowMs = now.getTime();
      const filledUntil = Math.max(emptyAt.get(source) ?? 0, nowMs) + costMs;
      const waitMs = filledUntil - nowMs - windowMs;
      if (waitMs > 0) return Math.ceil(waitMs / 1000);
      emptyAt.delete(source);
      emptyAt.set(source, filledUntil);
      if (emptyAt.size > sourcesMax) {
        for (const [oldest] of emptyAt) {
          emptyAt.delete(oldest);
          break;
        }
      }
      return null;
    },
  };
}
