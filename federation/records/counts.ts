// What was counted, and who said what in which order: tallies and threads of other nodes, as their records have them.
import { z } from "zod";
import { assumeActors } from "../../src/actors/assumed-actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { keepOwnerWord } from "../../src/comments/owner-actions.ts";
import { eraseRemoteComment, receiveComment } from "../../src/comments/remote.ts";
import { isDigest, parseJson } from "../../src/platform/canonical.ts";
import type { Sql, Tx } from "../../src/platform/db.ts";
import { Refused } from "../../src/platform/refusal.ts";
import { cleanRemoteHtml, markdownToHtml } from "../../src/platform/rich-text.ts";
import { originOf } from "../../src/platform/uris.ts";
import { keepCounts } from "../../src/proposals/copy-actions.ts";
import { findHead } from "../../src/records/queries.ts";
import { partDigestsIn, type RecordDocument, RecordRefused, readPart } from "../../src/records/record.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { stances } from "../../src/subjects/subject.ts";
import { contentLengthMax } from "../reading.ts";
import { promiseRefresh } from "../refresh-jobs.ts";
import type { AppliedRecord } from "./records.ts";

const tallySubject = /^(.+)\/tally$/;
const tallyData = z.object({
  of: z.string(),
  counted: z.iso.datetime().optional().catch(undefined),
  supports: z.object({ count: z.number().int().min(0).max(2_000_000_000), method: z.string().max(300).catch("") }),
});

/** Counts keep their origin, their method and their time; they are never added to ours. */
export async function applyTallies(tx: Tx, records: readonly AppliedRecord[]): Promise<void> {
  const counts = records.flatMap(({ document }) => {
    const uri = tallySubject.exec(document.subject)?.[1];
    const read = tallyData.safeParse(document.data);
    if (uri === undefined || !read.success || read.data.of !== uri) return [];
    const { count, method } = read.data.supports;
    const countedAt = new Date(read.data.counted ?? document.recorded);
    return [{ uri, supportCount: count, method: safe(method), countedAt }];
  });
  await keepCounts(tx, counts);
}

const safe = (text: string): string => text.replaceAll("\0", "").toWellFormed();

const address = z
  .string()
  .max(2_048)
  .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text));
const threadData = z.object({
  of: address,
  comments: z
    .array(
      z.object({
        id: address,
        inReplyTo: address,
        published: z.iso.datetime(),
        state: z.enum(["shown", "hidden", "erased"]),
        part: z.string().refine(isDigest).optional(),
      }),
    )
    .max(1_000),
});
type Entry = z.infer<typeof threadData>["comments"][number];

const commentPart = z.object({
  text: z.string().max(contentLengthMax).optional(),
  html: z.string().max(contentLengthMax).optional(),
  url: address.optional().catch(undefined),
  language: z.string().max(35).nullable().catch(null),
  stance: z.enum(stances).nullable().catch(null),
  author: z
    .object({ name: z.string().max(200).catch(""), uri: address.optional().catch(undefined) })
    .catch({ name: "" }),
  updated: z.iso.datetime().nullish().catch(null),
});

/**
 * A block of a thread. The words of the owner's own people are taken from the parts that came with it; those of others are
 * read from their own servers, and what the owner says of them is kept.
 */
export async function applyThread(tx: Tx, record: AppliedRecord, now: Date): Promise<void> {
  const { document, parts } = record;
  const read = threadData.safeParse(document.data);
  if (!read.success || originOf(read.data.of) !== originOf(document.subject)) throw new Refused("unsupported-object");
  const owner = originOf(document.publisher);
  const ownOrigin = await originOfNode(tx);
  // What only its mirror vouches for takes nothing away.
  const isCertain = (await findHead(tx, document.subject))?.trust === "verified";
  for (const entry of read.data.comments) {
    const part = await keepCommentPart(tx, owner, entry, parts);
    const origin = originOf(entry.id);
    const isKnown = (await findSubject(tx, entry.id)) !== null;
    if (origin === owner) {
      if (entry.state === "erased" && isCertain) await eraseRemoteComment(tx, entry.id, null, now);
      else if (entry.state === "shown" && part !== null) await keepComment(tx, document, entry, part, now);
    } else if (!isKnown && entry.state === "shown" && origin !== ownOrigin) await promiseReading(tx, entry.id);
    if (entry.state === "hidden" || (origin !== owner && entry.state === "shown")) {
      const state = entry.state === "hidden" ? "hidden" : "listed";
      const at = new Date(document.recorded);
      await keepOwnerWord(tx, { commentUri: entry.id, origin: owner, state, reason: "", at }, now);
    }
  }
}

/** Where too many wait for that server already, the next reading of the thread asks for it again: the rest is kept now. */
async function promiseReading(tx: Tx, uri: string): Promise<void> {
  try {
    await promiseRefresh(tx, uri);
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "too-many-requests") throw error;
  }
}

async function originOfNode(sql: Sql): Promise<string | null> {
  const [row] = await sql<{ uri: string }[]>`select uri from actor where kind = 'node' and origin is null limit 1`;
  return row === undefined ? null : originOf(row.uri);
}

/**
 * Keeps the exact bytes of a comment's part, to be handed on and to be purged. Null where they did not come, or are gone:
 * what the thread's owner has purged before it came stays so, what somebody else has is none of theirs.
 */
async function keepCommentPart(
  tx: Tx,
  owner: string,
  { id, part }: Entry,
  parts: AppliedRecord["parts"],
): Promise<z.infer<typeof commentPart> | null> {
  const text = part === undefined ? undefined : parts?.get(part);
  if (part === undefined || text === undefined) return null;
  try {
    const read = commentPart.safeParse(readPart(text, { part, subject: id }));
    if (!read.success) return null;
    await tx`
      insert into record_part ${tx({ digest: part, subjectUri: id, document: text })} on conflict (digest) do update
      set subject_uri = excluded.subject_uri, document = excluded.document, purged_at = null
      where record_part.document is null and record_part.subject_uri <> excluded.subject_uri
        and not starts_with(record_part.subject_uri, ${`${owner}/`})`;
    const [kept] = await tx<{ document: string | null }[]>`select document from record_part where digest = ${part}`;
    return kept?.document == null ? null : read.data;
  } catch (error) {
    if (error instanceof RecordRefused) return null;
    throw error;
  }
}

async function keepComment(
  tx: Tx,
  document: RecordDocument,
  entry: Entry,
  part: z.infer<typeof commentPart>,
  now: Date,
): Promise<void> {
  const { id, inReplyTo, published } = entry;
  const { text, html, url, language, stance, author: said, updated } = part;
  const uri = said.uri !== undefined && originOf(said.uri) === originOf(id) ? said.uri : document.publisher;
  const handle = new URL(uri).pathname.split("/").at(-1) || new URL(uri).host;
  const name = safe(said.name) || handle;
  const type = uri === document.publisher ? "Organization" : "Person";
  await assumeActors(tx, [{ uri, type, handle, name, url: uri }], now);
  const author = await findActor(tx, uri);
  const body = safe(text === undefined ? String(cleanRemoteHtml(html ?? "")) : String(markdownToHtml(text)));
  if (author === null || body === "") return;
  try {
    await receiveComment(
      tx,
      {
        uri: id,
        url: url !== undefined && originOf(url) === originOf(id) ? url : id,
        inReplyTo,
        author,
        authorName: safe(said.name),
        html: body,
        language: language === null ? null : safe(language),
        stance,
        publishedAt: new Date(published),
        updatedAt: updated == null ? null : new Date(updated),
      },
      now,
    );
  } catch (error) {
    // One voice that may not stand here says nothing of the others.
    if (!(error instanceof Refused)) throw error;
  }
}

/** The parts of comments that a thread's record names and that are not here. */
export async function commentPartsWanted(sql: Sql, text: string): Promise<string[]> {
  if (!text.includes('"ThreadRecord"')) return [];
  let named: string[] = [];
  try {
    named = partDigestsIn((parseJson(text) as RecordDocument).data ?? {});
  } catch {
    return [];
  }
  const rows = await sql<{ digest: string }[]>`select digest from record_part where digest = any(${named})`;
  const kept = new Set(rows.map(({ digest }) => digest));
  return named.filter((digest) => !kept.has(digest)).slice(0, 1_000);
}
