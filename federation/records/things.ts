// A record and its part → the plain data that each room keeps of another node's thing. Read without trust: the proof says
// who vouches for it, not that it makes sense. Nothing here fetches, stores or decides. Meetings and results: follow-ups.ts.
import { z } from "zod";
import { refuseUnless } from "../../src/platform/refusal.ts";
import { originOf } from "../../src/platform/uris.ts";
import { callsIn } from "../../src/processes/call-to-action.ts";
import { checkPhases, permissions } from "../../src/processes/process.ts";
import type { RemoteNews, RemoteProcess } from "../../src/processes/remote.ts";
import { coauthorNamesMax, type NamedCoauthor } from "../../src/proposals/coauthor.ts";
import { proposalStates } from "../../src/proposals/proposal.ts";
import type { RemoteAnswer, RemoteProposal } from "../../src/proposals/remote.ts";
import type { Json, RecordDocument } from "../../src/records/record.ts";
import { translationsInCopiedPart } from "../translations.ts";
import {
  type Author,
  address,
  author,
  authorOf,
  cost,
  geometry,
  language,
  line,
  moment,
  point,
  prose,
  shaped,
  textMap,
  textPart,
  times,
  url,
  words,
} from "./shapes.ts";

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
  callToAction: textMap.transform(callsIn),
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
    translations: translationsInCopiedPart("news", part),
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
const coauthor = z.object({
  name: line(200),
  key: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .nullable()
    .catch(null),
});
const coauthors = z.array(z.unknown()).catch([]);
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
): Omit<RemoteProposal, "authorId"> & { author: Author; namedCoauthors: readonly NamedCoauthor[] } {
  const { published, updated, ...data } = shaped(proposalData, document.data);
  const { title, text, author: said, coauthors: others, media: pictures, ...place } = shaped(proposalPart, part);
  refuseUnless(document.process !== undefined && title !== "", "unsupported-object");
  const by = authorOf(said, document);
  const namedCoauthors = others
    .slice(0, coauthorNamesMax)
    .flatMap((one) => coauthor.safeParse(one).data ?? [])
    .filter(({ name }) => name !== "");
  return {
    uri: document.subject,
    url: url(data, document),
    processUri: document.process,
    author: by,
    authorName: by.name,
    coauthors: namedCoauthors.map(({ name }) => name),
    namedCoauthors,
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
    translations: translationsInCopiedPart("answer", part),
    publishedAt: published,
    updatedAt: updated ?? published,
  };
}
