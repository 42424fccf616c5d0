// Meetings and results as the demo writes them down, and how they come to stand in a process.
import type { Account } from "../../src/accounts/account.ts";
import { closeMeeting, draftMeeting, publishMeeting } from "../../src/meetings/actions.ts";
import type { Meeting, MeetingKind } from "../../src/meetings/meeting.ts";
import { toLocalDate } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { publishResult, reachMilestone } from "../../src/results/actions.ts";
import type { ResultStatus } from "../../src/results/result.ts";
import { ago, onDay, type Place } from "./place.ts";
import { categoryIdOf } from "./process-seed.ts";

export interface MeetingSeed {
  readonly key: string;
  readonly title: string;
  readonly body: string;
  /** Days from today; negative for one that is over. */
  readonly day: number;
  readonly from: string;
  readonly to: string;
  readonly kind: MeetingKind;
  readonly address?: string;
  readonly at?: readonly [number, number];
  readonly link?: string;
  readonly agenda: string;
  readonly audience: string;
  /** Keys of proposals it talks about. */
  readonly about?: readonly string[];
  readonly afterwards?: { readonly attendees: number; readonly organisations: string; readonly minutes: string };
}

const invitedDaysBefore = 14;
const writtenUpDaysAfter = 2;

/** Calls the meeting two weeks before its day, or now where that is to come, and writes it up where it is over. */
export async function plantMeeting(
  place: Place,
  process: Process,
  official: Account,
  proposals: ReadonlyMap<string, Proposal>,
  seed: MeetingSeed,
): Promise<Meeting> {
  const { tx, uris } = place;
  const invited = ago(place, Math.max(0.2, invitedDaysBefore - seed.day));
  const [latitude, longitude] = seed.at ?? [null, null];
  const { uri } = await draftMeeting(
    tx,
    uris,
    official,
    {
      processUri: process.uri,
      organisationId: place.city.actorId,
      title: seed.title,
      body: seed.body,
      language: process.languages[0] ?? "en",
      startsAt: onDay(place, seed.day, seed.from),
      endsAt: onDay(place, seed.day, seed.to),
      isDayOnly: false,
      timeZone: place.timeZone,
      kind: seed.kind,
      address: seed.address ?? "",
      latitude,
      longitude,
      link: seed.link ?? "",
      agenda: seed.agenda,
      audience: seed.audience,
      categoryId: null,
      linkedUris: (seed.about ?? []).map((key) => (proposals.get(key) as Proposal).uri),
    },
    invited,
  );
  const meeting = await publishMeeting(tx, uris, official, uri, invited);
  if (seed.afterwards === undefined) return meeting;
  const { attendees, organisations, minutes } = seed.afterwards;
  const account = { attendeeCount: attendees, organisations, minutes };
  await closeMeeting(tx, uris, official, uri, account, ago(place, -seed.day - writtenUpDaysAfter));
  return meeting;
}

export interface ResultSeed {
  readonly title: string;
  readonly body: string;
  readonly category: string;
  readonly days: number;
  readonly status: ResultStatus;
  readonly progress: number | null;
  readonly cost: string;
  readonly currency?: string;
  readonly starts: number;
  readonly ends: number;
  readonly proposals: readonly string[];
  readonly meetings: readonly string[];
  /** The last one leaves the result as it is now; the others say how far it was by then. */
  readonly milestones: readonly {
    readonly days: number;
    readonly title: string;
    readonly body: string;
    readonly progress: number;
  }[];
}

export async function plantResult(
  place: Place,
  process: Process,
  official: Account,
  known: { proposals: ReadonlyMap<string, Proposal>; meetings: ReadonlyMap<string, Meeting> },
  seed: ResultSeed,
): Promise<void> {
  const { tx, uris } = place;
  const language = process.languages[0] ?? "en";
  const dayOf = (days: number) => toLocalDate(ago(place, days), place.timeZone);
  const result = await publishResult(
    tx,
    uris,
    official,
    {
      processUri: process.uri,
      title: seed.title,
      body: seed.body,
      language,
      status: "planned",
      progress: 0,
      costAmount: seed.cost,
      costCurrency: seed.currency ?? "EUR",
      startsOn: dayOf(seed.starts),
      endsOn: dayOf(seed.ends),
      categoryId: await categoryIdOf(place, seed.category),
      proposalUris: seed.proposals.map((key) => (known.proposals.get(key) as Proposal).uri),
      meetingUris: seed.meetings.map((key) => (known.meetings.get(key) as Meeting).uri),
    },
    ago(place, seed.days),
  );
  for (const [index, { days, title, body, progress }] of seed.milestones.entries()) {
    const isLast = index === seed.milestones.length - 1;
    const stand = isLast
      ? { status: seed.status, progress: seed.progress }
      : { status: "in-progress" as const, progress };
    const step = { resultUri: result.uri, reachedOn: dayOf(days), title, body, language, ...stand };
    await reachMilestone(tx, uris, official, step, ago(place, days));
  }
}
