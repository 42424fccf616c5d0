// Voices of other servers that come at the same time, entered into the register together: entered, counted and noted as
// `enterSubject` does it for one, in one statement for all of them.
import type { Part, Tx } from "../platform/db.ts";

/** A comment of another server that everyone may read from now on, in a thread of ours, without a side. */
export interface NewVoice {
  readonly uri: string;
  readonly id: string;
  readonly origin: string;
  readonly url: string;
  readonly authorId: string;
  readonly authorUri: string;
  /** The author's server. */
  readonly host: string;
  readonly authorName: string;
  readonly processUri: string | null;
  readonly threadUri: string;
  readonly parentUri: string | null;
  readonly language: string | null;
  readonly publishedAt: Date;
  /** The version of the word list it was judged by; null where there was none. */
  readonly wordListVersion: string | null;
}

/**
 * The caller holds the locks of all threads, and of all comments that are replied to.
 * @param isWelcome part of the question, about a voice that is `given`: asked in the statement that enters it.
 * @returns the URIs of those entered: not what is here already, nor what was erased here, nor what is not welcome.
 */
export async function enterVoices(tx: Tx, voices: readonly NewVoice[], isWelcome: Part): Promise<ReadonlySet<string>> {
  const entered = await tx<{ uri: string }[]>`
    with given as (
      select * from jsonb_to_recordset(${tx.json(voices as never)}) as given ("uri" text, "id" uuid, "origin" text, "url" text,
        "authorId" uuid, "authorUri" text, "host" text, "authorName" text, "processUri" text, "threadUri" text,
        "parentUri" text, "language" text, "publishedAt" timestamptz, "wordListVersion" text)
    ), entered as (
      insert into subject (uri, id, kind, origin, url, author_id, author_name, process_uri, thread_uri, parent_uri, title,
        language, published_at, updated_at)
      select uri, id, 'comment', origin, url, "authorId", "authorName", "processUri", "threadUri", "parentUri", '',
        language, "publishedAt", "publishedAt" from given where ${isWelcome}
      on conflict (uri) do nothing returning uri, thread_uri, parent_uri
    ), counted as (
      update subject set comment_count = comment_count + voices.number
      from (
        select uri, count(*)::int as number from (
          select thread_uri as uri from entered union all select parent_uri from entered where parent_uri is not null) place
        group by uri) voices
      where subject.uri = voices.uri returning subject.uri, subject.thread_uri
    ), tallied as (insert into tally_change (subject_uri) select uri from counted where thread_uri is null
    ), noted as (insert into thread_change (thread_uri, comment_uri) select thread_uri, uri from entered)
    select uri from entered`;
  return new Set(entered.map(({ uri }) => uri));
}
