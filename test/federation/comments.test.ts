// A resident comments at home on another city's proposal: one comment, one address, on both nodes.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { deleteComment, editComment, publishComment } from "../../src/comments/actions.ts";
import { type Comment, provenanceOf } from "../../src/comments/comment.ts";
import { findComment } from "../../src/comments/queries.ts";
import { hideSubject, reinstateSubject, reportSubject } from "../../src/moderation/actions.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aModerator, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";

let net: Network<"bilbao" | "porto">;
let process: Process;
let proposal: Proposal;
let visitor: Account;
let said: Comment;

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
  const { bilbao, porto } = net.nodes;
  const now = net.clock.now();
  process = await aProcess(bilbao, { now });
  proposal = await aProposal(bilbao, { process, now });
  visitor = await aResident(porto, { name: "Inês", now });
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

describe("a resident of Porto on a proposal of Bilbao", () => {
  test("speaks at home and is read on both nodes, under one address, by name and with a side", async () => {
    const { bilbao, porto } = net.nodes;
    const input = {
      targetUri: proposal.uri,
      parentUri: null,
      stance: "for",
      body: "We **tried** it.",
      language: "en",
    } as const;
    said = await publishComment(porto.sql, porto.uris, visitor, input, net.clock.now());
    expect(said.uri).toMatch(/^https:\/\/porto\.test\/comments\//);
    await later();
    const there = await findComment(bilbao.sql, said.uri);
    expect(there).toMatchObject({ uri: said.uri, authorName: "Inês", stance: "for", origin: "https://porto.test" });
    expect(there?.body).toContain("<strong>tried</strong>");
    expect(provenanceOf(there!)).toEqual({ from: "city", host: "porto.test" });
    expect((await findSubject(bilbao.sql, proposal.uri))?.commentCount).toBe(1);
  });

  test("is answered from Bilbao, and reads it at home", async () => {
    const { bilbao, porto } = net.nodes;
    const by = await aResident(bilbao, { now: net.clock.now() });
    const input = {
      targetUri: proposal.uri,
      parentUri: said.uri,
      stance: null,
      body: "How did it go?",
      language: "en",
    };
    const answer = await publishComment(bilbao.sql, bilbao.uris, by, input, net.clock.now());
    await later();
    expect(await findComment(porto.sql, answer.uri)).toMatchObject({ parentUri: said.uri, threadUri: proposal.uri });
  });

  test("changes the comment", async () => {
    const { bilbao, porto } = net.nodes;
    await editComment(
      porto.sql,
      visitor,
      said.uri,
      { body: "We tried it twice.", version: said.version },
      net.clock.now(),
    );
    await later();
    expect((await findComment(bilbao.sql, said.uri))?.body).toContain("twice");
  });

  test("a moderator of Bilbao hides it there and shows it again", async () => {
    const { bilbao } = net.nodes;
    const moderator = await aModerator(bilbao, { now: net.clock.now() });
    await hideSubject(bilbao.sql, moderator, said.uri, "off topic", net.clock.now());
    await later();
    const read = await bilbao.instance.fetch(
      new Request(`${proposal.uri}/replies/page/newest`, { headers: { accept: "application/activity+json" } }),
    );
    expect(await read.text()).not.toContain(said.uri);
    await reinstateSubject(bilbao.sql, moderator, said.uri, net.clock.now());
    await later();
    expect((await findComment(bilbao.sql, said.uri))?.hiddenAt).toBeNull();
  });

  test("takes it back, and the words are gone on both nodes", async () => {
    const { bilbao, porto } = net.nodes;
    await deleteComment(porto.sql, visitor, said.uri, net.clock.now());
    await later();
    for (const { sql } of [bilbao, porto]) {
      const left = await findComment(sql, said.uri);
      expect(left).toMatchObject({ body: "", deletedAt: expect.any(Date) });
      expect(JSON.stringify(left)).not.toContain("Inês");
    }
  });

  test("reports a proposal to the node that owns it, without saying who", async () => {
    const { bilbao, porto } = net.nodes;
    const report = {
      subjectUri: proposal.uri,
      category: "spam",
      reason: "An advertisement",
      isForwarded: true,
    } as const;
    await reportSubject(porto.sql, visitor, report, net.clock.now());
    await later();
    const [row] =
      await bilbao.sql`select reason, category, account_id, actor_id from report order by created_at desc limit 1`;
    expect(row).toMatchObject({ reason: "An advertisement", category: "spam", accountId: null });
    const [sent] = await porto.sql<{ activity: object }[]>`
      select activity from outgoing_activity where activity->>'type' = 'Flag'`;
    expect(JSON.stringify(sent)).not.toContain("Inês");
    // People read what it is about in the first line, programs in `summary`.
    expect(sent?.activity).toMatchObject({
      actor: porto.uris.actor("porto.test"),
      content: "Spam or advertising\n\nAn advertisement",
      summary: "spam",
    });
  });
});

test("a resident with a handle of their own speaks for themselves, and their side is counted", async () => {
  const { bilbao, porto } = net.nodes;
  const now = net.clock.now();
  const rui = await aResident(porto, { name: "Rui", handle: "rui", now });
  const input = {
    targetUri: proposal.uri,
    parentUri: null,
    stance: "against",
    body: "Too near the road.",
    language: "en",
  } as const;
  const comment = await publishComment(porto.sql, porto.uris, rui, input, now);
  await later();
  const there = await findComment(bilbao.sql, comment.uri);
  expect(there).toMatchObject({ authorUri: "https://porto.test/actors/rui", stance: "against" });
  expect(there?.body).not.toContain("Against");
});

describe("what a moderator hides", () => {
  test("leaves the other node's pages too, and comes back with it", async () => {
    const { bilbao, porto } = net.nodes;
    const moderator = await aModerator(bilbao, { now: net.clock.now() });
    await hideSubject(bilbao.sql, moderator, proposal.uri, "personal data", net.clock.now());
    await later();
    const hidden = await findProposal(porto.sql, proposal.uri);
    expect(hidden).toMatchObject({ hiddenReason: "personal data", title: proposal.title });
    const page = await (await porto.instance.fetch(new Request(`https://porto.test/proposals/${hidden!.id}`))).text();
    expect(page).toContain("personal data");
    expect(page).not.toContain(proposal.title);
    await reinstateSubject(bilbao.sql, moderator, proposal.uri, net.clock.now());
    await later();
    expect(await findProposal(porto.sql, proposal.uri)).toMatchObject({ title: proposal.title, hiddenAt: null });
  });
});
