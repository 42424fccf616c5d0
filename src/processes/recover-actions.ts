// Processes and news of this node, brought back to what their own records say after a restore.
import { openActor } from "../actors/actions.ts";
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { type LanguageMap, pickText } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import { type RecoveredSubject, recoverSubject } from "../subjects/recover-actions.ts";
import { replaceTranslations } from "../translations/actions.ts";
import { schedulePhases } from "./phase-actions.ts";
import { checkPhases, type Phase, type Process } from "./process.ts";
import { findProcess } from "./queries.ts";
import type { RemoteNews, RemoteProcess } from "./remote.ts";

export type RecoveredProcess = Omit<RemoteProcess, "actorId" | "organisationUri" | "phases"> &
  Pick<Process, "pilotGeojson" | "pilotDecidedAt" | "supportLimit" | "editWindowMinutes" | "image" | "imageAlt"> & {
    readonly organisationId: string;
    readonly source: unknown;
    readonly phases: readonly Phase[];
    readonly categories: readonly LanguageMap[];
    readonly documents: readonly RecoveredDocument[];
  };

export interface RecoveredDocument {
  readonly title: string;
  readonly language: string;
  readonly url: string;
  readonly mediaType: string;
  readonly sizeBytes: number | null;
}

/**
 * Brings a process of ours to what its record says. One that is not here, or is a draft here, is opened: its actor gets new
 * keys, since the old ones are lost. @returns whether it was entered anew.
 */
export async function recoverProcess(tx: Tx, uris: Uris, process: RecoveredProcess, now: Date): Promise<boolean> {
  const { uri, url, handle, title, languages, publishedAt, updatedAt, organisationId } = process;
  const language = languages[0] ?? "en";
  const name = pickText(title, language).text;
  const summary = pickText(process.summary, language).text;
  const before = await findProcess(tx, uri);
  const profile = { name, summary };
  const actorId =
    (await actorIdOf(tx, uri)) ??
    (await openActor(tx, uris, { kind: "process", handle, url: uri, ...profile }, now)).id;
  // Its followers have heard of it: no event.
  await tx`update actor set ${tx(profile)} where id = ${actorId}`;
  const { id, was } = await recoverSubject(
    tx,
    {
      uri,
      kind: "process",
      url,
      authorId: actorId,
      authorName: "",
      processUri: uri,
      title: name,
      language,
      publishedAt,
      updatedAt,
    },
    now,
  );
  const columns = columnsOf(tx, process);
  if (before === null) {
    const place = { uri, id, handle, organisationId, createdAt: publishedAt };
    await tx`insert into process ${tx({ ...place, actorId, ...columns } as never)}`;
  } else await tx`update process set ${tx({ actorId, ...columns } as never)} where uri = ${uri}`;
  await replacePhases(tx, process, was === "changed" ? null : publishedAt);
  await schedulePhases(tx, uri, now);
  await tx`delete from process_category where process_uri = ${uri}`;
  for (const category of process.categories) {
    const categoryId = await recoverCategory(tx, category, now);
    await tx`insert into process_category ${tx({ processUri: uri, categoryId })} on conflict do nothing`;
  }
  await tx`delete from process_document where process_uri = ${uri}`;
  for (const [position, document] of process.documents.entries()) {
    await tx`insert into process_document ${tx({ id: newId(now), processUri: uri, position, ...document })}`;
  }
  return was === "entered";
}

async function actorIdOf(tx: Tx, uri: string): Promise<string | null> {
  const [row] = await tx<{ actorId: string | null }[]>`select actor_id from process where uri = ${uri}`;
  return row?.actorId ?? null;
}

function columnsOf(tx: Tx, process: RecoveredProcess) {
  const json = (value: unknown) => (value == null ? null : tx.json(value as never));
  const { title, summary, description, promoter, audience, decides, goals, callToAction, indicator } = process;
  const { isPilot, pilotArea, pilotDecision, pilotReasons, pilotDecidedAt, languages } = process;
  const { supportLimit, editWindowMinutes, image, imageAlt } = process;
  return {
    languages: languages as string[],
    title: json(title),
    summary: json(summary),
    description: json(description),
    promoter: json(promoter),
    audience: json(audience),
    decides: json(decides),
    goals: json(goals),
    callToAction: json(callToAction ?? {}),
    indicator: json(indicator),
    pilotGeojson: json(process.pilotGeojson),
    source: json(process.source),
    ...{ isPilot, pilotArea, pilotDecision, pilotReasons, pilotDecidedAt },
    ...{ supportLimit, editWindowMinutes, image, imageAlt },
  };
}

/** @param told the phases that had begun by then were part of what was told; null where the backup knows. */
async function replacePhases(tx: Tx, { uri, phases }: RecoveredProcess, told: Date | null): Promise<void> {
  const before = await tx<{ id: string; startsAt: Date; announcedAt: Date | null }[]>`
    delete from phase where process_uri = ${uri} returning id, starts_at, announced_at`;
  for (const phase of checkPhases(phases)) {
    const was = before.find((old) => old.id === phase.id) ?? before.find((old) => +old.startsAt === +phase.startsAt);
    const announcedAt = was?.announcedAt ?? (told !== null && phase.startsAt <= told ? told : null);
    await tx`
      insert into phase (id, process_uri, title, description, starts_at, ends_at, permits, announced_at)
      values (${phase.id}, ${uri}, ${tx.json(phase.title as never)}, ${tx.json(phase.description as never)},
        ${phase.startsAt}, ${phase.endsAt}, ${phase.permits as string[]}, ${announcedAt})`;
  }
}

/** A category by its name in any language, made where the city has none of that name. @returns its id. */
export async function recoverCategory(tx: Tx, name: LanguageMap, now: Date): Promise<string | null> {
  const names = Object.values(name).filter((one) => one !== "");
  if (names.length === 0) return null;
  const [found] = await tx<{ id: string }[]>`
    select id from category where exists (select from jsonb_each_text(name) as said where said.value = any(${names}))
    order by (name = ${tx.json(name as never)}) desc, retired_at is not null, position limit 1`;
  if (found !== undefined) return found.id;
  const id = newId(now);
  await tx`
    insert into category (id, name, position) values (${id}, ${tx.json(name as never)}, (select count(*) from category))`;
  return id;
}

export type RecoveredNews = Omit<RemoteNews, "authorId"> & { readonly kind: "news" | "phase" };

/** Brings news of ours to what their record says. A phase whose start they told is not told again. */
export async function recoverNews(tx: Tx, news: RecoveredNews, now: Date): Promise<boolean> {
  const { uri, url, processUri, kind, title, body, language, publishedAt, updatedAt } = news;
  const authorId = await actorIdOf(tx, processUri);
  const { was } = await recoverSubject(
    tx,
    { uri, kind: "news", url, authorId, authorName: "", processUri, title, language, publishedAt, updatedAt },
    now,
  );
  await tx`
    insert into news ${tx({ uri, processUri, kind, body })} on conflict (uri) do update set body = excluded.body`;
  await replaceTranslations(tx, [news], updatedAt);
  if (kind === "phase") {
    await tx`
      update phase set announced_at = ${publishedAt}
      where process_uri = ${processUri} and announced_at is null and starts_at <= ${publishedAt}`;
  }
  return was === "entered";
}

/** What meetings and results say alike of themselves, as their records have it. */
interface RecoveredThing extends Omit<RecoveredSubject, "kind" | "authorId" | "authorName"> {
  readonly language: string;
  readonly organisationId: string | null;
  readonly organisationName: string;
  readonly categoryName: string;
  readonly source: unknown;
}

/**
 * Brings the subject of a meeting or a result of ours to what its record says.
 * @param before the row as it stands; null where there is none.
 * @returns with the columns that both tables have alike.
 */
export async function recoverThing(
  tx: Tx,
  kind: "meeting" | "result",
  thing: RecoveredThing,
  before: { readonly categoryName: string; readonly categoryId: string | null } | null,
  now: Date,
) {
  const { uri, url, processUri, title, language, categoryName, source, publishedAt, updatedAt } = thing;
  const author = { authorId: thing.organisationId, authorName: thing.organisationName };
  const subject = { uri, kind, url, ...author, processUri, title, language, publishedAt, updatedAt };
  const { id, was } = await recoverSubject(tx, subject, now);
  const isKept = before?.categoryName === categoryName;
  const categoryId = isKept ? before.categoryId : await recoverCategory(tx, { [language]: categoryName }, now);
  return { id, was, columns: { categoryId, source: source === null ? null : tx.json(source as never) } };
}
