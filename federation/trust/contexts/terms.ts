// JSON-LD contexts of other programs that Fedify does not bundle: only the terms this node reads, written here, so
// that no activity waits for a stranger's web server.

/** Pleroma and Akkoma serve this one from every host; Mobilizon has its own address for the same vocabulary. */
export const litepub = {
  "@context": {
    as: "https://www.w3.org/ns/activitystreams#",
    litepub: "http://litepub.social/ns#",
    misskey: "https://misskey-hub.net/ns#",
    ostatus: "http://ostatus.org#",
    schema: "http://schema.org#",
    toot: "http://joinmastodon.org/ns#",
    ChatMessage: "litepub:ChatMessage",
    Emoji: "toot:Emoji",
    EmojiReact: "litepub:EmojiReact",
    Hashtag: "as:Hashtag",
    PropertyValue: "schema:PropertyValue",
    alsoKnownAs: { "@id": "as:alsoKnownAs", "@type": "@id" },
    atomUri: "ostatus:atomUri",
    capabilities: "litepub:capabilities",
    conversation: { "@id": "ostatus:conversation", "@type": "@id" },
    directMessage: "litepub:directMessage",
    discoverable: "toot:discoverable",
    formerRepresentations: "litepub:formerRepresentations",
    invisible: "litepub:invisible",
    listMessage: { "@id": "litepub:listMessage", "@type": "@id" },
    manuallyApprovesFollowers: "as:manuallyApprovesFollowers",
    quoteUrl: "as:quoteUrl",
    sensitive: "as:sensitive",
    value: "schema:value",
  },
};

/** Hubzilla and its relatives serve theirs from every host too, one address per version. */
export const zot = {
  "@context": {
    as: "https://www.w3.org/ns/activitystreams#",
    litepub: "http://litepub.social/ns#",
    ostatus: "http://ostatus.org#",
    schema: "http://schema.org#",
    toot: "http://joinmastodon.org/ns#",
    Emoji: "toot:Emoji",
    EmojiReact: "litepub:EmojiReact",
    Hashtag: "as:Hashtag",
    PropertyValue: "schema:PropertyValue",
    alsoKnownAs: "as:alsoKnownAs",
    conversation: "ostatus:conversation",
    discoverable: "toot:discoverable",
    manuallyApprovesFollowers: "as:manuallyApprovesFollowers",
    sensitive: "as:sensitive",
    value: "schema:value",
  },
};

/** For vocabularies of which nothing is read: their terms stay unknown, the rest of the activity counts. */
export const nothingRead = { "@context": {} };
