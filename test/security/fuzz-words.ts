// What a hostile writer puts into an activity, by kind: addresses nobody should ask, types, keys, letters, dates, numbers,
// contexts.
const as2 = "https://www.w3.org/ns/activitystreams";

export const neverAsked = [
  "https://127.0.0.1/x",
  "https://[::1]/x",
  "https://169.254.169.254/latest/meta-data/",
  "http://bilbao.test/inbox",
  "https://user:pass@fuzz.test/x",
  "https://fuzz.test:22/x",
  "https://bilbao.test./x",
  "https://fuzz.test@bilbao.test/x",
  "https://BILBAO.test/inbox",
  "https://xn--bilbo-zqa.test/x",
  "https://elsewhere.test/x",
  "urn:uuid:1",
  "acct:mayor@bilbao.test",
  "as:Public",
  "_:b0",
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "//bilbao.test/x",
  "https://",
  `https://fuzz.test/${"a".repeat(5_000)}`,
];
export const types = (
  "Follow Undo Accept Reject Create Update Delete Like Announce Flag Block Add Remove Move Offer Join Lock Dislike Read " +
  "View Arrive QuoteRequest EmojiReact Note Article Question Event Page Video Image Tombstone Person Group Service " +
  "Application Organization Collection OrderedCollection Link Relationship DataIntegrityProof Key __proto__ constructor"
).split(" ");
export const keys = [
  ..."id type actor object target to cc audience tag attachment content contentMap name summary url inReplyTo".split(
    " ",
  ),
]
  .concat(
    "attributedTo published updated context replies signature proof civic instrument oneOf endTime location".split(" "),
  )
  .concat([
    "@id",
    "@type",
    "@graph",
    "@included",
    "@reverse",
    "@context",
    "as:actor",
    "https://www.w3.org/ns/activitystreams#actor",
  ])
  .concat(["__proto__", "constructor", "toString", "hasOwnProperty", "length", "", " ", "Actor", "ID", "id "]);
export const strange = [
  "\u0000",
  "\ud800",
  "\udc00x",
  "\u202e",
  "\u200f",
  "\ufeff",
  "e\u0301".repeat(50),
  "👩‍👩‍👧‍👦",
  "\u2028",
  "﷽",
  "\u{10ffff}",
  "İ",
  "ß",
  "\r\n",
  "\\",
  '"',
  "<script>alert(1)</script>",
  "&#0;",
  "'; drop table actor; --",
  "%00",
  "%s%n",
  "{{7*7}}",
  "\uff0e\uff0e/",
];
export const dates = [
  "0000-00-00T00:00:00Z",
  "+275760-09-13T00:00:00.001Z",
  "-271821-04-20T00:00:00Z",
  "9999-12-31T23:59:59Z",
  "2026-05-04",
  "yesterday",
  "1e3",
  "2026-02-30T25:61:61Z",
  "2026-05-04T09:00:00+99:99",
  "0001-01-01T00:00:00Z",
  "",
];
export const numbers = [0, -0, -1, 1e308, -1e308, 5e-324, 2 ** 53, -(2 ** 53), 2 ** 31, 2 ** 63, 0.1, 4294967296, 1e21];
export const contexts: readonly unknown[] = [
  as2,
  [as2, "https://w3id.org/security/v1"],
  [as2, { actor: "as:object" }],
  [as2, { "@vocab": "https://evil.example/" }],
  { "@import": as2 },
  null,
  [],
  [as2, null],
  "https://evil.example/context.jsonld",
  [as2, { x: { "@id": "as:actor", "@type": "@id" } }],
  [as2, "https://fuzz.test/schemas/litepub-0.1.jsonld"],
  [[as2]],
  { "@context": as2 },
];
