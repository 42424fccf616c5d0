// Records of other nodes, once they are kept → the rooms whose things they are about, so that a mirrored process stands in
// the same tables as our own. Processes before their things, proposals before their answers, results before their steps.
import { type AssumedActor, assumeActors } from "../../src/actors/assumed-actions.ts";
import { keepRemoteMeeting } from "../../src/meetings/remote.ts";
import { promiseArrivals } from "../../src/notices/actions.ts";
import { isDatabaseAway, type Tx } from "../../src/platform/db.ts";
import { Refused } from "../../src/platform/refusal.ts";
import { originOf } from "../../src/platform/uris.ts";
import { keepRemoteNews, keepRemoteProcess } from "../../src/processes/remote.ts";
import { keepRemoteAnswers, keepRemoteProposals } from "../../src/proposals/copy-actions.ts";
import type { RemoteAnswer, RemoteProposal } from "../../src/proposals/remote.ts";
import type { TakenRecord } from "../../src/records/copy-actions.ts";
import { type Json, kindOfType, type RecordDocument, type RecordKind } from "../../src/records/record.ts";
import { keepRemoteMilestone, keepRemoteResult } from "../../src/results/remote.ts";
import { reviveCopy, setHidden } from "../../src/subjects/actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { dropErased } from "../copies.ts";
import { noteLineageOf } from "../lineage-civic.ts";
import { applyTallies, applyThread } from "./counts.ts";
import { readMeeting, readMilestone, readResult } from "./follow-ups.ts";
import { type CopiedProcess, readAnswer, readNews, readProcess, readProposal } from "./things.ts";

/** A kept record, with the parts of the comments where it is a thread's. */
export interface AppliedRecord extends TakenRecord {
  /** Exact bytes, by their digests. */
  readonly parts?: ReadonlyMap<string, string>;
}

interface Applying {
  readonly tx: Tx;
  readonly now: Date;
  readonly unfit: Map<string, string>;
}

type Keep = (tx: Tx, record: AppliedRecord, organisationId: string | null) => Promise<void>;

/**
 * Shows what the newest records say: in the transaction that keeps them.
 * @returns records that are kept and make no thing a room can show: the reasons, by subject.
 */
export async function applyRecords(
  tx: Tx,
  records: readonly AppliedRecord[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  const unfit = new Map<string, string>();
  const at: Applying = { tx, now, unfit };
  const live = await readLive(tx, records);
  const told = records.filter(({ document }) => document.standing === "erased" || !live.has(document.subject));
  const byKind = Map.groupBy(told, ({ document }) => kindOfType(document.type));
  const of = (kind: RecordKind) => byKind.get(kind) ?? [];
  const shown = (kind: RecordKind) => of(kind).filter(({ document }) => document.standing === "shown");

  for (const record of shown("process")) await alone(at, record, (within) => applyProcess(within, record.document));
  for (const record of shown("news")) {
    await alone(at, record, async (within) => {
      const news = readNews(record.document, partOf(record));
      await reviveCopy(within.tx, news.uri);
      const authorId = await voiceOf(within, news.processUri);
      await keepRemoteNews(within.tx, { ...news, authorId }, now);
    });
  }
  await applyProposals(at, shown("proposal"));
  await applyAnswers(at, shown("answer"));
  const kept: Partial<Record<RecordKind, Keep>> = {
    meeting: (tx, record, organisationId) =>
      keepRemoteMeeting(tx, { ...readMeeting(record.document, partOf(record)), organisationId }, now),
    result: (tx, record, organisationId) =>
      keepRemoteResult(tx, { ...readResult(record.document, partOf(record)), organisationId }, now),
    milestone: (tx, record, organisationId) =>
      keepRemoteMilestone(tx, { ...readMilestone(record.document, partOf(record)), organisationId }, now),
  };
  for (const [kind, keep] of Object.entries(kept) as [RecordKind, Keep][]) {
    for (const record of shown(kind)) {
      await alone(at, record, async (within) => {
        const publishers = await publishersOf(within, [record.document]);
        await reviveCopy(within.tx, record.document.subject);
        await keep(within.tx, record, publishers.get(record.document.publisher) ?? null);
      });
    }
  }
  for (const record of [...shown("process"), ...shown("proposal"), ...shown("result")]) {
    const { document } = record;
    const { derivedFrom } = document.data;
    if (derivedFrom !== undefined && !unfit.has(document.subject)) {
      await alone(at, record, (within) => noteLineageOf(within.tx, document.subject, { derivedFrom }, now));
    }
  }
  await applyTallies(tx, shown("tally"));
  for (const record of shown("thread")) await alone(at, record, (within) => applyThread(within.tx, record, now));
  await applyStandings(at, told);
  const uris = told.filter(({ document }) => document.standing === "shown").map(({ document }) => document.subject);
  await promiseArrivals(tx, uris, now);
  return unfit;
}

/**
 * Things that were read at their own server, of which only a mirror's word came now: it takes the place of nothing. That
 * one of them was erased is looked into in any case.
 */
async function readLive(tx: Tx, records: readonly AppliedRecord[]): Promise<ReadonlySet<string>> {
  const rows = await tx<{ uri: string }[]>`
    select subject.uri from record join subject on subject.uri = record.subject_uri
      join actor on actor.id = subject.author_id
    where record.subject_uri = any(${records.map(({ document }) => document.subject)}) and record.is_head
      and record.trust = 'vouched' and actor.fetched_at is not null`;
  return new Set(rows.map(({ uri }) => uri));
}

/** One that does not fit spoils nothing beside it: what it wrote is undone, and why is kept. */
async function alone(at: Applying, record: AppliedRecord, work: (at: Applying) => Promise<void>): Promise<void> {
  const { tx, unfit } = at;
  try {
    await tx.savepoint(async (inner) => await work({ ...at, tx: inner as Tx }));
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    unfit.set(record.document.subject, error instanceof Refused ? error.code : "unsupported-object");
  }
}

/** @throws Refused `not-found` where its words were withheld. */
function partOf({ part }: AppliedRecord): Json {
  if (part === null) throw new Refused("not-found");
  return JSON.parse(part) as Json;
}

async function applyProcess(at: Applying, document: RecordDocument): Promise<void> {
  const { actorUri, organisationName, themes: _themes, ...process } = readProcess(document);
  const { tx, now } = at;
  const actors = await assumeActors(tx, actorsOf(document, { ...process, actorUri, organisationName }), now);
  const actorId = actors.get(actorUri ?? "");
  if (actorId === undefined) throw new Refused("unsupported-object");
  await reviveCopy(tx, process.uri);
  await keepRemoteProcess(tx, { ...process, actorId }, now);
}

type ProcessActors = Pick<
  CopiedProcess,
  "actorUri" | "organisationUri" | "organisationName" | "handle" | "title" | "url"
>;

/** Who speaks for a process, by what its institution vouches for. */
function actorsOf(document: RecordDocument, process: ProcessActors): AssumedActor[] {
  const { actorUri, organisationUri, organisationName, handle, title, url } = process;
  const institution = institutionOf(document.publisher, organisationUri === document.publisher ? organisationName : "");
  const own: AssumedActor[] =
    actorUri === null ? [] : [{ uri: actorUri, type: "Group", handle, name: Object.values(title)[0] ?? handle, url }];
  return [institution, ...own];
}

function institutionOf(uri: string, name: string): AssumedActor {
  const handle = decodeURIComponent(new URL(uri).pathname.split("/").at(-1) ?? "") || new URL(uri).host;
  return { uri, type: "Organization", handle, name: name || new URL(uri).host, url: originOf(uri) };
}

async function publishersOf({ tx, now }: Applying, documents: readonly RecordDocument[]): Promise<Map<string, string>> {
  const uris = [...new Set(documents.map(({ publisher }) => publisher))];
  return await assumeActors(
    tx,
    uris.map((uri) => institutionOf(uri, "")),
    now,
  );
}

/** The actor of a process, through which its news speak. */
async function voiceOf({ tx }: Applying, processUri: string): Promise<string | null> {
  const [row] = await tx<{ actorId: string | null }[]>`select actor_id from process where uri = ${processUri}`;
  return row?.actorId ?? null;
}

async function applyProposals(at: Applying, records: readonly AppliedRecord[]): Promise<void> {
  const read = readEach(at, records, (record) => readProposal(record.document, partOf(record)));
  const named = read.flatMap(({ author }) => author.uri ?? []);
  const rows =
    named.length === 0
      ? []
      : await at.tx<{ uri: string; id: string }[]>`
    select uri, id from actor where uri = any(${named})`;
  const ids = new Map(rows.map(({ uri, id }) => [uri, id]));
  const proposals = read.map(({ author, namedCoauthors: _keys, ...proposal }): RemoteProposal => {
    return { ...proposal, authorId: ids.get(author.uri ?? "") ?? null };
  });
  await together(at, proposals, (tx, some) => keepRemoteProposals(tx, some, at.now));
}

async function applyAnswers(at: Applying, records: readonly AppliedRecord[]): Promise<void> {
  if (records.length === 0) return;
  const publishers = await publishersOf(
    at,
    records.map(({ document }) => document),
  );
  const answers = readEach(at, records, (record): RemoteAnswer => {
    const authorId = publishers.get(record.document.publisher) ?? null;
    return { ...readAnswer(record.document, partOf(record)), authorId, authorName: "" };
  });
  await together(at, answers, (tx, some) => keepRemoteAnswers(tx, some, at.now));
}

function readEach<T>({ unfit }: Applying, records: readonly AppliedRecord[], read: (record: AppliedRecord) => T): T[] {
  return records.flatMap((record) => {
    try {
      return [read(record)];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      unfit.set(record.document.subject, error.code);
      return [];
    }
  });
}

/** All at once; if one of them cannot be kept, each by itself. */
async function together<T extends { readonly uri: string }>(
  { tx, unfit }: Applying,
  things: readonly T[],
  keep: (tx: Tx, some: readonly T[]) => Promise<void>,
): Promise<void> {
  if (things.length === 0) return;
  try {
    await tx.savepoint(async (inner) => await keep(inner as Tx, things));
    return;
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
  }
  for (const thing of things) {
    try {
      await tx.savepoint(async (inner) => await keep(inner as Tx, [thing]));
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      unfit.set(thing.uri, error instanceof Refused ? error.code : "unsupported-object");
    }
  }
}

/** What its own city hides is hidden here, with its reason; what was erased is erased here too. */
async function applyStandings({ tx, now }: Applying, records: readonly AppliedRecord[]): Promise<void> {
  const hidden = await hiddenByOrigin(tx, records);
  for (const { document } of records) {
    const { subject, standing, reason = "" } = document;
    if (standing === "erased") await dropErased(tx, subject, subject, now);
    else if (standing === "hidden") {
      if ((await findSubject(tx, subject))?.hiddenAt === null) await setHidden(tx, subject, reason, now, "origin");
    } else if (hidden.has(subject)) await setHidden(tx, subject, null, now);
  }
}

async function hiddenByOrigin(tx: Tx, records: readonly AppliedRecord[]): Promise<Set<string>> {
  const rows = await tx<{ uri: string }[]>`
    select uri from subject where uri = any(${records.map(({ document }) => document.subject)}) and hidden_by = 'origin'`;
  return new Set(rows.map(({ uri }) => uri));
}
