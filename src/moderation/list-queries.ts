// Reads of a city's lists: what a word list says of a text, what an import would change, what can be undone.
import type { PeerPolicy } from "../actors/actor.ts";
import type { Sql } from "../platform/db.ts";
import { Refused } from "../platform/refusal.ts";
import { type ListedHost, readHostList } from "./host-list.ts";
import type { HeldBecause } from "./report.ts";
import { readModerationSettings } from "./settings-queries.ts";
import { type Found, keyOfWord, type Matcher, openMatcher, readWordList, type Word } from "./word.ts";

/** The key of the node's setting that changes with every change of the word list. */
export const wordListSetting = "word-list-version";

export type KeptWord = Word & { readonly id: string };

export async function listWords(sql: Sql): Promise<readonly KeptWord[]> {
  return await sql<KeptWord[]>`
    select id, phrase, nullif(language, '') as language, is_whole, action from moderation_word order by folded, language, is_whole`;
}

/** Matchers by the version of their list, which no other node has; the oldest make room. */
const matchers = new Map<string, Matcher>();
const matchersMax = 16;

/** What judges texts by the city's word list; null where there is none. */
export async function findMatcher(sql: Sql): Promise<Matcher | null> {
  const [row] = await sql<{ version: string }[]>`
    select value #>> '{}' as version from node_setting where key = ${wordListSetting}`;
  if (row === undefined) return null;
  const known = matchers.get(row.version);
  if (known !== undefined) return known;
  const matcher = openMatcher(await listWords(sql));
  matchers.set(row.version, matcher);
  for (const [oldest] of matchers) {
    if (matchers.size <= matchersMax) break;
    matchers.delete(oldest);
  }
  return matcher;
}

/** What the word list says of a text: the gravest; null where it says nothing. */
export async function judgeWords(sql: Sql, text: string, language: string | null): Promise<Found | null> {
  const matcher = await findMatcher(sql);
  return matcher === null ? null : matcher(text, language);
}

/**
 * Why a contribution of a person of this node is to wait for a moderator; null where it is not.
 * @throws Refused `words-refused` with the words this city does not accept.
 */
export async function judgeContribution(
  sql: Sql,
  contribution: {
    readonly accountId: string;
    readonly text: string;
    readonly language: string;
    readonly field: string;
  },
): Promise<HeldBecause | null> {
  const { accountId, text, language, field } = contribution;
  const found = await judgeWords(sql, text, language);
  if (found?.action === "refuse") throw new Refused("words-refused", { field, words: found.phrase });
  if (found !== null) return "words";
  if (!(await readModerationSettings(sql)).areFirstOfAccountsHeld) return null;
  return (await hasSpoken(sql, accountId)) ? null : "first-account";
}

/** Whether anything a person wrote has been shown. */
async function hasSpoken(sql: Sql, accountId: string): Promise<boolean> {
  const rows = await sql`
    select from subject join comment on comment.uri = subject.uri
    where comment.account_id = ${accountId} and published_at is not null and (hidden_at is null or hidden_reason <> '')
    union all
    select from subject join proposal on proposal.uri = subject.uri
    where proposal.account_id = ${accountId} and published_at is not null and (hidden_at is null or hidden_reason <> '')
    limit 1`;
  return rows.length > 0;
}

export type WordChange = { readonly key: string; readonly before: Word | null; readonly after: Word };
export interface HostChange {
  readonly host: string;
  readonly before: { readonly policy: PeerPolicy; readonly reason: string } | null;
  readonly after: ListedHost;
}

export interface Preview<Change> {
  readonly changes: readonly Change[];
  readonly unchanged: number;
}

/** What an import would add or change; it takes nothing away. @throws Refused as {@link readWordList}. */
export async function previewWords(sql: Sql, csv: string): Promise<Preview<WordChange>> {
  const listed = readWordList(csv);
  const kept = new Map((await listWords(sql)).map(({ id: _id, ...word }) => [keyOfWord(word), word]));
  const changes = listed
    .map((after) => ({ key: keyOfWord(after), before: kept.get(keyOfWord(after)) ?? null, after }))
    .filter(({ before, after }) => before?.action !== after.action);
  return { changes, unchanged: listed.length - changes.length };
}

/** @throws Refused as {@link readHostList}. */
export async function previewHosts(sql: Sql, csv: string, ownHost: string): Promise<Preview<HostChange>> {
  const listed = readHostList(csv, ownHost);
  const rows = await sql<{ host: string; policy: PeerPolicy; reason: string }[]>`
    select host, policy, reason from peer where host = any(${listed.map((one) => one.host)})`;
  const kept = new Map(rows.map(({ host, policy, reason }) => [host, { policy, reason }]));
  const changes = listed
    .map((after) => ({ host: after.host, before: kept.get(after.host) ?? null, after }))
    .filter(({ before, after }) => before?.policy !== after.policy);
  return { changes, unchanged: listed.length - changes.length };
}

export interface ListImport {
  readonly id: string;
  readonly kind: "words" | "hosts";
  readonly at: Date;
  readonly byName: string;
  readonly count: number;
  readonly undoneAt: Date | null;
}

const importsShownMax = 20;

export async function listImports(sql: Sql): Promise<readonly ListImport[]> {
  return await sql<ListImport[]>`
    select moderation_import.id, kind, at, coalesce(account.name, '') as by_name, jsonb_array_length(changes) as count, undone_at
    from moderation_import left join account on account.id = by_id order by moderation_import.id desc limit ${importsShownMax}`;
}

/** Every server decided about, for the export. */
export async function listAllPeers(sql: Sql): Promise<readonly { host: string; policy: PeerPolicy; reason: string }[]> {
  return await sql<{ host: string; policy: PeerPolicy; reason: string }[]>`
    select host, policy, reason from peer order by host`;
}
