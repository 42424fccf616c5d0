// A third city reads another two: a report made there reaches both the city whose thread it is and the one whose resident
// spoke, without saying who made it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { publishComment } from "../../src/comments/actions.ts";
import { findComment } from "../../src/comments/queries.ts";
import { reportSubject } from "../../src/moderation/actions.ts";
import { aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";

let net: Network<"bilbao" | "porto" | "gent">;
beforeAll(async () => {
  net = await openNetwork("bilbao", "porto", "gent");
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const follows = async (node: Node, uri: string) => {
  await node.instance.house.findRemote(uri);
  const [us, them] = [await findActor(node.sql, node.organisation.uri), await findActor(node.sql, uri)];
  await follow(node.sql, node.uris, us!, them!, net.clock.now());
  await net.settle();
};
const later = async () => {
  for (let minutes = 0; minutes < 3; minutes++) {
    net.clock.advance(60_000);
    await net.settle();
  }
};
const flagsAt = async (node: Node) =>
  await node.sql<{ reason: string; host: string; subjectUri: string }[]>`
    select report.reason, actor.host, report_subject.subject_uri from report
    join report_subject on report_subject.report_id = report.id join actor on actor.id = report.actor_id`;

test("a report from a third node reaches the owner of the thread and the node of who spoke", async () => {
  const { bilbao, porto, gent } = net.nodes;
  const now = net.clock.now();
  const process = await aProcess(bilbao, { now });
  const proposal = await aProposal(bilbao, { process, now });
  await net.settle();
  for (const node of [porto, gent]) await follows(node, process.actorUri!);
  const ines = await aResident(porto, { name: "Inês", now });
  const said = {
    targetUri: proposal.uri,
    parentUri: null,
    stance: null,
    body: "Buy my boats",
    language: "en",
  } as const;
  const comment = await publishComment(porto.sql, porto.uris, ines, said, net.clock.now());
  await later();
  expect((await findComment(gent.sql, comment.uri))?.body).toContain("Buy my boats");

  const reporter = await aResident(gent, { name: "Griet van Gent", now });
  const report = { subjectUri: comment.uri, category: "spam", reason: "An advertisement", isForwarded: true } as const;
  await reportSubject(gent.sql, reporter, report, net.clock.now());
  await later();
  const flag = { reason: "An advertisement", host: "gent.test", subjectUri: comment.uri };
  expect(await flagsAt(bilbao)).toEqual([flag]);
  expect(await flagsAt(porto)).toEqual([flag]);
  const told = await gent.sql`select activity from outgoing_activity where activity ->> 'type' = 'Flag'`;
  expect(JSON.stringify(told)).not.toContain("Griet");
});
