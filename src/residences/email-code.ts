// An e-mail address given at the desk: the code that shows whose it is, how long it holds, how often it is sent. Pure: no SQL, no request, no clock.
import { createHmac, timingSafeEqual } from "node:crypto";
import { hourMs, minuteMs } from "../platform/time.ts";

export const emailCodeLifetimeMs = 15 * minuteMs;
export const emailCodeAttemptsMax = 5;
/** Codes are counted over this time, so that nobody's mailbox is filled from the desk. */
export const emailCodeWindowMs = hourMs;
export const emailCodesPerAccountMax = 5;
export const emailCodesPerAddressMax = 3;
export const emailCodesPerOfficialMax = 40;

const digitCount = 6;
const fairBelow = Math.floor(2 ** 32 / 10 ** digitCount) * 10 ** digitCount;

const keyed = (secret: string, what: string, text: string): Buffer =>
  createHmac("sha256", secret).update(`desk e-mail ${what} ${text}`).digest();

/** Six digits, easy to read out in any language: made from the id, so that neither a row nor a job holds them. */
export function emailCode(secret: string, id: string): string {
  for (let round = 0; ; round++) {
    const number = keyed(secret, "code", `${id} ${round}`).readUInt32BE(0);
    if (number < fairBelow) return String(number % 10 ** digitCount).padStart(digitCount, "0");
  }
}

/** `123 456` */
export const spokenCode = (code: string): string => `${code.slice(0, 3)} ${code.slice(3)}`;

/** @param typed with spaces or dashes, in the digits of any keyboard of the interface's languages. */
export function isEmailCode(secret: string, id: string, typed: string): boolean {
  const digits = typed
    .normalize("NFKC")
    .replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
    .replace(/[\s-]/gu, "");
  // Hashes have one length, whatever was typed.
  return timingSafeEqual(keyed(secret, "typed", digits), keyed(secret, "typed", emailCode(secret, id)));
}

/** What is kept of an address for a day, to count how often it is written to. */
export const emailDigest = (secret: string, email: string): Buffer => keyed(secret, "address", email);
