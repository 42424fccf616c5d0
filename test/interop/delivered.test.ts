// Recorded payloads, sent to a node by the hosts that wrote them: signed, through the door, with their effect.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { findComment } from "../../src/comments/queries.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aProcess, aProposal, aRemoteComment } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { openStranger, type Stranger } from "../support/stranger.ts";
import { areAbsent, type Json, payload, readdressed } from "./payloads.ts";

let net: Network<"bilbao">;
let bilbao: Node;
let process: Process;
let proposal: Proposal;
let made = 0;

beforeAll(async () => {
  if (areAbsent) return;
  net = await openNetwork("bilbao");
  bilbao = net.nodes.bilbao;
  const now = net.clock.now();
  process = await aProcess(bilbao, { now });
  proposal = await aProposal(bilbao, { process, now });
  await net.settle();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

interface Sent {
  readonly from: Stranger;
  readonly activity: Json;
  readonly status: number;
}

/** The payload as its own server would send it to us today: its host renamed, what it speaks of made ours. */
function prepare(name: string, ours: Readonly<Record<string, string>> = {}, type = "Person") {
  const from = openStranger(net, { host: `sender${++made}.test`, handle: "them", type });
  const json = payload(name);
  const actor = typeof json.actor === "object" ? String((json.actor as Json).id) : String(json.actor);
  const origins = { [new URL(actor).origin]: `https://${from.host}`, [actor]: from.uri };
  return { from, activity: readdressed(json, { ...origins, ...ours }) };
}

async function post({ from, activity }: { from: Stranger; activity: Json }): Promise<Sent> {
  net.clock.advance(1_000);
  const { status } = await from.post("https://bilbao.test/inbox", activity);
  await net.settle();
  return { from, activity, status };
}

const send = async (name: string, ours?: Readonly<Record<string, string>>, type?: string) =>
  await post(prepare(name, ours, type));
const objectOf = ({ activity }: { activity: Json }) => activity.object as Json;
const idOf = (sent: { activity: Json }) => String(objectOf(sent).id);
const kept = async (uri: string) => await findComment(bilbao.sql, uri);
const counts = async () => {
  const { likeCount, shareCount, supportCount, commentCount } = (await findSubject(bilbao.sql, proposal.uri)) as never;
  return { likeCount, shareCount, supportCount, commentCount } as Record<string, number>;
};
const reports = async () =>
  (await bilbao.sql`select id, reason, actor_id, state from report order by id`) as unknown as Json[];
/** Everything a person could read here of what came in. */
const allText = async () =>
  JSON.stringify([
    await bilbao.sql`select body from comment`,
    await bilbao.sql`select title from subject`,
    await bilbao.sql`select name, summary from actor`,
  ]);

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
    const from = openStranger(net, { host: `sender${++made}.test`, handle: "yoge" });
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
    const from = openStranger(net, { host: `sender${++made}.test` });
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
      const from = openStranger(net, { host: `sender${++made}.test` });
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
    const from = openStranger(net, { host: `sender${++made}.test` });
    const asked = from.activity("ReplyRequest", proposal.uri, {
      instrument: { ...(payload("gotosocial/reply_request.json").instrument as Json), attributedTo: from.uri },
    });
    expect((await post({ from, activity: asked })).status).toBe(202);
    expect(await allText()).not.toContain("this is a reply!");
  });
});

describe.skipIf(areAbsent)("likes and boosts", () => {
  test("Mastodon's like counts once and never as a support", async () => {
    const before = await counts();
    const sent = await send("mastodon/like_page.json", { "https://ds9.lemmy.ml/post/147": proposal.uri });
    await post(sent);
    expect(await counts()).toEqual({ ...before, likeCount: before.likeCount! + 1 });
  });

  test("Misskey's like with an id of another host is refused", async () => {
    const before = await counts();
    const sent = await send("misskey/like.json", {
      "https://testing.pleroma.lol/objects/c331bbf7-2eb9-4801-a709-2a6103492a5a": proposal.uri,
    });
    expect([sent.status, await counts()]).toEqual([401, before]);
  });

  test("Mobilizon's join with an id of another host is refused, with its own acknowledged", async () => {
    const ready = prepare("mobilizon/event_join.json");
    const elsewhere = { ...ready.activity, id: "https://elsewhere.test/join/1", object: proposal.uri };
    expect((await post({ ...ready, activity: elsewhere })).status).toBe(401);
    const own = { ...ready.activity, id: `https://${ready.from.host}/join/1`, object: proposal.uri };
    expect((await post({ ...ready, activity: own })).status).toBe(202);
  });
});

describe.skipIf(areAbsent)("deletions and farewells", () => {
  test("Mastodon's Delete removes the note, and one that comes first is remembered", async () => {
    const { from, activity } = prepare("mastodon/delete.json");
    const uri = String((activity.object as Json).id);
    const note = {
      id: uri,
      type: "Note",
      attributedTo: from.uri,
      to: ["as:Public"],
      content: "<p>soon gone</p>",
      inReplyTo: proposal.uri,
    };
    expect((await post({ from, activity })).status).toBe(202);
    await post({ from, activity: from.activity("Create", note) });
    expect(await kept(uri)).toBeNull();
  });

  test("a moderator's Delete of another's note counts only from the group that owns the thread", async () => {
    const ready = prepare("lemmy/remove_note.json", {}, "Person");
    const target = openStranger(net, { host: `sender${++made}.test` });
    const note = target.note("<p>still here</p>", { inReplyTo: proposal.uri });
    await post({ from: target, activity: target.activity("Create", note) });
    const sent = await post({ ...ready, activity: { ...ready.activity, object: note.id } });
    expect(sent.status).toBe(202);
    expect((await kept(String(note.id)))?.body).toContain("still here");
  });

  test("an account that deletes itself takes its words along", async () => {
    const ready = prepare("mastodon/delete_user.json");
    const note = ready.from.note("<p>remember me</p>", { inReplyTo: proposal.uri });
    await post({ from: ready.from, activity: ready.from.activity("Create", note) });
    expect((await kept(String(note.id)))?.body).toContain("remember me");
    expect((await post(ready)).status).toBe(202);
    expect((await kept(String(note.id)))?.body).toBe("");
  });

  test("an Undo by an embedded Follow whose id is unknown ends the follow", async () => {
    const ready = prepare("mastodon/undo_follow.json", { "https://ds9.lemmy.ml/c/testcom": process.actorUri! });
    await post({ from: ready.from, activity: ready.from.activity("Follow", process.actorUri) });
    const followers = async () => (await findActor(bilbao.sql, process.actorUri!))?.followersCount;
    const before = await followers();
    expect((await post(ready)).status).toBe(202);
    expect(await followers()).toBe(before! - 1);
  });
});

describe.skipIf(areAbsent)("an Accept", () => {
  test("counts for a Follow that we sent to that actor", async () => {
    const ready = prepare("mastodon/accept.json");
    await bilbao.instance.house.findRemote(ready.from.uri);
    const [us, them] = [
      await findActor(bilbao.sql, bilbao.organisation.uri),
      await findActor(bilbao.sql, ready.from.uri),
    ];
    await follow(bilbao.sql, bilbao.uris, us!, them!, net.clock.now());
    const state = async () => (await bilbao.sql`select state from follow where followed_id = ${them!.id}`)[0]?.state;
    await post(ready);
    expect(await state()).toBe("requested");
    const object = { type: "Follow", id: "https://bilbao.test/unknown", actor: us!.uri, object: ready.from.uri };
    await post({ ...ready, activity: { ...ready.activity, id: `${ready.from.uri}#accepts/2`, object } });
    expect(await state()).toBe("accepted");
  });
});

describe.skipIf(areAbsent)("reports", () => {
  test("Mastodon's Flag makes one report of what is known among all it names", async () => {
    const before = await reports();
    const comment = await aRemoteComment(bilbao, { on: proposal, now: net.clock.now() });
    const ours = {
      "https://example.com/users/1": process.actorUri!,
      "https://example.com/posts/380590": proposal.uri,
      "https://example.com/posts/380591": comment.uri,
    };
    const sent = await send("mastodon/flag.json", ours, "Application");
    expect(sent.status).toBe(202);
    const [report, ...more] = (await reports()).slice(before.length);
    expect(more).toEqual([]);
    expect(report).toMatchObject({ reason: "Please take a look at this user and their posts", state: "open" });
    const [row] =
      await bilbao.sql`select count(*)::int as n from report_subject where report_id = ${String(report!.id)}`;
    expect(row?.n).toBe(3);
    const page = await bilbao.instance.fetch(new Request(proposal.url));
    expect(await page.text()).not.toContain("Please take a look");
  });

  test("GoToSocial's Flag of a single id; and one of nothing we know makes none", async () => {
    const before = (await reports()).length;
    const single = prepare("gotosocial/flag.json");
    const id = `https://${single.from.host}/flag/1`;
    await post({ ...single, activity: { ...single.activity, id, actor: single.from.uri, object: proposal.uri } });
    expect((await reports()).length).toBe(before + 1);
    await send("mastodon/flag.json", {}, "Application");
    expect((await reports()).length).toBe(before + 1);
  });
});

describe.skipIf(areAbsent)("what one server says of another's", () => {
  test("an Announce with a forged note inside never shows it, whoever sends it", async () => {
    const ready = prepare("hostile/announce_embedding_forged_note.json");
    expect((await post(ready)).status).toBe(202);
    await bilbao.instance.house.findRemote(ready.from.uri);
    const [us, them] = [
      await findActor(bilbao.sql, bilbao.organisation.uri),
      await findActor(bilbao.sql, ready.from.uri),
    ];
    await follow(bilbao.sql, bilbao.uris, us!, them!, net.clock.now());
    await post({
      from: ready.from,
      activity: ready.from.activity("Accept", { type: "Follow", id: "x:1", actor: us!.uri, object: them!.uri }),
    });
    const again = {
      ...ready.activity,
      id: `https://${ready.from.host}/again`,
      object: { ...objectOf(ready), inReplyTo: proposal.uri },
    };
    expect((await post({ ...ready, activity: again })).status).toBe(202);
    expect(await allText()).not.toContain("this is a public toot");
    expect(await findSubject(bilbao.sql, idOf(ready))).toBeNull();
  });

  test("a group's wrapped Create is a hint: what it tells of is read at its own address", async () => {
    const ready = prepare("lemmy/announce_create_page.json", {}, "Group");
    expect((await post(ready)).status).toBe(202);
    await bilbao.instance.house.findRemote(ready.from.uri);
    const [us, them] = [
      await findActor(bilbao.sql, bilbao.organisation.uri),
      await findActor(bilbao.sql, ready.from.uri),
    ];
    await follow(bilbao.sql, bilbao.uris, us!, them!, net.clock.now());
    await post({
      from: ready.from,
      activity: ready.from.activity("Accept", { type: "Follow", actor: us!.uri, object: them!.uri }),
    });
    const create = objectOf(ready);
    const page = create.object as Json;
    const author = openStranger({ ...net, strangers: new Map() }, { host: ready.from.host, handle: "lemmy_beta" });
    ready.from.serve(author.uri, { ...(await actorDocument(author, ready.from)) });
    const real = {
      "@context": ready.activity["@context"],
      ...page,
      attributedTo: author.uri,
      inReplyTo: proposal.uri,
      content: "<p>as its server has it</p>",
    };
    ready.from.serve(String(page.id), real);
    const wrapped = {
      ...create,
      object: { ...page, inReplyTo: proposal.uri, content: "<p>as the wrapper has it</p>" },
    };
    await post({
      ...ready,
      activity: { ...ready.activity, id: `https://${ready.from.host}/announce/2`, object: wrapped },
    });
    expect((await kept(String(page.id)))?.body).toContain("as its server has it");
    expect(await allText()).not.toContain("as the wrapper has it");
  });

  /** A second actor on the host of another. */
  async function actorDocument(second: Stranger, host: Stranger): Promise<Json> {
    const response = await net.deliver(new Request(host.uri, { headers: { accept: "application/activity+json" } }));
    const { publicKey: _key, ...described } = (await response.json()) as Json;
    return {
      ...described,
      id: second.uri,
      preferredUsername: "lemmy_beta",
      inbox: `${second.uri}/inbox`,
      outbox: `${second.uri}/outbox`,
    };
  }

  test("a proof whose key cannot be had is no signature", async () => {
    const { from, activity } = prepare("mitra/create_note_with_proof.json");
    const addressed = { ...activity, object: { ...objectOf({ activity }), inReplyTo: proposal.uri } };
    const request = new Request("https://bilbao.test/inbox", {
      method: "POST",
      headers: { "content-type": "application/activity+json" },
      body: JSON.stringify(addressed),
    });
    expect((await net.deliver(request)).status).toBe(401);
    await net.settle();
    expect(await kept(idOf({ activity }))).toBeNull();
    expect(from.inbox).toEqual([]);
  });

  test("a WebFinger answer that claims another domain's name is refused", async () => {
    const spoof = payload("hostile/webfinger_spoof.json");
    const alex = openStranger(net, { host: "gleasonator.test", handle: "alex" });
    const jrd = readdressed(spoof, { "https://gleasonator.com/users/alex": alex.uri });
    const serve = net.strangers.get("gleasonator.test")!;
    net.strangers.set("gleasonator.test", (request) =>
      new URL(request.url).pathname === "/.well-known/webfinger" ? Response.json(jrd) : serve(request),
    );
    await expect(bilbao.instance.house.findRemote("@alex@gleasonator.test")).rejects.toThrow();
    net.strangers.set("whitehouse.gov", () =>
      Response.json({
        subject: jrd.subject,
        links: [{ rel: "self", type: "application/activity+json", href: "https://whitehouse.gov/u/other" }],
      }),
    );
    await expect(bilbao.instance.house.findRemote("@alex@gleasonator.test")).rejects.toThrow("forged");
    // Where the other domain says the same, one city has its handles on its name and its server on another.
    net.strangers.set("whitehouse.gov", () => Response.json(jrd));
    expect(await bilbao.instance.house.findRemote("@alex@gleasonator.test")).toMatchObject({
      uri: alex.uri,
      isActor: true,
    });
    net.strangers.set("mitra.test", () => Response.json({ ...jrd, subject: "acct:alex@mitra.test" }));
    net.strangers.set("gleasonator.test", serve);
    net.strangers.set("gleasonator.test", (request) =>
      new URL(request.url).pathname === "/.well-known/webfinger" ? new Response(null, { status: 404 }) : serve(request),
    );
    await expect(bilbao.instance.house.findRemote("@alex@mitra.test")).rejects.toThrow();
  });

  test("an event is found by its address, with time and place", async () => {
    const from = openStranger(net, { host: `sender${++made}.test` });
    const event = readdressed(payload("mobilizon/event.json"), {
      "https://rendezvous.nomagic.uk": `https://${from.host}`,
      "https://rendezvous.nomagic.uk/@emorrp1": from.uri,
    });
    from.serve(String(event.id), { ...event, attributedTo: from.uri });
    expect(await bilbao.instance.house.findRemote(String(event.id))).toMatchObject({
      type: "Event",
      summary: "2022-12-11 19:00 UTC · The Kenn Centre",
    });
  });
});
