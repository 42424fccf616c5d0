// Recorded replies and everything else that has a text: what becomes a comment here, and what leaves no trace.
import { describe, expect, test } from "vitest";
import { findActor } from "../../src/actors/queries.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { openStranger } from "../support/stranger.ts";
import { areAbsent, type Json, payload, readdressed } from "./payloads.ts";
import {
  allText,
  bilbao,
  counts,
  idOf,
  kept,
  net,
  nextHost,
  objectOf,
  openReceiver,
  post,
  prepare,
  process,
  proposal,
  send,
} from "./sending.ts";

openReceiver();

describe.skipIf(areAbsent)("replies to a thing of ours are comments", () => {
  test.each([
    ["mastodon/create_note.json", "https://mamot.fr/users/retiolus/statuses/107224244380204526", "thinkpad", "en"],
    ["lotide/create_note_reply.json", "https://c.tide.tk/posts/51", "test comment", null],
    ["smithereen/create_note.json", "https://ds9.lemmy.ml/post/1723", "So does this federate now?", null],
  ])("%s", async (name, parent, words, language) => {
    const sent = await send(name, { [parent]: proposal.uri });
    expect(sent.status).toBe(202);
    const comment = await kept(idOf(sent));
    expect(comment).toMatchObject({ authorUri: sent.from.uri, threadUri: proposal.uri, language, stance: null });
    expect(comment?.body).toContain(words);
    expect((await post(sent)).status).toBe(202);
    const [row] = await bilbao.sql`select count(*)::int as n from subject where uri = ${idOf(sent)}`;
    expect(row?.n).toBe(1);
  });

  test.each([
    "kroeg/create_note_single_values.json",
    "friendica/create_page.json",
    "mitra/create_note_with_proof.json",
    "mastodon/create_note_contentmap.json",
  ])("%s, where it answers us", async (name) => {
    const ready = prepare(name);
    const note = objectOf(ready);
    const addressed = { ...note, inReplyTo: proposal.uri, to: "https://www.w3.org/ns/activitystreams#Public" };
    const sent = await post({ ...ready, activity: { ...ready.activity, object: addressed } });
    expect(sent.status).toBe(202);
    const comment = await kept(idOf(sent));
    expect(comment).toMatchObject({ authorUri: sent.from.uri, threadUri: proposal.uri });
    // An actor embedded in an activity is not believed; its own document is.
    expect((await findActor(bilbao.sql, sent.from.uri))?.name).toBe(`Ana of ${sent.from.host}`);
    const language = { kroeg: null, friendica: "fr", mitra: "da", mastodon: "en" }[name.split("/")[0]!];
    expect(comment?.language).toBe(language);
  });

  test("PeerTube's plain Markdown is not taken for HTML", async () => {
    const from = openStranger(net, { host: nextHost(), handle: "yoge" });
    const origins = {
      "https://video.antopie.org": `https://${from.host}`,
      "https://video.antopie.org/accounts/yoge6785555": from.uri,
    };
    const note = readdressed(payload("peertube/note.json"), {
      ...origins,
      "https://bae.st/objects/87c1cbf5-542a-491d-af57-0414c8648381": proposal.uri,
    });
    const sent = await post({ from, activity: from.activity("Create", { ...note, content: "1 <b> is *not* bold" }) });
    expect((await kept(idOf(sent)))?.body).toContain("1 &lt;b&gt; is <em>not</em> bold");
  });

  test("a poll in reply shows its options and decides nothing", async () => {
    const ready = prepare("mastodon/question.json");
    const sent = await post({
      ...ready,
      activity: { ...ready.activity, object: { ...objectOf(ready), inReplyTo: proposal.uri } },
    });
    expect((await kept(idOf(sent)))?.body).toContain("<li>Dunno");
  });
});

describe.skipIf(areAbsent)("what is not for everyone, or not about us, leaves no trace", () => {
  test.each([
    ["mastodon/create_note.json", {}],
    ["friendica/create_page.json", {}],
    ["mastodon/question.json", {}],
    ["gancio/create_event.json", {}],
    ["mobilizon/create_group_event.json", {}],
    ["wordpress/create_article.json", {}],
    ["funkwhale/create_audio.json", {}],
    ["lemmy/lock_page.json", { "http://lemmy-alpha:8541/post/2": "ours" }],
    ["lemmy/dislike_page.json", { "http://ds9.lemmy.ml/post/1": "ours" }],
    ["fep/044f_5.json", { "https://example.com/users/alice/statuses/1": "ours" }],
    ["gotosocial/announce.json", { "https://another.instance/users/someone_else/statuses/107026674805188668": "ours" }],
    ["mastodon/accept.json", {}],
  ] as const)("%s is acknowledged", async (name, ours) => {
    const before = [await counts(), await allCounts()];
    const sent = await send(name, Object.fromEntries(Object.keys(ours).map((uri) => [uri, proposal.uri])));
    expect(sent.status).toBe(202);
    expect([await counts(), await allCounts()]).toEqual(before);
  });

  const allCounts = async () =>
    await bilbao.sql`select (select count(*)::int from subject) as subjects, (select count(*)::int from reaction) as reactions,
      (select count(*)::int from follow) as follows, (select count(*)::int from report) as reports`;

  test("a private message never becomes a comment", async () => {
    const from = openStranger(net, { host: nextHost() });
    const note = readdressed(payload("mastodon/private_message.json"), {
      "https://mastodon.world": `https://${from.host}`,
      "https://mastodon.world/users/nutomic": from.uri,
      "https://mastodon.world/users/nutomic/statuses/110854464248188528": proposal.uri,
      "https://ds9.lemmy.ml/u/nutomic": process.actorUri!,
    });
    const sent = await post({ from, activity: from.activity("Create", note, { to: note.to }) });
    expect([sent.status, await kept(idOf(sent))]).toEqual([202, null]);
    expect(await allText()).not.toContain("444");
  });

  test.each(["gotosocial/album_resolve.json", "gotosocial/album_astointernal.json"])(
    "%s, an unknown type, is ignored",
    async (name) => {
      const from = openStranger(net, { host: nextHost() });
      const album = {
        ...payload(name),
        id: `https://${from.host}/album`,
        attributedTo: from.uri,
        inReplyTo: proposal.uri,
      };
      const sent = await post({ from, activity: from.activity("Create", album) });
      expect([sent.status, await findSubject(bilbao.sql, idOf(sent))]).toEqual([202, null]);
      from.serve(String(album.id), album);
      await expect(bilbao.instance.house.findRemote(String(album.id))).rejects.toThrow(
        /unsupported-object|not-an-actor/,
      );
    },
  );

  test("a request for leave to reply is acknowledged", async () => {
    const from = openStranger(net, { host: nextHost() });
    const asked = from.activity("ReplyRequest", proposal.uri, {
      instrument: { ...(payload("gotosocial/reply_request.json").instrument as Json), attributedTo: from.uri },
    });
    expect((await post({ from, activity: asked })).status).toBe(202);
    expect(await allText()).not.toContain("this is a reply!");
  });
});
