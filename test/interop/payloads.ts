// Recorded payloads of other servers, made ready to be read and to be sent from a host of the test network.
import { expect } from "vitest";
import { type Json, recordedPayloads } from "../federation/trust/knocking.ts";

export type { Json };

const as2 = "https://www.w3.org/ns/activitystreams";
const read = recordedPayloads();
if (read === null) console.warn("The recorded payloads (../shared/data/interop) are absent: their tests are skipped.");

export const areAbsent = read === null;

/** The placeholders of the programs some payloads were cut from. */
const placeholder = /` \+ [^`]*`/g;

/** All payloads that are documents of the fediverse, by path; a placeholder stands for the sender's address. */
export const payloads: ReadonlyMap<string, Json> = new Map(
  [...(read ?? [])]
    .filter(([name]) => !name.startsWith("signatures/"))
    .map(([name, json]) => [
      name,
      JSON.parse(JSON.stringify(json).replaceAll(placeholder, "https://cut.example/it")) as Json,
    ]),
);

export function payload(name: string): Json {
  const found = payloads.get(name);
  expect(found, name).toBeDefined();
  return structuredClone(found!);
}

/** Every string of a payload looked up in `addresses`, whole or as an origin it begins with; contexts stay as they are. */
export function readdressed(json: Json, addresses: Readonly<Record<string, string>>): Json {
  const entries = Object.entries(addresses).sort(([a], [b]) => b.length - a.length);
  const change = (text: string): string => {
    const whole = addresses[text];
    if (whole !== undefined) return whole;
    const found = entries.find(([from]) => text.startsWith(`${from}/`) || text.startsWith(`${from}#`));
    return found === undefined ? text : found[1] + text.slice(found[0].length);
  };
  const walk = (value: unknown, key = ""): unknown => {
    if (key === "@context") return value;
    if (typeof value === "string") return change(value);
    if (Array.isArray(value)) return value.map((item) => walk(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, walk(member, name)]));
  };
  const moved = walk(json) as Json;
  // Some were recorded without the context that gives their terms a meaning.
  const contexts = [moved["@context"] ?? []].flat();
  return contexts.includes(as2) ? moved : { ...moved, "@context": [as2, ...contexts] };
}
