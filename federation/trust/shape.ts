// What a document must look like before anything reads it: bounded in depth and breadth, its contexts on the list, and
// none of the JSON-LD constructs by which the same bytes mean one thing to us and another to a processor.
import { activityStreams, findContext } from "./contexts.ts";
import { namesReserved, objectionToContext } from "./terms.ts";

export const shapeLimits = {
  depthMax: 32,
  /** Members of one array: tags, addressees, options. */
  itemsMax: 1_000,
  /** Values of the whole document. Expanding JSON-LD takes time by their number. */
  valuesMax: 5_000,
  /** Terms of all inline contexts together; processing them takes time too. */
  termsMax: 1_000,
} as const;

const namesOwn = "a name that objects have already";

export type JsonObject = { readonly [key: string]: unknown };

/**
 * Why `document` is refused, or null.
 *
 * With null returned, the plain keys `id`, `type`, `actor`, `object`, the addressees and `proof` of the document are
 * what JSON-LD expansion finds in it (see terms.ts), so they may be read without expanding.
 */
export function objectionToShape(
  document: JsonObject,
  options: {
    /** False for key documents, which speak of security alone. */
    readonly rootSpeaksActivityStreams?: boolean;
    readonly valuesMax?: number;
    /** JSON-LD will be expanded: nothing may be called what every object has already. */
    readonly isExpanded?: boolean;
  } = {},
): string | null {
  const { rootSpeaksActivityStreams = true, valuesMax = shapeLimits.valuesMax, isExpanded = false } = options;
  const context = document["@context"];
  if (context === undefined || (rootSpeaksActivityStreams && !namesActivityStreams(context))) return "context";
  const pending: { value: unknown; depth: number }[] = [{ value: document, depth: 1 }];
  let values = 0;
  let terms = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next;
    if (++values > valuesMax) return "too many values";
    if (typeof value === "string") {
      if (value.includes("\0")) return "NUL character";
      // jsonld 9.0.0 files nodes by their ids in plain objects: this one would be filed in the prototype of all objects.
      if (value === "__proto__" || (isExpanded && value in Object.prototype)) return namesOwn;
    }
    if (typeof value !== "object" || value === null) continue;
    if (depth > shapeLimits.depthMax) return "nesting";
    if (Array.isArray(value)) {
      if (value.length > shapeLimits.itemsMax) return "too many items";
      for (const item of value) pending.push({ value: item, depth: depth + 1 });
      continue;
    }
    const object = value as JsonObject;
    if (Object.hasOwn(object, "@value")) {
      if (!isValueObject(object)) return "JSON-LD keyword";
      continue;
    }
    for (const key of Object.keys(object)) {
      if (key === "__proto__") return namesOwn;
      if (key === "@context") {
        const objection = objectionToContexts(object[key]);
        if (objection) return objection;
        terms += termsIn(object[key]);
        if (terms > shapeLimits.termsMax) return "too many terms";
        continue;
      }
      if (key.startsWith("@")) return `JSON-LD keyword ${key.slice(0, 40)}`;
      if (key.includes(":") && namesReserved(key)) return `reserved term ${key.slice(0, 80)}`;
      // A blank node with a name can be pointed at from elsewhere, which makes canonicalisation costly at will.
      if (key === "id" && typeof object[key] === "string" && object[key].startsWith("_:")) return "blank node";
      pending.push({ value: object[key], depth: depth + 1 });
    }
  }
  return null;
}

/** Before parsing, so that brackets alone cost nothing. Strings are passed over; what is no JSON fails later. */
export function isNestedTooDeep(json: Uint8Array): boolean {
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (byte === 0x22) {
      for (i++; i < json.length && json[i] !== 0x22; i++) if (json[i] === 0x5c) i++;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > shapeLimits.depthMax) return true;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
    }
  }
  return false;
}

/** A bundled context counts as one term: it is processed once and remembered. */
function termsIn(context: unknown): number {
  let terms = 0;
  for (const each of Array.isArray(context) ? context : [context]) {
    terms += typeof each === "object" && each !== null ? Object.keys(each).length : 1;
  }
  return terms;
}

const valueMembers = new Set(["@value", "@language", "@direction", "@type"]);

function isValueObject(object: JsonObject): boolean {
  for (const key in object) {
    if (!valueMembers.has(key)) return false;
    const value = object[key];
    if (value !== null && typeof value === "object") return false;
  }
  return object["@type"] !== "@json";
}

/** The root must speak ActivityStreams; other servers rely on it being said, and so does the reading of plain keys. */
function namesActivityStreams(context: unknown): boolean {
  const is = (each: unknown) => typeof each === "string" && findContext(each) === findContext(activityStreams);
  return Array.isArray(context) ? context.some(is) : is(context);
}

function objectionToContexts(context: unknown): string | null {
  const contexts = Array.isArray(context) ? context : [context];
  if (contexts.length > shapeLimits.depthMax) return "too many contexts";
  for (const each of contexts) {
    if (typeof each === "string") {
      if (!findContext(each)) return `unknown context ${each.slice(0, 200)}`;
      continue;
    }
    if (JSON.stringify(each)?.includes('"__proto__"')) return namesOwn;
    // null would take all meaning from the keys below it.
    if (each === null || typeof each !== "object" || Array.isArray(each)) return "context";
    const objection = objectionToContext(each as JsonObject);
    if (objection) return objection;
  }
  return null;
}
