// The jobs of notices: from an event to the people who follow, page by page; the mails at once, and at their hour of the
// city's morning; sweeping.
import * as z from "zod";
import { getEvent, type RecordedEvent } from "../events.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { idFrom } from "../platform/ids.ts";
import { enqueue, type Handlers, Later, type RetryPolicy, schedule } from "../platform/jobs.ts";
import { dayMs, hourMs, toLocal, toLocalDate } from "../platform/time.ts";
import { notify, sweepNotices, tellPage } from "./actions.ts";
import { type AuthorsTelling, isForAuthors, tellAuthors } from "./author-actions.ts";
import { forgetAuthorship, forgetFollowed } from "./following-actions.ts";
import { type Mailing, mailAccount, mailConfirmation, mailFollower } from "./mail-actions.ts";
import { tellMailPage } from "./mail-following-actions.ts";
import { mailRhythms, noticeKinds, type Telling } from "./notice.ts";
import { type Pushing, sendPush } from "./push-actions.ts";
import { listAccountsToMail, listMailFollowersToMail } from "./queries.ts";
import { promiseWeeks } from "./week-actions.ts";

/** The hours, on the city's clock, from which the week is summed up and mails that wait go out: before work, after dawn. */
export const weekHour = 7;
export const mailHour = 8;
/** After it nothing is mailed that can wait: a node that was down all day keeps it for the next morning. */
export const lastMailHour = 20;
const accountsPerPage = 1_000;

/** About half a day: older news can wait for the next mail. */
const mailRetry: RetryPolicy = { firstDelayMs: 60_000, delayMsMax: 2 * hourMs, attemptsMax: 10 };

/** Two days: what nobody is to miss is worth more than a night without a mail server. */
const alwaysRetry: RetryPolicy = { firstDelayMs: 10_000, delayMsMax: hourMs, attemptsMax: 55 };

export interface NoticeHouse extends Mailing {
  /** What the people who follow are told of an event, by the room that stands above all others. */
  readonly whatIsTold: (sql: Sql, event: RecordedEvent) => Promise<readonly Telling[]>;
  /** The same of things of other servers that have come here, by their URIs. */
  readonly whatArrived: (sql: Sql, uris: readonly string[]) => Promise<ReadonlyMap<string, readonly Telling[]>>;
}

const telling = z.object({
  kind: z.enum(noticeKinds),
  subjectUri: z.string(),
  data: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  of: z.array(z.string()),
  onlyAuthors: z.enum(["who-follow", "all"]).optional(),
  byAccountIds: z.array(z.string()).optional(),
  byAuthorOf: z.string().optional(),
});
const tellPayload = z.union([
  z.object({ eventId: z.uuid() }),
  z.object({ arrivedUris: z.array(z.string()) }),
  z.object({ arrivedUri: z.string() }),
  z.object({
    telling,
    onceId: z.uuid(),
    at: z.iso.datetime(),
    after: z.string().nullable().default(null),
    isByMail: z.boolean().default(false),
  }),
]);
type OneTelling = Extract<z.output<typeof tellPayload>, { onceId: string }>;

export function noticeHandlers(house: NoticeHouse): Handlers {
  const { sql, clock } = house;
  return {
    tell: (payload) => tell(house, tellPayload.parse(payload)),
    "mail-notices": {
      run: async (payload) => {
        const { accountId, rhythm } = z
          .object({ accountId: z.uuid(), rhythm: z.enum(mailRhythms).default("at-once") })
          .parse(payload);
        await mailAccount(house, accountId, rhythm);
      },
      retry: mailRetry,
    },
    "tell-account": (payload) => withTransaction(sql, (tx) => notify(tx, news.parse(payload), clock.now())),
    "mail-always": { run: (payload) => mailAccount(house, accountOf(payload), "always"), retry: alwaysRetry },
    "mail-follower": { run: (payload) => mailFollower(house, idOf(payload)), retry: mailRetry },
    "mail-confirmation": { run: (payload) => mailConfirmation(house, idOf(payload)), retry: mailRetry },
    "notice-hour": (payload) => onTheHour(house, hourPayload.parse(payload ?? {})),
    "notice-weeks": (payload) => promiseWeek(house, z.object({ week: z.string(), after: z.string() }).parse(payload)),
    "sweep-notices": async () => {
      await schedule(sql, "sweep-notices", new Date(+clock.now() + dayMs));
      await sweepNotices(sql, clock.now());
    },
  };
}

/** Messages to the browsers of a person. */
export const pushHandlers = (pushing: Pushing): Handlers => ({
  push: { run: (payload) => sendPush(pushing, accountOf(payload)), retry: mailRetry },
});

/** From the rooms below, which cannot call: what is decided about an account. */
const news = z.object({
  accountId: z.uuid(),
  kind: z.enum(noticeKinds),
  subjectUri: z.string().nullable(),
  data: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
});

const accountOf = (payload: unknown): string => z.object({ accountId: z.uuid() }).parse(payload).accountId;
const idOf = (payload: unknown): string => z.object({ id: z.uuid() }).parse(payload).id;

/** Called at every start; each is promised once. */
export async function scheduleNoticeJobs({ sql, clock }: Pick<Mailing, "sql" | "clock">): Promise<void> {
  const now = clock.now();
  await schedule(sql, "notice-hour", nextHour(now));
  await schedule(sql, "sweep-notices", new Date(+now + dayMs));
}

const nextHour = (now: Date): Date => new Date((Math.floor(+now / hourMs) + 1) * hourMs);

/** The days of the city's calendar on which each was last done. */
const hourPayload = z.object({ weekOn: z.string().default(""), mailedOn: z.string().default("") });

/** Looks at the city's clock every hour, so that a changed time zone or a night without power loses no morning. */
async function onTheHour(house: NoticeHouse, last: z.output<typeof hourPayload>): Promise<void> {
  const { sql, clock } = house;
  const now = clock.now();
  const { timeZone } = await house.findCity("en");
  const [today, hour = 0] = [toLocalDate(now, timeZone), Number(toLocal(now, timeZone).slice(11, 13))];
  const isMonday = new Date(`${today}T12:00:00Z`).getUTCDay() === 1;
  const isWeekDue = isMonday && hour >= weekHour && last.weekOn !== today;
  const isMailDue = hour >= mailHour && hour < lastMailHour && last.mailedOn !== today;
  const done = { weekOn: isWeekDue ? today : last.weekOn, mailedOn: isMailDue ? today : last.mailedOn };
  await enqueue(sql, { kind: "notice-hour", payload: done, runAt: nextHour(now), uniqueKey: "schedule notice-hour" });
  if (isWeekDue) await enqueue(sql, { kind: "notice-weeks", payload: { week: today, after: "" } });
  if (isMailDue) await promiseMails(house, isMonday);
}

/** An event, or an arrival, becomes one job for each thing that is told of it; each of those goes page by page. */
async function tell(house: NoticeHouse, payload: z.output<typeof tellPayload>): Promise<void> {
  if ("onceId" in payload) return await tellOne(house, payload);
  const { sql } = house;
  if ("eventId" in payload) {
    const event = await getEvent(sql, payload.eventId);
    await forget(sql, event);
    await promise(sql, event.subjectUri, event.id, event.at, await house.whatIsTold(sql, event));
    return;
  }
  const uris = "arrivedUri" in payload ? [payload.arrivedUri] : payload.arrivedUris;
  try {
    await tellArrivals(house, uris);
  } catch (error) {
    if (uris.length <= 1) throw error;
    // One of them may be why: each becomes a job of its own, so that only that one is tried again. Nobody is told twice.
    await enqueue(
      sql,
      uris.map((arrivedUri) => ({ kind: "tell", payload: { arrivedUri } })),
    );
  }
}

/** Who wrote what was answered is told at once of all of it, everyone else by a job for each telling. */
async function tellArrivals({ sql, clock, whatArrived }: NoticeHouse, uris: readonly string[]): Promise<void> {
  const now = clock.now();
  const forAuthors: AuthorsTelling[] = [];
  for (const [uri, tellings] of await whatArrived(sql, uris)) {
    const onceId = idFrom(`arrived ${uri}`, new Date(0));
    if (tellings.every(isForAuthors)) forAuthors.push(...tellings.map((telling) => ({ telling, onceId })));
    else await promise(sql, uri, onceId, now, tellings);
  }
  if (forAuthors.length > 0) await tellAuthors(sql, forAuthors, now, now);
}

/** What an author takes back, people here stop following too; and who closes their public voice. */
async function forget(sql: Sql, { type, subjectUri, data }: RecordedEvent): Promise<void> {
  if (type === "ProposalErased" || type === "CommentDeleted" || type === "ActorClosed")
    await forgetFollowed(sql, subjectUri);
  if (type === "ProposalChanged" && (data as { isAuthorForgotten?: boolean }).isAuthorForgotten === true)
    await forgetAuthorship(sql, subjectUri);
}

const promise = (sql: Sql, uri: string, onceId: string, at: Date, tellings: readonly Telling[]): Promise<void> =>
  enqueue(
    sql,
    tellings.map((one) => ({
      kind: "tell",
      payload: {
        telling: one,
        onceId: one.once === undefined ? onceId : idFrom(one.once, new Date(0)),
        at: at.toISOString(),
      },
      key: `tell ${uri}`,
    })),
  );

async function tellOne({ sql, clock }: NoticeHouse, payload: OneTelling): Promise<void> {
  const { telling, onceId, after, isByMail } = payload;
  const page = { telling: telling as Telling, onceId, at: new Date(payload.at), after };
  const next = await (isByMail ? tellMailPage : tellPage)(sql, page, clock.now());
  if (next !== null) throw new Later(0, { ...payload, after: next });
  if (!isByMail) throw new Later(0, { ...payload, after: null, isByMail: true });
}

/** The mails of the morning: daily ones, and on Mondays weekly ones; who follows by e-mail gets theirs daily. */
async function promiseMails({ sql }: NoticeHouse, isMonday: boolean): Promise<void> {
  const rhythms = isMonday ? (["daily", "weekly"] as const) : (["daily"] as const);
  for (const rhythm of rhythms) {
    for (let after: string | null = null; ; ) {
      const accountIds: string[] = await listAccountsToMail(sql, rhythm, after, accountsPerPage);
      await enqueue(
        sql,
        accountIds.map((accountId) => ({
          kind: "mail-notices",
          payload: { accountId, rhythm },
          uniqueKey: `mail-notices ${accountId} ${rhythm}`,
        })),
      );
      after = accountIds.at(-1) ?? null;
      if (accountIds.length < accountsPerPage) break;
    }
  }
  for (let after: string | null = null; ; ) {
    const ids: string[] = await listMailFollowersToMail(sql, after, accountsPerPage);
    await enqueue(
      sql,
      ids.map((id) => ({ kind: "mail-follower", payload: { id }, uniqueKey: `mail-follower ${id}` })),
    );
    after = ids.at(-1) ?? null;
    if (ids.length < accountsPerPage) break;
  }
}

async function promiseWeek({ sql, clock }: NoticeHouse, { week, after }: { week: string; after: string }) {
  const next = await promiseWeeks(sql, week, after, clock.now());
  if (next !== null) throw new Later(0, { week, after: next });
}
