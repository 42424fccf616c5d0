// Messages of the browser: what is told so and in which words, what a browser's address has to be, and how a message is sealed
// for it. Pure: no SQL, no request, no clock.
import { createECDH, createPrivateKey, type ECDH, ECDH as Ecdh, hkdfSync, type KeyObject } from "node:crypto";
import { encrypt } from "http_ece";
import { SignJWT } from "jose";
import * as z from "zod";
import type { Translator } from "../platform/i18n.ts";
import { toLocal } from "../platform/time.ts";
import { kindsAlwaysMailed, type NoticeKind, type ShownNotice } from "./notice.ts";
import { sayNotice } from "./wording.ts";

/** What concerns a person themselves is told by message whatever they follow; anything else only where they want it at once. */
export const kindsPushed: readonly NoticeKind[] = [
  "comment-on-mine",
  "reply-to-mine",
  "answer-to-mine",
  "coauthor-invited",
  "team-invitation",
  "assigned",
  ...kindsAlwaysMailed,
];

/** Whose words may stand on a locked screen: what is public anyway. Of all else a message says only that there is something. */
const kindsSaidOpenly: readonly NoticeKind[] = [
  "process-published",
  "phase-started",
  "news",
  "proposal-published",
  "answer",
  "result",
  "result-changed",
  "milestone",
  "meeting-announced",
  "meeting-changed",
  "meeting-cancelled",
  "comment-on-mine",
  "reply-to-mine",
  "answer-to-mine",
];

/** Hours on the city's clock between which nobody's telephone rings for it; what comes meanwhile waits for the morning. */
export const pushHours = { from: 8, until: 20 } as const;

/** @returns milliseconds until messages may be sent, looked at by the hour; 0 now. */
export function quietMs(now: Date, timeZone: string): number {
  const [hour = 0, minute = 0] = toLocal(now, timeZone).slice(11, 16).split(":").map(Number);
  if (hour >= pushHours.from && hour < pushHours.until) return 0;
  return (60 - minute) * 60_000;
}

/** What a browser shows. Lengths are kept far below the 4,096 bytes that every push service takes (RFC 8030 section 7.2). */
export interface PushMessage {
  readonly title: string;
  readonly body: string;
  readonly lang: string;
  readonly dir: "ltr" | "rtl";
  /** On this node; opened when the message is pressed. */
  readonly path: string;
}

const bodyLengthMax = 300;

/** One message for all that waits: its words where one public thing waits, a number otherwise. */
export function pushMessage(t: Translator, city: string, waiting: readonly ShownNotice[]): PushMessage {
  const [first] = waiting;
  const isOpen = waiting.length === 1 && first !== undefined && kindsSaidOpenly.includes(first.kind);
  const body = isOpen ? sayNotice(t, first) : t("notices.push-count", { count: waiting.length });
  return {
    title: city.slice(0, bodyLengthMax),
    body: body.length > bodyLengthMax ? `${body.slice(0, bodyLengthMax - 1)}…` : body,
    lang: t.lang,
    dir: t.dir,
    path: isOpen ? `/notices/${first.id}` : "/notices",
  };
}

/** What a browser gives for its device (W3C Push API section 8: PushSubscriptionJSON), checked as far as it can be without asking. */
export interface PushAddress {
  readonly endpoint: string;
  readonly publicKey: Buffer;
  readonly authSecret: Buffer;
}

const subscription = z.object({
  endpoint: z.url({ protocol: /^https?$/ }).max(1_000),
  keys: z.object({ p256dh: z.base64url().max(120), auth: z.base64url().max(40) }),
});

/** @returns null for what is no address of a browser. */
export function readPushAddress(json: string): PushAddress | null {
  const given = subscription.safeParse(parsed(json));
  if (!given.success) return null;
  const { endpoint, keys } = given.data;
  const url = new URL(endpoint);
  const [publicKey, authSecret] = [Buffer.from(keys.p256dh, "base64url"), Buffer.from(keys.auth, "base64url")];
  const isSound = url.username === "" && url.password === "" && authSecret.length === 16 && isPoint(publicKey);
  return isSound ? { endpoint: url.href, publicKey, authSecret } : null;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** Uncompressed, and on the curve. */
function isPoint(key: Buffer): boolean {
  if (key.length !== 65 || key[0] !== 4) return false;
  try {
    Ecdh.convertKey(key, "prime256v1");
    return true;
  } catch {
    return false;
  }
}

/** The keys by which push services know this node (RFC 8292), made from its secret: a restored node is known again. */
export interface PushKeys {
  /** As `applicationServerKey` takes it: the uncompressed point in base64url. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

export function pushKeysOf(secret: string): PushKeys {
  const pair = createECDH("prime256v1");
  setPrivateKey(pair, secret);
  const point = pair.getPublicKey();
  const [x, y] = [point.subarray(1, 33).toString("base64url"), point.subarray(33).toString("base64url")];
  const d = Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()])
    .subarray(-32)
    .toString("base64url");
  return {
    publicKey: point.toString("base64url"),
    privateKey: createPrivateKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x, y, d } }),
  };
}

/** One in four thousand million numbers is none of the curve's: then the next is taken. */
function setPrivateKey(pair: ECDH, secret: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      pair.setPrivateKey(Buffer.from(hkdfSync("sha256", secret, "", `koinon push ${attempt}`, 32)));
      return;
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

/** Kept by a push service for a device that is off. */
export const pushKeptSeconds = 24 * 3_600;
const tokenSeconds = 12 * 3_600;

/**
 * A message as it is posted: sealed for one browser (RFC 8291), so that the push service sees neither words nor names, and
 * signed as from this node (RFC 8292). One that was not delivered is replaced by the next (RFC 8030 section 5.4).
 */
export async function sealPush(
  { publicKey, privateKey }: PushKeys,
  to: PushAddress,
  message: PushMessage,
  { origin, now }: { origin: string; now: Date },
): Promise<{ headers: Record<string, string>; body: Buffer }> {
  const passing = createECDH("prime256v1");
  passing.generateKeys();
  const body = encrypt(Buffer.from(JSON.stringify(message)), {
    version: "aes128gcm",
    dh: to.publicKey,
    privateKey: passing,
    authSecret: to.authSecret,
  });
  const seconds = Math.floor(now.getTime() / 1_000);
  const token = await new SignJWT()
    .setProtectedHeader({ typ: "JWT", alg: "ES256" })
    .setAudience(new URL(to.endpoint).origin)
    .setSubject(origin)
    .setExpirationTime(seconds + tokenSeconds)
    .sign(privateKey);
  const headers = {
    authorization: `vapid t=${token}, k=${publicKey}`,
    "content-encoding": "aes128gcm",
    "content-type": "application/octet-stream",
    ttl: String(pushKeptSeconds),
    topic: "notices",
    urgency: "normal",
  };
  return { headers, body };
}
