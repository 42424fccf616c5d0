// The words of the wire: ActivityStreams contexts, our own terms, media types. One constant each.

/** Our namespace. The context is bundled and written inline; nothing is ever fetched from this address. */
export const NS = "https://w3id.org/koinon#";

export const AS2 = "https://www.w3.org/ns/activitystreams";
export const PUBLIC = `${AS2}#Public`;
export const ACTIVITY_JSON = "application/activity+json";
/** What records, parts and manifests are served as. */
export const RECORD_JSON = 'application/ld+json; profile="https://w3id.org/koinon/v1"';

/** What is quoted, and who may quote (FEP-044f), in the terms Mastodon and GoToSocial write. */
const quoteTerms = {
  quote: { "@id": "https://w3id.org/fep/044f#quote", "@type": "@id" },
  quoteUrl: "as:quoteUrl",
  gts: "https://gotosocial.org/ns#",
  interactionPolicy: { "@id": "gts:interactionPolicy", "@type": "@id" },
  canQuote: { "@id": "gts:canQuote", "@type": "@id" },
  automaticApproval: { "@id": "gts:automaticApproval", "@type": "@id" },
} as const;

/**
 * What every object is served with. Our own terms hang on one property, `koinon:civic`, whose value is plain JSON:
 * a reader that knows nothing of it still has an ordinary Note.
 */
export const objectContext = [
  AS2,
  {
    koinon: NS,
    civic: { "@id": "koinon:civic", "@type": "@json" },
    Hashtag: "as:Hashtag",
    sensitive: "as:sensitive",
    votersCount: "http://joinmastodon.org/ns#votersCount",
    focalPoint: { "@id": "http://joinmastodon.org/ns#focalPoint", "@container": "@list" },
    conversation: "http://ostatus.org#conversation",
    ...quoteTerms,
  },
] as const;

/** Objects that are an event carry the fields by which Mobilizon and its kin read one (FEP-8a8e). */
export const eventContext = [
  ...objectContext,
  {
    mz: "https://joinmobilizon.org/ns#",
    sc: "http://schema.org#",
    ical: "http://www.w3.org/2002/12/cal/ical#",
    timezone: "mz:timezone",
    isOnline: "mz:isOnline",
    joinMode: "mz:joinMode",
    externalParticipationUrl: "mz:externalParticipationUrl",
    address: "sc:address",
  },
] as const;

/** Says inside an activity that the thing's own address tells more: what another Koinon node reads it for. */
export const civicLink = (uri: string) => ({ type: "Link", rel: `${NS}civic`, href: uri, mediaType: ACTIVITY_JSON });

/** Where the signed record of a thing stands, for whom keeps a copy. */
export const recordLink = (href: string) => ({ type: "Link", rel: `${NS}record`, href, mediaType: RECORD_JSON });
/** Where it says which records there are of a process or an institution. */
export const manifestLink = (href: string) => ({ type: "Link", rel: `${NS}manifest`, href, mediaType: RECORD_JSON });
/** Where the signed history of an institution's keys stands. */
export const keysLink = (href: string) => ({ type: "Link", rel: `${NS}keys`, href, mediaType: RECORD_JSON });

export const hasCivicLink = (object: Json): boolean =>
  [object.tag].flat().some((tag) => (tag as Json | undefined)?.rel === `${NS}civic`);

export const actorContext = [
  AS2,
  "https://w3id.org/security/v1",
  // Not `cid/v1`, which says the same: programs that bundle their contexts have this one, and must not lose the actor.
  "https://w3id.org/security/multikey/v1",
  {
    assertionMethod: { "@id": "https://w3id.org/security#assertionMethod", "@type": "@id" },
    koinon: NS,
    civic: { "@id": "koinon:civic", "@type": "@json" },
    schema: "http://schema.org#",
    PropertyValue: "schema:PropertyValue",
    value: "schema:value",
    manuallyApprovesFollowers: "as:manuallyApprovesFollowers",
    discoverable: "http://joinmastodon.org/ns#discoverable",
    indexable: "http://joinmastodon.org/ns#indexable",
    featured: { "@id": "http://joinmastodon.org/ns#featured", "@type": "@id" },
    movedTo: { "@id": "as:movedTo", "@type": "@id" },
    alsoKnownAs: { "@id": "as:alsoKnownAs", "@type": "@id" },
  },
] as const;

/** What activities are sent with: nothing of ours, so that Mastodon may forward them. */
export const activityContext = [AS2, { Hashtag: "as:Hashtag", sensitive: "as:sensitive", ...quoteTerms }] as const;

export type Json = Readonly<Record<string, unknown>>;

/** A language map with one key: Mastodon takes the first, readers filter by it. */
export const inOneLanguage = (text: string, language: string | null): Json =>
  language === null ? {} : { [language]: text };
