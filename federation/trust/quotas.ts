// How much one server may bring in, so that none can fill the queue or the tables. In memory and bounded; what is over is
// answered 429 and sent again by its server later, so nothing is lost silently.
import { isServerFollowedHere } from "../../src/actors/queries.ts";
import type { Sql } from "../../src/platform/db.ts";
import { openRateLimit } from "../../src/platform/ratelimit.ts";
import { Refused } from "../../src/platform/refusal.ts";

export const quotaLimits = {
  /** Signed activities of one host, of any kind. */
  activitiesPerMinute: 600,
  /** `Create` and `Update` of one host. */
  contributionsPerHour: 600,
  /** `Flag` of one host. */
  reportsPerHour: 60,
  /** Requests to follow from one host. */
  followsPerHour: 600,
  /** How many times as much a server may bring that is followed here: a city brings its whole discussion. */
  followedFactor: 20,
  /** Hosts whose use is remembered, of each kind; the ones longest unseen are forgotten first. */
  hostsMax: 20_000,
} as const;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export interface Quotas {
  /** Takes a turn for an activity whose signature is good. Null when it may go on, else the whole seconds to wait. */
  take(actor: URL, type: string, now: Date): Promise<number | null>;
  /** The same, and then its effect, which may find that too much waits already. @returns null once it has had its effect. */
  admit(activity: { actor: URL; type: string; now: Date }, effect: () => Promise<void>): Promise<number | null>;
}

/** @param exempt origins of a demo, a test or a measurement. */
export function openQuotas(sql: Sql, exempt: readonly string[]): Quotas {
  const ofAll = pairOf(quotaLimits.activitiesPerMinute, minuteMs);
  const contributions = pairOf(quotaLimits.contributionsPerHour, hourMs);
  const ofKind: ReadonlyMap<string, ReturnType<typeof pairOf>> = new Map([
    ["Create", contributions],
    ["Update", contributions],
    ["Flag", pairOf(quotaLimits.reportsPerHour, hourMs)],
    ["Follow", pairOf(quotaLimits.followsPerHour, hourMs)],
  ]);
  const take: Quotas["take"] = async ({ host, origin }, type, now) => {
    if (exempt.includes(origin)) return null;
    const limits = [ofAll, ofKind.get(type)].filter((limit) => limit !== undefined);
    const waits = limits.map(({ unknown }) => unknown.take(host, now));
    if (waits.every((wait) => wait === null)) return null;
    // Asked only of a server that brings much: most never do.
    if (!(await isServerFollowedHere(sql, origin))) return Math.max(...waits.map((wait) => wait ?? 0));
    return Math.max(...limits.map(({ followed }) => followed.take(host, now) ?? 0)) || null;
  };
  return {
    take,
    async admit({ actor, type, now }, effect) {
      const wait = await take(actor, type, now);
      if (wait !== null) return wait;
      try {
        await effect();
        return null;
      } catch (error) {
        if (error instanceof Refused && error.code === "too-many-requests") return Number(error.params.seconds ?? 60);
        throw error;
      }
    },
  };
}

const pairOf = (limit: number, windowMs: number) => ({
  unknown: openRateLimit({ limit, windowMs, sourcesMax: quotaLimits.hostsMax }),
  followed: openRateLimit({ limit: limit * quotaLimits.followedFactor, windowMs, sourcesMax: quotaLimits.hostsMax }),
});
