// Inputs for the inbox that no server writes and a hostile one might: recorded payloads and activities of our own kind,
// spoiled by someone who knows their structure. Input `index` of a `seed` is always the same one, so any can be repeated.

import { oddValues } from "../interop/mutations.ts";
import { areAbsent, type Json, payload, payloads, readdressed } from "../interop/payloads.ts";
import { contexts, dates, keys, neverAsked, numbers, strange, types } from "./fuzz-words.ts";

/** What stands where, for addresses to be exchanged with. */
export interface Places {
  /** The stranger that sends: its host, its address, the id of its key. */
  readonly host: string;
  readonly sender: string;
  /** Things of ours, of someone else's, and addresses nobody should ever ask. */
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
  readonly inboxes: readonly string[];
}

export type Delivery = "signed" | "spoiled-header" | "other-key" | "unsigned" | "in-body";

export interface FuzzInput {
  readonly body: Uint8Array;
  readonly inbox: string;
  readonly delivery: Delivery;
  readonly dialect: "draft-cavage-http-signatures-12" | "rfc9421";
  /** Picks what is done to the headers. */
  readonly pick: <T>(values: readonly T[]) => T;
}

const as2 = "https://www.w3.org/ns/activitystreams";
const everyone = `${as2}#Public`;
/** Mulberry32: small, quick, and the same everywhere. */
function openChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes the inputs of one run. Without the recorded payloads only our own kinds of activity are spoiled. */
export function openInputs(places: Places): (seed: number, index: number) => FuzzInput {
  const corpus = [...ownActivities(places), ...(areAbsent ? [] : recordedActivities(places))];
  return (seed, index) => {
    const chance = openChance(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
    const pick = <T>(values: readonly T[]): T => values[Math.floor(chance() * values.length)]!;
    const likely = (share: number) => chance() < share;
    const spoiler = openSpoiler({ places, pick, likely, chance, another: () => structuredClone(pick(corpus)) });
    const fresh = `https://${places.host}/fuzz/${seed}/${index}`;
    let activity = structuredClone(pick(corpus));
    if (likely(0.8)) direct(activity, { places, pick, likely, fresh });
    for (let n = Math.floor(chance() * chance() * 8); n > 0; n--) activity = spoiler(activity);
    const delivery = pick<Delivery>(deliveries);
    if (likely(0.8)) activity = throughTheDoor(activity, places, fresh);
    if (delivery === "in-body") signInBody(activity, { places, pick });
    const text = JSON.stringify(activity);
    const body = likely(0.08) ? spoilText(text, { pick, chance, places }) : Buffer.from(text);
    const dialect = likely(0.5) ? "rfc9421" : "draft-cavage-http-signatures-12";
    return { body, inbox: pick(places.inboxes), delivery, dialect, pick };
  };
}

const deliveries: readonly Delivery[] = [
  ...Array<Delivery>(16).fill("signed"),
  "spoiled-header",
  "spoiled-header",
  "other-key",
  "unsigned",
  "in-body",
];

interface Chance {
  readonly pick: <T>(values: readonly T[]) => T;
  readonly likely: (share: number) => boolean;
  readonly chance: () => number;
}

function ownActivities({ sender, host, ours, theirs }: Places): Json[] {
  const [proposal, process, comment, organisation] = ours as [string, string, string, string];
  const note = {
    id: `https://${host}/notes/1`,
    type: "Note",
    attributedTo: sender,
    to: [everyone],
    cc: [],
    content: "<p>Hello</p>",
    published: "2026-05-04T08:00:00Z",
    inReplyTo: proposal,
  };
  const activity = (type: string, object: unknown, more: Json = {}): Json => ({
    "@context": as2,
    id: "x",
    type,
    actor: sender,
    object,
    to: [everyone],
    ...more,
  });
  const civic = { kind: "comment", stance: "for", authorName: "Ana", process: ours[1] };
  return [
    activity("Follow", process),
    activity("Follow", organisation),
    activity("Undo", activity("Follow", process)),
    activity("Undo", activity("Like", proposal)),
    activity("Undo", activity("Announce", proposal)),
    activity("Accept", { type: "Follow", id: "x", actor: organisation, object: sender }),
    activity("Reject", { type: "Follow", id: "x", actor: organisation, object: sender }),
    activity("Create", note),
    activity("Create", { ...note, inReplyTo: comment }),
    activity("Create", {
      ...note,
      civic,
      tag: [{ type: "Link", rel: "https://w3id.org/koinon#civic", href: note.id }],
    }),
    activity("Create", {
      ...note,
      tag: [
        { type: "Mention", href: sender, name: "@x" },
        { type: "Hashtag", name: "#x" },
      ],
      contentMap: { en: "<p>Hello</p>" },
    }),
    activity("Create", {
      ...note,
      type: "Question",
      oneOf: [{ type: "Note", name: "Yes", replies: { totalItems: 3 } }],
      endTime: "2026-06-01T00:00:00Z",
    }),
    activity("Create", {
      ...note,
      type: "Event",
      startTime: "2026-06-01T00:00:00Z",
      location: { type: "Place", name: "Here", latitude: 43.2, longitude: -2.9 },
    }),
    activity("Create", { ...note, quote: proposal, quoteAuthorization: `https://${host}/stamps/1` }),
    activity("Update", { ...note, updated: "2026-05-04T09:00:00Z" }),
    activity("Update", theirs[0]!),
    activity("Update", { ...note, id: theirs[0], attributedTo: theirs[1] }),
    activity("Delete", { type: "Tombstone", id: note.id }),
    activity("Delete", theirs[0]!),
    activity("Like", proposal),
    activity("Like", comment),
    activity("Announce", proposal),
    activity("Announce", activity("Update", { ...note, id: theirs[0], attributedTo: theirs[1] })),
    activity("Flag", [proposal, comment, sender], { content: "<p>Look</p>" }),
    activity("Block", organisation),
    activity("Add", note, { target: `${organisation}/featured` }),
    activity("Move", sender, { target: theirs[1] }),
    activity("QuoteRequest", proposal, { instrument: { ...note, quote: proposal } }),
    activity("Offer", { type: "Relationship", subject: sender, object: process, relationship: "derivedFrom" }),
  ];
}

const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Each recorded document as an activity of the stranger: told by it, where it is no activity itself. */
function recordedActivities({ sender, host }: Places): Json[] {
  return [...payloads.keys()].map((name) => {
    const json = payload(name);
    const actor = isRecord(json.actor) ? json.actor.id : (json.actor ?? json.attributedTo ?? json.id);
    const known = typeof actor === "string" && URL.canParse(actor);
    const moved = readdressed(json, known ? { [new URL(actor).origin]: `https://${host}`, [actor]: sender } : {});
    return json.actor === undefined
      ? { "@context": moved["@context"], id: "x", type: "Create", actor: sender, object: moved }
      : moved;
  });
}

/** Makes what the activity is about something here, most of the time: else nearly all of it would be about nothing. */
function direct(
  activity: Json,
  { places, pick, likely, fresh }: Omit<Chance, "chance"> & { places: Places; fresh: string },
): void {
  const { object } = activity;
  if (!isRecord(object)) {
    if (likely(0.7)) activity.object = pick([...places.ours, ...places.theirs]);
    return;
  }
  if (likely(0.7)) object.id = `${fresh}/note`;
  if (likely(0.8)) object.attributedTo = places.sender;
  if (likely(0.7)) object.inReplyTo = pick([...places.ours, ...places.theirs]);
  if (likely(0.8)) object.to = [everyone];
}

/** What the door asks of every activity, put right, so that what is behind the door gets something to do. */
const throughTheDoor = (activity: Json, { sender }: Places, fresh: string): Json => ({
  ...activity,
  "@context": as2,
  id: fresh,
  actor: sender,
});

function signInBody(activity: Json, { places, pick }: Pick<Chance, "pick"> & { places: Places }): void {
  const key = pick([`${places.sender}#main-key`, `${places.sender}#ed`, ...places.theirs]);
  const value = pick(["AAAA", "z3u2en7t5LR2WtQH5PfFqMqwVHgeXouLzo6haApm8XHqvjxq", "", "\u0000", "x".repeat(50_000)]);
  if (pick([true, false]))
    activity.signature = { type: "RsaSignature2017", creator: key, created: pick(dates), signatureValue: value };
  else
    activity.proof = {
      type: "DataIntegrityProof",
      cryptosuite: "eddsa-jcs-2022",
      verificationMethod: key,
      proofPurpose: "assertionMethod",
      proofValue: value,
      created: pick(dates),
    };
}

interface Spot {
  readonly holder: Json | unknown[];
  readonly key: string | number;
}

function spotsOf(document: Json): Spot[] {
  const spots: Spot[] = [];
  const pending: (Json | unknown[])[] = [document];
  for (let holder = pending.pop(); holder !== undefined && spots.length < 400; holder = pending.pop()) {
    for (const key of Array.isArray(holder) ? holder.keys() : Object.keys(holder)) {
      spots.push({ holder, key });
      const value = (holder as Json)[key];
      if (typeof value === "object" && value !== null) pending.push(value as Json);
    }
  }
  return spots;
}

const at = ({ holder, key }: Spot): unknown => (holder as Json)[key];
/** As JSON.parse would set it: a member named `__proto__` is a member. */
function put({ holder, key }: Spot, value: unknown): void {
  if (Array.isArray(holder) && typeof key === "string") return;
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function openSpoiler({ places, pick, chance, another }: Chance & { places: Places; another: () => Json }) {
  const addresses = [places.sender, ...places.ours, ...places.theirs, ...neverAsked];
  const deep = (value: unknown, levels: number): unknown =>
    levels === 0 ? value : { object: deep(value, levels - 1) };
  const ways: ((spot: Spot, spots: readonly Spot[]) => unknown)[] = [
    ({ holder, key }) => (Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key]),
    (spot, spots) => {
      const other = pick(spots);
      const [one, two] = [at(spot), at(other)];
      put(spot, structuredClone(two));
      put(other, structuredClone(one));
    },
    (spot) => put(spot, [at(spot), structuredClone(at(spot))]),
    (spot) =>
      put(
        { holder: spot.holder, key: Array.isArray(spot.holder) ? spot.holder.length : pick(keys) },
        structuredClone(at(spot)),
      ),
    (spot) => put(spot, structuredClone(pick(oddValues))),
    (spot) =>
      put(
        spot,
        pick<unknown>([
          String(at(spot)),
          [at(spot)],
          { id: at(spot) },
          { "@value": at(spot) },
          { "@id": at(spot) },
          { "@list": [at(spot)] },
          true,
          null,
          7,
        ]),
      ),
    (spot) => put(spot, deep(structuredClone(at(spot)), 1 + Math.floor(chance() * 40))),
    (spot) =>
      put(
        spot,
        pick<unknown>([
          "x".repeat(pick([300, 10_000, 200_000])),
          Array(pick([10, 200, 1_500])).fill(at(spot)),
          Object.fromEntries(Array.from({ length: pick([50, 900]) }, (_, n) => [`k${n}`, n])),
        ]),
      ),
    (spot) => put(spot, pick(addresses)),
    (spot) => put(spot, pick(addresses)),
    (spot) => put(spot, at(pick(spotsOf(another())))),
    (spot) => put(spot, another()),
    (spot) => put(spot, typeof at(spot) === "string" ? `${pick(strange)}${at(spot)}${pick(strange)}` : pick(strange)),
    (spot) => put(spot, pick<unknown>([...numbers, ...dates])),
    (spot) => put(spot, pick(types)),
    (spot) => put({ holder: spot.holder, key: "type" }, pick<unknown>([pick(types), [pick(types), pick(types)]])),
    (spot) => put({ holder: spot.holder, key: "@context" }, structuredClone(pick(contexts))),
    ({ holder }) => put({ holder, key: pick(keys) }, pick(addresses)),
  ];
  return (document: Json): Json => {
    const spots = spotsOf(document);
    if (spots.length > 0) pick(ways)(pick(spots), spots);
    return document;
  };
}

/** What only text can hold: doubled members, numbers no number is, broken encoding. */
function spoilText(
  text: string,
  { pick, chance, places }: Pick<Chance, "pick" | "chance"> & { places: Places },
): Uint8Array {
  const bytes = Buffer.from(text);
  const spot = Math.floor(chance() * bytes.length);
  const twice = (member: string) => Buffer.from(text.replace(/\}$/, `,${member}}`));
  return pick<() => Uint8Array>([
    () => bytes.subarray(0, spot),
    () =>
      Buffer.concat([
        bytes.subarray(0, spot),
        Buffer.from([pick([0, 0x22, 0x7b, 0x5d, 0x80, 0xc0, 0xff])]),
        bytes.subarray(spot + 1),
      ]),
    () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
    () => Buffer.from(text, "utf16le"),
    () => Buffer.concat([bytes, bytes]),
    () => twice(`"actor":${JSON.stringify(pick(places.theirs))}`),
    () => twice(`"object":${JSON.stringify(pick(places.ours))}`),
    () => twice('"id":1e999'),
    () => twice('"published":123456789012345678901234567890'),
    () => twice(`"x":${"[".repeat(100)}${"]".repeat(100)}`),
    () => twice('"\\u0061ctor":"https://bilbao.test/actors/bilbao"'),
    () => Buffer.alloc(0),
    () => Buffer.from(pick(["null", "[]", "{}", '"x"', "1", "{", "<html>", '{"@context":[]}'])),
  ])();
}
