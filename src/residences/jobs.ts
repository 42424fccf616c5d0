// What residence has done later: reminders before a verification ends, notices, the end of assisted sessions, forgetting.
import { z } from "zod";
import type { Sql, Tx } from "../platform/db.ts";
import { withTransaction } from "../platform/db.ts";
import { type Handlers, schedule } from "../platform/jobs.ts";
import { hourMs } from "../platform/time.ts";
import type { Clock } from "../ports.ts";
import { sweepResidences, tellOfExpiry } from "./actions.ts";
import { endAssistWhenOver } from "./assist-actions.ts";
import { emailCodeWindowMs } from "./email-code.ts";
import { sweepEmailCodes } from "./email-code-actions.ts";
import { sweepLetterTurns } from "./letter-turn-actions.ts";
import { attemptWindowMs, reminderMs } from "./residence.ts";
import { type ResidentNews, residentNews } from "./telling-actions.ts";

const sweepKind = "residence-round";
const roundEveryMs = 6 * hourMs;

/** Promises the next round, once however often it is asked for. */
export const scheduleResidenceRounds = (sql: Sql, now: Date): Promise<void> =>
  schedule(sql, sweepKind, new Date(now.getTime() + roundEveryMs));

/** How a person is told of something, given by the composition root. */
export type TellResident = (
  tx: Tx,
  news: { accountId: string; kind: ResidentNews; data: Record<string, string | number> },
  now: Date,
) => Promise<void>;

const newsPayload = z.object({
  accountId: z.uuid(),
  kind: z.enum(residentNews),
  data: z.record(z.string(), z.union([z.string(), z.number()])),
});

export function residenceHandlers(house: {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly tell: TellResident;
}): Handlers {
  const { sql, clock, tell } = house;
  return {
    "tell-resident": (payload) => withTransaction(sql, (tx) => tell(tx, newsPayload.parse(payload), clock.now())),
    "end-assist": (payload) =>
      endAssistWhenOver(sql, z.object({ assistId: z.uuid() }).parse(payload).assistId, clock.now()),
    [sweepKind]: async () => {
      const now = clock.now();
      await scheduleResidenceRounds(sql, now);
      await tellOfExpiry(sql, new Date(now.getTime() + reminderMs), now);
      await sweepResidences(sql, new Date(now.getTime() - attemptWindowMs), now);
      await sweepLetterTurns(sql, now);
      await sweepEmailCodes(sql, new Date(now.getTime() - emailCodeWindowMs));
    },
  };
}
