// A title is plain text on every node: what looks like a tag was written by somebody, and stands as it was written.
import { expect, test } from "vitest";
import { lineOf } from "../../federation/reading.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { hourMs } from "../../src/platform/time.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { anOfficial, aProcess, aProposal } from "../support/build.ts";
import { openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";

const title = "More <b>benches</b>, and trees if a<b & c>d";

test("a follower and a mirror read the title as it was written", async () => {
  await using net = await openNetwork("bilbao", "porto", "lisboa");
  const { bilbao, porto, lisboa } = net.nodes;
  const now = net.clock.now();
  const process = await aProcess(bilbao, { now, handle: "squares", title: "Green squares" });
  await net.settle();
  const found = await porto.instance.house.findRemote("@squares@bilbao.test");
  const [us, them] = [await findActor(porto.sql, porto.organisation.uri), await findActor(porto.sql, found.uri)];
  await follow(porto.sql, porto.uris, us!, them!, now);
  const scope = { scopeUri: process.uri, kind: "process", ownOrigin: lisboa.uris.origin } as const;
  await keepCopy(lisboa.sql, await anOfficial(lisboa, { now }), scope, now);
  await net.settle();
  const { uri } = await aProposal(bilbao, { process, title, now: net.clock.now() });
  for (let hour = 0; hour < 3; hour += 1) {
    await net.settle();
    net.clock.advance(hourMs);
  }
  await net.settle();
  for (const node of [porto, lisboa]) {
    const copy = await findProposal(node.sql, uri);
    expect([node.uris.host, copy?.title]).toEqual([node.uris.host, title]);
    const reader = await openReader(node);
    await reader.open(`/proposals/${copy!.id}`);
    expect(reader.all("h1")).toEqual([title]);
  }
});

test("a name that is several lines, or turns round what stands beside it, is one plain line", () => {
  expect(lineOf("One\n<i>two</i>\u202e three", 300)).toBe("One <i>two</i> three");
  expect([lineOf(42, 300), lineOf("x".repeat(400), 300).length]).toEqual(["", 300]);
});
