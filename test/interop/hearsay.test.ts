// What one server says of another's things and names: read at its source, or refused.
import { describe, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { openStranger, type Stranger } from "../support/stranger.ts";
import { areAbsent, type Json, payload, readdressed } from "./payloads.ts";
import {
  allText,
  bilbao,
  idOf,
  kept,
  net,
  nextHost,
  objectOf,
  openReceiver,
  post,
  prepare,
  proposal,
} from "./sending.ts";

openReceiver();

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
    const from = openStranger(net, { host: nextHost() });
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
