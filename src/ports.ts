// The few things with a second implementation in tests, and the one question src/ asks of the fediverse.

import type { Pool } from "./platform/db.ts";
import type { Uris } from "./platform/uris.ts";

export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same as {@link text} for those who like it set; it loads nothing. */
  readonly html?: string;
  /** Mail that a person asked to get regularly, and how it ends without signing in (RFC 2919, RFC 8058). */
  readonly list?: { readonly id: string; readonly unsubscribeUrl: string };
  /** Of a mail that might be handed over twice: readers keep one of equal ones (RFC 5322 section 3.6.4). */
  readonly messageId?: string;
}

export interface Mailer {
  send(mail: Mail): Promise<void>;
}

/** What a look-up by handle or address found; nothing about it is stored by asking. */
export interface RemoteThing {
  readonly uri: string;
  readonly isActor: boolean;
  readonly type: string;
  readonly name: string;
  readonly handle: string | null;
  readonly summary: string;
  readonly url: string | null;
  readonly iconUrl: string | null;
}

/**
 * Looks an address (`https://…`) or a handle (`@name@host`) up on its own server and remembers the actor it names.
 * @throws Refused `not-found`, `peer-unreachable`, `peer-too-slow`, `address-forbidden`, `peer-blocked`, `not-an-actor`.
 */
export type FindRemote = (addressOrHandle: string) => Promise<RemoteThing>;

/**
 * Reads a picture on another server for someone who asks to take it along: its bytes, whatever they are.
 * @throws Refused `image-unreadable` where none is, `peer-unreachable`, `peer-too-slow`, `address-forbidden`, `too-large`.
 */
export type FetchPicture = (address: string) => Promise<Blob>;

/** What every room's pages are opened with: `proposalPages(house)`. Rooms take from it what they need. */
export interface House {
  readonly sql: Pool;
  readonly uris: Uris;
  readonly clock: Clock;
  readonly mailer: Mailer;
  readonly findRemote: FindRemote;
  readonly fetchPicture: FetchPicture;
  /** The folder uploads are kept in; part of every backup. */
  readonly uploadsDir: string;
}
