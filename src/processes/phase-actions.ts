// The verbs of phases: replaced with their process, promised to jobs, announced at their time, told of when they move.
import { findTimeZone } from "../cities/queries.ts";
import { recordEvent } from "../events.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { isLanguage, openTranslator } from "../platform/i18n.ts";
import { newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { pickText } from "../platform/text.ts";
import { lastMomentBefore } from "../platform/time.ts";
import { openUris, originOf, type Uris } from "../platform/uris.ts";
import { touchSubject } from "../subjects/actions.ts";
import { enterNews } from "./news-actions.ts";
import { goesOn, type PlanChange } from "./plan.ts";
import { activePhase, type PhasePlan, type Process } from "./process.ts";
import { getProcess } from "./queries.ts";
import { vouchForProcess } from "./vouch.ts";

/**
 * Announces the start of a phase, once, at its time, as news in the process's voice. Run by a job; a phase that was moved
 * or removed meanwhile is left alone.
 */
export async function announcePhase(sql: Sql, uris: Uris, phaseId: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const [row] = await tx<{ processUri: string }[]>`
      update phase set announced_at = ${now}
      where id = ${phaseId} and announced_at is null and starts_at <= ${now} and ends_at > ${now}
        and exists (select from subject where uri = process_uri and published_at is not null and hidden_at is null)
      returning process_uri`;
    if (row === undefined) return;
    const process = await getProcess(tx, row.processUri);
    const phase = activePhase(process.phases, now);
    if (phase?.id !== phaseId) return;
    const language = process.languages[0] ?? "en";
    const t = openTranslator(isLanguage(language) ? language : "en", await findTimeZone(tx));
    const until = t("process.phase-until", { date: t.date(lastMomentBefore(phase.endsAt)) });
    const body = [pickText(phase.description, language).text, until];
    await touchSubject(tx, process.uri, {}, now);
    await vouchForProcess(tx, process.uri, now);
    const newsUri = await enterNews(
      tx,
      uris,
      process,
      {
        kind: "phase",
        title: pickText(phase.title, language).text,
        body: body.join("\n\n").trim(),
        language,
        by: null,
      },
      now,
    );
    await recordEvent(tx, { type: "PhaseStarted", subjectUri: process.uri, data: { newsUri } }, now);
  });
}

/** The new dates and why, as news in the process's own voice: shown here, and told to whoever follows it anywhere. */
export async function tellMovedPhases(
  tx: Tx,
  process: Process,
  { dated, dropped }: PlanChange,
  { by, reason }: { by: string; reason: string },
  now: Date,
): Promise<void> {
  const written = process.languages[0] ?? "en";
  const t = openTranslator(isLanguage(written) ? written : "en", await findTimeZone(tx));
  const name = ({ title }: PhasePlan) => escapeMarkdown(pickText(title, written).text);
  const lines = [
    ...dated.map((phase) => `- **${name(phase)}**: ${t.dateRange(phase.startsAt, lastMomentBefore(phase.endsAt))}`),
    ...dropped.map((phase) => `- **${name(phase)}**: ${t("processes.phase-dropped")}`),
  ];
  const body = `${reason}\n\n${lines.join("\n")}`;
  const news = { kind: "news", title: t("processes.phases-moved"), body, language: written, by } as const;
  const newsUri = await enterNews(tx, openUris(originOf(process.uri)), process, news, now);
  await recordEvent(tx, { type: "NewsPublished", subjectUri: newsUri, data: {} }, now);
}

const escapeMarkdown = (text: string): string => text.replace(/[\\*_[\]`<>]/g, "\\$&");

/** Replaces the phases. One that begins when it did keeps its id, which records name it by, and whether it was announced. */
export async function replacePhases(
  tx: Tx,
  processUri: string,
  phases: readonly PhasePlan[],
  now: Date,
): Promise<void> {
  const before = await tx<{ id: string; startsAt: Date; endsAt: Date; announcedAt: Date | null }[]>`
    delete from phase where process_uri = ${processUri} returning id, starts_at, ends_at, announced_at`;
  for (const phase of phases) {
    const was = before.find((old) => +old.startsAt === +phase.startsAt);
    await tx`
      insert into phase (id, process_uri, title, description, starts_at, ends_at, permits, announced_at)
      values (${was?.id ?? newId(now)}, ${processUri}, ${tx.json(phase.title as never)}, ${tx.json(phase.description as never)},
        ${phase.startsAt}, ${phase.endsAt}, ${phase.permits as string[]}, ${was?.announcedAt ?? (goesOn(before, phase, now) ? now : null)})`;
  }
}

/** Promises what is to be done when phases begin, and when they end: their last counts are vouched for then. */
export async function schedulePhases(tx: Tx, processUri: string, now: Date): Promise<void> {
  const phases = await tx<{ id: string; startsAt: Date; endsAt: Date; isWaiting: boolean }[]>`
    select id, starts_at, ends_at, announced_at is null as is_waiting from phase
    where process_uri = ${processUri} and ends_at > ${now}`;
  for (const { id, startsAt, endsAt, isWaiting } of phases) {
    const uniqueKey = `tally:${id}:${+endsAt}`;
    await enqueue(tx, { kind: "tally", payload: { phaseId: id }, runAt: endsAt, uniqueKey });
    if (!isWaiting) continue;
    await enqueue(tx, {
      kind: "phase-start",
      payload: { phaseId: id },
      runAt: startsAt,
      uniqueKey: `phase-start:${id}`,
    });
  }
}
