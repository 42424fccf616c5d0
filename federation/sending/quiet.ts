// Quiet by default: people who follow a process get a handful of its contributions an hour and the rest in a digest.
import { findActor } from "../../src/actors/queries.ts";
import { recordEvent } from "../../src/events.ts";
import { type Sql, type Tx, withTransaction } from "../../src/platform/db.ts";
import { enqueue } from "../../src/platform/jobs.ts";
import { pickText } from "../../src/platform/text.ts";
import type { Uris } from "../../src/platform/uris.ts";
import { enterNews } from "../../src/processes/news-actions.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { wordsIn } from "../wording.ts";

/** Contributions a process brings before its followers in one hour. Phases, answers and results are not counted. */
export const contributionsPerHourMax = 5;
const hourMs = 3_600_000;
const digestItemsMax = 30;

/** Whether one more contribution may reach people now. Counts what this process has brought within the last hour. */
export async function mayReachPeople({ tx, now }: { tx: Tx; now: Date }, processActorUri: string): Promise<boolean> {
  const actor = await findActor(tx, processActorUri);
  const [row] = await tx<{ sent: number }[]>`
    select count(*)::int as sent from outgoing_activity
    where kind = 'contribution' and ${processActorUri} = any(followers_of) and at > ${new Date(+now - hourMs)}
      and actor_id = ${actor?.id ?? null} and activity->>'type' in ('Create', 'Announce')
      and not (activity->'object' ? 'inReplyTo')`;
  return row!.sent < contributionsPerHourMax;
}

/** One digest waits per process at a time; it tells of all that was rolled up until then. */
export async function promiseDigest({ tx, now }: { tx: Tx; now: Date }, processUri: string): Promise<void> {
  const runAt = new Date(+now + hourMs);
  await enqueue(tx, { kind: "digest", payload: { processUri }, runAt, uniqueKey: `digest:${processUri}` });
}

/** Publishes what was rolled up as one Note of links, in the process's voice. Nothing waiting: nothing said. */
export async function publishDigest(sql: Sql, uris: Uris, processUri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const process = await findProcess(tx, processUri);
    if (process === null || process.hiddenAt !== null) return;
    const waiting = await tx<{ title: string; url: string }[]>`
      with told as (
        update outgoing_activity set is_rolled_up = false
        where is_rolled_up and subject_uri in (select uri from subject where process_uri = ${processUri}) returning subject_uri)
      select subject.title, subject.url from subject
      where uri in (select subject_uri from told) and hidden_at is null and deleted_at is null order by id`;
    if (waiting.length === 0) return;
    const language = process.languages[0] ?? "en";
    const t = wordsIn(language);
    const escaped = (title: string) => title.replace(/[[\]\\*_`<>]/g, "\\$&");
    const items = waiting.slice(0, digestItemsMax).map(({ title, url }) => `- [${escaped(title)}](${url})`);
    const more = waiting.length > digestItemsMax ? [`\n[${t("wire.all-proposals")}](${process.url})`] : [];
    const news = {
      kind: "digest",
      title: t("wire.new-proposals", { process: pickText(process.title, language).text }),
      body: [...items, ...more].join("\n"),
      language,
      by: null,
    } as const;
    const newsUri = await enterNews(tx, uris, process, news, now);
    await recordEvent(tx, { type: "NewsPublished", subjectUri: newsUri, data: {} }, now);
  });
}
