// Ways to spoil a document that no server writes and a hostile one might.
import fc from "fast-check";
import type { Json } from "./payloads.ts";

/** What may stand anywhere in JSON and is right nowhere; `undefined` drops the member. */
export const oddValues: readonly unknown[] = [
  ...[undefined, null, true, 0, -1, 1e308, "", " ", [], {}, [[]], [null], [{}], { id: null }],
  ...["x".repeat(300_000), "https://", "javascript:alert(1)", "\u0000", "\ud800", "0000-00-00"],
  ...[{ "@value": 1 }, { type: ["Note"] }, { id: "https://a.example/1", type: [] }, Array(500).fill("#")],
];

/** Where in a document (as fractions of the way), and what stands there then; `undefined` drops the member. */
export const aMutation = fc.tuple(
  fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 4 }),
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom<unknown>(...oddValues) }, fc.jsonValue()),
  fc.constantFrom("replace", "wrap", "double"),
);

export function mutate(document: Json, [path, value, how]: [number[], unknown, string]): void {
  let at: unknown = document;
  for (const [index, fraction] of path.entries()) {
    if (typeof at !== "object" || at === null) return;
    const holder = at as Json;
    const keys = Object.keys(holder);
    const key = keys[Math.floor(fraction * keys.length)];
    if (key === undefined) return;
    const child = holder[key];
    if (index < path.length - 1 && typeof child === "object" && child !== null) {
      at = child;
      continue;
    }
    if (how === "wrap") holder[key] = [child];
    else if (how === "double") holder[key] = [child, structuredClone(value)];
    else if (value === undefined) delete holder[key];
    else holder[key] = structuredClone(value);
    return;
  }
}
