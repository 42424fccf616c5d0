// What Misskey 2025.10 was seen to send: reactions with a picture, changed ones, reports that name the account alone. The
// payloads are made here in its shape.
import { afterAll, beforeAll, expect, test } from "vitest";
import { hideSubject } from "../../src/moderation/actions.ts";
import { openTranslator } from "../../src/platform/i18n.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aModerator, aProcess, aProposal } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";

let net: Network<"bilbao">;
let bilbao: Node;
let process: Process;
let proposal: Proposal;
let marta: Stranger;

beforeAll(async () => {
  net = await openNetwork("bilbao");
  bilbao = net.nodes.bilbao;
  const now = net.clock.now();
  process = await aProcess(bilbao, { now, languages: ["es", "en"], title: "Plazas", summary: { es: "¿Dónde?" } });
  proposal = await aProposal(bilbao, { process, now });
  await net.settle();
  marta = openStranger(net, { host: "misskey.test", handle: "9marta" });
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const send = async (activity: Json) => {
  net.clock.advance(1_000);
  const { status } = await marta.post(bilbao.uris.sharedInbox, activity);
  expect(status).toBe(202);
  await net.settle();
};
const reaction = (id: string, picture: string, type = "Like") => ({
  ...marta.activity(type, proposal.uri, { content: picture, _misskey_reaction: picture }),
  id: `https://misskey.test/likes/${id}`,
});
const taken = (undone: Json) => marta.activity("Undo", undone);
const likes = async () => (await findSubject(bilbao.sql, proposal.uri))?.likeCount;
const getLikes = async () => await bilbao.sql`select activity_uri from reaction where kind = 'like'`;
const reported = async () =>
  await bilbao.sql`select subject_uri, reason from report join report_subject on report_id = report.id order by report.id`;

test("a reaction with any picture is one like, also as EmojiReact, and several of one person are one", async () => {
  await send(reaction("a1", "🎉"));
  expect(await likes()).toBe(1);
  await send(reaction("a2", "❤", "EmojiReact"));
  expect(await likes()).toBe(1);
  expect(await getLikes()).toEqual([{ activityUri: "https://misskey.test/likes/a2" }]);
  await send(taken(reaction("a2", "❤", "EmojiReact")));
  expect(await likes()).toBe(0);
});

test("a changed reaction counts once, in whichever order its two halves arrive", async () => {
  const [first, second] = [reaction("b1", "👍"), reaction("b2", "🚲")];
  await send(first);
  await send(taken(first));
  await send(second);
  expect(await likes()).toBe(1);
  const third = reaction("b3", "🌳");
  await send(third);
  await send(taken(second));
  expect(await likes()).toBe(1);
  // Lemmy gives what it undoes a new id.
  await send(taken({ ...reaction("b4", "🌳"), id: "https://misskey.test/likes/never-sent" }));
  expect(await likes()).toBe(0);
});

test("a Flag that names the account alone is a report of the things its text names", async () => {
  const note = `Note: ${proposal.url}`;
  const flag = (content: string) => marta.activity("Flag", process.actorUri?.replace(/[^/]+$/, "nobody"), { content });
  await send(flag(`${note}\n-----\nIt sells something.`));
  expect(await reported()).toEqual([{ subjectUri: proposal.uri, reason: `${note}\n-----\nIt sells something.` }]);
  // Said in passing, or somewhere else's, is nothing that is reported.
  await send(flag(`It is like ${process.url} and Note: ${process.url}`));
  await send(flag("Note: https://elsewhere.test/notes/1\nNote: nothing"));
  expect(await reported()).toHaveLength(1);
});

test("a warning before a text stands before it on the page too", async () => {
  const note = marta.note("<p>It bit me</p>", {
    inReplyTo: proposal.uri,
    summary: "Dogs & <b>blood</b>",
    sensitive: true,
  });
  await send(marta.activity("Create", note));
  const page = await (await bilbao.instance.fetch(new Request(proposal.url))).text();
  expect(page).toMatch(/<p><strong>Dogs &amp; blood<\/strong><\/p>\s*<p>It bit me<\/p>/);
});

test("why something is hidden is told in the language of its process, where its server says none", async () => {
  const note = marta.note("<p>No me gusta</p>", { inReplyTo: proposal.uri });
  await send(marta.activity("Create", note));
  await hideSubject(bilbao.sql, await aModerator(bilbao), String(note.id), "Insulta", net.clock.now());
  await net.settle();
  const told = marta.inbox
    .map(({ object }) => object as Json)
    .find(({ inReplyTo, to }) => !inReplyTo && to === marta.uri);
  expect(told?.content).toContain("Insulta");
  expect(Object.keys(told?.contentMap as Json)).toEqual(["es"]);
  expect(told?.content).toContain(openTranslator("es", "UTC")("statements.note-appeal").slice(0, 20));
});
