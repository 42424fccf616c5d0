// What a process calls people to do, from its form to the pages of other cities: there a link to where people take part, and
// never more than words.
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepProcess, readCivicProcess } from "../../federation/processes.ts";
import { readActor } from "../../federation/reading-actors.ts";
import { readProcess } from "../../federation/records/things.ts";
import type { Account } from "../../src/accounts/account.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { dayMs, hourMs } from "../../src/platform/time.ts";
import { callsIn, isCallToAction } from "../../src/processes/call-to-action.ts";
import type { Process } from "../../src/processes/process.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { findHead } from "../../src/records/queries.ts";
import { readRecord } from "../../src/records/record.ts";
import { anOfficial, aPhase, aProcess } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";
import type { Visitor } from "../support/visit.ts";

/** Porto follows the process; Lisboa keeps a copy of its records, and hears nothing else. */
let net: Network<"bilbao" | "porto" | "lisboa">;
let process: Process;
let official: Account;
let desk: Visitor;

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto", "lisboa");
  const { bilbao, porto, lisboa } = net.nodes;
  const now = net.clock.now();
  official = await anOfficial(bilbao, { now });
  process = await aProcess(bilbao, {
    now,
    handle: "names",
    title: "Names for our streets",
    phases: [aPhase(now, { startsInDays: -1, endsInDays: 20 })],
  });
  await net.settle();
  const found = await porto.instance.house.findRemote("@names@bilbao.test");
  const [us, them] = [await findActor(porto.sql, porto.organisation.uri), await findActor(porto.sql, found.uri)];
  await follow(porto.sql, porto.uris, us!, them!, now);
  const scope = { scopeUri: process.uri, kind: "process", ownOrigin: lisboa.uris.origin } as const;
  await keepCopy(lisboa.sql, await anOfficial(lisboa, { now }), scope, now);
  await hours();
  desk = await openReader(bilbao, official);
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function hours(): Promise<void> {
  for (let hour = 0; hour < 3; hour += 1) {
    net.clock.advance(hourMs);
    await net.settle();
  }
}

async function change(texts: Readonly<Record<string, string>>): Promise<void> {
  await desk.open("/processes/names/edit");
  for (const [label, text] of Object.entries(texts)) desk.fill(label, text);
  await desk.press("Save and publish the changes");
  if (desk.status === 200) await hours();
}

async function copyIn(node: Node): Promise<Visitor> {
  const reader = await openReader(node);
  await reader.open(`/processes/${(await findProcess(node.sql, process.uri))!.id}`);
  expect(reader.status).toBe(200);
  return reader;
}

const copies = () => [net.nodes.porto, net.nodes.lisboa];
const documentOf = async () => readRecord((await findHead(net.nodes.bilbao.sql, process.uri))!.document);

test("a process without words of its own has none in its record, and a copy leads to where it lives", async () => {
  expect((await documentOf()).data).not.toHaveProperty("callToAction");
  for (const node of copies()) {
    const reader = await copyIn(node);
    expect(reader.linkTo("Open the original")).toBe(process.url);
  }
});

test("what was typed into the form stands on the other cities' pages, in their reader's language, as a link to its own city", async () => {
  await change({
    "Words on the button (English)": "Name a street",
    "Words on the button (Spanish)": "Nombra una calle",
  });
  expect(desk.status).toBe(200);
  expect((await documentOf()).data.callToAction).toEqual({ en: "Name a street", es: "Nombra una calle" });
  const document = await net.deliver(
    new Request(process.actorUri!, { headers: { accept: "application/activity+json" } }),
  );
  expect(await document.json()).toMatchObject({ civic: { callToAction: { en: "Name a street" } } });
  for (const node of copies()) {
    const reader = await copyIn(node);
    expect(reader.linkTo("Name a street (at bilbao.test)")).toBe(process.url);
    expect(reader.hasButton("Name a street")).toBe(false);
    expect(reader.html).not.toContain("/proposals/new");
    await reader.open(reader.url.pathname, { "accept-language": "es" });
    expect(reader.linkTo("Nombra una calle (en bilbao.test)")).toBe(process.url);
  }
});

test("an address on the button is refused where it is typed", async () => {
  await change({ "Words on the button (English)": "https://casino.example/win" });
  expect(desk.status).toBe(422);
  expect(desk.text).toContain("leave web addresses and unusual signs out");
  expect((await findProcess(net.nodes.bilbao.sql, process.uri))!.callToAction).toMatchObject({ en: "Name a street" });
});

test("words that are none are not kept of another node's process, nor is a page elsewhere, whether live or in a record", async () => {
  const { porto } = net.nodes;
  const json = (await (
    await net.deliver(new Request(process.actorUri!, { headers: { accept: "application/activity+json" } }))
  ).json()) as { civic: Record<string, unknown> };
  const call = {
    en: "javascript:alert(1)",
    es: "x".repeat(41),
    ca: "Gana\u202e oro",
    fr: "Votez sur casino.example/vote",
    ar: "<b>سمِّ شارعًا</b>",
  };
  const hostile = { ...json, url: "https://casino.example/", civic: { ...json.civic, callToAction: call } };
  expect(readCivicProcess(hostile.civic)).toMatchObject({ callToAction: { ar: call.ar } });
  for (const odd of [null, 7, "Name a street", ["Name a street"], { en: 7 }]) {
    expect(readCivicProcess({ ...json.civic, callToAction: odd })).toMatchObject({ callToAction: {} });
  }
  await withTransaction(porto.sql, (tx) => keepProcess(tx, readActor(hostile), net.clock.now()));
  const reader = await copyIn(porto);
  expect(reader.html).not.toMatch(/casino|javascript:alert/);
  expect(reader.html).toContain("&lt;b&gt;سمِّ شارعًا&lt;/b&gt;");
  expect(reader.linkTo("<b>سمِّ شارعًا</b> (at bilbao.test)")).toBe(process.url);

  const document = await documentOf();
  const data = { ...document.data, url: "https://casino.example/", callToAction: call };
  expect(readProcess({ ...document, data })).toMatchObject({ url: process.uri, callToAction: { ar: call.ar } });
  const { callToAction: _call, ...before } = document.data;
  expect(readProcess({ ...document, data: before })).toMatchObject({ callToAction: {} });
});

test("taken away it is gone everywhere; and nobody is called to what is closed", async () => {
  await change({ "Words on the button (Spanish)": "" });
  for (const node of copies()) {
    expect((await findProcess(node.sql, process.uri))!.callToAction).toEqual({ en: "Name a street" });
  }
  net.clock.advance(30 * dayMs);
  for (const node of copies()) {
    const reader = await copyIn(node);
    expect(reader.text).not.toContain("Name a street");
    expect(reader.linkTo("Open the original")).toBe(process.url);
  }
});

test("what may stand on a button", () => {
  for (const text of ["Name a street", "¡Propón: ya!", "Vote 1.5 km/h", "سمِّ شارعًا", "Dis-le à la ville"]) {
    expect(isCallToAction(text), text).toBe(true);
  }
  for (const text of [
    "data:text/html,x",
    "//a",
    "www.a",
    "mailto:a@b",
    "a\nb",
    "a\u2066b",
    "ftp://a",
    "y".repeat(41),
  ]) {
    expect(isCallToAction(text), text).toBe(false);
  }
  expect(callsIn({ en: "  Name it  ", es: "   " })).toEqual({ en: "Name it" });
});
