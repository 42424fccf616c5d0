// Recorded likes, deletions, farewells, answers and reports, and their effect here.
import { describe, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { aRemoteComment } from "../support/build.ts";
import { openStranger } from "../support/stranger.ts";
import { areAbsent, type Json } from "./payloads.ts";
import {
  bilbao,
  counts,
  kept,
  net,
  nextHost,
  openReceiver,
  post,
  prepare,
  process,
  proposal,
  reports,
  send,
} from "./sending.ts";

openReceiver();

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
    const target = openStranger(net, { host: nextHost() });
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
