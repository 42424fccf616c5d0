// The terms people agreed to: which, when, and what happens to what they were about to do when the city asks them again.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeAccount } from "../../src/accounts/actions.ts";
import { openAccount } from "../../src/accounts/sign-in-actions.ts";
import { foundCity } from "../../src/cities/actions.ts";
import { loadConfig } from "../../src/config.ts";
import { readOwnData } from "../../src/front/own-data-queries.ts";
import { openInstance } from "../../src/instance.ts";
import { databaseAddress } from "../../src/platform/databases.ts";
import { openUris } from "../../src/platform/uris.ts";
import type { Mail } from "../../src/ports.ts";
import { changeSettings, undoSettings } from "../../src/settings/actions.ts";
import { draftingForm, isTakingPart, termsDigest } from "../../src/settings/agreement.ts";
import { isAgreementDue } from "../../src/settings/agreement-queries.ts";
import { aCity, aComment, aProcess, aProposal, aResident } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import type { Node } from "../support/network.ts";
import { openReader } from "../support/reader.ts";

const profile = {
  ...{ handle: "town", kind: "city" as const, name: { en: "Bilbao" }, tagline: {}, description: {} },
  ...{ languages: ["en"], timeZone: "Europe/Madrid", accent: "#1f4e5f", logo: null, website: "" },
  ...{ territoryName: "", territoryIds: {}, territoryGeojson: null, reportChannelUrl: "" },
};
const origin = "https://bilbao.test";
let time = Date.parse("2026-05-04T09:00:00Z");
const clock = {
  now: () => new Date(time),
  advance(ms: number) {
    time += ms;
  },
};
const dataDir = mkdtempSync(join(tmpdir(), "koinon-terms-"));
let [node, database]: [Node, TestDatabase] = [] as never;
beforeAll(async () => {
  database = await openTestDatabase();
  await foundCity(database.sql, openUris(origin), profile, clock.now());
  const config = loadConfig({
    ...{ ORIGIN: origin, DATA_DIR: dataDir, SECRET: "s".repeat(40), DATABASE_POOL_SIZE: "4" },
    DATABASE_URL: databaseAddress(database.target),
  });
  const mails: Mail[] = [];
  const instance = await openInstance(config, { clock, mailer: { send: async (mail) => void mails.push(mail) } });
  node = { ...(await aCity(instance, { now: clock.now() })), instance, mails, config };
});
afterAll(async () => {
  await node?.instance[Symbol.asyncDispose]();
  await database?.drop();
  rmSync(dataDir, { recursive: true });
});

const own = { since: "", asked: "" };
const change = (texts: Record<string, string>, asks: boolean) => {
  clock.advance(60_000);
  const now = clock.now();
  const values = { ...own, texts, asked: asks ? now.toISOString() : "" };
  return changeSettings(node.sql, node.administrator, "terms", values, now);
};
const agreements = (accountId: string) =>
  node.sql<{ digest: string; agreedAt: Date }[]>`
    select digest, agreed_at from terms_agreement where account_id = ${accountId} order by agreed_at`;
const current = async () =>
  (
    await node.sql<{ digest: string; texts: Record<string, string> }[]>`
    select digest, texts from terms_version where is_current`
  )[0]!;
let people = 0;
const someone = () =>
  openAccount(node.sql, { email: `p${++people}@mail.test`, name: "Ana", locale: "en" }, clock.now());

test("whoever opens an account agrees to the terms as they stand, in the city's words or the usual ones", async () => {
  const first = await current();
  expect(first.texts.en).toContain("bilbao.test is run by Bilbao");
  expect(Object.keys(first.texts).sort()).toEqual(["ar", "ca", "en", "es", "fr"]);
  const one = await someone();
  expect(await agreements(one.id)).toEqual([{ digest: first.digest, agreedAt: clock.now() }]);
  // Signing in again is no new agreement.
  await openAccount(node.sql, { email: one.email, name: "Ana", locale: "en" }, clock.now());
  expect(await agreements(one.id)).toHaveLength(1);
  await change({ en: "Be kind." }, false);
  expect((await current()).digest).toBe(termsDigest({ en: "Be kind." }));
  const other = await someone();
  expect((await agreements(other.id))[0]?.digest).not.toBe(first.digest);
  expect([await isAgreementDue(node.sql, one.id), await isAgreementDue(node.sql, other.id)]).toEqual([false, false]);
});

test("who was asked to agree sees what has changed, and what they typed is done once they do", async () => {
  await change({ en: "## Manners\n\nBe kind to others.\n\n## Pictures\n\nYours alone." }, false);
  const person = await someone();
  const process = await aProcess(node, { now: clock.now() });
  const proposal = await aProposal(node, { process, now: clock.now() });
  const reader = await openReader(node, person);
  await reader.open(new URL(proposal.url).pathname);
  const words = "Please think of **shade**, and of people who walk slowly.";
  await change({ en: "## Manners\n\nBe kind to everyone.\n\n## Pictures\n\nYours alone." }, true);
  await reader.fill("Your comment", words).check("For").press("Publish the comment");
  expect([reader.status, reader.text.includes("The terms of use have changed")]).toEqual([409, true]);
  expect(reader.text).toContain(words);
  // Only the paragraph that differs, and in it the word.
  expect(reader.html).toMatch(/<del>.*others.*<\/del>/);
  expect(reader.html).toMatch(/<ins>.*everyone.*<\/ins>/);
  expect(reader.text).not.toContain("Yours alone");
  const count = async () => (await node.sql`select from comment where account_id = ${person.id}`).length;
  expect(await count()).toBe(0);
  await reader.press("Agree and go on");
  expect([reader.status, await count()]).toEqual([200, 1]);
  expect(reader.text).toContain("Your comment is published.");
  expect(
    await node.sql`select body, stance from comment join subject using (uri) where account_id = ${person.id}`,
  ).toEqual([{ body: words, stance: "for" }]);
  expect((await agreements(person.id)).map(({ digest }) => digest).at(-1)).toBe((await current()).digest);
  expect(await isAgreementDue(node.sql, person.id)).toBe(false);
});

test("terms in wholly other words are read as a text, and not as what is struck out of the old one", async () => {
  await change({ en: "## Manners\n\nBe kind.\n\n## Pictures\n\nYours alone." }, false);
  const person = await someone();
  const proposal = await aProposal(node, { process: await aProcess(node, { now: clock.now() }), now: clock.now() });
  const reader = await openReader(node, person);
  await reader.open(new URL(proposal.url).pathname);
  await change({ en: "## House rules\n\nListen first." }, true);
  await reader.fill("Your comment", "Well said.").press("Publish the comment");
  expect(reader.text).toContain("The text is new as a whole.");
  expect(reader.html).toContain("Listen first.");
  expect(reader.html).not.toMatch(/<del>|Yours alone/);
});

test("who does not agree reads on, follows, reports and leaves; taking part asks again", async () => {
  const person = await someone();
  const proposal = await aProposal(node, { process: await aProcess(node, { now: clock.now() }), now: clock.now() });
  const comment = await aComment(node, { on: proposal, now: clock.now() });
  const reader = await openReader(node, person);
  await change({ en: "Another text." }, true);
  await reader.open(new URL(proposal.url).pathname);
  await reader.press("Follow", { near: "Be told what becomes of it" });
  expect(reader.text).toContain("You follow this now.");
  await reader.open(`/reports/new?about=${encodeURIComponent(comment.uri)}`);
  await reader
    .check("Spam or advertising")
    .fill("What should the moderator know?", "It sells")
    .press("Send the report");
  expect(reader.status).toBe(200);
  await reader.open(new URL(proposal.url).pathname);
  await reader.fill("Your comment", "No").press("Publish the comment");
  expect(reader.status).toBe(409);
  await reader.follow("Go on reading without taking part");
  expect([reader.status, reader.url.pathname]).toEqual([200, new URL(proposal.url).pathname]);
  expect(await agreements(person.id)).toHaveLength(1);
});

test("terms that change again while someone reads them are shown again; a forged agreement is none", async () => {
  const person = await someone();
  const proposal = await aProposal(node, { process: await aProcess(node, { now: clock.now() }), now: clock.now() });
  const reader = await openReader(node, person);
  await reader.open(new URL(proposal.url).pathname);
  await change({ en: "First." }, true);
  await reader.fill("Your comment", "Well said.").press("Publish the comment");
  await change({ en: "Second." }, true);
  await reader.press("Agree and go on");
  expect([reader.status, reader.text.includes("Second")]).toEqual([409, true]);
  expect(await agreements(person.id)).toHaveLength(1);
  await reader.press("Agree and go on");
  expect(reader.text).toContain("Your comment is published.");
});

test("a draft is kept without being asked; nothing else passes by saying it is a draft, or by asking for JSON", async () => {
  const person = await aResident(node, { now: clock.now() });
  const process = await aProcess(node, { now: clock.now() });
  const other = await aProposal(node, { process, now: clock.now() });
  const own = await aProposal(node, { process, by: person, now: clock.now() });
  const draft = await aProposal(node, { process, by: person, isDraft: true, now: clock.now() });
  const reader = await openReader(node, person);
  await change({ en: "Asked of writers." }, true);
  await reader.open(new URL(other.url).pathname);
  const [, csrf = ""] = reader.html.match(/name="csrf" value="([^"]+)"/) ?? [];
  const cookie = [...reader.cookies].map((pair) => pair.join("=")).join("; ");
  const send = async (path: string, values: Record<string, string>, accept = "text/html") => {
    const headers = { cookie, accept, origin, "sec-fetch-site": "same-origin" };
    const body = new URLSearchParams({ csrf, ...values });
    const { status } = await node.instance.fetch(
      new Request(`${origin}${path}`, { method: "POST", body, headers, redirect: "manual" }),
    );
    return status;
  };
  const text = { title: "Shade for the square", body: "It is hot there.", language: "en" };
  const edit = { ...text, version: String(own.version) };
  for (const [path, values] of [
    ["/comments", { target: other.uri, body: "Well said.", language: "en", stance: "for" }],
    [`/proposals/${other.id}/support`, {}],
    [`/proposals/${draft.id}/publication`, {}],
    [`/proposals/${own.id}/edit`, edit],
  ] as const) {
    expect([path, await send(path, values, "application/json")]).toEqual([path, 409]);
    for (const wish of ["draft", "preview", "similar", "next"]) {
      expect([path, wish, await send(path, { ...values, do: wish })]).toEqual([path, wish, 409]);
    }
  }
  const [stands] = await node.sql`
    select (select count(*)::int from comment where account_id = ${person.id}) as comments,
      (select count(*)::int from support where account_id = ${person.id}) as supports,
      (select version from proposal where uri = ${own.uri}) as version,
      (select state from proposal where uri = ${draft.uri}) as state`;
  expect(stands).toEqual({ comments: 0, supports: 0, version: own.version, state: "draft" });

  const [fresh, kept] = [`/processes/${process.handle}/proposals/new`, `/proposals/${draft.id}/edit`];
  expect(await send(fresh, { ...text, do: "draft" })).toBe(303);
  expect(await send(fresh, { ...text, title: "Another" }, "application/json")).toBe(200);
  const version = String(draft.version);
  expect(await send(kept, { ...text, stage: "draft", version }, "application/json")).toBe(200);
  expect(await send(kept, { ...text, stage: "draft", version: String(draft.version + 1), do: "draft" })).toBe(303);
  expect(await send(kept, { ...text, stage: "draft", version: String(draft.version + 2) })).toBe(409);
  expect(await send(fresh, text)).toBe(409);
});

test("a request taken back asks nobody any more, and what was asked is in the log", async () => {
  const person = await someone();
  await change({ en: "Third." }, true);
  expect(await isAgreementDue(node.sql, person.id)).toBe(true);
  const [act] = await node.sql`select before, after from audit where act = 'settings-changed' order by id desc limit 1`;
  expect(act?.after).toMatchObject({ asked: clock.now().toISOString() });
  const before = await someone();
  clock.advance(60_000);
  await change({ en: "Fourth." }, true);
  await undoSettings(node.sql, node.administrator, "terms", clock.now());
  expect((await current()).texts).toEqual({ en: "Third." });
  expect(await isAgreementDue(node.sql, before.id)).toBe(false);
});

test("the administrator ticks a box; without it nobody is asked", async () => {
  const person = await someone();
  const desk = await openReader(node, node.administrator);
  await desk.open("/desk/settings/terms");
  await desk.fill("The text (English)", "A small edit.").press("Save");
  expect(await isAgreementDue(node.sql, person.id)).toBe(false);
  clock.advance(1000);
  await desk.check("People must agree again").press("Save");
  expect(desk.text).toContain("everyone is asked");
  expect(desk.isChecked("People must agree again")).toBe(false);
  expect(await isAgreementDue(node.sql, person.id)).toBe(true);
});

test("what someone agreed to is in what they take with them, and goes with their account; so do texts nobody agreed to", async () => {
  const person = await someone();
  const { digest, texts } = await current();
  const data = await readOwnData(node.sql, person.id);
  expect(data.terms).toMatchObject([{ digest, text: texts.en, agreedAt: clock.now() }]);
  await closeAccount(node.sql, person, [], clock.now());
  expect(await agreements(person.id)).toEqual([]);
  await change({ en: "The very last." }, false);
  const kept = await node.sql`
    select from terms_version where not is_current and digest not in (select digest from terms_agreement)`;
  expect(kept).toHaveLength(0);
});

describe("what counts as taking part", () => {
  test.each([
    ["/comments", true],
    ["/comments/1/like", true],
    ["/comments/1/deletion", false],
    ["/proposals/1/support", true],
    ["/proposals/1/support/withdrawal", false],
    ["/proposals/1/withdrawal", false],
    ["/proposals/similar", false],
    ["/processes/x/proposals/new", true],
    ["/account/voice", true],
    ["/account/voice/closing", false],
    ["/account/coauthorship", true],
    ["/account/closing", false],
    ["/accountant", true],
    ["/sign-out", false],
    ["/reports", false],
    ["/moderation/statements/1/appeal", false],
    ["/desk/settings/terms", false],
    ["/preferences", false],
  ])("%s: %s", (path, expected) => expect(isTakingPart(path)).toBe(expected));

  test.each([
    ["/processes/x/proposals/new", { proposalId: null }],
    ["/proposals/1/edit", { proposalId: "1" }],
    ["/proposals/1/publication", null],
    ["/proposals/1/support", null],
    ["/proposals/1/edit/more", null],
    ["/comments", null],
    ["/comments/1/edit", null],
    ["/processes/x/proposals/new/comments", null],
  ])("%s writes a draft: %j", (path, expected) => expect(draftingForm(path)).toEqual(expected));
});

test("an account that was opened at the desk agrees when it first takes part after being asked", async () => {
  const { id } = await aResident(node, { now: clock.now() });
  await node.sql`delete from terms_agreement where account_id = ${id}`;
  await change({ en: "Asked." }, false);
  expect(await isAgreementDue(node.sql, id)).toBe(false);
  await change({ en: "Asked of all." }, true);
  expect(await isAgreementDue(node.sql, id)).toBe(true);
});
