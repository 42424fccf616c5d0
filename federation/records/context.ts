// The JSON-LD context of records, parts and manifests, as every node serves it at `/ns/v1`. Bundled: nothing here reads it
// from anywhere, and a record is checked by its bytes. It tells a reader of linked data what each word means.
import { NS } from "../vocabulary.ts";

const xsd = "http://www.w3.org/2001/XMLSchema#";
const schema = "https://schema.org/";
const prov = "http://www.w3.org/ns/prov#";

type Term = string | Readonly<Record<string, unknown>>;

/** The URI of a thing. */
const link = (name: string): Term => ({ "@id": `koinon:${name}`, "@type": "@id" });
/** UTC, ISO 8601. */
const time = (name: string): Term => ({ "@id": `koinon:${name}`, "@type": "xsd:dateTime" });
const day = (name: string): Term => ({ "@id": `koinon:${name}`, "@type": "xsd:date" });
/** Several, whose order says something. */
const list = (name: string, more: Readonly<Record<string, unknown>> = {}): Term => ({
  "@id": `koinon:${name}`,
  "@container": "@list",
  ...more,
});
const texts = (name: string): Term => ({ "@id": `koinon:${name}`, "@container": "@language" });
/** GeoJSON and the like, whose own words are not terms. */
const asItIs = (name: string): Term => ({ "@id": `koinon:${name}`, "@type": "@json" });
const links = (name: string): Term => list(name, { "@type": "@id" });
const plain = (...names: string[]): Record<string, Term> =>
  Object.fromEntries(names.map((name) => [name, `koinon:${name}`]));

const common: Record<string, Term> = {
  url: { "@id": "schema:url", "@type": "@id" },
  license: { "@id": "schema:license", "@type": "@id" },
  language: "schema:inLanguage",
  published: time("published"),
  updated: time("updated"),
  geometry: asItIs("geometry"),
  /** A decimal number as text, and an ISO 4217 code. */
  cost: { "@id": "koinon:cost", "@context": { amount: "schema:value", currency: "schema:currency" } },
};

/** Under `data`: what the institution says. Its texts are in several languages. */
const dataTerms: Record<string, Term> = {
  ...common,
  ...plain(
    "handle",
    "state",
    "category",
    "kind",
    "outcome",
    "term",
    "status",
    "progress",
    "district",
    "form",
    "timeZone",
  ),
  ...plain("dayOnly", "attendees", "organisationName", "supportLimit", "editWindowMinutes"),
  process: link("process"),
  actor: link("actor"),
  organisation: link("organisation"),
  proposal: link("proposal"),
  answer: link("answer"),
  result: link("result"),
  languages: list("languages"),
  title: texts("title"),
  summary: texts("summary"),
  description: texts("description"),
  promoter: texts("promoter"),
  audience: texts("audience"),
  decides: texts("decides"),
  goals: texts("goals"),
  callToAction: texts("callToAction"),
  indicator: asItIs("indicator"),
  pilot: {
    "@id": "koinon:pilot",
    "@context": {
      area: "koinon:area",
      decision: "koinon:decision",
      decided: time("decided"),
      reasons: "koinon:reasons",
    },
  },
  rules: "koinon:rules",
  phases: list("phases", { "@context": { id: "koinon:localId", permits: "koinon:permits" } }),
  categories: list("categories"),
  documents: list("documents", {
    "@context": { title: "koinon:title", mediaType: "schema:encodingFormat", sizeBytes: "koinon:sizeBytes" },
  }),
  image: { "@id": "schema:image", "@context": { alt: "schema:caption" } },
  source: { "@id": "prov:hadPrimarySource", "@type": "@json" },
  startsAt: time("startsAt"),
  endsAt: time("endsAt"),
  startsOn: day("startsOn"),
  endsOn: day("endsOn"),
  reachedOn: day("reachedOn"),
  proposals: links("proposals"),
  meetings: links("meetings"),
  /** What a tally or a thread is about. */
  of: link("of"),
  /** What something was made from, and which version of it. */
  derivedFrom: {
    "@id": "prov:wasDerivedFrom",
    "@context": { uri: "@id", digest: { "@id": "koinon:record", "@type": "koinon:digest" } },
  },
  /** A thread: its comments in order, each by the digest of its part. */
  block: "koinon:block",
  comments: list("comments", {
    "@context": {
      id: "@id",
      part: { "@id": "koinon:part", "@type": "koinon:digest" },
      state: "koinon:state",
      inReplyTo: link("inReplyTo"),
    },
  }),
  /** The history of an institution's keys. */
  keys: list("keys", {
    "@context": {
      id: "@id",
      publicKeyMultibase: { "@id": "security:publicKeyMultibase", "@type": "security:multibase" },
      from: time("validFrom"),
      until: time("validUntil"),
      revoked: { "@id": "security:revoked", "@type": "xsd:dateTime" },
    },
  }),
};

/** Under `data` of a tally, where the words that are lists elsewhere are numbers. */
const tallyTerms: Record<string, Term> = {
  of: link("of"),
  counted: time("counted"),
  comments: "koinon:commentCount",
  likes: "koinon:likeCount",
  shares: "koinon:shareCount",
  proposals: "koinon:proposalCount",
  results: "koinon:resultCount",
  meetings: "koinon:meetingCount",
  supports: { "@id": "koinon:supports", "@context": { count: "koinon:count", method: "koinon:method" } },
};

/** In a part: what a person wrote, in one language. */
const partTerms: Record<string, Term> = {
  ...common,
  subject: link("subject"),
  title: "koinon:title",
  /** Markdown. */
  text: { "@id": "koinon:text", "@type": "koinon:markdown" },
  ...plain("salt", "agenda", "minutes", "cancelReason", "audience", "organisations", "address", "stance"),
  /** Cleaned HTML, of a comment from another server. */
  html: { "@id": "koinon:html", "@type": "http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML" },
  link: { "@id": "koinon:link", "@type": "@id" },
  author: {
    "@id": "koinon:author",
    "@context": { name: "schema:name", uri: "@id" },
  },
  /** What the institution says of it in further languages, each text Markdown. */
  translations: list("translations", {
    "@context": {
      language: "schema:inLanguage",
      title: "koinon:title",
      text: { "@id": "koinon:text", "@type": "koinon:markdown" },
      agenda: "koinon:agenda",
      minutes: "koinon:minutes",
      audience: "koinon:audience",
      cancelReason: "koinon:cancelReason",
      term: "koinon:term",
      older: { "@id": "koinon:older", "@container": "@set" },
    },
  }),
  coauthors: list("coauthors", { "@context": { name: "schema:name", key: "koinon:coauthorKey" } }),
  inReplyTo: link("inReplyTo"),
  media: list("media", {
    "@context": {
      alt: "schema:caption",
      mediaType: "schema:encodingFormat",
      width: "schema:width",
      height: "schema:height",
    },
  }),
};

const recordClasses = ["process", "news", "proposal", "answer", "meeting", "result", "milestone", "thread", "key"].map(
  (name) => `${name[0]!.toUpperCase()}${name.slice(1)}Record`,
);

/**
 * Words of others that mean nearly the same (skos:closeMatch): of a record, what it is about. Decidim's words have no
 * addresses, so they stand in docs/records.md alone.
 */
const matches: Readonly<Record<string, readonly string[]>> = {
  ProcessRecord: ["del:DeliberationProcess", "schema:Project"],
  NewsRecord: ["schema:NewsArticle"],
  ProposalRecord: ["del:Contribution", "schema:CreativeWork"],
  AnswerRecord: ["schema:Answer"],
  MeetingRecord: ["schema:Event"],
  ResultRecord: ["prov:Entity", "schema:Action"],
  MilestoneRecord: ["prov:Activity"],
  TallyRecord: ["schema:InteractionCounter"],
  ThreadRecord: ["schema:Conversation"],
  KeyRecord: ["security:VerificationMethod"],
  phases: ["del:hasStage"],
  inReplyTo: ["del:responseTo"],
  author: ["del:madeBy", "schema:author", "prov:wasAttributedTo"],
  text: ["del:text", "schema:text"],
  title: ["schema:name"],
  summary: ["schema:abstract"],
  startsAt: ["schema:startDate", "del:startDate"],
  endsAt: ["schema:endDate", "del:endDate"],
  cost: ["schema:MonetaryAmount"],
  previous: ["prov:wasRevisionOf"],
  publisher: ["schema:publisher", "prov:wasAttributedTo"],
  recorded: ["prov:generatedAtTime"],
};

/** What is served at `/ns/v1`. */
export const recordContextDocument = {
  "@context": {
    koinon: NS,
    schema,
    prov,
    security: "https://w3id.org/security#",
    xsd,
    ...Object.fromEntries(recordClasses.map((name) => [name, `koinon:${name}`])),
    TallyRecord: {
      "@id": "koinon:TallyRecord",
      "@context": { data: { "@id": "koinon:data", "@context": tallyTerms } },
    },
    RecordPart: { "@id": "koinon:RecordPart", "@context": partTerms },
    Manifest: "koinon:Manifest",
    ManifestPage: "koinon:ManifestPage",
    subject: link("subject"),
    process: link("process"),
    publisher: link("publisher"),
    scope: link("scope"),
    epoch: { "@id": "koinon:epoch", "@type": "xsd:integer" },
    version: { "@id": "koinon:version", "@type": "xsd:integer" },
    sequence: { "@id": "koinon:sequence", "@type": "xsd:integer" },
    previous: { "@id": "koinon:previous", "@type": "koinon:digest" },
    recorded: time("recorded"),
    issued: time("issued"),
    license: { "@id": "schema:license", "@type": "@id" },
    standing: "koinon:standing",
    reason: "koinon:reason",
    part: { "@id": "koinon:part", "@type": "koinon:digest" },
    purges: { "@id": "koinon:purges", "@type": "koinon:digest", "@container": "@set" },
    count: { "@id": "koinon:count", "@type": "xsd:integer" },
    prefixLength: { "@id": "koinon:prefixLength", "@type": "xsd:integer" },
    prefix: "koinon:prefix",
    pages: { "@id": "koinon:pages", "@type": "@json" },
    digests: list("digests", { "@type": "koinon:digest" }),
    data: { "@id": "koinon:data", "@context": dataTerms },
  },
  /** Said beside the context: whoever takes only the context passes over it. */
  "@graph": Object.entries(matches).map(([name, similar]) => ({
    "@id": `${NS}${name}`,
    "http://www.w3.org/2004/02/skos/core#closeMatch": similar.map((one) => ({ "@id": wholeName(one) })),
  })),
} as const;

function wholeName(name: string): string {
  const [prefix = "", rest] = name.split(":");
  const space = {
    del: "https://w3id.org/deliberation/ontology#",
    schema,
    prov,
    security: "https://w3id.org/security#",
  };
  return `${space[prefix as keyof typeof space]}${rest}`;
}
