// Statements of reasons between servers: who wrote from elsewhere is told by a message to them alone and appeals by
// answering it, on Mastodon as on another node. Who reported never leaves.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { publishComment } from "../../src/comments/actions.ts";
import { findComment } from "../../src/comments/queries.ts";
import { hideSubject, reinstateSubject, reportSubject } from "../../src/moderation/actions.ts";
import { decideAppeal } from "../../src/moderation/appeal-actions.ts";
import { makeAppeal } from "../../src/moderation/statement-actions.ts";
import { listOwnStatements, listWaitingAppeals } from "../../src/moderation/statement-queries.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { aGuest, aModerator, anOfficial, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";

let net: Network<"bilbao" | "porto">;
let process: Process;
let proposal: Proposal;
let ines: Account;
let moderator: Account;
let second: Account;
const everything: string[] = [];

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
  const { bilbao, porto } = net.nodes;
  const now = net.clock.now();
  net.weather = async (request, pass) => {
    everything.push(request.url, await request.clone().text());
    const response = await pass(request);
    everything.push(await response.clone().text());
    return response;
  };
  process = await aProcess(bilbao, { now });
  proposal = await aProposal(bilbao, { process, now });
  ines = await aResident(porto, { name: "Inês", email: "ines@porto.example", now });
  moderator = await aModerator(bilbao, { now });
  second = await anOfficial(bilbao, { now });
  await net.settle();
  await porto.instance.house.findRemote(process.actorUri!);
  const [us, them] = [
    await findActor(porto.sql, porto.organisation.uri),
    await findActor(porto.sql, process.actorUri!),
  ];
  await follow(porto.sql, porto.uris, us!, them!, now);
  await net.settle();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const later = async () => {
  net.clock.advance(60_000);
  await net.settle();
};
const waiting = async () =>
  (await listWaitingAppeals(net.nodes.bilbao.sql, second, { after: null, before: null, sizeRows: 50 })).rows;
const fromPorto = async (body: string) => {
  const { porto } = net.nodes;
  const input = { targetUri: proposal.uri, parentUri: null, stance: null, body, language: "en" };
  const said = await publishComment(porto.sql, porto.uris, ines, input, net.clock.now());
  await later();
  return said;
};
/** The messages to a stranger alone, with the newest last. */
const messagesTo = ({ inbox, uri }: Stranger) =>
  inbox
    .map(({ object }) => object as Json)
    .filter((object) => object.type === "Note" && [object.to].flat().join() === uri);

test("what a resident of Porto wrote is hidden in Bilbao with a reason, appealed at home, and shown again on both", async () => {
  const { bilbao, porto } = net.nodes;
  const said = await fromPorto("We tried it.");
  const olatz = await aGuest(bilbao, {
    name: "Planted Reporter",
    email: "planted@reporter.example",
    now: net.clock.now(),
  });
  const report = {
    subjectUri: said.uri,
    category: "personal-data",
    reason: "planted words of a report",
    isForwarded: true,
  } as const;
  await reportSubject(bilbao.sql, olatz, report, net.clock.now());
  await hideSubject(bilbao.sql, moderator, said.uri, "It names a neighbour", net.clock.now(), "personal-data");
  await later();
  expect((await findComment(porto.sql, said.uri))?.hiddenReason).toBe("It names a neighbour");

  const [statement] = await listOwnStatements(porto.sql, ines);
  expect(statement).toMatchObject({ origin: "https://bilbao.test", rule: "personal-data", appeal: null });
  expect(statement?.reason).toContain("It names a neighbour");
  expect(porto.mails.some(({ to, text }) => to === "ines@porto.example" && text.includes("It names a neighbour"))).toBe(
    true,
  );

  await makeAppeal(porto.sql, ines, statement!.id, "It is my own name", net.clock.now());
  await later();
  const [appeal] = await waiting();
  expect(appeal).toMatchObject({ words: "It is my own name", subjectUri: said.uri, isFromElsewhere: true });
  await decideAppeal(bilbao.sql, second, appeal!.id, { outcome: "reinstated", reason: "So it is" }, net.clock.now());
  await later();
  for (const { sql } of [bilbao, porto]) expect((await findComment(sql, said.uri))?.hiddenAt).toBeNull();
  const [ended] = await listOwnStatements(porto.sql, ines);
  expect(ended).toMatchObject({ endedAt: expect.any(Date), appeal: { outcome: "reinstated" } });
  expect(ended?.appeal?.reason).toContain("So it is");

  // The reason of a forwarded report goes to the author's node; who it is from does not, nor to anyone else.
  const flags = await porto.sql`select account_id, reason from report`;
  expect(flags).toEqual([{ accountId: null, reason: "planted words of a report" }]);
  expect(everything.join("\n")).not.toMatch(/Planted Reporter|planted@reporter|ines@porto/);
  expect(everything.join("\n")).not.toContain(olatz.id);
});

test("a decision that stands is told too, and what is shown again without an appeal", async () => {
  const { bilbao, porto } = net.nodes;
  const [kept, shown] = [await fromPorto("First."), await fromPorto("Second.")];
  for (const { uri } of [kept, shown])
    await hideSubject(bilbao.sql, moderator, uri, "Off topic", net.clock.now(), "not-fitting");
  await later();
  const about = async (uri: string) =>
    (await listOwnStatements(porto.sql, ines)).find((one) => one.subjectUri === uri)!;
  await makeAppeal(porto.sql, ines, (await about(kept.uri)).id, "It is on topic", net.clock.now());
  await later();
  const appeal = (await waiting()).find((one) => one.subjectUri === kept.uri)!;
  await decideAppeal(bilbao.sql, second, appeal.id, { outcome: "upheld", reason: "It is not" }, net.clock.now());
  await reinstateSubject(bilbao.sql, moderator, shown.uri, net.clock.now());
  await later();
  expect((await about(kept.uri)).appeal).toMatchObject({
    outcome: "upheld",
    reason: expect.stringContaining("It is not"),
  });
  expect((await findComment(porto.sql, kept.uri))?.hiddenAt).not.toBeNull();
  expect((await about(shown.uri)).endedAt).not.toBeNull();
});

test("a person on Mastodon is told by a message to them alone, and appeals by answering it, once", async () => {
  const { bilbao } = net.nodes;
  const ana = openStranger(net, { host: "told.test" });
  const inbox = bilbao.uris.sharedInbox;
  const note = ana.note("<p>Nonsense</p>", { inReplyTo: proposal.uri });
  expect((await ana.post(inbox, ana.activity("Create", note))).status).toBe(202);
  await later();
  const uri = String(note.id);
  await hideSubject(bilbao.sql, moderator, uri, "It insults people", net.clock.now(), "offensive");
  await later();
  const [message] = messagesTo(ana);
  expect(message).toMatchObject({ attributedTo: process.actorUri, to: ana.uri });
  expect(message?.cc).toBeUndefined();
  for (const words of ["It insults people", "No insults, threats or hate", "answer this message"])
    expect(message?.content).toContain(words);
  expect(message?.tag).toContainEqual({ type: "Mention", href: ana.uri, name: "@ana@told.test" });

  // A changed reason changes the message, and an answer to it arrives as before.
  await hideSubject(bilbao.sql, moderator, uri, "It insults everyone", net.clock.now(), "offensive");
  await later();
  expect(ana.inbox.at(-1)).toMatchObject({ type: "Update", object: { id: message!.id } });
  expect(messagesTo(ana).at(-1)?.content).toContain("It insults everyone");

  const answer = (text: string, id: string, from = ana) => {
    const reply = {
      id: `https://${from.host}/notes/${id}`,
      type: "Note",
      attributedTo: from.uri,
      to: [process.actorUri],
      inReplyTo: message!.id,
      content: `<p>@bilbao ${text}</p>`,
    };
    return from.post(inbox, from.activity("Create", reply, { to: [process.actorUri] }));
  };
  const mallory = openStranger(net, { host: "mallory.test" });
  await answer("Let me appeal for her", "m", mallory);
  expect((await waiting()).some((one) => one.subjectUri === uri)).toBe(false);
  await answer("I was joking", "1");
  await answer("And another thing", "2");
  await later();
  const mine = (await waiting()).filter((one) => one.subjectUri === uri);
  expect(mine.map(({ words }) => words)).toEqual(["I was joking"]);
  // An appeal is no comment, and nobody else reads it.
  expect(
    await bilbao.sql`select from subject where uri like 'https://told.test/notes/%' and uri <> ${uri}`,
  ).toHaveLength(0);
  await decideAppeal(
    bilbao.sql,
    second,
    mine[0]!.id,
    { outcome: "reinstated", reason: "We see the joke" },
    net.clock.now(),
  );
  await later();
  const last = messagesTo(ana).at(-1)!;
  expect(last).toMatchObject({ inReplyTo: `https://told.test/notes/1`, to: ana.uri });
  expect(last.content).toContain("We see the joke");
  expect((await findComment(bilbao.sql, uri))?.hiddenAt).toBeNull();
});

test("nobody but who answers for the thread tells a person why their words are hidden", async () => {
  const { porto } = net.nodes;
  const said = await fromPorto("Third.");
  const before = (await listOwnStatements(porto.sql, ines)).length;
  const mallory = openStranger(net, { host: "liar.test" });
  const tag = [{ type: "Link", rel: "https://w3id.org/koinon#statement", href: said.uri, name: "spam" }];
  const residents = porto.uris.actor("residents");
  const message = {
    id: "https://liar.test/notes/9",
    type: "Note",
    attributedTo: mallory.uri,
    to: [residents],
    content: "<p>Pay me</p>",
    tag,
  };
  await mallory.post(porto.uris.sharedInbox, mallory.activity("Create", message, { to: [residents] }));
  await later();
  expect(await listOwnStatements(porto.sql, ines)).toHaveLength(before);
});
