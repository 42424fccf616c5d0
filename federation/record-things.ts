// A record and its part → the plain data that each room keeps of another node's thing. Read without trust: the proof says
// who vouches for it, not that it makes sense. Nothing here fetches, stores or decides.
import { z } from "zod";
import { isPossibleLength, meetingKinds } from "../src/meetings/meeting.ts";
import type { RemoteMeeting } from "../src/meetings/remote.ts";
import { refuseUnless } from "../src/platform/refusal.ts";
import { markdownToHtml } from "../src/platform/rich-text.ts";
import { isTimeZone } from "../src/platform/time.ts";
import { originOf } from "../src/platform/uris.ts";
import { checkPhases, permissions } from "../src/processes/process.ts";
import type { RemoteNews, RemoteProcess } from "../src/processes/remote.ts";
import { coauthorNamesMax } from "../src/proposals/coauthor.ts";
import { proposalStates } from "../src/proposals/proposal.ts";
import type { RemoteAnswer, RemoteProposal } from "../src/proposals/remote.ts";
import type { Json, RecordDocument } from "../src/records/record.ts";
import type { RemoteMilestone, RemoteResult } from "../src/results/remote.ts";
import { resultStatuses } from "../src/results/result.ts";
import { contentLengthMax } from "./reading.ts";

/** What the database cannot hold: the character zero, and halves of characters. */
const safe = (text: string): string => text.replaceAll("\0", "").toWellFormed();

const line = (charsMax: number) =>
  z
    .string()
    .catch("")
    .transform((text) => safe(text).slice(0, charsMax).trim());
const words = z
  .string()
  .catch("")
  .transform((text) => safe(text).slice(0, contentLengthMax));
/** Markdown, as every text in a part is. */
const prose = words.transform((text) => String(markdownToHtml(text)));
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const day = z.string().refine((text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)));
const language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/)
  .max(35)
  .catch("en");
const isWebAddress = (text: string): boolean => /^https?:\/\//.test(text) && URL.canParse(text);
const address = z.string().max(2_048).refine(isWebAddress).transform(safe);
const addresses = z
  .array(z.unknown())
  .catch([])
  .transform((list) =>
    list.filter((item): item is string => typeof item === "string" && item.length <= 2_048 && isWebAddress(item)),
  );
const textMap = z
  .record(z.string().max(35), words)
  .catch({})
  .transform((map) => Object.fromEntries(Object.entries(map).slice(0, 50)));
const cost = z
  .object({ amount: z.string().regex(/^\d{1,14}(\.\d{1,2})?$/), currency: z.string().regex(/^[A-Z]{3}$/) })
  .nullish()
  .catch(null);
const source = z
  .object({
    name: line(200),
    url: address,
    id: line(200),
    license: address.optional().catch(undefined),
    counts: z.record(z.string().max(40), z.number().int().min(0).max(1e12)).catch({}),
  })
  .nullable()
  .catch(null);
const author = z.object({ name: line(200), uri: address.nullish().catch(null) }).catch({ name: "", uri: null });
const geometry = z
  .object({ coordinates: z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]) })
  .nullish()
  .catch(null);
const times = { published: moment, updated: moment.nullish().catch(null) };

/** Who wrote a thing, as the record says; an actor of another server is not taken on this one's word. */
export interface Author {
  readonly name: string;
  readonly uri: string | null;
}

const authorOf = (said: z.infer<typeof author>, document: RecordDocument): Author => ({
  name: said.name,
  uri: said.uri != null && originOf(said.uri) === originOf(document.publisher) ? said.uri : null,
});

const url = (data: { url?: string | undefined }, document: RecordDocument): string => data.url ?? document.subject;
const point = (place: z.infer<typeof geometry>) =>
  place == null ? null : { longitude: place.coordinates[0], latitude: place.coordinates[1] };

/** @throws Refused `unsupported-object` where it does not have the shape its kind has. */
function shaped<Shape extends z.ZodType>(shape: Shape, value: unknown): z.infer<Shape> {
  const read = shape.safeParse(value);
  refuseUnless(read.success, "unsupported-object");
  return read.data;
}

const processData = z.object({
  url: address.optional().catch(undefined),
  handle: line(100),
  actor: address.nullish().catch(null),
  organisation: address.nullish().catch(null),
  organisationName: line(300),
  languages: z.array(language).min(1).max(20),
  title: textMap,
  summary: textMap,
  description: textMap,
  promoter: textMap,
  audience: textMap,
  decides: textMap,
  goals: textMap,
  indicator: z
    .object({ code: line(40), name: line(300), unit: line(40), baseline: line(40), target: line(40) })
    .nullable()
    .catch(null),
  pilot: z
    .object({
      area: line(2_000),
      decision: z.enum(["stop", "adjust", "scale"]).nullable().catch(null),
      reasons: words,
    })
    .nullable()
    .catch(null),
  phases: z
    .array(
      z.object({
        title: textMap,
        description: textMap,
        startsAt: moment,
        endsAt: moment,
        permits: z.array(z.enum(permissions)).max(permissions.length),
      }),
    )
    .max(50),
  categories: z.array(textMap).max(200).catch([]),
  ...times,
});

export type CopiedProcess = Omit<RemoteProcess, "actorId"> & {
  readonly actorUri: string | null;
  readonly organisationName: string;
  /** What it is about, in its own city's words. */
  readonly themes: readonly string[];
};

export function readProcess(document: RecordDocument): CopiedProcess {
  const data = shaped(processData, document.data);
  const { pilot, phases, categories, published, updated, actor, organisation, organisationName, handle, ...texts } =
    data;
  const own = (uri: string | null | undefined) =>
    uri != null && originOf(uri) === originOf(document.publisher) ? uri : null;
  return {
    ...texts,
    uri: document.subject,
    url: url(data, document),
    handle: handle || new URL(document.subject).pathname.split("/").at(-1)!.slice(0, 100),
    actorUri: own(actor),
    organisationUri: own(organisation) ?? document.publisher,
    organisationName,
    phases: checkPhases(phases),
    isPilot: pilot !== null,
    pilotArea: pilot?.area ?? "",
    pilotDecision: pilot?.decision ?? null,
    pilotReasons: pilot?.reasons ?? "",
    themes: categories.flatMap((names) => Object.values(names)[0] ?? []).map((name) => name.slice(0, 200)),
    publishedAt: published,
    updatedAt: updated ?? published,
  };
}

const newsData = z.object({ url: address.optional().catch(undefined), language, ...times });
const textPart = z.object({ title: line(300), text: prose, author });

export function readNews(document: RecordDocument, part: Json): Omit<RemoteNews, "authorId"> {
  const { published, updated, ...data } = shaped(newsData, document.data);
  const { title, text } = shaped(textPart, part);
  refuseUnless(document.process !== undefined, "unsupported-object");
  return {
    uri: document.subject,
    url: url(data, document),
    processUri: document.process,
    title,
    body: text,
    language: data.language,
    publishedAt: published,
    updatedAt: updated ?? published,
  };
}

const publicStates = proposalStates.filter((state) => state !== "draft");
const proposalData = z.object({
  url: address.optional().catch(undefined),
  state: z.enum(publicStates as [(typeof publicStates)[number]]),
  category: line(200),
  language,
  ...times,
});
const media = z.object({
  url: address,
  alt: line(2_000),
  mediaType: z.string().regex(/^image\/[a-z+.-]{1,40}$/),
  width: z.number().int().min(0).max(100_000).catch(0),
  height: z.number().int().min(0).max(100_000).catch(0),
});
const coauthors = z.array(author).catch([]);
const proposalPart = z.object({
  title: line(300),
  text: prose,
  author,
  coauthors,
  address: line(500),
  geometry,
  media: z.array(z.unknown()).catch([]),
});
const imagesMax = 4;

export function readProposal(
  document: RecordDocument,
  part: Json,
): Omit<RemoteProposal, "authorId"> & { author: Author } {
  const { published, updated, ...data } = shaped(proposalData, document.data);
  const { title, text, author: said, coauthors: names, media: pictures, ...place } = shaped(proposalPart, part);
  refuseUnless(document.process !== undefined && title !== "", "unsupported-object");
  const by = authorOf(said, document);
  return {
    uri: document.subject,
    url: url(data, document),
    processUri: document.process,
    author: by,
    authorName: by.name,
    coauthors: names.flatMap(({ name }) => name || []).slice(0, coauthorNamesMax),
    title,
    body: text,
    language: data.language,
    categoryName: data.category,
    place: { address: place.address, point: point(place.geometry) },
    state: data.state as RemoteProposal["state"],
    supportCount: 0,
    images: pictures.slice(0, imagesMax).flatMap((one) => media.safeParse(one).data ?? []),
    publishedAt: published,
    updatedAt: updated ?? published,
  };
}

const answerData = z.object({
  url: address.optional().catch(undefined),
  proposal: address,
  outcome: z.enum(["evaluating", "accepted", "rejected"]),
  cost,
  term: line(500),
  language,
  ...times,
});

export function readAnswer(document: RecordDocument, part: Json): Omit<RemoteAnswer, "authorId" | "authorName"> {
  const { published, updated, cost: said, ...data } = shaped(answerData, document.data);
  refuseUnless(originOf(data.proposal) === originOf(document.subject), "forged");
  return {
    uri: document.subject,
    url: url(data, document),
    proposalUri: data.proposal,
    outcome: data.outcome,
    reasons: shaped(textPart, part).text,
    costAmount: said?.amount ?? null,
    costCurrency: said?.currency ?? null,
    term: data.term,
    language: data.language,
    publishedAt: published,
    updatedAt: updated ?? published,
  };
}

const meetingData = z
  .object({
    url: address.optional().catch(undefined),
    state: z.enum(["scheduled", "cancelled", "closed"]),
    language,
    startsAt: moment,
    endsAt: moment.nullable().catch(null),
    dayOnly: z.boolean().catch(false),
    timeZone: z.string().refine(isTimeZone),
    form: z.enum(meetingKinds),
    category: line(200),
    district: line(200),
    attendees: z.number().int().min(0).max(1_000_000_000).nullable().catch(null),
    proposals: addresses,
    source,
    ...times,
  })
  .refine(({ startsAt, endsAt }) => endsAt === null || isPossibleLength(startsAt, endsAt));
const meetingPart = z.object({
  title: line(300),
  text: prose,
  agenda: prose,
  minutes: prose,
  cancelReason: line(500),
  audience: line(500),
  organisations: line(2_000),
  address: line(500),
  geometry,
  link: address.catch(""),
  author,
});

export function readMeeting(document: RecordDocument, part: Json): Omit<RemoteMeeting, "organisationId"> {
  const { published, updated, dayOnly, form, category, attendees, proposals, ...said } = shaped(
    meetingData,
    document.data,
  );
  const { author: by, text, geometry: place, ...words } = shaped(meetingPart, part);
  return {
    ...said,
    ...words,
    uri: document.subject,
    url: url(said, document),
    processUri: document.process ?? null,
    organisationName: by.name,
    body: text,
    isDayOnly: dayOnly,
    kind: form,
    categoryName: category,
    attendeeCount: attendees,
    linkedUris: proposals,
    latitude: point(place)?.latitude ?? null,
    longitude: point(place)?.longitude ?? null,
    publishedAt: published,
    updatedAt: updated ?? published,
  };
}

const resultData = z
  .object({
    url: address.optional().catch(undefined),
    language,
    status: z.enum(resultStatuses),
    progress: z.number().int().min(0).max(100).nullable().catch(null),
    cost,
    startsOn: day.nullable().catch(null),
    endsOn: day.nullable().catch(null),
    category: line(200),
    district: line(200),
    proposals: addresses,
    meetings: addresses,
    source,
    ...times,
  })
  .refine(({ startsOn, endsOn }) => startsOn === null || endsOn === null || startsOn <= endsOn);

export function readResult(document: RecordDocument, part: Json): Omit<RemoteResult, "organisationId"> {
  const {
    published,
    updated,
    cost: amount,
    category,
    proposals,
    meetings,
    ...said
  } = shaped(resultData, document.data);
  const { title, text, author: by } = shaped(textPart, part);
  refuseUnless(document.process !== undefined, "unsupported-object");
  return {
    ...said,
    uri: document.subject,
    url: url(said, document),
    processUri: document.process,
    organisationName: by.name,
    title,
    body: text,
    costAmount: amount?.amount ?? null,
    costCurrency: amount?.currency ?? null,
    categoryName: category,
    proposalUris: proposals,
    meetingUris: meetings,
    publishedAt: published,
    updatedAt: updated ?? published,
  };
}

const milestoneData = z.object({
  url: address.optional().catch(undefined),
  result: address,
  reachedOn: day,
  language,
  ...times,
});

export function readMilestone(document: RecordDocument, part: Json): Omit<RemoteMilestone, "organisationId"> {
  const { published, updated, result, ...said } = shaped(milestoneData, document.data);
  const { title, text, author: by } = shaped(textPart, part);
  return {
    ...said,
    uri: document.subject,
    url: url(said, document),
    resultUri: result,
    title,
    body: text,
    organisationName: by.name,
    publishedAt: published,
    updatedAt: updated ?? published,
  };
}
