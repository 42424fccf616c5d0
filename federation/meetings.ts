// The meetings room's third door: an Event with its facts (FEP-8a8e, and the fields Mobilizon reads), and copies of others'.
import { z } from "zod";
import { findActor } from "../src/actors/queries.ts";
import { factsOf } from "../src/meetings/announcement.ts";
import { isPossibleLength, type Meeting, meetingKinds } from "../src/meetings/meeting.ts";
import { keepRemoteMeeting } from "../src/meetings/remote.ts";
import type { Tx } from "../src/platform/db.ts";
import { escapeHtml } from "../src/platform/html.ts";
import { refuseUnless } from "../src/platform/refusal.ts";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../src/platform/rich-text.ts";
import { isTimeZone } from "../src/platform/time.ts";
import type { Process } from "../src/processes/process.ts";
import { findProcess } from "../src/processes/queries.ts";
import { audienceOf, countsOf, isLater } from "./proposals.ts";
import { contentLengthMax, lineOf, type WirePost } from "./reading.ts";
import { translationsInCivic } from "./translations.ts";
import { eventContext, inOneLanguage, type Json, PUBLIC } from "./vocabulary.ts";
import { wordsIn } from "./wording.ts";

const icalStatus = { scheduled: "CONFIRMED", closed: "CONFIRMED", cancelled: "CANCELLED", draft: "TENTATIVE" } as const;

/**
 * A meeting as an Event. When, where and what about stand in `summary` too, which is all that some servers show of one;
 * what people should hear of it goes out as a Note of the process beside it.
 */
export function meetingToObject(meeting: Meeting, process: Process | null, linkedUris: readonly string[]): Json {
  const t = wordsIn(meeting.language);
  const facts = factsOf(meeting);
  const shown = (text: string) => String(markdownToHtml(text));
  const content = [
    `<ul>${facts.map((fact) => `<li>${escapeHtml(fact)}</li>`).join("")}</ul>`,
    shown(meeting.body),
    meeting.agenda === "" ? "" : `<p><strong>${escapeHtml(t("meetings.agenda"))}</strong></p>${shown(meeting.agenda)}`,
    meeting.minutes === ""
      ? ""
      : `<p><strong>${escapeHtml(t("meetings.minutes"))}</strong></p>${shown(meeting.minutes)}`,
  ].join("");
  const agenda = plainText(shown(meeting.agenda));
  const summary = [...facts, ...(agenda === "" ? [] : [agenda])].join("\n");
  const audience =
    process === null
      ? { to: [PUBLIC], cc: meeting.organisationUri === null ? [] : [`${meeting.organisationUri}/followers`] }
      : audienceOf(meeting.organisationUri, process);
  return {
    "@context": eventContext,
    id: meeting.uri,
    type: "Event",
    attributedTo: meeting.organisationUri,
    ...audience,
    name: meeting.title,
    nameMap: inOneLanguage(meeting.title, meeting.language),
    summary,
    summaryMap: inOneLanguage(summary, meeting.language),
    content,
    contentMap: inOneLanguage(content, meeting.language),
    url: meeting.url,
    startTime: meeting.startsAt.toISOString(),
    ...(meeting.endsAt === null ? {} : { endTime: meeting.endsAt.toISOString() }),
    timezone: meeting.timeZone,
    "ical:status": icalStatus[meeting.state],
    isOnline: meeting.kind !== "in-person",
    joinMode: "external",
    externalParticipationUrl: meeting.url,
    ...locationOf(meeting),
    published: meeting.publishedAt?.toISOString(),
    ...(isLater(meeting.updatedAt, meeting.publishedAt) ? { updated: meeting.updatedAt!.toISOString() } : {}),
    ...countsOf(meeting),
    civic: meetingToCivic(meeting, linkedUris),
  };
}

const locationOf = ({ address, latitude, longitude }: Meeting): Json => {
  if (address === "" && latitude === null) return {};
  const point = latitude === null ? {} : { latitude, longitude };
  return { location: { type: "Place", name: address, ...(address === "" ? {} : { address }), ...point } };
};

const meetingToCivic = (meeting: Meeting, linkedUris: readonly string[]): Json => ({
  kind: "meeting",
  process: meeting.processUri,
  title: meeting.title,
  body: String(markdownToHtml(meeting.body)),
  agenda: String(markdownToHtml(meeting.agenda)),
  minutes: String(markdownToHtml(meeting.minutes)),
  state: meeting.state,
  cancelReason: meeting.cancelReason,
  startsAt: meeting.startsAt.toISOString(),
  endsAt: meeting.endsAt?.toISOString() ?? null,
  dayOnly: meeting.isDayOnly,
  timeZone: meeting.timeZone,
  form: meeting.kind,
  address: meeting.address,
  link: meeting.link,
  audience: meeting.audience,
  category: meeting.categoryName,
  district: meeting.district,
  attendees: meeting.attendeeCount,
  organisations: meeting.organisations,
  proposals: linkedUris,
  source: meeting.source,
});

const html = z
  .string()
  .max(contentLengthMax)
  .catch("")
  .transform((text) => String(cleanRemoteHtml(text)));
const line = (charsMax: number) =>
  z
    .string()
    .catch("")
    .transform((text) => lineOf(text, charsMax));
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const isWebAddress = (text: string): boolean => /^https?:\/\//.test(text) && URL.canParse(text);

export const addresses = z
  .array(z.unknown())
  .catch([])
  .transform((list) =>
    list.filter((item): item is string => typeof item === "string" && item.length <= 2_048 && isWebAddress(item)),
  );

/** What an import of another node says of its source; its counts are shown as the source's. */
export const civicSource = z
  .object({
    name: line(200),
    url: z.string().max(2_048).refine(isWebAddress),
    id: line(200),
    counts: z.record(z.string().max(40), z.number().int().min(0).max(1e12)),
  })
  .nullable()
  .catch(null);

const civicMeeting = z
  .object({
    process: z.string().max(2_048).nullable(),
    title: line(200),
    body: html,
    agenda: html,
    minutes: html,
    state: z.enum(["scheduled", "cancelled", "closed"]),
    cancelReason: line(500),
    startsAt: moment,
    endsAt: moment.nullable().catch(null),
    dayOnly: z.boolean().catch(false),
    timeZone: z.string().refine(isTimeZone),
    form: z.enum(meetingKinds),
    address: line(500),
    link: z.string().max(2_048).refine(isWebAddress).catch(""),
    audience: line(500),
    category: line(200),
    district: line(200),
    attendees: z.number().int().min(0).max(1_000_000_000).nullable().catch(null),
    organisations: line(2_000),
    proposals: addresses,
    source: civicSource,
  })
  .refine(({ startsAt, endsAt }) => endsAt === null || isPossibleLength(startsAt, endsAt));

/**
 * Keeps a meeting that another Koinon node published, as read from its own origin.
 * @throws Refused `unsupported-object` for what does not fit, `not-found` for one of a process we do not keep.
 */
export async function keepMeeting(tx: Tx, post: WirePost, now: Date): Promise<void> {
  const read = civicMeeting.safeParse(post.civic);
  refuseUnless(read.success && post.isPublic, "unsupported-object");
  const { process: processUri, dayOnly, form, category, attendees, proposals, ...said } = read.data;
  const process = processUri === null ? null : await findProcess(tx, processUri);
  refuseUnless(processUri === null || process?.origin === new URL(post.id).origin, "not-found");
  const author = await findActor(tx, post.authorUri);
  await keepRemoteMeeting(
    tx,
    {
      ...said,
      uri: post.id,
      url: post.url,
      processUri,
      organisationId: author?.id ?? null,
      organisationName: author?.name ?? "",
      title: said.title || post.name,
      language: post.language ?? process?.languages[0] ?? "en",
      isDayOnly: dayOnly,
      kind: form,
      latitude: post.point?.latitude ?? null,
      longitude: post.point?.longitude ?? null,
      categoryName: category,
      attendeeCount: attendees,
      linkedUris: proposals,
      translations: translationsInCivic("meeting", post.civic),
      publishedAt: post.publishedAt ?? now,
      updatedAt: post.updatedAt ?? post.publishedAt ?? now,
    },
    now,
  );
}
