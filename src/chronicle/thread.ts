// What is vouched for of a thread: which comments stand in it, in what order, in what state, by the digest of each one's
// words. The words themselves are in parts, so that they can be taken back. Pure: no SQL, no request, no clock.
import { timeOf } from "../records/draft.ts";
import type { Json, RecordDraft, Standing } from "../records/record.ts";

/** Comments in one record, by the order in which they were recorded. */
export const commentsPerBlock = 200;

/** From 0. */
export const blockOf = (place: number): number => Math.floor(place / commentsPerBlock);

/** Blocks are counted from 1 where people read it. */
export const threadRecordUri = (threadUri: string, block: number): string => `${threadUri}/thread/${block + 1}`;

export interface ThreadEntry {
  readonly place: number;
  readonly commentUri: string;
  readonly parentUri: string | null;
  readonly publishedAt: Date;
  readonly state: Standing;
  /** Null once it is erased. */
  readonly partDigest: string | null;
}

/** Of a thing of this node, whoever the comment is by. */
export interface Voice {
  readonly uri: string;
  readonly url: string;
  readonly origin: string | null;
  readonly parentUri: string | null;
  readonly stance: string | null;
  /** Markdown of our own people, cleaned HTML of others. */
  readonly body: string;
  readonly language: string | null;
  readonly authorName: string;
  readonly authorUri: string | null;
  readonly authorType: string | null;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
  readonly state: Standing;
  /** Held until a moderator has looked at it: it has never been shown. */
  readonly isHeld: boolean;
}

/** The detachable part of a comment; `text` is Markdown, `html` is what another server sent, cleaned. */
export function voicePart(voice: Voice): Json {
  const isForgotten = voice.authorName === "" && voice.authorType === "Person";
  return {
    ...(voice.origin === null ? { text: voice.body } : { html: voice.body }),
    url: voice.url,
    language: voice.language,
    stance: voice.stance,
    author: {
      name: voice.authorName,
      ...(voice.authorUri === null || isForgotten ? {} : { uri: voice.authorUri }),
    },
    updated: timeOf(voice.updatedAt),
  };
}

export interface ThreadPlace {
  readonly threadUri: string;
  readonly processUri: string | null;
  readonly publisherUri: string;
}

/** @param purges the parts of its comments that are no more, for all who have them. */
export function threadDraft(
  { threadUri, processUri, publisherUri }: ThreadPlace,
  block: number,
  entries: readonly ThreadEntry[],
  purges: readonly string[],
): RecordDraft {
  return {
    kind: "thread",
    subject: threadRecordUri(threadUri, block),
    process: processUri,
    publisher: publisherUri,
    data: {
      of: threadUri,
      block: block + 1,
      comments: entries.map(({ commentUri, parentUri, publishedAt, state, partDigest }) => ({
        id: commentUri,
        inReplyTo: parentUri ?? threadUri,
        published: timeOf(publishedAt),
        state,
        ...(partDigest === null ? {} : { part: partDigest }),
      })),
    },
    part: null,
    purges,
  };
}
