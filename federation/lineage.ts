// Reading the tree of an idea over other nodes: one thing at a time, at its own address, within the budgets of the room.
import { FetchError } from "@fedify/vocab-runtime";
import { policyFor } from "../src/actors/queries.ts";
import { confirmOffer } from "../src/adoptions/actions.ts";
import { isAdoptable, lineageKeptMs } from "../src/adoptions/adoption.ts";
import type { LineageFacts } from "../src/adoptions/lineage.ts";
import {
  dropLineage,
  keepFarewell,
  keepLineage,
  keepSilence,
  promiseLineage,
  promiseOldLineage,
} from "../src/adoptions/lineage-actions.ts";
import { findLineageWish, joined } from "../src/adoptions/lineage-queries.ts";
import { isDigest } from "../src/platform/canonical.ts";
import { withTransaction } from "../src/platform/db.ts";
import { htmlToMarkdown } from "../src/platform/html-to-markdown.ts";
import { type Handlers, schedule } from "../src/platform/jobs.ts";
import { Refused, refuseUnless } from "../src/platform/refusal.ts";
import { checkPhases, stateOf } from "../src/processes/process.ts";
import { relativePlan } from "../src/processes/relative-plan.ts";
import { proposalStates } from "../src/proposals/proposal.ts";
import { resultStatuses } from "../src/results/result.ts";
import type { DerivedFrom } from "../src/subjects/derivation.ts";
import { nameDerivedRecord } from "../src/subjects/derivation-actions.ts";
import { civicLineage } from "./lineage-civic.ts";
import { readCivicProcess } from "./processes.ts";
import { isObject, isPostType, lineOf, listOf, readPost, tagsMax, textOf, typeOf, uriOf } from "./reading.ts";
import { readActor } from "./reading-actors.ts";
import { actorAt, type Remote } from "./remote.ts";
import { type Json, NS } from "./vocabulary.ts";

/** Of the list of what was made from one thing: pages that are read of it. */
const pagesMax = 4;
const textCharsMax = 20_000;
const sweepKind = "sweep-lineage";

interface Found {
  readonly facts: LineageFacts;
  readonly from: DerivedFrom | null;
  readonly processActorUri: string | null;
  /** The list of what was made from it, on its own server. */
  readonly collection: string | null;
  /** Its newest record, as its own server names it. */
  readonly digest: string | null;
}

/** The jobs of lineage: read one thing; once a day, those read longest ago. */
export const lineageHandlers = (remote: Remote, now: () => Date): Handlers => ({
  lineage: async (payload) => await readLineage(remote, (payload as { uri: string }).uri, now()),
  [sweepKind]: async () => {
    await schedule(remote.sql, sweepKind, new Date(+now() + lineageKeptMs));
    await withTransaction(remote.sql, (tx) => promiseOldLineage(tx, now()));
  },
});

/**
 * Reads a thing of another node for the sake of a tree, and promises what it was made from and what was made from it.
 * A server that does not answer is no fault here: what was read before stays, and it is asked again tomorrow.
 */
export async function readLineage(remote: Remote, uri: string, now: Date): Promise<void> {
  const { sql } = remote;
  const wish = await findLineageWish(sql, uri);
  if (wish === null || (await policyFor(sql, new URL(uri).host)) === "blocked") return;
  await schedule(sql, sweepKind, new Date(+now + lineageKeptMs));
  const read = await lookAt(remote, uri, now);
  if (read === "gone") return await withTransaction(sql, (tx) => keepFarewell(tx, uri, now));
  if (read === "silent") return await withTransaction(sql, (tx) => keepSilence(tx, uri, now));
  const isAsNamed = read !== null && (wish.expectsUri === null || read.from?.uri === wish.expectsUri);
  if (!isAsNamed) return await withTransaction(sql, (tx) => dropLineage(tx, uri));
  const { facts, from, processActorUri, collection, digest } = read;
  const children = collection === null ? [] : await listed(remote, collection);
  await withTransaction(sql, async (tx) => {
    // Two things that name each other may be read at once, and each would wait for the row of the other.
    await tx`select pg_advisory_xact_lock(hashtextextended('lineage', 0))`;
    await keepLineage(tx, { uri, facts, from }, now);
    if (digest !== null) await nameDerivedRecord(tx, uri, digest);
    await confirmOffer(tx, { uri, objectUri: from?.uri ?? null, facts, processActorUri });
    const next = { treeUri: wish.treeUri, depth: wish.depth + 1, sourceHost: new URL(uri).host, by: "listed" } as const;
    if (from !== null) await promiseLineage(tx, { ...next, uri: from.uri, expectsUri: null }, now);
    for (const child of children) await promiseLineage(tx, { ...next, uri: child, expectsUri: uri }, now);
  });
}

async function lookAt(remote: Remote, uri: string, now: Date): Promise<Found | "gone" | "silent" | null> {
  try {
    const { json, url } = await remote.documents.find(new URL(uri));
    const document = json as Json;
    if (typeOf(document) === "Tombstone") return "gone";
    const found = isPostType(typeOf(document)) ? readThing(document, uri, url) : readProcess(document, uri, url, now);
    // Who is asked, and whom to follow: known before anyone at the desk says yes.
    for (const actorUri of [found.facts.organisationUri, found.processActorUri]) {
      if (actorUri !== null) await actorAt(remote, actorUri, now);
    }
    return found;
  } catch (error) {
    if (error instanceof FetchError) {
      const status = error.response?.status;
      return status === 404 || status === 410 ? "gone" : "silent";
    }
    if (!(error instanceof Refused)) throw error;
    return error.code === "peer-unreachable" || error.code === "peer-too-slow" ? "silent" : null;
  }
}

/** Of the thing's own origin, or nothing: one server does not speak for another. */
const ownOf = (uri: string, other: string | null): string | null =>
  other !== null && new URL(other).origin === new URL(uri).origin ? other : null;

/** Of the links an object carries, the one to its record: an address of the same origin that ends in a digest. */
function digestOf(json: Json, uri: string): string | null {
  for (const link of listOf(json.tag).slice(0, tagsMax)) {
    const address = isObject(link) && link.rel === `${NS}record` ? ownOf(uri, uriOf(link.href)) : null;
    const name = address === null ? "" : (new URL(address).pathname.split("/").at(-1) ?? "");
    if (isDigest(name)) return name;
  }
  return null;
}

function readProcess(json: Json, uri: string, url: URL, now: Date): Found {
  const actor = readActor(json);
  refuseUnless(actor.uri === url.href, "forged", { uri });
  const process = readCivicProcess(actor.civic);
  refuseUnless(process?.process === uri && ownOf(uri, actor.uri) !== null, "forged", { uri });
  const lineage = civicLineage.parse(actor.civic);
  const phases = checkPhases(process.phases);
  const plan = relativePlan(phases);
  const organisationUri = ownOf(uri, process.organisation);
  return {
    from: lineage.derivedFrom,
    processActorUri: actor.uri,
    collection: ownOf(uri, lineage.adoptions?.collection ?? null),
    digest: digestOf(json, uri),
    facts: {
      kind: "process",
      url: actor.url ?? uri,
      title: clipped(process.title, 300),
      text: clipped(joined(process.summary, process.description), textCharsMax),
      organisation: new URL(uri).host,
      organisationUri,
      state: stateOf({ publishedAt: process.publishedAt, phases: phases.map((phase) => ({ ...phase, id: "" })) }, now),
      startsAt: phases[0]?.startsAt.toISOString() ?? null,
      endsAt: phases.at(-1)?.endsAt.toISOString() ?? null,
      phases: phases.map(({ title, permits }, at) => ({
        title: clipped(title, 300),
        permits,
        lastsDays: plan[at]?.lastsDays ?? 1,
      })),
      supportLimit: process.rules?.supportLimit ?? null,
      indicator: process.indicator,
      decision: process.pilot?.decision ?? null,
      outcome: lineage.outcome,
    },
  };
}

function readThing(json: Json, uri: string, url: URL): Found {
  const post = readPost(json);
  refuseUnless(post.id === uri && url.href === uri && post.isPublic && post.civic !== null, "forged", { uri });
  const kind = post.civic.kind === "proposal" || post.civic.kind === "result" ? post.civic.kind : null;
  refuseUnless(kind !== null && isAdoptable(kind), "unsupported-object", { uri });
  const lineage = civicLineage.parse(post.civic);
  const states: readonly string[] = kind === "proposal" ? proposalStates : resultStatuses;
  const state = textOf(kind === "proposal" ? post.civic.state : post.civic.status, 40);
  refuseUnless(states.includes(state), "unsupported-object", { uri });
  const language = post.language ?? "und";
  const processActorUri = ownOf(uri, uriOf(json.audience));
  const author = kind === "result" ? post.authorUri : null;
  const day = (value: unknown) => (/^\d{4}-\d{2}-\d{2}$/.test(textOf(value, 10)) ? textOf(value, 10) : null);
  return {
    from: lineage.derivedFrom,
    processActorUri,
    collection: ownOf(uri, lineage.adoptions?.collection ?? null),
    digest: digestOf(json, uri),
    facts: {
      kind,
      url: post.url,
      title: { [language]: lineOf(post.civic.title, 300) },
      text: { [language]: htmlToMarkdown(textOf(post.civic.body, textCharsMax)) },
      organisation: new URL(uri).host,
      organisationUri: ownOf(uri, lineage.organisation ?? author),
      state,
      startsAt: kind === "proposal" ? (post.publishedAt?.toISOString() ?? null) : day(post.civic.startsOn),
      endsAt: kind === "proposal" ? null : day(post.civic.endsOn),
      phases: [],
      supportLimit: null,
      indicator: null,
      decision: null,
      outcome: lineage.outcome,
    },
  };
}

const clipped = (texts: Readonly<Record<string, string>>, charsMax: number) =>
  Object.fromEntries(
    Object.entries(texts)
      .slice(0, 10)
      .map(([lang, text]) => [lang, text.slice(0, charsMax)]),
  );

/** The addresses on the first pages of a list. A page that cannot be read ends it. */
async function listed(remote: Remote, collection: string): Promise<string[]> {
  const uris: string[] = [];
  const { origin } = new URL(collection);
  try {
    const { json: root } = await remote.documents.find(new URL(collection));
    let page = uriOf((root as Json).first);
    for (let count = 0; page !== null && count < pagesMax && new URL(page).origin === origin; count++) {
      const { json } = await remote.documents.find(new URL(page));
      uris.push(...listOf((json as Json).orderedItems).flatMap((item) => uriOf(item) ?? []));
      page = uriOf((json as Json).next);
    }
  } catch (error) {
    if (!(error instanceof FetchError) && !(error instanceof Refused)) throw error;
  }
  return [...new Set(uris)];
}
