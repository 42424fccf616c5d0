// An idea travels: Bilbao opens a process, Porto adopts it, Lyon adopts Porto's. From the page to the other nodes' pages, with
// real signatures; and on when the city in the middle is gone.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor, findFollow } from "../../src/actors/queries.ts";
import { findAdoptionOf, listWaitingAdoptions } from "../../src/adoptions/queries.ts";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { dayMs } from "../../src/platform/time.ts";
import { publishProcess } from "../../src/processes/actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { findHead } from "../../src/records/queries.ts";
import { findDerivation } from "../../src/subjects/derivation-queries.ts";
import { anOfficial, aPhase, aProcess } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";
import type { Visitor } from "../support/visit.ts";

type City = "bilbao" | "porto" | "lyon" | "evora";
let net: Network<City>;
const officials = {} as Record<City, Account>;
let first: Process;
let second: Process;

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto", "lyon", "evora");
  const now = net.clock.now();
  for (const name of ["bilbao", "porto", "lyon", "evora"] as const)
    officials[name] = await anOfficial(net.nodes[name], { now });
  first = await aProcess(net.nodes.bilbao, {
    now,
    handle: "streets",
    title: "Streets for children",
    goals: { en: "Fewer cars before schools." },
    callToAction: { en: "Name a street", es: "Nombra una calle" },
    indicator: { code: "", name: "Cars before schools", unit: "%", baseline: "40", target: "10" },
    supportLimit: 5,
    phases: [
      aPhase(now, { title: "Ideas", startsInDays: -1, endsInDays: 29 }),
      aPhase(now, { title: "Trial", permits: ["comment"], startsInDays: 29, endsInDays: 59 }),
    ],
  });
  await net.settle();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const readers = new Map<string, Visitor>();
/** The official of a city, signed in once; null: someone who is not. */
async function visitorOf(name: City, account: Account | null = officials[name]): Promise<Visitor> {
  const kept = account === null ? undefined : readers.get(name);
  const reader = kept ?? (await openReader(net.nodes[name], account));
  if (account !== null) readers.set(name, reader);
  return reader;
}

async function followProcess(node: Node, address: string): Promise<void> {
  const found = await node.instance.house.findRemote(address);
  const [us, them] = [await findActor(node.sql, node.organisation.uri), await findActor(node.sql, found.uri)];
  await follow(node.sql, node.uris, us!, them!, net.clock.now());
  await net.settle();
}

/** Each job that meets the silent server ends a round of work; the others go on in the next. */
async function settleWithoutPorto(): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    const isDone = await net.settle().then(
      () => true,
      () => false,
    );
    if (isDone) return;
  }
  throw new Error("the work does not end");
}

/** Adopts what a copy of it shows, as an official does on its page, and publishes the draft. */
async function adopt(
  name: City,
  original: Process,
  handle: string,
  title: string,
  settle = () => net.settle(),
): Promise<Process> {
  const node = net.nodes[name];
  const copy = (await findProcess(node.sql, original.uri))!;
  const visitor = await visitorOf(name);
  await visitor.open(`/processes/${copy.id}`);
  await visitor.follow("Adopt here");
  visitor.fill("Title (English)", title).fill("First day", "2026-09-01");
  visitor.fill("Handle", handle);
  await visitor.press("Save as a draft");
  expect(visitor.text).toContain("These are the dates");
  expect(await findProcess(node.sql, node.uris.process(handle))).toBeNull();
  await visitor.press("Save as a draft");
  expect(visitor.status).toBe(200);
  const uri = node.uris.process(handle);
  const draft = (await findProcess(node.sql, uri))!;
  expect(draft.publishedAt).toBeNull();
  await settle();
  net.clock.advance(60_000);
  await publishProcess(node.sql, node.uris, officials[name], uri, net.clock.now());
  await settle();
  return (await findProcess(node.sql, uri))!;
}

async function accept(name: City): Promise<void> {
  const visitor = await visitorOf(name);
  await visitor.open("/desk");
  await visitor.press("Accept and list it");
  await net.settle();
}

/** What another server reads. */
const read = async (name: City, path: string) =>
  (await (
    await net.deliver(new Request(net.nodes[name].uris.at(path), { headers: { accept: "application/activity+json" } }))
  ).json()) as Record<string, never>;

describe("a process", () => {
  test("becomes a draft with its structure, its dates from a first day, its rules and goals", async () => {
    const { porto } = net.nodes;
    await followProcess(porto, "@streets@bilbao.test");
    second = await adopt("porto", first, "ruas", "Ruas for children");
    expect(second).toMatchObject({
      title: { en: "Ruas for children" },
      goals: { en: "Fewer cars before schools." },
      callToAction: { en: "Name a street" },
      supportLimit: 5,
      indicator: { name: "Cars before schools", target: "10" },
      source: { url: first.url },
    });
    expect(second.phases.map(({ title }) => title.en)).toEqual(["Ideas", "Trial"]);
    const [ideas, trial] = second.phases;
    expect(ideas!.startsAt.toISOString().slice(0, 10)).toBe("2026-09-01");
    expect(+trial!.endsAt - +ideas!.startsAt).toBe(60 * dayMs);
    expect(await findDerivation(porto.sql, second.uri)).toMatchObject({ uri: first.uri });
  });

  test("names its origin in its record and in its own document, and quotes it for everyone else", async () => {
    const { porto } = net.nodes;
    const head = JSON.parse((await findHead(porto.sql, second.uri))!.document);
    expect(head.data.derivedFrom.uri).toBe(first.uri);
    expect(await read("porto", "/processes/ruas")).toMatchObject({ civic: { derivedFrom: { uri: first.uri } } });
    const [news] = await porto.sql<{ uri: string }[]>`
      select uri from subject where kind = 'news' and process_uri = ${second.uri}`;
    const note = await read("porto", new URL(news!.uri).pathname);
    const [opening] = await net.nodes.bilbao.sql<{ uri: string }[]>`
      select uri from subject where kind = 'news' and process_uri = ${first.uri}`;
    expect(note).toMatchObject({ quote: opening!.uri, quoteUrl: opening!.uri });
    expect(String(note.content)).toContain(`<p class="quote-inline">RE: <a href="${first.url}">`);
  });

  test("is offered to its origin, which lists nothing before an official accepts", async () => {
    const { bilbao, porto } = net.nodes;
    expect(await listWaitingAdoptions(bilbao.sql, 10)).toMatchObject([
      { subjectUri: second.uri, objectUri: first.uri },
    ]);
    const visitor = await visitorOf("bilbao", null);
    await visitor.open("/processes/streets");
    expect(visitor.text).not.toContain("Adopted by");
    expect(await read("bilbao", "/processes/streets/adoptions")).toMatchObject({ totalItems: 0 });
    expect((await (await visitorOf("porto", null)).open("/processes/ruas")).text).toContain("has not answered yet");
    await accept("bilbao");
    await visitor.open("/processes/streets");
    expect(visitor.text).toContain("Adopted by 1 other");
    expect(visitor.text).toContain("Ruas for children");
    expect(await read("bilbao", "/processes/streets/adoptions/page/newest")).toMatchObject({
      orderedItems: [second.uri],
    });
    expect(await findAdoptionOf(porto.sql, second.uri)).toMatchObject({ state: "accepted", isOurs: true });
    expect((await (await visitorOf("porto", null)).open("/processes/ruas")).text).toContain("Accepted by bilbao.test");
  });

  test("and both follow each other, so that results travel", async () => {
    const { bilbao, porto } = net.nodes;
    const follows = async (node: Node, uri: string) => {
      const [us, them] = [await findActor(node.sql, node.organisation.uri), await findActor(node.sql, uri)];
      return (await findFollow(node.sql, us!.id, them!.id))?.state;
    };
    expect(await follows(bilbao, second.actorUri!)).toBe("accepted");
    expect(await follows(porto, first.actorUri!)).toBe("accepted");
    expect(await findProcess(bilbao.sql, second.uri)).toMatchObject({ origin: "https://porto.test" });
  });

  test("works three deep: each city's tree has all three", async () => {
    const { lyon } = net.nodes;
    await followProcess(lyon, "@ruas@porto.test");
    await adopt("lyon", second, "rues", "Rues for children");
    await accept("porto");
    net.clock.advance(2 * dayMs);
    await net.settle();
    for (const [name, path] of [
      ["bilbao", "/processes/streets/lineage"],
      ["porto", "/processes/ruas/lineage"],
      ["lyon", "/processes/rues/lineage"],
    ] as const) {
      const visitor = await visitorOf(name, null);
      await visitor.open(path);
      for (const title of ["Streets for children", "Ruas for children", "Rues for children"]) {
        expect(visitor.text, `${name}: ${title}`).toContain(title);
      }
      expect(visitor.html.match(/<g class="lineage-box/g)).toHaveLength(3);
    }
    const visitor = await visitorOf("bilbao", null);
    await visitor.open(`/processes/streets/lineage?compare=${encodeURIComponent(second.uri)}`);
    expect(visitor.html).toMatch(/<del>.*Streets.*<\/del>/);
    expect(visitor.html).toMatch(/<ins>.*Ruas.*<\/ins>/);
  });

  test("who keeps a copy by its signed records knows where it came from, and can name the record it adopts", async () => {
    const { evora, porto } = net.nodes;
    const wish = { scopeUri: second.uri, kind: "process", ownOrigin: evora.uris.origin } as const;
    await keepCopy(evora.sql, officials.evora, wish, net.clock.now());
    await net.settle();
    const head = (await findHead(porto.sql, second.uri))!;
    expect(await findDerivation(evora.sql, second.uri)).toEqual(JSON.parse(head.document).data.derivedFrom);
    const copy = (await findProcess(evora.sql, second.uri))!;
    const visitor = await visitorOf("evora");
    await visitor.open(`/processes/${copy.id}/lineage`);
    expect(visitor.text).toContain("Streets for children");
    await visitor.open(`/processes/${copy.id}/adoption`);
    expect(visitor.text).toContain(head.digest);
  });

  test("and goes on when the city in the middle is gone for good", async () => {
    net.down.add("porto.test");
    net.clock.advance(2 * dayMs);
    await settleWithoutPorto();
    for (const [name, path] of [
      ["bilbao", "/processes/streets/lineage"],
      ["lyon", "/processes/rues/lineage"],
    ] as const) {
      const visitor = await visitorOf(name, null);
      await visitor.open(path);
      for (const title of ["Streets for children", "Ruas for children", "Rues for children"]) {
        expect(visitor.text, `${name}: ${title}`).toContain(title);
      }
      expect(visitor.text).toContain("its server does not answer");
    }
  });

  test("even what is made from it afterwards finds its place in the first city's tree", async () => {
    const { bilbao, lyon } = net.nodes;
    const fourth = await adopt("lyon", second, "rues-bis", "Rues once more", settleWithoutPorto);
    expect(await findAdoptionOf(lyon.sql, fourth.uri)).toMatchObject({ state: "offered", host: "porto.test" });
    // Bilbao was told too. With the city in between silent, its own official may put it on the tree.
    const visitor = await visitorOf("bilbao", null);
    await visitor.open("/processes/streets/lineage");
    expect(visitor.text).not.toContain("Rues once more");
    expect(await listWaitingAdoptions(bilbao.sql, 10)).toMatchObject([
      { subjectUri: fourth.uri, objectUri: second.uri },
    ]);
    await (await visitorOf("bilbao")).open("/desk");
    await (await visitorOf("bilbao")).press("Accept and list it");
    await visitor.open("/processes/streets/lineage");
    expect(visitor.text).toContain("Rues once more");
    expect(visitor.text).toContain("by its own word");
    // It is no adoption of Bilbao's process, and is not listed as one.
    expect(await read("bilbao", "/processes/streets/adoptions")).toMatchObject({ totalItems: 1 });
  });
});
