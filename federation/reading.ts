// Wire → plain data: what other servers write, read without trust (activities and actors: in files of their own beside it). Nothing here fetches, stores or decides.
//
// Plain keys are read, not expanded JSON-LD: the guard lets in only contexts that leave the ActivityStreams terms as
// they are. Single values and lists, ids and embedded objects, `null` and absence are all written by somebody.
import { escapeHtml } from "../src/platform/html.ts";
import { refuseUnless } from "../src/platform/refusal.ts";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../src/platform/rich-text.ts";
import { tidyLine, withoutOverrides } from "../src/platform/text.ts";
import { type Json, PUBLIC } from "./vocabulary.ts";

export const contentLengthMax = 100_000;
export const nameLengthMax = 2_000;
export const tagsMax = 100;
export const attachmentsMax = 8;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/**
 * The URI a value names: itself, or its `id`. Null for what has none, is no absolute http(s) URI, or does not begin with its
 * origin as every parser writes it: one thing must not have many names, nor a name that reads as another server's.
 */
export function uriOf(value: unknown): string | null {
  const first = Array.isArray(value) ? value[0] : value;
  const text = typeof first === "string" ? first : isObject(first) ? (first.id ?? first["@id"]) : null;
  if (typeof text !== "string" || text.length > 2_048 || !URL.canParse(text)) return null;
  const { protocol, origin, hostname } = new URL(text);
  if ((protocol !== "https:" && protocol !== "http:") || hostname.endsWith(".")) return null;
  return text === origin || text.startsWith(`${origin}/`) || text.startsWith(`${origin}?`) ? text : null;
}

export const urisOf = (value: unknown): string[] => listOf(value).flatMap((item) => uriOf(item) ?? []);

/** One type: ours are never lists; of a list, the first that is a name. */
export const typeOf = (value: Json): string => {
  const type = listOf(value.type ?? value["@type"]).find((item) => typeof item === "string");
  return typeof type === "string" ? type.replace(/^(as:|https:\/\/www\.w3\.org\/ns\/activitystreams#)/, "") : "";
};

export const textOf = (value: unknown, lengthMax: number): string =>
  typeof value === "string" ? withoutOverrides(value.slice(0, lengthMax)) : "";

/** A name or a title in `civic`: one line of plain text, in which what looks like a tag was written by somebody. */
export const lineOf = (value: unknown, charsMax: number): string => tidyLine(textOf(value, charsMax));

export function dateOf(value: unknown): Date | null {
  if (typeof value !== "string" || value.length > 40) return null;
  const date = new Date(value);
  const year = date.getUTCFullYear();
  return Number.isNaN(+date) || year < 1970 || year > 9999 ? null : date;
}

export const countOf = (value: unknown): number => {
  const total = isObject(value) ? value.totalItems : value;
  return typeof total === "number" && Number.isSafeInteger(total) && total > 0 ? total : 0;
};

/** `content` and its language: the first key of the map where there is one (what Mastodon does), else none. */
function languageText(object: Json, key: string, lengthMax: number): { text: string; language: string | null } {
  const map = object[`${key}Map`];
  const [language, mapped] = isObject(map) ? (Object.entries(map)[0] ?? []) : [];
  const text = textOf(object[key], lengthMax) || textOf(mapped, lengthMax);
  return { text, language: languageTagOf(language) };
}

const languageTagOf = (value: unknown): string | null =>
  typeof value === "string" && value.length <= 35 && /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(value) ? value : null;

/** Said beside the text instead of by a map: Lemmy and PeerTube (`language`), Mobilizon (`inLanguage`). */
const declaredLanguage = ({ language, inLanguage }: Json): string | null =>
  languageTagOf(isObject(language) ? language.identifier : language) ?? languageTagOf(inLanguage);

/** Most servers send HTML; some say of their text that it is Markdown (PeerTube) or plain. */
function textToHtml(text: string, mediaType: unknown): string {
  if (mediaType === "text/markdown") return String(markdownToHtml(text));
  if (mediaType === "text/plain") return `<p>${escapeHtml(text).replaceAll("\n", "<br />")}</p>`;
  return String(cleanRemoteHtml(text));
}

const publicNames = new Set([PUBLIC, "as:Public", "Public"]);

/** Whether it is addressed to everyone: what is not must never show, be counted or be passed on. */
export const isForEveryone = (object: Json): boolean =>
  [...listOf(object.to), ...listOf(object.cc)].some((address) =>
    publicNames.has(typeof address === "string" ? address : (uriOf(address) ?? "")),
  );

export interface WireAttachment {
  readonly url: string;
  readonly mediaType: string;
  readonly alt: string;
  readonly width: number;
  readonly height: number;
}

/** Anything with text: Note, Article, Page, Question, Event, Video, Audio. */
export interface WirePost {
  readonly id: string;
  readonly type: string;
  readonly authorUri: string;
  readonly url: string;
  readonly name: string;
  /** Cleaned HTML; empty where the server gave none. */
  readonly html: string;
  readonly summary: string;
  readonly language: string | null;
  readonly inReplyTo: string | null;
  readonly contextUri: string | null;
  readonly isPublic: boolean;
  readonly publishedAt: Date | null;
  readonly updatedAt: Date | null;
  readonly attachments: readonly WireAttachment[];
  readonly hashtags: readonly string[];
  /** What it quotes; nobody has said yet that it may. */
  readonly quoteUri: string | null;
  readonly hasProof: boolean;
  readonly poll: WirePoll | null;
  readonly event: WireEvent | null;
  /** `location`, where it is a place on the map. */
  readonly point: { readonly latitude: number; readonly longitude: number } | null;
  readonly civic: Json | null;
}

/** A poll of another server: shown as it stands, never taken part in, and nothing follows from it here. */
export interface WirePoll {
  readonly options: readonly { readonly name: string; readonly votes: number }[];
  readonly votersCount: number;
  readonly closesAt: Date | null;
}

export interface WireEvent {
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly timeZone: string;
  readonly place: string;
  /** As the server writes it: `CONFIRMED`, `TENTATIVE`, `CANCELLED`. */
  readonly status: string;
  readonly joinMode: string;
  /** Null where it is not limited. */
  readonly capacityMax: number | null;
}

const postTypes = new Set(["Note", "Article", "Page", "Question", "Event", "Video", "Audio", "Image"]);

export const isPostType = (type: string): boolean => postTypes.has(type);

/** @throws Refused `unsupported-object` for another type, or without an id or an author. */
export function readPost(json: unknown): WirePost {
  refuseUnless(isObject(json) && isPostType(typeOf(json)), "unsupported-object");
  const id = uriOf(json);
  const authorUri =
    listOf(json.attributedTo)
      .map(uriOf)
      .find((uri) => uri !== null) ?? uriOf(json.actor);
  refuseUnless(id !== null && authorUri !== null && authorUri !== undefined, "unsupported-object");
  const content = languageText(json, "content", contentLengthMax);
  const name = languageText(json, "name", nameLengthMax);
  const poll = pollOf(json);
  return {
    id,
    type: typeOf(json),
    authorUri,
    url: urlOf(json.url) ?? id,
    name: plainText(name.text),
    html: warningOf(json) + textToHtml(content.text, json.mediaType) + (poll === null ? "" : pollToHtml(poll)),
    summary: plainText(languageText(json, "summary", contentLengthMax).text),
    language: content.language ?? name.language ?? declaredLanguage(json),
    inReplyTo: uriOf(json.inReplyTo),
    contextUri: uriOf(json.context),
    isPublic: isForEveryone(json),
    publishedAt: dateOf(json.published),
    updatedAt: dateOf(json.updated),
    attachments: listOf(json.attachment).slice(0, attachmentsMax).flatMap(readAttachment),
    hashtags: hashtagsOf(json.tag),
    quoteUri: quoteOf(json),
    hasProof: isObject(listOf(json.proof)[0]),
    poll,
    event: eventOf(json),
    point: pointOf(listOf(json.location)[0]),
    civic: isObject(json.civic) ? json.civic : null,
  };
}

/** What people set before their text, as a warning (Mastodon, Misskey), is read before it. Of anything but a note it is a summary. */
function warningOf(json: Json): string {
  const isNote = typeOf(json) === "Note" || typeOf(json) === "Question";
  const warning = isNote ? plainText(languageText(json, "summary", contentLengthMax).text).trim() : "";
  return warning === "" ? "" : `<p><strong>${escapeHtml(warning)}</strong></p>`;
}

/** FEP-044f, what Misskey writes, and the object links of FEP-e232. */
function quoteOf(json: Json): string | null {
  const link = listOf(json.tag)
    .slice(0, tagsMax)
    .find(
      (tag) =>
        isObject(tag) &&
        typeOf(tag) === "Link" &&
        /^application\/(activity\+json|ld\+json)/.test(textOf(tag.mediaType, 200)),
    );
  const named = [json.quote, json._misskey_quote, json.quoteUrl, json.quoteUri, isObject(link) ? link.href : null];
  return named.map(uriOf).find((uri) => uri !== null) ?? null;
}

function pollOf(json: Json): WirePoll | null {
  if (typeOf(json) !== "Question") return null;
  const options = listOf(json.oneOf ?? json.anyOf)
    .slice(0, tagsMax)
    .filter(isObject);
  return {
    options: options.map((option) => ({ name: plainText(textOf(option.name, 200)), votes: countOf(option.replies) })),
    votersCount: countOf(json.votersCount),
    closesAt: dateOf(json.closed) ?? dateOf(json.endTime),
  };
}

const pollToHtml = ({ options }: WirePoll): string =>
  options.length === 0
    ? ""
    : `<ul>${options.map(({ name, votes }) => `<li>${escapeHtml(name)} (${votes})</li>`).join("")}</ul>`;

function eventOf(json: Json): WireEvent | null {
  if (typeOf(json) !== "Event") return null;
  const location = listOf(json.location)[0];
  const capacity = countOf(json.maximumAttendeeCapacity);
  return {
    startsAt: dateOf(json.startTime),
    endsAt: dateOf(json.endTime),
    timeZone: textOf(json.timezone, 60),
    place: isObject(location) ? plainText(textOf(location.name, 500)) : "",
    status: textOf(json["ical:status"] ?? json.eventStatus, 40),
    joinMode: textOf(json.joinMode, 40),
    capacityMax: capacity === 0 ? null : capacity,
  };
}

/** Of a list of links, the first that people can open: `text/html` where types are given. */
export function urlOf(value: unknown): string | null {
  const links = listOf(value);
  const html = links.find((link) => isObject(link) && (link.mediaType ?? link.mimeType) === "text/html");
  for (const link of html === undefined ? links : [html, ...links]) {
    const uri = isObject(link) ? uriOf(link.href) : uriOf(link);
    if (uri !== null) return uri;
  }
  return null;
}

function readAttachment(value: unknown): WireAttachment[] {
  if (!isObject(value)) return [];
  const url = urlOf(value.url) ?? uriOf(value.href);
  if (url === null) return [];
  const size = (side: unknown) => (typeof side === "number" && side > 0 && side < 100_000 ? Math.round(side) : 0);
  return [
    {
      url,
      mediaType: textOf(value.mediaType, 100),
      alt: plainText(textOf(value.name, 10_000) || textOf(value.summary, 10_000)),
      width: size(value.width),
      height: size(value.height),
    },
  ];
}

function pointOf(value: unknown): WirePost["point"] {
  if (!isObject(value)) return null;
  const { latitude, longitude } = value;
  if (typeof latitude !== "number" || typeof longitude !== "number") return null;
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null;
}

const hashtagsOf = (value: unknown): string[] =>
  listOf(value)
    .slice(0, tagsMax)
    .flatMap((tag) => {
      if (!isObject(tag) || typeOf(tag) !== "Hashtag") return [];
      const name = textOf(tag.name, 100).replace(/^#/, "");
      return name === "" ? [] : [name];
    });
