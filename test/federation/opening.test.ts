// A process opened step by step in one city stands on another's pages; when its phase moves there, the reason stands here.
import { afterAll, beforeAll, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { changeProcess, publishReadyProcess } from "../../src/processes/actions.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { translateProcess } from "../../src/processes/text-actions.ts";
import { aPhase, aProcess } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openVisitor } from "../support/visit.ts";

let net: Network<"bilbao" | "porto">;
beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

test("what was published, translated and moved in one city is read so on the other's page", async () => {
  const { bilbao, porto } = net.nodes;
  const now = net.clock.now();
  const phases = [aPhase(now, { startsInDays: 0, endsInDays: 10, title: "Ideas" })];
  const draft = await aProcess(bilbao, { handle: "streets", title: "Our streets", phases, isDraft: true, now });
  const by = bilbao.administrator;
  const process = await publishReadyProcess(bilbao.sql, bilbao.uris, by, draft.uri, now);
  await net.settle();
  await porto.instance.house.findRemote(process.actorUri!);
  const [us, them] = [
    await findActor(porto.sql, porto.organisation.uri),
    await findActor(porto.sql, process.actorUri!),
  ];
  await follow(porto.sql, porto.uris, us!, them!, net.clock.now());
  await net.settle();
  expect((await findProcess(porto.sql, process.uri))?.title).toEqual({ en: "Our streets" });

  net.clock.advance(60_000);
  const typed = { title: "شوارعنا", "phase-0-title": "أفكار" };
  await translateProcess(bilbao.sql, by, process.uri, "ar", { typed, phaseCount: 1 }, net.clock.now());
  const later = [aPhase(now, { startsInDays: 0, endsInDays: 17, title: "Ideas" })];
  const change = { phases: later, reason: "The school asked for a week more." };
  await changeProcess(bilbao.sql, by, process.uri, change, net.clock.now());
  for (let minutes = 0; minutes < 3; minutes++) {
    net.clock.advance(60_000);
    await net.settle();
  }
  const copy = await findProcess(porto.sql, process.uri);
  expect(copy?.phases.map(({ endsAt }) => endsAt)).toEqual([later[0]!.endsAt]);
  const reader = openVisitor((request) => porto.instance.fetch(request), "https://porto.test");
  await reader.open(`/processes/${copy!.id}`, { "accept-language": "ar" });
  expect(reader.all("h1")).toEqual(["شوارعنا"]);
  expect(reader.text).toContain("The school asked for a week more.");
});
