// Encryption of the little that must be kept and read again: AES-256-GCM under a key made from the node's secret.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const ivBytes = 12;
const tagBytes = 16;

/** What a sealed value is for, and what it belongs to: it opens for the same two only. */
export interface Seal {
  /** The node's secret: neither the database nor a backup of it is enough to open the value. */
  readonly secret: string;
  readonly purpose: string;
  readonly bound: string;
}

/** A value as bytes that only this node can read: iv, tag and ciphertext (NIST SP 800-38D), the iv random each time. */
export function seal({ secret, purpose, bound }: Seal, value: unknown): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", keyFor(secret, purpose), iv).setAAD(Buffer.from(bound));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

/** The value, or null for what was sealed with another secret, for something else, or was changed since. */
export function unseal({ secret, purpose, bound }: Seal, sealed: Uint8Array): unknown {
  try {
    const decipher = createDecipheriv("aes-256-gcm", keyFor(secret, purpose), sealed.subarray(0, ivBytes))
      .setAAD(Buffer.from(bound))
      .setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
    const text = Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()]);
    return JSON.parse(text.toString("utf8"));
  } catch {
    return null;
  }
}

const keyFor = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync("sha256", secret, "", `koinon ${purpose}`, 32));
