// Who is a resident, and how that is found out: methods, what is kept of a document number, codes, terms. Pure: no SQL, no request, no clock.
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { refuseUnless } from "../platform/refusal.ts";
import type { LanguageMap } from "../platform/text.ts";
import { dayMs } from "../platform/time.ts";

export const methods = ["desk", "census", "claim", "post"] as const;
export type Method = (typeof methods)[number];

/** What a census list may ask for besides the document number. */
export const censusFacts = ["birth-date", "post-code"] as const;
export type CensusFact = (typeof censusFacts)[number];

export interface MethodSettings {
  /** census: what the next list asks for. */
  readonly asks?: readonly CensusFact[];
  /** claim: its name, which may be a path such as `address.locality`, and the values that say "lives here". */
  readonly claim?: string;
  readonly values?: readonly string[];
  /** claim: the one that is the person's unique number; empty where the provider has none. */
  readonly numberClaim?: string;
  /** desk and post: whether the document number is asked for. */
  readonly asksNumber?: boolean;
}

export interface MethodRow {
  readonly method: Method;
  readonly isOn: boolean;
  /** How long a verification holds; null: for good. */
  readonly validMonths: number | null;
  readonly explanation: LanguageMap;
  readonly settings: MethodSettings;
}

export const reminderMs = 30 * dayMs;
/** How long the hash of a number outlives its verification, so that weight follows a person to a new account. */
export const formerKeptMs = 2 * 365 * dayMs;
export const validMonthsMax = 600;

/** The end of a verification: so many calendar months on (UTC), the last day of a month that is too short. */
export function expiryOf(verifiedAt: Date, validMonths: number | null): Date | null {
  if (validMonths === null) return null;
  const end = new Date(verifiedAt);
  end.setUTCDate(1);
  end.setUTCMonth(end.getUTCMonth() + validMonths);
  const lastDay = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
  end.setUTCDate(Math.min(verifiedAt.getUTCDate(), lastDay));
  return end;
}

/**
 * Whether a method shows that a document number is the person's. A code by post shows that post reaches them: the number beside
 * it is only typed.
 * @param isSeen an official has the document before them.
 */
export const provesNumber = (method: Method, isSeen: boolean): boolean => isSeen || method !== "post";

/**
 * Whether these ways together keep one person from being verified in two accounts: each shows a number of theirs, or there is
 * one alone, which knows each person itself. A number that is only typed beside a letter may be anybody's.
 */
export function provesOnePerson(open: readonly Pick<MethodRow, "method" | "settings">[]): boolean {
  const [only, second] = open;
  if (second === undefined && only?.method === "claim") return true;
  return open.every(({ method, settings }) => {
    if (method === "desk") return settings.asksNumber === true;
    return method === "census" || (method === "claim" && (settings.numberClaim ?? "") !== "");
  });
}

const numberPattern = /^[\p{L}\p{N}]{4,32}$/u;

/** A document number as it is hashed: capital letters and digits, without spaces, dots and dashes. Null for what is none. */
export function documentNumberFrom(text: string): string | null {
  const number = text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s.\-/·]/gu, "");
  return numberPattern.test(number) ? number : null;
}

/** @throws Refused `number-invalid`. */
export function readDocumentNumber(text: string, field = "number"): string {
  const number = documentNumberFrom(text);
  refuseUnless(number !== null, "number-invalid", { field });
  return number;
}

const yearMin = 1890;

/** `1980-05-31`, from that form (ISO 8601) or with the day first, as `31/05/1980`. Null for what is no day. */
export function birthDateFrom(text: string): string | null {
  const trimmed = text.normalize("NFKC").trim();
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(trimmed);
  const dayFirst = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(trimmed);
  const [year, month, day] = iso ? [iso[1], iso[2], iso[3]] : dayFirst ? [dayFirst[3], dayFirst[2], dayFirst[1]] : [];
  if (year === undefined || Number(year) < yearMin) return null;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const isThatDay = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return isThatDay ? date.toISOString().slice(0, 10) : null;
}

export function postCodeFrom(text: string): string | null {
  const code = text.normalize("NFKC").toUpperCase().replace(/[\s-]/gu, "");
  return /^[A-Z0-9]{3,10}$/.test(code) ? code : null;
}

/** The key of all hashes here, made from the node's secret (RFC 5869). Whoever changes the secret loses the matches. */
export const residenceKey = (secret: string): Buffer =>
  Buffer.from(hkdfSync("sha256", secret, "", "koinon residence 1", 32));

// Making a key's object costs four times as much as a hash with it, and a census list is a million hashes.
const keyObjects = new WeakMap<Buffer, KeyObject>();

function keyed(key: Buffer, purpose: string, value: string): Buffer {
  const object = keyObjects.get(key) ?? createSecretKey(key);
  keyObjects.set(key, object);
  return createHmac("sha256", object).update(`${purpose}\n${value}`).digest();
}

/** What is kept of the number of a person who is verified. @param number as {@link documentNumberFrom} writes it. */
export const numberHash = (key: Buffer, number: string): Buffer => keyed(key, "number", number);

/** What is kept of who somebody is at the city's identity provider (OpenID Connect Core section 2: `iss` and `sub` together). */
export const subjectHash = (key: Buffer, { iss, sub }: Claims): Buffer | null =>
  typeof sub === "string" ? keyed(key, "claim subject", `${String(iss ?? "")}\n${sub}`) : null;

export interface CensusPerson {
  readonly number: string;
  readonly birthDate: string;
  readonly postCode: string;
}

/** What is kept of a person on the census list. Facts that the list does not ask for are empty. */
export const censusHashes = (key: Buffer, person: CensusPerson): { numberHash: Buffer; factsHash: Buffer } => ({
  numberHash: keyed(key, "census number", person.number),
  factsHash: keyed(key, "census facts", [person.number, person.birthDate, person.postCode].join("\n")),
});

// Without 0 O, 1 I L, 2 Z, 5 S, 8 B: what is easily misread on paper.
const codeAlphabet = "34679ACDEFGHJKMNPQRTUVWXY";
export const codeLength = 8;
export const codeLifetimeMs = 30 * dayMs;
export const codeAttemptsMax = 5;
export const addressLengthMax = 300;
export const lettersWindowMs = 90 * dayMs;
export const lettersMax = 3;
/** How long a letter counts that was asked for and not sent yet. */
export const lettersUnsentMs = 7 * dayMs;
/** Whoever asks: a family or a shared house may all live at one address. */
export const lettersPerAddressMax = 10;
/** Higher than what one account can use up, so that one alone keeps nobody from a letter; the desk is open past it. */
export const lettersPerNumberMax = 6;

/**
 * What is kept of a postal address, to count letters to it: its words without the line above it, which is the addressee's, in any
 * order, spelt with or without accents. Of two lines the first may be the street: then it
 * counts where it has a number and the other has not both a house's and a post code's. Somebody who writes it in other words is counted apart, and the desk sees both before they are sent.
 */
export function addressHash(key: Buffer, address: string): Buffer {
  const [name = "", ...place] = address.split("\n");
  // A house and a post code: then the other line is the whole place.
  const isWhole = place.length > 1 || (place[0]?.match(/\p{N}+/gu)?.length ?? 0) > 1;
  const where = isWhole || (place.length === 1 && !/\p{N}/u.test(name)) ? place : [name, ...place];
  const folded = where
    .join(" ")
    .normalize("NFKD")
    .replace(/[\p{M}.]/gu, "")
    .toLowerCase();
  const words = folded.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  return keyed(key, "letter address", words.sort().join(" "));
}

/** The code of a letter, made from its id: so it can be printed, and printed again, and is stored nowhere. */
export function letterCode(key: Buffer, letterId: string): string {
  const fair = 256 - (256 % codeAlphabet.length);
  let code = "";
  for (let round = 0; code.length < codeLength; round++) {
    for (const byte of keyed(key, "letter", `${letterId} ${round}`)) {
      if (byte < fair && code.length < codeLength) code += codeAlphabet[byte % codeAlphabet.length];
    }
  }
  return code;
}

export const codeHash = (key: Buffer, letterId: string, code: string): Buffer =>
  keyed(key, "code", `${letterId} ${code.normalize("NFKC").toUpperCase().replace(/[\s-]/gu, "")}`);

/** `ACDE-FGHJ`: easier to type from paper. */
export const spelledCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/** Wrong answers about the register, over a day. These two keep people from guessing. */
export const censusAttemptsMax = 5;
export const censusAttemptsPerNetworkMax = 20;
/**
 * Somebody else's birth date is not found out from many accounts and networks either. Higher than what one network can use up,
 * and past it only the register is silent about the number: the desk and the letter are not.
 */
export const censusAttemptsPerNumberMax = 30;
export const attemptWindowMs = dayMs;

export type Claims = Readonly<Record<string, unknown>>;

/** The values of a claim (OpenID Connect Core section 5.1), which may be a path, as texts. */
export function claimValues(claims: Claims, name: string): string[] {
  const found = Object.hasOwn(claims, name)
    ? claims[name]
    : name.split(".").reduce<unknown>((at, step) => {
        return typeof at === "object" && at !== null && Object.hasOwn(at, step)
          ? (at as Record<string, unknown>)[step]
          : undefined;
      }, claims);
  return [found].flat().flatMap((one) => (["string", "number", "boolean"].includes(typeof one) ? [String(one)] : []));
}

const folded = (text: string): string => text.normalize("NFKC").trim().toLowerCase();

/** Whether the city's identity provider says that the person lives here. */
export function isClaimed(settings: MethodSettings, claims: Claims): boolean {
  const wanted = (settings.values ?? []).map(folded);
  return (
    settings.claim !== undefined && claimValues(claims, settings.claim).some((one) => wanted.includes(folded(one)))
  );
}

export type ResidenceState = "none" | "open" | "soon" | "over";

/** Where a person stands: `soon` in the last thirty days. */
export function residenceState(
  account: { readonly residenceVerifiedAt: Date | null; readonly residenceExpiresAt: Date | null },
  now: Date,
): ResidenceState {
  if (account.residenceVerifiedAt === null) return "none";
  const end = account.residenceExpiresAt;
  if (end === null) return "open";
  if (end <= now) return "over";
  return +end - +now <= reminderMs ? "soon" : "open";
}
