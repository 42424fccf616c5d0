// The terms that trust is decided by. Where no context may give them another meaning, and no other term theirs, the
// plain keys of a JSON document are what a JSON-LD processor reads, so the door can decide without expanding it.
import { preloadedContexts } from "@fedify/vocab-runtime";
import { activityStreams } from "./contexts.ts";

const as = `${activityStreams}#`;
const sec = "https://w3id.org/security#";

interface Meaning {
  readonly iri: string;
  /** The `@type` of its values, or null. */
  readonly type: string | null;
  readonly container: string | null;
}

const activityTerms = (preloadedContexts as Record<string, { "@context": Record<string, unknown> }>)[activityStreams]![
  "@context"
];
const fromActivityStreams = [
  "actor",
  "attributedTo",
  "audience",
  "bcc",
  "bto",
  "cc",
  "inReplyTo",
  "instrument",
  "object",
  "origin",
  "target",
  "to",
];

/** Term → what it must mean wherever a context mentions it. */
export const reserved: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["id", { iri: "@id", type: null, container: null }],
  ["type", { iri: "@type", type: null, container: null }],
  ...fromActivityStreams.map((term): [string, Meaning] => {
    const definition = activityTerms[term] as { "@id": string; "@type": string };
    return [term, { iri: definition["@id"].replace(/^as:/, as), type: definition["@type"], container: null }];
  }),
  ["proof", { iri: `${sec}proof`, type: "@id", container: "@graph" }],
  ["verificationMethod", { iri: `${sec}verificationMethod`, type: "@id", container: null }],
]);

export const reservedIris: ReadonlySet<string> = new Set([...reserved.values()].map(({ iri }) => iri));

/** What a prefix may stand for although reserved terms begin with it. */
const namespaces: ReadonlySet<string> = new Set([as, sec]);
const prefixes: ReadonlyMap<string, string> = new Map([
  ["as", as],
  ["sec", sec],
]);

const allowedMembers = new Set(["@id", "@type", "@container", "@language", "@protected"]);
/** `@json`: what stands there is opaque to JSON-LD, and so are its keys, whatever they are called. */
const allowedTypes = new Set(["@id", "@vocab", "@json"]);
const allowedContainers = new Set(["@list", "@set", "@language"]);

/**
 * Why an inline context is refused, or null: it must not redefine a reserved term, map another term to what a
 * reserved one means, or make a prefix out of which one could be put together.
 */
export function objectionToContext(context: Readonly<Record<string, unknown>>): string | null {
  for (const [term, definition] of Object.entries(context)) {
    const objection = term.startsWith("@")
      ? objectionToKeyword(term, definition)
      : objectionToTerm(term, definition, context);
    if (objection) return objection;
  }
  return null;
}

function objectionToKeyword(keyword: string, value: unknown): string | null {
  if (keyword === "@language" && (value === null || typeof value === "string")) return null;
  if (keyword === "@version" && value === 1.1) return null;
  if (keyword === "@protected" && typeof value === "boolean") return null;
  return `context keyword ${keyword}`;
}

function objectionToTerm(term: string, definition: unknown, context: Readonly<Record<string, unknown>>): string | null {
  const refused = `context term ${term.slice(0, 80)}`;
  if (term.includes(":") || term === "") return refused;
  const meaning = meaningOf(definition);
  if (meaning === null) return refused;
  const required = reserved.get(term);
  if (required) {
    const same =
      expanded(meaning.iri, context) === required.iri &&
      meaning.type === required.type &&
      meaning.container === required.container;
    return same ? null : refused;
  }
  const { iri, type, container } = meaning;
  if (container !== null && !allowedContainers.has(container)) return refused;
  if (type?.startsWith("@") && !allowedTypes.has(type)) return refused;
  if (iri === null) return null;
  if (prefixes.has(term) && iri !== prefixes.get(term)) return refused;
  // A keyword under another name, a reserved term by its name, or by its IRI however it is cut in two.
  if (iri.startsWith("@") || reserved.has(iri) || namesReserved(iri)) return refused;
  if (!namespaces.has(iri) && beginsReserved(iri)) return refused;
  return null;
}

interface WrittenMeaning {
  readonly iri: string | null;
  readonly type: string | null;
  readonly container: string | null;
}

/** A term definition of the simple kinds seen in use; null for every other kind. */
function meaningOf(definition: unknown): WrittenMeaning | null {
  if (definition === null || typeof definition === "string") return { iri: definition, type: null, container: null };
  if (typeof definition !== "object" || Array.isArray(definition)) return null;
  const members = definition as Record<string, unknown>;
  if (Object.keys(members).some((name) => !allowedMembers.has(name))) return null;
  const text = (name: string) => {
    const value = members[name] ?? null;
    return value === null || typeof value === "string" ? value : undefined;
  };
  const [iri, type, container] = [text("@id"), text("@type"), text("@container")];
  if (iri === undefined || type === undefined || container === undefined) return null;
  return { iri, type, container };
}

function expanded(iri: string | null, context: Readonly<Record<string, unknown>>): string | null {
  if (iri === null || !iri.includes(":")) return iri;
  const at = iri.indexOf(":");
  const prefix = iri.slice(0, at);
  const own = context[prefix];
  const namespace = typeof own === "string" ? own : prefixes.get(prefix);
  return namespace === undefined ? iri : namespace + iri.slice(at + 1);
}

/** Whether a key or IRI with a colon can be read as a reserved term, whatever its prefix stands for. */
export function namesReserved(name: string): boolean {
  if (reservedIris.has(name)) return true;
  const at = name.indexOf(":");
  return at >= 0 && reserved.has(name.slice(at + 1));
}

function beginsReserved(iri: string): boolean {
  for (const each of reservedIris) if (each.startsWith(iri)) return true;
  return false;
}
