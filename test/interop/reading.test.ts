// What other servers write is read as their users meant it; nothing they could write throws anything but a refusal.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countOf, isForEveryone, isObject, listOf, readPost, typeOf, urisOf } from "../../federation/reading.ts";
import { readActivity } from "../../federation/reading-activities.ts";
import { readActor } from "../../federation/reading-actors.ts";
import { Refused } from "../../src/platform/refusal.ts";
import { plainText } from "../../src/platform/rich-text.ts";
import { aMutation, mutate } from "./mutations.ts";
import { areAbsent, type Json, payload, payloads } from "./payloads.ts";

const readers = [readActivity, readPost, readActor] as const;

/** What each reader makes of a value: what it read, or the code it refuses with. Anything else it throws fails the test. */
function readAll(value: unknown): unknown[] {
  return readers.map((read) => {
    try {
      return read(value);
    } catch (error) {
      if (error instanceof Refused) return error.code;
      throw error;
    }
  });
}

const object = (name: string): Json => payload(name).object as Json;
const post = (name: string) => readPost(payload(name));
const embedded = (name: string) => readPost({ attributedTo: payload(name).actor, ...object(name) });

describe.skipIf(areAbsent)("every recorded payload", () => {
  test.each([...payloads])("%s is read or refused", (_name, json) => {
    const read = [json, ...listOf(json.object), ...listOf(json.actor)].flatMap(readAll);
    for (const each of read) expect(JSON.stringify(each)).not.toMatch(/<script|javascript:|onerror=/i);
  });

  test("mutated in any way, is read or refused", () => {
    const names = [...payloads.keys()];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.array(aMutation, { minLength: 1, maxLength: 6 }), (name, mutations) => {
        const json = payload(name);
        for (const mutation of mutations) mutate(json, mutation);
        for (const each of [json, ...listOf(json.object)]) readAll(each);
      }),
      { numRuns: 4_000 },
    );
  });
});

describe.skipIf(areAbsent)("of posts", () => {
  test("who may read them", () => {
    // Public in `cc`: unlisted, yet for everyone.
    expect(embedded("mastodon/create_note.json").isPublic).toBe(true);
    expect(embedded("lotide/create_note_reply.json").isPublic).toBe(true);
    expect(post("mastodon/private_message.json").isPublic).toBe(false);
    expect(embedded("mobilizon/create_group_event.json").isPublic).toBe(false);
    expect(readActivity(payload("gotosocial/announce.json")).isPublic).toBe(false);
    expect(isForEveryone(payload("lemmy/page.json"))).toBe(true);
  });

  test("their language, wherever it is said", () => {
    expect(embedded("mastodon/create_note_contentmap.json")).toMatchObject({
      language: "en",
      html: expect.stringContaining("lain"),
    });
    expect(post("lemmy/page.json").language).toBe("fr");
    expect(post("peertube/video.json").language).toBe("en");
    expect(post("mobilizon/event.json").language).toBe("en");
    expect(embedded("mitra/create_note_with_proof.json").language).toBe("da");
    expect(embedded("smithereen/create_note.json").language).toBeNull();
  });

  test("their text, as HTML only where it is HTML", () => {
    const comment = payload("peertube/note.json");
    expect(plainText(readPost(comment).html)).toBe("@af2@bae.st idk");
    expect(readPost({ ...comment, content: "**no** <i>HTML</i>" }).html).toContain("<strong>no</strong> &lt;i&gt;HTML");
    expect(readPost({ ...comment, mediaType: "text/plain", content: "1 < 2\n& so on" }).html).toBe(
      "<p>1 &lt; 2<br />&amp; so on</p>",
    );
    const article = embedded("wordpress/create_article.json");
    expect(article).toMatchObject({ type: "Article", name: "The end is near: Mastodon plans to drop OStatus support" });
    expect(article.html).not.toContain("wp:paragraph");
    expect(article.summary).toContain("dropping the protocol");
    const note = post("gotosocial/note_normalize_1.json");
    expect(note.html).not.toContain("data-");
    expect(post("lemmy/page.json")).toMatchObject({ name: "Post title", html: expect.stringContaining("tenforward") });
  });

  test("where a person opens them", () => {
    expect(post("peertube/video.json").url).toBe(
      "https://tilvids.com/videos/watch/e7946124-7b72-4ad7-9d22-844a84bb2de1",
    );
    expect(post("peertube/video.json").authorUri).toBe("https://tilvids.com/accounts/thelinuxexperiment");
    expect(embedded("wordpress/create_article.json").url).toContain("/2019/07/");
  });

  test("what they answer, belong to and quote", () => {
    expect(embedded("mastodon/create_note.json").inReplyTo).toBe(
      "https://mamot.fr/users/retiolus/statuses/107224244380204526",
    );
    expect(post("nodebb/topic.json")).toMatchObject({
      contextUri: "https://bb.devnull.land/topic/1",
      inReplyTo: null,
      updatedAt: null,
    });
    expect(post("misskey/quote.json").quoteUri).toBe("https://misskey.io/notes/8vs6wxufd0");
    expect(post("fep/044f_1.json").quoteUri).toBe("https://example.com/users/alice/statuses/1");
    expect(readPost(object("fep/e232.json")).quoteUri).toBe("https://example.org/objects/9");
    expect(post("lemmy/page.json").quoteUri).toBeNull();
  });

  test("polls, as they stand", () => {
    const question = embedded("mastodon/question.json");
    const options = ["Dunno", "Everyone knows that!", "25 char limit is dumb", "I can't even fit a funny"];
    expect(question.poll?.options.map(({ name }) => name)).toEqual(options);
    expect(question.poll?.closesAt?.toISOString()).toBe("2019-05-11T09:03:36.000Z");
    for (const name of options.slice(0, 3)) expect(question.html).toContain(name);
    const open = post("fep/9967_1.json");
    expect(open.poll).toMatchObject({ options: [{ votes: 596 }, { votes: 379 }], votersCount: 0 });
    expect(open.poll?.closesAt?.toISOString()).toBe("2024-07-17T18:18:17.000Z");
  });

  test("events, with place, zone, capacity and standing", () => {
    expect(post("mobilizon/event.json")).toMatchObject({
      type: "Event",
      event: {
        place: "The Kenn Centre",
        timeZone: "Europe/London",
        status: "CONFIRMED",
        joinMode: "free",
        capacityMax: null,
      },
      point: { latitude: 50.66881615 },
    });
    expect(post("mobilizon/event.json").event?.startsAt?.toISOString()).toBe("2022-12-11T19:00:00.000Z");
    const demo = embedded("gancio/create_event.json");
    expect(demo).toMatchObject({ name: "Demo event", event: { place: "Colosseo" }, hashtags: ["test"], point: null });
    const bare = readPost({ attributedTo: "https://example.org/a", ...payload("fep/8a8e_1.json") });
    expect(bare.event?.endsAt?.toISOString()).toBe("2015-01-01T06:00:00.000Z");
  });

  test("a proof is noticed, not believed", () => {
    const create = payload("mitra/create_note_with_proof.json");
    expect(readPost({ ...(create.object as Json), proof: create.proof }).hasProof).toBe(true);
    expect(post("fep/1b12_1.json")).toMatchObject({ hasProof: false, name: "Hello forum!", isPublic: false });
  });

  test("kinds nobody here can show are refused", () => {
    for (const name of [
      "gotosocial/album_resolve.json",
      "gotosocial/album_astointernal.json",
      "lemmy/tombstone.json",
    ]) {
      expect(() => post(name)).toThrow(Refused);
    }
    expect(typeOf(payload("lemmy/tombstone.json"))).toBe("Tombstone");
    expect(embedded("funkwhale/create_audio.json").type).toBe("Audio");
  });
});

describe.skipIf(areAbsent)("of activities", () => {
  test("their one actor and what they are about, in all the ways these are written", () => {
    const create = readActivity(payload("kroeg/create_note_single_values.json"));
    expect(create).toMatchObject({ type: "Create", actorUri: "https://puckipedia.com/" });
    expect(embedded("kroeg/create_note_single_values.json").authorUri).toBe("https://puckipedia.com/");
    expect(readActivity(payload("mastodon/delete_user.json")).objectUri).toBe(
      "http://mastodon.example.org/users/admin",
    );
    expect(readActivity(payload("mastodon/like_page.json")).objectUri).toBe("https://ds9.lemmy.ml/post/147");
    expect(readActivity(payload("lemmy/remove_note.json")).text).not.toBe("");
    for (const [name, type] of [
      ["lemmy/lock_page.json", "Lock"],
      ["lemmy/dislike_page.json", "Dislike"],
      ["mobilizon/event_join.json", "Join"],
      ["fep/044f_5.json", "QuoteRequest"],
      ["gotosocial/reply_request.json", "ReplyRequest"],
    ] as const) {
      expect(readActivity(payload(name)).type).toBe(type);
    }
  });

  test("all that a report names, and its reason as plain text", () => {
    const flag = readActivity(payload("mastodon/flag.json"));
    expect(flag.objectUris).toHaveLength(3);
    expect(flag.text).toBe("Please take a look at this user and their posts");
    expect(readActivity(payload("gotosocial/flag.json")).text).toContain("ban this sick filth");
  });

  test("one without an id is none", () => {
    expect(() => readActivity(payload("fep/e232.json"))).toThrow(Refused);
  });
});

describe.skipIf(areAbsent)("of actors", () => {
  const actors = [
    "mastodon/person",
    "lemmy/group",
    "discourse/group",
    "guppe/actor",
    "hollo/person_multikey",
    "gotosocial/person",
  ];

  test.each(actors)("%s is read whole", (name) => {
    const actor = readActor(payload(`${name}.json`));
    expect(actor.handle).not.toBe("");
    expect(new URL(actor.inboxUri).host).toBe(new URL(actor.uri).host);
    expect(actor.outboxUri).not.toBeNull();
  });

  test("what some leave out is left out", () => {
    expect(readActor(payload("guppe/actor.json"))).toMatchObject({
      sharedInboxUri: null,
      type: "Group",
      handle: "Bernie2020",
    });
    expect(readActor(payload("discourse/group.json")).url).toContain("/c/meeting/threadiverse-wg/88");
    expect(readActor(payload("hollo/person_multikey.json")).name).toBe("洪 民憙 (Hong Minhee)");
  });

  test("an inbox or a key of another host is a forgery", () => {
    const person = payload("mastodon/person.json");
    expect(() => readActor({ ...person, inbox: "https://evil.example/inbox" })).toThrow("forged");
    expect(() =>
      readActor({ ...person, publicKey: { ...(person.publicKey as Json), owner: "https://evil.example/u" } }),
    ).toThrow("forged");
  });
});

describe.skipIf(areAbsent)("of collections", () => {
  test("the members that are known are found among the others", () => {
    const members = payload("mobilizon/members.json");
    const { first } = members;
    const items = listOf(isObject(first) ? first.orderedItems : members.orderedItems);
    expect(urisOf(items).length).toBeGreaterThan(0);
    expect(countOf(members)).toBeGreaterThan(0);
    const history = payload("fep/171b_2.json");
    expect(urisOf(history.orderedItems)).toEqual(["https://alice.example/activities/add/1"]);
    expect(urisOf(history.attributedTo)).toEqual(["https://alice.example/actors/1"]);
  });

  test("a stamp for a quote names both sides", () => {
    const stamp = payload("fep/044f_4.json");
    expect([stamp.interactingObject, stamp.interactionTarget].flatMap(urisOf)).toHaveLength(2);
  });
});
