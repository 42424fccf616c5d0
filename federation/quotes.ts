// What an object says of where it came from: for other Koinon nodes in `civic`, for everyone else as a quote (FEP-044f), with
// a line of text for servers that know no quotes.
import { isAdoptable } from "../src/adoptions/adoption.ts";
import { findOpening, outcomeOf } from "../src/adoptions/lineage-queries.ts";
import { countAcceptedAdoptions } from "../src/adoptions/queries.ts";
import type { Sql } from "../src/platform/db.ts";
import { escapeHtml } from "../src/platform/html.ts";
import { findProcess } from "../src/processes/queries.ts";
import { findDerivation } from "../src/subjects/derivation-queries.ts";
import { findSubject } from "../src/subjects/queries.ts";
import type { Subject, SubjectKind } from "../src/subjects/subject.ts";
import { isObject } from "./reading.ts";
import { type Json, PUBLIC } from "./vocabulary.ts";

/** Of an institution: anyone may quote them. Nothing is said of what a person wrote. */
const officialKinds: readonly SubjectKind[] = ["news", "answer", "meeting", "result", "milestone"];
const quotableByAll = { interactionPolicy: { canQuote: { automaticApproval: [PUBLIC] } } };

/** What other nodes read of a thing's place in its tree: what it was made from, what was made from it, what came of it. */
export async function lineageToCivic(sql: Sql, subject: Pick<Subject, "uri" | "kind">): Promise<Json> {
  if (!isAdoptable(subject.kind)) return {};
  const [derivedFrom, count, outcome] = await Promise.all([
    findDerivation(sql, subject.uri),
    countAcceptedAdoptions(sql, subject.uri),
    outcomeOf(sql, subject.kind, subject.uri),
  ]);
  const hasOutcome = outcome.costs.length > 0 || Object.keys(outcome.results).length > 0;
  return {
    ...(derivedFrom === null ? {} : { derivedFrom }),
    ...(count === 0 ? {} : { adoptions: { collection: `${subject.uri}/adoptions`, count } }),
    ...(hasOutcome ? { outcome } : {}),
  };
}

/** An object of ours with what it says of its origin, and who may quote it. */
export async function withLineage(sql: Sql, subject: Subject, object: Json): Promise<Json> {
  const policy = officialKinds.includes(subject.kind) ? quotableByAll : {};
  if (subject.kind !== "news" && !isAdoptable(subject.kind)) return { ...object, ...policy };
  const civic = await lineageToCivic(sql, subject);
  const said = { ...(isObject(object.civic) ? object.civic : {}), ...civic };
  // Whose it is: what the origin asks before it believes an offer.
  const process = "derivedFrom" in civic ? await findProcess(sql, subject.processUri ?? "") : null;
  const owner = process === null ? {} : { organisation: process.organisationUri };
  const marked = { ...object, ...policy, civic: { ...said, ...owner } };
  const quoted = await quotedBy(sql, subject);
  return quoted === null ? marked : withQuote(marked, quoted);
}

interface Quoted {
  /** The page people open. */
  readonly url: string;
  /** The Note that is quoted; null where the thing is none, or is not known here. */
  readonly noteUri: string | null;
}

/** A proposal quotes what it was made from. A process is an actor, so its opening quotes the opening of the other. */
async function quotedBy(sql: Sql, subject: Subject): Promise<Quoted | null> {
  const isOpening = subject.kind === "news" && (await findOpening(sql, subject.processUri ?? ""))?.uri === subject.uri;
  const ofUri = isOpening ? (subject.processUri ?? "") : subject.uri;
  const derived = isOpening || subject.kind === "proposal" ? await findDerivation(sql, ofUri) : null;
  if (derived === null) return null;
  const origin = await findSubject(sql, derived.uri);
  const url = origin?.url ?? derived.uri;
  if (!isOpening) return { url, noteUri: derived.uri };
  return { url, noteUri: (await findOpening(sql, derived.uri))?.uri ?? null };
}

function withQuote(object: Json, { url, noteUri }: Quoted): Json {
  // Mastodon takes this line out where it draws the quote itself.
  const line = `<p class="quote-inline">RE: <a href="${escapeHtml(url)}">${escapeHtml(url)}</a></p>`;
  const before = (content: unknown) => `${line}${typeof content === "string" ? content : ""}`;
  const map = isObject(object.contentMap)
    ? { contentMap: Object.fromEntries(Object.entries(object.contentMap).map(([lang, text]) => [lang, before(text)])) }
    : {};
  const quote = noteUri === null ? {} : { quote: noteUri, quoteUrl: noteUri };
  return { ...object, content: before(object.content), ...map, ...quote };
}
