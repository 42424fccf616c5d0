// Identifiers made by the application, so that a row is named before it is written.
import { createHash, randomBytes } from "node:crypto";

/** The last number given within a millisecond, for the milliseconds that were used last. */
const sequences = new Map<number, number>();
const millisecondsKept = 1_000;

/**
 * A UUIDv7 (RFC 9562 section 5.7): sorts by time, so lists page by it. The 12 bits after the time count up within a
 * millisecond (section 6.2, method 1), so that ids made one after another by one process also sort so. Requests keep the
 * time at which they came, so ids of several moments are made by turns.
 */
export function newId(now: Date = new Date()): string {
  const ms = now.getTime();
  const sequence = ((sequences.get(ms) ?? -1) + 1) & 0xfff;
  sequences.delete(ms);
  sequences.set(ms, sequence);
  for (const oldest of sequences.keys()) {
    if (sequences.size <= millisecondsKept) break;
    sequences.delete(oldest);
  }
  return uuidOf(ms, sequence, randomBytes(16));
}

/**
 * A UUIDv7 that every node makes alike for one thing: the time is given, the rest is from the SHA-256 of its name. So what
 * came from elsewhere stands in the same order everywhere.
 */
export function idFrom(name: string, at: Date): string {
  const bytes = createHash("sha256").update(name).digest().subarray(0, 16);
  return uuidOf(at.getTime(), bytes.readUInt16BE(6) & 0xfff, bytes);
}

function uuidOf(ms: number, afterTime: number, bytes: Buffer): string {
  bytes.writeUIntBE(ms, 0, 6);
  bytes.writeUInt16BE(0x7000 | afterTime, 6);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a path segment can be an id at all; asked before the database is. */
export const isId = (text: string): boolean => UUID.test(text);

/** The moment a UUIDv7 was made, in its own words. */
export const timeOf = (id: string): Date => new Date(Number.parseInt(id.replace("-", "").slice(0, 12), 16));
