// The verbs of processes: draft, change, publish, announce. The only writer of these tables.
import { type Account, holds } from "../accounts/account.ts";
import { describeActor, openActor } from "../actors/actions.ts";
import { checkHandle } from "../actors/actor.ts";
import { recordEvent } from "../events.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { type LanguageMap, pickText, seenIn, tidyLine, withoutOverrides } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import { enterSubject, recordAct, touchSubject } from "../subjects/actions.ts";
import { changeOf } from "../subjects/change.ts";
import { enterNews } from "./news-actions.ts";
import { replacePhases, schedulePhases, tellMovedPhases } from "./phase-actions.ts";
import { planChange } from "./plan.ts";
import { checkPhases, type Indicator, type PhasePlan, type PilotDecision, type Process } from "./process.ts";
import { checkCategories, getProcess } from "./queries.ts";
import { missingIn } from "./readiness.ts";
import { vouchForProcess } from "./vouch.ts";

/** What the desk fills in. Everything may change until publication; the handle and the organisation never after. */
export interface ProcessText {
  readonly languages: readonly string[];
  readonly title: LanguageMap;
  readonly summary: LanguageMap;
  readonly description: LanguageMap;
  readonly promoter: LanguageMap;
  readonly audience: LanguageMap;
  readonly decides: LanguageMap;
  readonly goals: LanguageMap;
  readonly callToAction?: LanguageMap;
  readonly indicator: Indicator | null;
  readonly isPilot: boolean;
  readonly pilotArea: string;
  readonly pilotGeojson: unknown;
  readonly supportLimit: number | null;
  readonly editWindowMinutes: number;
  readonly image: string | null;
  readonly imageAlt: string;
}

export interface NewProcess extends ProcessText {
  readonly handle: string;
  readonly organisationId: string;
  readonly phases: readonly PhasePlan[];
  readonly categoryIds: readonly string[];
  readonly source?: { readonly name: string; readonly url: string } | null;
}

const mapTexts = (texts: LanguageMap, clean: (text: string) => string): LanguageMap =>
  Object.fromEntries(Object.entries(texts).map(([lang, text]) => [lang, clean(text)]));

const columnsOf = (tx: Tx, text: Partial<ProcessText>): Record<string, unknown> => {
  const json = (value: unknown) => (value == null ? value : tx.json(value as never));
  const lines = (texts?: LanguageMap) => json(texts && mapTexts(texts, tidyLine));
  const words = (texts?: LanguageMap) => json(texts && mapTexts(texts, withoutOverrides));
  const columns = {
    languages: text.languages as string[] | undefined,
    title: lines(text.title),
    summary: words(text.summary),
    description: words(text.description),
    promoter: lines(text.promoter),
    audience: lines(text.audience),
    decides: words(text.decides),
    goals: words(text.goals),
    callToAction: json(text.callToAction),
    indicator: json(text.indicator),
    isPilot: text.isPilot,
    pilotArea: text.pilotArea,
    pilotGeojson: json(text.pilotGeojson),
    supportLimit: text.supportLimit,
    editWindowMinutes: text.editWindowMinutes,
    image: text.image,
    imageAlt: text.imageAlt,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
};

/** What of a process is to change; what is not named stays. */
export interface ProcessChange extends Partial<ProcessText> {
  readonly phases?: readonly PhasePlan[];
  readonly categoryIds?: readonly string[];
  /** Why the phases of a public process move: shown with its news, and told to everyone who follows it. */
  readonly reason?: string;
}

/**
 * Drafts a process with its phases. No one outside the desk sees it, and its actor is opened only on publication.
 * @throws Refused `not-allowed`, `phases-overlap`, `phase-ends-before-start`, `handle-taken`.
 */
export async function draftProcess(sql: Sql, uris: Uris, by: Account, input: NewProcess, now: Date): Promise<Process> {
  refuseUnless(holds(by, "official"), "not-allowed");
  const phases = checkPhases(input.phases);
  checkHandle(input.handle);
  const id = newId(now);
  const uri = uris.process(input.handle);
  return await withTransaction(sql, async (tx) => {
    const taken =
      await tx`select from handle where handle = ${input.handle} union all select from subject where uri = ${uri}`;
    refuseUnless(taken.length === 0, "handle-taken", { field: "handle", handle: input.handle });
    const isNew = await enterSubject(tx, {
      uri,
      id,
      kind: "process",
      origin: null,
      url: uri,
      authorId: null,
      authorName: "",
      processUri: uri,
      title: tidyLine(pickText(input.title, input.languages[0] ?? "en").text),
      language: input.languages[0] ?? "en",
      publishedAt: null,
    });
    // Someone else drafts one under the same handle at this moment.
    refuseUnless(isNew, "handle-taken", { field: "handle", handle: input.handle });
    await tx`
      insert into process ${tx({
        uri,
        id,
        handle: input.handle,
        organisationId: input.organisationId,
        createdBy: by.id,
        createdAt: now,
        source: input.source ? tx.json(input.source as never) : null,
        ...columnsOf(tx, input),
      } as never)}`;
    await replacePhases(tx, uri, phases, now);
    await replaceCategories(tx, uri, input.categoryIds);
    await recordAct(tx, by, "process-drafted", uri, {}, now, { after: { title: input.title, handle: input.handle } });
    return await getProcess(tx, uri);
  });
}

/** What the audit log says of a change; phases without their ids, which say nothing. */
const loggedFields = [
  ...([
    "title",
    "summary",
    "description",
    "promoter",
    "audience",
    "decides",
    "goals",
    "indicator",
    "languages",
  ] as const),
  ...(["isPilot", "pilotArea", "supportLimit", "editWindowMinutes", "phases"] as const),
] as const;

const said = (process: Process) => ({
  ...process,
  phases: process.phases.map(({ title, startsAt, endsAt, permits }) => ({
    ...{ title, permits },
    ...{ startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() },
  })),
});

/**
 * Changes a process's texts and settings. A public one tells its followers, once per change; when its phases move, as news
 * with the reason.
 * @throws Refused `phase-reason-needed` where a public process's phases move and no reason is given, `invalid-input` where a
 * public one would be left without a title.
 */
export async function changeProcess(
  sql: Sql,
  by: Account,
  uri: string,
  change: ProcessChange,
  now: Date,
): Promise<Process> {
  refuseUnless(holds(by, "official", uri), "not-allowed");
  const phases = change.phases && checkPhases(change.phases);
  return await withTransaction(sql, async (tx) => {
    const before = await processForUpdate(tx, uri);
    const reason = change.reason?.trim() ?? "";
    const moved = phases && before.publishedAt !== null ? planChange(before.phases, phases) : null;
    refuseUnless(moved === null || reason !== "", "phase-reason-needed", { field: "reason" });
    const columns = columnsOf(tx, change);
    const { title, languages } = { ...before, ...definedOf({ title: change.title, languages: change.languages }) };
    const written = languages[0] ?? "en";
    const line = pickText(mapTexts(title, tidyLine), written).text;
    refuseUnless(before.publishedAt === null || seenIn(line) !== "", "invalid-input", { field: "title" });
    if (Object.keys(columns).length > 0) await tx`update process set ${tx(columns as never)} where uri = ${uri}`;
    if (phases) await replacePhases(tx, uri, phases, now);
    if (change.categoryIds) await replaceCategories(tx, uri, change.categoryIds);
    await touchSubject(tx, uri, { title: line, language: written }, now);
    const process = await getProcess(tx, uri);
    await recordAct(tx, by, "process-changed", uri, {}, now, changeOf(said(before), said(process), loggedFields));
    if (before.publishedAt !== null) {
      await describeProcessActor(tx, process, now);
      await schedulePhases(tx, uri, now);
      await vouchForProcess(tx, uri, now);
      if (moved) await tellMovedPhases(tx, process, moved, { by: by.id, reason }, now);
    }
    return process;
  });
}

/** What of these has a value. */
const definedOf = <T extends object>(values: T): { [Name in keyof T]?: NonNullable<T[Name]> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

/**
 * Publishes a draft of the desk once nothing it needs is missing, in one transaction with the check. What was published
 * elsewhere long ago and is imported has its own past: that is {@link publishProcess} alone.
 * @throws Refused `not-ready` while something needed is missing.
 */
export async function publishReadyProcess(sql: Sql, uris: Uris, by: Account, uri: string, now: Date): Promise<Process> {
  refuseUnless(holds(by, "official", uri), "not-allowed");
  return await withTransaction(sql, async (tx) => {
    const process = await processForUpdate(tx, uri);
    if (process.publishedAt !== null) return process;
    refuseUnless(!missingIn(process, now).some(({ isNeeded }) => isNeeded), "not-ready");
    return await publishProcess(tx, uris, by, uri, now);
  });
}

/**
 * Opens the process to everyone: its actor, that people follow, and the announcement of its phases at their time.
 * Publishing twice changes nothing.
 */
export async function publishProcess(sql: Sql, uris: Uris, by: Account, uri: string, now: Date): Promise<Process> {
  refuseUnless(holds(by, "official", uri), "not-allowed");
  return await withTransaction(sql, async (tx) => {
    const process = await processForUpdate(tx, uri);
    if (process.publishedAt !== null) return process;
    const written = process.languages[0] ?? "en";
    const actor = await openActor(
      tx,
      uris,
      {
        kind: "process",
        handle: process.handle,
        name: pickText(process.title, written).text,
        summary: pickText(process.summary, written).text,
        url: uri,
      },
      now,
    );
    await tx`update process set actor_id = ${actor.id} where uri = ${uri}`;
    await tx`update subject set author_id = ${actor.id} where uri = ${uri}`;
    await touchSubject(tx, uri, { publishedAt: now }, now);
    // The phase that is open now is part of the opening news; only later ones are announced by themselves.
    await tx`update phase set announced_at = ${now} where process_uri = ${uri} and starts_at <= ${now}`;
    await schedulePhases(tx, uri, now);
    await recordAct(tx, by, "process-published", uri, {}, now, {
      before: { state: "draft" },
      after: { state: "published" },
    });
    await vouchForProcess(tx, uri, now);
    const published = await getProcess(tx, uri);
    const opening = {
      kind: "phase",
      title: pickText(process.title, written).text,
      body: pickText(process.summary, written).text,
      language: written,
      by: by.id,
    } as const;
    const newsUri = await enterNews(tx, uris, published, opening, now);
    await recordEvent(tx, { type: "ProcessPublished", subjectUri: uri, data: { newsUri } }, now);
    return published;
  });
}

/** Says how an experiment ended: stop, adjust or scale, with reasons. It can be said again; each time is kept in the audit. */
export async function decidePilot(
  sql: Sql,
  by: Account,
  uri: string,
  decision: { decision: PilotDecision; reasons: string },
  now: Date,
): Promise<void> {
  refuseUnless(holds(by, "official", uri), "not-allowed");
  refuseUnless(seenIn(decision.reasons) !== "", "invalid-input", { field: "reasons" });
  await withTransaction(sql, async (tx) => {
    const process = await processForUpdate(tx, uri);
    refuseUnless(process.isPilot && process.publishedAt !== null, "not-in-this-state");
    await tx`
      update process set pilot_decision = ${decision.decision}, pilot_reasons = ${decision.reasons}, pilot_decided_at = ${now}
      where uri = ${uri}`;
    await touchSubject(tx, uri, {}, now);
    const before = { decision: process.pilotDecision, reasons: process.pilotReasons };
    const change = changeOf(before, decision, ["decision", "reasons"]);
    await recordAct(tx, by, "pilot-decided", uri, { decision: decision.decision }, now, change);
    await describeProcessActor(tx, await getProcess(tx, uri), now);
    await vouchForProcess(tx, uri, now);
  });
}

/** Adds a category to the city's taxonomy. */
export async function addCategory(
  sql: Sql,
  by: Account,
  input: { name: LanguageMap; parentId: string | null },
  now: Date,
): Promise<string> {
  refuseUnless(holds(by, "official"), "not-allowed");
  return await withTransaction(sql, async (tx) => {
    await checkCategories(tx, [input.parentId], { field: "parent" });
    const id = newId(now);
    await tx`
      insert into category (id, parent_id, name, position)
      values (${id}, ${input.parentId}, ${tx.json(input.name as never)}, (select count(*) from category))`;
    await recordAct(tx, by, "category-added", null, { id }, now, { after: { name: input.name } });
    return id;
  });
}

/**
 * A process of this node with its row locked, so that what was asked of it still holds when the answer is written.
 * @throws Refused `not-found`, `not-allowed` for a copy of another node's: only its own city changes it.
 */
export async function processForUpdate(tx: Tx, uri: string): Promise<Process> {
  const rows = await tx`select from process where uri = ${uri} for no key update`;
  refuseUnless(rows.length === 1, "not-found");
  const process = await getProcess(tx, uri);
  refuseUnless(process.origin === null, "not-allowed");
  return process;
}

async function describeProcessActor(tx: Tx, process: Process, now: Date): Promise<void> {
  const written = process.languages[0] ?? "en";
  const [row] = await tx<{ actorId: string }[]>`select actor_id from process where uri = ${process.uri}`;
  const profile = { name: pickText(process.title, written).text, summary: pickText(process.summary, written).text };
  await describeActor(tx, row!.actorId, profile, now);
}

async function replaceCategories(tx: Tx, processUri: string, categoryIds: readonly string[]): Promise<void> {
  const before = await tx<{ categoryId: string }[]>`
    select category_id from process_category where process_uri = ${processUri}`;
  const kept = before.map(({ categoryId }) => categoryId);
  await checkCategories(tx, categoryIds, { field: "categories", kept });
  await tx`delete from process_category where process_uri = ${processUri}`;
  for (const categoryId of categoryIds) await tx`insert into process_category ${tx({ processUri, categoryId })}`;
}
