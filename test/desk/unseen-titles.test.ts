// What a role cannot open, it cannot read the title of: every page that evaluators and moderators can come to is read, and feeds too.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { GrantableRole } from "../../src/accounts/account.ts";
import { grantRole } from "../../src/accounts/people-actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { assignProposal } from "../../src/proposals/answer-work-actions.ts";
import { aGuest, aMeeting, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";

/** Each stands in one title and nowhere else. */
const draftWords = ["Aardvark", "Bandicoot", "Capybara"];
const hiddenWords = ["Dugong", "Echidna"];
const pagesMax = 400;

let net: Network<"bilbao">;
let [open, draft, hidden]: Process[] = [];
let paths: string[] = [];
let history = "";
beforeAll(async () => {
  net = await openNetwork("bilbao");
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  open = await aProcess(bilbao, { now, title: "Squares", handle: "squares" });
  draft = await aProcess(bilbao, { now, title: "Aardvark plan", handle: "drafted", isDraft: true });
  hidden = await aProcess(bilbao, { now, title: "Dugong plan", handle: "hidden" });
  const by = await aResident(bilbao, { now });
  await aProposal(bilbao, { process: open, by, now, title: "Bandicoot bench", isDraft: true });
  await aMeeting(bilbao, { process: open, now, title: "Capybara evening", isDraft: true });
  const slander = await aProposal(bilbao, { process: open, by, now, title: "Echidna slander" });
  const inside = await aProposal(bilbao, { process: hidden, by, now, title: "Something inside" });
  const shown = await aProposal(bilbao, { process: open, by, now, title: "A public fountain" });
  for (const { uri } of [slander, hidden]) await hideSubject(bilbao.sql, bilbao.administrator, uri, "Slander", now);
  await net.settle();
  history = `/records/of/${open.id}`;
  paths = [
    ...[history, `/records/of/${shown.id}`, "/processes/squares/team", "/desk/audit.ndjson"],
    ...["/", "/desk", "/moderation", "/moderation/appeals", "/moderation/log", "/moderation/log.atom", "/processes"],
    ...[
      "/meetings",
      "/results",
      "/notices",
      "/account",
      "/network",
      "/search?q=plan",
      "/search?q=slander",
      "/calendar.ics",
    ],
    ...["waiting", "drafts", "planned"].map((queue) => `/desk/answers?queue=${queue}`),
    ...[draft, hidden].map(({ uri }) => `/desk/answers?process=${encodeURIComponent(uri)}`),
    ...["drafted", "hidden"].flatMap((name) =>
      ["", "/team", "/proposals", "/meetings"].map((part) => `/processes/${name}${part}`),
    ),
    ...[shown, slander, inside].flatMap(({ id }) => [
      `/proposals/${id}`,
      `/desk/proposals/${id}`,
      `/discussions/${id}.atom`,
    ]),
    ...[
      "/processes.atom",
      "/news.atom",
      "/answers.atom",
      "/results.atom",
      "/meetings.atom",
      "/organisations/bilbao.atom",
      "/desk/audit",
      "/desk/audit.csv",
    ],
  ];
});
afterAll(() => net?.[Symbol.asyncDispose]());

async function someone(role: GrantableRole, process: Process | null) {
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  const account = await aGuest(bilbao, { now });
  await grantRole(bilbao.sql, bilbao.administrator, account.id, { role, processUri: process?.uri ?? null }, now);
  return await getAccount(bilbao.sql, account.id);
}

/** Reads whatever links lead to, beginning with all places above. */
async function leaksTo(account: Awaited<ReturnType<typeof someone>>, words: readonly string[]): Promise<string[]> {
  const visitor = await openReader(net.nodes.bilbao, account);
  const [seen, waiting, leaks] = [new Set<string>(), [...paths], [] as string[]];
  for (let path = waiting.shift(); path !== undefined && seen.size < pagesMax; path = waiting.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    await visitor.open(path);
    for (const word of words) if (visitor.html.includes(word)) leaks.push(`${path}: ${word}`);
    if (visitor.status !== 200) continue;
    for (const [, href] of visitor.html.matchAll(/href="(\/[^"#]*)/g)) {
      const next = href!.replaceAll("&amp;", "&");
      if (!/^\/(assets|uploads|sign-out|follow\?|mailbox)/.test(next)) waiting.push(next);
    }
  }
  expect(seen.size).toBeGreaterThan(30);
  return leaks;
}

test("an evaluator of the whole node, or of one process, reads no title of a draft or of what is hidden", async () => {
  for (const process of [null, open!]) {
    const account = await someone("evaluator", process);
    expect(await leaksTo(account, [...draftWords, ...hiddenWords])).toEqual([]);
  }
});

test("a moderator reads what they have hidden, and no title of a draft", async () => {
  expect(await leaksTo(await someone("moderator", null), draftWords)).toEqual([]);
  expect(await leaksTo(await someone("moderator", open!), [...draftWords, "Dugong"])).toEqual([]);
});

test("whoever works on one process reads nobody's e-mail address: in no page, no history, no export of the log", async () => {
  const { bilbao } = net.nodes;
  const addresses = async (except: string) => {
    const rows = await bilbao.sql<
      { email: string }[]
    >`select email from account where email is not null and email <> ${except}`;
    return rows.map(({ email }) => email);
  };
  for (const role of ["evaluator", "moderator", "official", "administrator"] as const) {
    const account = await someone(role, open!);
    expect(await leaksTo(account, await addresses(account.email ?? ""))).toEqual([]);
  }
});

test("the history of a thing names its publisher by name", async () => {
  const visitor = await openReader(net.nodes.bilbao, net.nodes.bilbao.administrator);
  await visitor.open(history);
  expect(visitor.text).toContain("Bilbao");
  expect(visitor.all("dd").some((fact) => fact === "Bilbao")).toBe(true);
  expect(visitor.html).not.toContain(net.nodes.bilbao.administrator.email);
});

test("what is assigned to an evaluator leaves their list while its process is hidden", async () => {
  const { bilbao } = net.nodes;
  const account = await someone("evaluator", null);
  const now = net.clock.now();
  const process = await aProcess(bilbao, { now });
  const proposal = await aProposal(bilbao, { process, now, title: "Flamingo pond" });
  await assignProposal(bilbao.sql, bilbao.administrator, proposal.uri, account.id, now);
  const visitor = await openReader(bilbao, account);
  await visitor.open("/desk/answers");
  expect(visitor.text).toContain("Flamingo pond");
  await hideSubject(bilbao.sql, bilbao.administrator, process.uri, "Wrong", now);
  await visitor.open("/desk/answers");
  expect(visitor.text).not.toContain("Flamingo pond");
});
