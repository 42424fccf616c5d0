// The verbs of news: published in the voice of their process, by its officials or by what happens in it.
import { type Account, holds } from "../accounts/account.ts";
import { recordEvent } from "../events.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { seenIn, tidyLine, withoutOverrides } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import { enterSubject, recordAct, touchSubject } from "../subjects/actions.ts";
import type { Process } from "./process.ts";
import { getProcess } from "./queries.ts";
import { vouchForNews } from "./vouch.ts";

/** Publishes news of a process, in the process's own voice. */
export async function publishNews(
  sql: Sql,
  uris: Uris,
  by: Account,
  input: { processUri: string; title: string; body: string; language: string },
  now: Date,
): Promise<string> {
  refuseUnless(holds(by, "official", input.processUri), "not-allowed");
  refuseUnless(seenIn(input.title) !== "", "invalid-input", { field: "title" });
  return await withTransaction(sql, async (tx) => {
    const process = await getProcess(tx, input.processUri);
    refuseUnless(process.publishedAt !== null && process.origin === null, "not-in-this-state");
    const uri = await enterNews(tx, uris, process, { kind: "news", by: by.id, ...input }, now);
    await recordAct(tx, by, "news-published", uri, {}, now, { after: { title: tidyLine(input.title) } });
    await recordEvent(tx, { type: "NewsPublished", subjectUri: uri, data: {} }, now);
    return uri;
  });
}

/** Enters news of a public process into the register and its table. The caller records what is told of it. */
export async function enterNews(
  tx: Tx,
  uris: Uris,
  process: Process,
  news: { kind: "news" | "phase" | "digest"; title: string; body: string; language: string; by: string | null },
  now: Date,
): Promise<string> {
  const id = newId(now);
  const uri = uris.news(id);
  const [actor] = await tx<{ actorId: string }[]>`select actor_id from process where uri = ${process.uri}`;
  await enterSubject(tx, {
    uri,
    id,
    kind: "news",
    origin: null,
    url: uri,
    authorId: actor!.actorId,
    authorName: "",
    processUri: process.uri,
    title: tidyLine(news.title),
    language: news.language,
    publishedAt: now,
  });
  await tx`
    insert into news (uri, process_uri, kind, body, created_by)
    values (${uri}, ${process.uri}, ${news.kind}, ${withoutOverrides(news.body)}, ${news.by})`;
  await vouchForNews(tx, [uri], now);
  return uri;
}

/** Takes a proposal that is erased out of the digests that named it, and tells who got them. */
export async function leaveDigests(
  tx: Tx,
  proposal: { readonly url: string; readonly processUri: string },
  now: Date,
): Promise<void> {
  const named = `](${proposal.url})`;
  const digests = await tx<{ uri: string; body: string }[]>`
    select uri, body from news
    where process_uri = ${proposal.processUri} and kind = 'digest' and position(${named} in body) > 0 for update`;
  for (const { uri, body } of digests) {
    const left = body.split("\n").filter((line) => !line.includes(named));
    await tx`update news set body = ${left.join("\n")} where uri = ${uri}`;
    await touchSubject(tx, uri, {}, now);
    await recordEvent(tx, { type: "NewsChanged", subjectUri: uri, data: { isAuthorForgotten: true } }, now);
  }
}
