// The JSON-LD contexts an activity or object may name, all bundled: no context ever comes from the network.
// Every one of them leaves the terms of terms.ts alone; test/federation/trust/contexts.test.ts proves it.
import { type DocumentLoader, preloadedContexts } from "@fedify/vocab-runtime";
import { Refused } from "../../src/platform/refusal.ts";
import { litepub, nothingRead, zot } from "./contexts/terms.ts";

export const activityStreams = "https://www.w3.org/ns/activitystreams";

const bundled = new Map<string, object>(
  Object.entries(preloadedContexts as Record<string, object>)
    // It gives `actor`, `object` and `name` meanings of its own.
    .filter(([url]) => url !== "http://schema.org/"),
);
const alsoBundled: Record<string, object> = {
  "http://www.w3.org/ns/activitystreams": bundled.get(activityStreams)!,
  "https://litepub.social/context.jsonld": litepub,
  "https://litepub.social/litepub/context.jsonld": litepub,
  "https://funkwhale.audio/ns": nothingRead,
  "https://puckipedia.com/-/context": nothingRead,
};
for (const [url, document] of Object.entries(alsoBundled)) bundled.set(url, document);

/** Contexts that programs serve from the host they run on, and extension proposals, whose terms are read nowhere here. */
const patterns: readonly (readonly [RegExp, object])[] = [
  [/^https:\/\/[^/?#]+\/schemas\/litepub-[0-9.]{1,8}\.jsonld$/, litepub],
  [/^https:\/\/[^/?#]+\/apschema(\/v[0-9.]{1,8})?$/, zot],
  [/^https:\/\/w3id\.org\/fep\/[0-9a-f]{4}$/, nothingRead],
];

/** The bundled document of a context address, or null if the address is not on the list. */
export function findContext(url: string): object | null {
  return bundled.get(url) ?? patterns.find(([pattern]) => pattern.test(url))?.[1] ?? null;
}

/**
 * Fedify's context loader: answers from the list, never from the network.
 *
 * @throws Refused `unsupported-object` for any other address.
 */
export const contextLoader: DocumentLoader = async (url) => {
  const document = findContext(url);
  if (!document) throw new Refused("unsupported-object", { context: url.slice(0, 200) });
  return { contextUrl: null, documentUrl: url, document };
};

/** Every bundled document by address, a pattern standing for its addresses; for the tests that prove the promise above. */
export const bundledContexts: ReadonlyMap<string, object> = new Map([
  ...bundled,
  ...patterns.map(([pattern, document]) => [pattern.source, document] as const),
]);
