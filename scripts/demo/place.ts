// One node while the demo fills it: who is there, what day it is, and the verbs of the rooms said in a few words.
import { randomBytes } from "node:crypto";
import type { Account } from "../../src/accounts/account.ts";
import { changeProfile, openPublicVoice } from "../../src/accounts/actions.ts";
import { grantMembership, grantRole } from "../../src/accounts/people-actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { openAccount } from "../../src/accounts/sign-in-actions.ts";
import type { Organisation } from "../../src/cities/city.ts";
import type { Tx } from "../../src/platform/db.ts";
import { dayMs, fromLocal, toLocalDate } from "../../src/platform/time.ts";
import type { Uris } from "../../src/platform/uris.ts";
import { verifyAtDesk } from "../../src/residences/actions.ts";
import type { Pictures } from "./pictures.ts";

export interface Place {
  readonly tx: Tx;
  readonly uris: Uris;
  readonly uploadsDir: string;
  readonly pictures: Pictures;
  /** The day the demo was first started: everything in it is dated from here. */
  readonly today: Date;
  readonly timeZone: string;
  readonly domain: string;
  readonly locale: string;
  readonly city: Organisation;
  readonly administrator: Account;
  /** By the name the seeds call them. */
  readonly people: Map<string, Account>;
}

/** A moment before today; `days` may be a fraction. */
export const ago = (place: Pick<Place, "today">, days: number): Date => new Date(+place.today - days * dayMs);

/** A time of day at the place, so many days from today; negative before it. */
export function onDay(place: Pick<Place, "today" | "timeZone">, days: number, time = "00:00"): Date {
  const date = toLocalDate(new Date(+place.today + days * dayMs), place.timeZone);
  return fromLocal(`${date}T${time}`, place.timeZone) as Date;
}

export interface PersonSeed {
  readonly name: string;
  readonly locale?: string;
  /** A handle of their own on the fediverse, and the name they go by there. */
  readonly voice?: { readonly handle: string; readonly name: string };
  readonly knowHow?: string;
  /** Signed up, but no one has checked yet where they live. */
  readonly isGuest?: boolean;
  readonly role?: "official" | "moderator";
  readonly speaksFor?: Organisation;
}

/** The documents of the demo are invented: nobody brings one of them to its desk. */
const documentKey = randomBytes(32);

/** Opens an account with all that is said of the person, so many days ago. Asked by `email`, it is the same person again. */
export async function enrol(place: Place, key: string, seed: PersonSeed, days = 480): Promise<Account> {
  const { tx, uris, administrator } = place;
  const now = ago(place, days);
  const locale = seed.locale ?? place.locale;
  const account = await openAccount(tx, { email: `${key}@${place.domain}`, name: seed.name, locale }, now);
  const document = { accountId: account.id, number: account.id.replaceAll("-", "") };
  if (!seed.isGuest) await verifyAtDesk(tx, documentKey, administrator, document, now);
  if (seed.role) await grantRole(tx, administrator, account.id, { role: seed.role, processUri: null }, now);
  if (seed.speaksFor) await grantMembership(tx, administrator, account.id, seed.speaksFor.actorId, now);
  if (seed.knowHow) {
    await changeProfile(tx, account, { name: seed.name, locale, knowHow: seed.knowHow, isKnowHowPublic: true }, now);
  }
  if (seed.voice) await openPublicVoice(tx, uris, account, seed.voice, now);
  const enrolled = await getAccount(tx, account.id);
  place.people.set(key, enrolled);
  return enrolled;
}

/** @throws Error for a name no seed has enrolled. */
export function person(place: Place, key: string): Account {
  const account = place.people.get(key);
  if (account === undefined) throw new Error(`nobody is called ${key} in the demo's ${place.domain}`);
  return account;
}

/** Everyone whose residence is verified, in the order in which they came. */
export const residents = (place: Place): [string, Account][] =>
  [...place.people].filter(([, account]) => account.residenceVerifiedAt !== null);
