// Cookies of one node: named apart from other nodes on the same host, and signed where that matters.
import { createHmac, timingSafeEqual } from "node:crypto";
import { parse, serialize } from "hono/utils/cookie";

export interface CookieSettings {
  /** Before every name. Cookies ignore ports, so two nodes on one host need two prefixes. */
  readonly prefix: string;
  /** True when the node is served over https: `Secure` and the `__Host-` name rules apply. */
  readonly isSecure: boolean;
  /** 32 bytes or more; what it signs dies with it. */
  readonly secret: string;
}

/** Cookies of one request, and the headers that set new ones. */
export interface Cookies {
  read(name: string): string | null;
  /** The value of a signed cookie; null when it is absent or not signed by this node. */
  readSigned(name: string): string | null;
  /** @param maxAgeSeconds null: until the browser closes. */
  set(name: string, value: string, maxAgeSeconds: number | null): void;
  setSigned(name: string, value: string, maxAgeSeconds: number | null): void;
  remove(name: string): void;
  /** The Set-Cookie headers so far; the shell adds them to the response. */
  readonly changes: readonly string[];
}

export function openCookies({ prefix, isSecure, secret }: CookieSettings, header: string | null): Cookies {
  const sent = parse(header ?? "");
  const changes = new Map<string, string>();
  const fullName = (name: string) => `${isSecure ? "__Host-" : ""}${prefix}-${name}`;
  const sign = (name: string, value: string) => signature(secret, `cookie:${prefix}:${name}`, value);

  const write = (name: string, value: string, maxAgeSeconds: number | null) => {
    sent[fullName(name)] = value;
    const options = { path: "/", httpOnly: true, sameSite: "Lax", secure: isSecure } as const;
    const age = maxAgeSeconds === null ? {} : { maxAge: maxAgeSeconds };
    changes.set(name, serialize(fullName(name), value, { ...options, ...age }));
  };

  return {
    read: (name) => sent[fullName(name)] || null,
    readSigned(name) {
      const signed = sent[fullName(name)] ?? "";
      const at = signed.lastIndexOf(".");
      if (at < 0) return null;
      const value = signed.slice(0, at);
      return isSame(signed.slice(at + 1), sign(name, value)) ? value : null;
    },
    set: write,
    setSigned: (name, value, maxAgeSeconds) => write(name, `${value}.${sign(name, value)}`, maxAgeSeconds),
    remove: (name) => write(name, "", 0),
    get changes() {
      return [...changes.values()];
    },
  };
}

/** A keyed digest of a value for one purpose, so that a signature made for one thing never passes for another. */
export const signature = (secret: string, purpose: string, value: string): string =>
  createHmac("sha256", secret).update(`${purpose}\n${value}`).digest("base64url");

export function isSame(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
