// Nothing private ever leaves: two cities do all that cities do, each secret is planted with words of its own, and
// everything that can be had from outside, and the log, is searched for those words.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeProfile, closeAccount, closePublicVoice } from "../../src/accounts/actions.ts";
import { grantRole } from "../../src/accounts/people-actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { chronicleEveryMs } from "../../src/chronicle/jobs.ts";
import { deleteComment, editComment, forgetCommenter, publishComment } from "../../src/comments/actions.ts";
import { discardMeeting } from "../../src/meetings/actions.ts";
import { hideSubject, reportSubject } from "../../src/moderation/actions.ts";
import type { Sql } from "../../src/platform/db.ts";
import { configureLog } from "../../src/platform/log.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { discardDraft, withdrawProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { forgetProposer } from "../../src/proposals/forget-proposer.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { supportProposal, withdrawSupport } from "../../src/proposals/support-actions.ts";
import { openAccountAtDesk } from "../../src/residences/assist-actions.ts";
import { likeSubject } from "../../src/subjects/like-actions.ts";
import * as build from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { deskSecrets, prepareAnswers } from "../support/planted-desk.ts";
import { openStranger, type Stranger } from "../support/stranger.ts";
import { openVisitor, type Visitor } from "../support/visit.ts";

/** No one outside may ever learn it. */
const never: Record<string, string> = {
  "an e-mail address": "planted-mail.example",
  "the administrator's e-mail address": "admin@example.org",
  "the name behind a pseudonym": "Ziortza Planted",
  "the name of one who only supports": "Uxue Planted",
  "the name of one who only likes": "Leire Planted",
  "the name of one who only reports": "Ander Planted",
  "the name of an official": "Olatz Planted",
  "the name of a moderator": "Maddi Planted",
  "the name of one who speaks for an association": "Garazi Planted",
  "what a person knows": "planted-know-how",
  "a proposal that is a draft": "planted-draft-proposal",
  "a proposal that was thrown away": "planted-thrown-proposal",
  "a process that is a draft": "planted-draft-process",
  "a meeting that is a draft": "planted-draft-meeting",
  "a meeting that was thrown away": "planted-thrown-meeting",
  "a report kept at home": "planted-home-report",
  ...deskSecrets,
};
/** Others could read it once; now it stands nowhere. */
const gone: Record<string, string> = {
  "a deleted comment": "planted-deleted-comment",
  "an earlier text of a deleted comment": "planted-deleted-version",
  "the name on a closed account": "Nerea Planted",
};
/** For the moderators of a city, and nobody who reads. */
const held: Record<string, string> = {
  "a hidden proposal": "planted-hidden-proposal",
  "a hidden comment": "planted-hidden-comment",
  "the reason of a forwarded report": "planted-forwarded-report",
};

let net: Network<"bilbao" | "porto">;
let ana: Stranger;
let process: Process;
let proposal: Proposal;
let signedIn: Visitor;
const logged: string[] = [];
/** What arrived at the inboxes of the two cities. */
const delivered: string[] = [];
/** What a signed-out reader, or a server, was given: address → answer. */
const read = new Map<string, string>();

const now = () => net.clock.now();
const someone = (name: string) => ({ name, email: `${name.split(" ")[0]}@planted-mail.example`, now: now() });
const later = async (ms = 60_000) => {
  net.clock.advance(ms);
  await net.settle();
};
/** Long enough for tallies and threads to be recorded. */
const aWhile = () => later(chronicleEveryMs + 60_000);

beforeAll(async () => {
  configureLog({ lowestLevel: "trace", isTerminal: false, write: (line) => void logged.push(line) });
  net = await openNetwork("bilbao", "porto");
  for (const { instance } of Object.values(net.nodes)) keepDeliveries(instance);
  ana = openStranger(net);
  const { bilbao, porto } = net.nodes;
  process = await build.aProcess(bilbao, { title: "Squares for all", now: now() });
  proposal = await build.aProposal(bilbao, { process, title: "A bench by the river", now: now() });
  await later();
  await ana.post("https://bilbao.test/inbox", ana.activity("Follow", process.actorUri));
  await porto.instance.house.findRemote(process.actorUri!);
  const [us, them] = [
    await findActor(porto.sql, porto.organisation.uri),
    await findActor(porto.sql, process.actorUri!),
  ];
  await follow(porto.sql, porto.uris, us!, them!, now());
  await later();
  await speakAndSupport();
  await workAtTheDesk();
  await speakFromAfar();
  await signInByMail();
  await later();
  await leave();
  await aWhile();
  for (const node of [bilbao, porto]) await readEverything(node);
});
afterAll(async () => {
  configureLog({ lowestLevel: "fatal" });
  await net?.[Symbol.asyncDispose]();
});

function keepDeliveries(instance: Node["instance"]): void {
  const answer = instance.fetch;
  const keep: Node["instance"]["fetch"] = async (request, env) => {
    if (new URL(request.url).pathname.endsWith("/inbox")) delivered.push(await request.clone().text());
    return await answer(request, env);
  };
  Object.assign(instance, { fetch: keep });
}

async function speakAndSupport(): Promise<void> {
  const { bilbao } = net.nodes;
  const { sql, uris } = bilbao;
  const supporter = await build.aResident(bilbao, someone("Uxue Planted"));
  await supportProposal(sql, supporter, proposal.uri, now());
  await likeSubject(sql, uris, supporter, proposal.uri, now());
  const fickle = await build.aResident(bilbao, someone("Uxue Planted Two"));
  await supportProposal(sql, fickle, proposal.uri, now());
  await withdrawSupport(sql, fickle, proposal.uri, now());
  const liker = await build.aGuest(bilbao, someone("Leire Planted"));
  await likeSubject(sql, uris, liker, proposal.uri, now());
  const knowing = { name: "Leire Planted", locale: "en", knowHow: "planted-know-how", isKnowHowPublic: false };
  await changeProfile(sql, liker, knowing, now());

  // `handle` opens a voice of the same name; the name of the account is changed behind it.
  const { name, ...person } = someone("Ziortza Planted");
  const opened = await build.aResident(bilbao, { ...person, name: "Walnut", handle: "walnut" });
  await changeProfile(sql, opened, { name, locale: "en", knowHow: "planted-know-how", isKnowHowPublic: false }, now());
  const pseudonymous = await getAccount(sql, opened.id);
  const own = await build.aProposal(bilbao, { process, by: pseudonymous, title: "A walnut tree", now: now() });
  await build.aComment(bilbao, { on: own, by: pseudonymous, body: "It gives shade and nuts.", now: now() });
  await likeSubject(sql, uris, pseudonymous, proposal.uri, now());
  await withdrawProposal(sql, pseudonymous, own.uri, now());

  const association = await build.anAssociation(bilbao, { handle: "bizi-auzoa" });
  const member = await build.aResident(bilbao, { ...someone("Garazi Planted"), memberOf: association });
  await build.aProposal(bilbao, {
    process,
    by: member,
    organisationId: association.id,
    title: "A shared garden",
    now: now(),
  });

  const author = await build.aResident(bilbao, { now: now() });
  const draft = { process, by: author, isDraft: true, now: now() };
  await build.aProposal(bilbao, { ...draft, title: "planted-draft-proposal", body: "planted-draft-proposal" });
  const thrown = await build.aProposal(bilbao, { ...draft, body: "planted-thrown-proposal" });
  await discardDraft(sql, author, thrown.uri, now());

  const deleted = await build.aComment(bilbao, {
    on: proposal,
    by: author,
    body: "planted-deleted-version",
    now: now(),
  });
  await later();
  const { version } = deleted;
  await aWhile();
  await editComment(sql, author, deleted.uri, { body: "planted-deleted-comment", version }, now());
  await aWhile();
  await deleteComment(sql, author, deleted.uri, now());
}

async function workAtTheDesk(): Promise<void> {
  const { bilbao } = net.nodes;
  const { sql, uris } = bilbao;
  const official = await build.anOfficial(bilbao, { ...someone("Olatz Planted"), process });
  const moderator = await build.aModerator(bilbao, { ...someone("Maddi Planted"), process });
  await grantRole(sql, bilbao.administrator, moderator.id, { role: "official", processUri: process.uri }, now());
  const news = { processUri: process.uri, title: "The river opens", body: "From May.", language: "en" };
  await publishNews(sql, uris, official, news, now());
  const cost = { costAmount: "900.00", costCurrency: "EUR" };
  const answer = { outcome: "accepted", reasons: "There is room.", ...cost, term: "June", language: "en" } as const;
  await answerProposal(sql, uris, official, proposal.uri, answer, now());
  await prepareAnswers(bilbao, { process, answered: proposal, official }, now());
  const typed = { name: "Beside the desk", email: "typed-there@planted-mail.example", locale: "en" };
  await openAccountAtDesk(sql, bilbao.config.secret, bilbao.administrator, typed, now());
  await build.aProcess(bilbao, { isDraft: true, title: "planted-draft-process", now: now() });
  await build.aMeeting(bilbao, { process, title: "An evening by the river", now: now() });
  await build.aMeeting(bilbao, { process, isDraft: true, title: "planted-draft-meeting", now: now() });
  const thrown = await build.aMeeting(bilbao, { process, isDraft: true, title: "planted-thrown-meeting", now: now() });
  await discardMeeting(sql, bilbao.administrator, thrown.uri, now());
  await build.aResult(bilbao, { process, title: "Twelve benches stand", now: now() });

  const bad = await build.aProposal(bilbao, { process, title: "planted-hidden-proposal", now: now() });
  const worse = await build.aComment(bilbao, { on: proposal, body: "planted-hidden-comment", now: now() });
  await later();
  const reporter = await build.aGuest(bilbao, someone("Ander Planted"));
  const report = { category: "abuse", reason: "planted-home-report", isForwarded: false } as const;
  await reportSubject(sql, reporter, { subjectUri: bad.uri, ...report }, now());
  for (const { uri } of [bad, worse]) await hideSubject(sql, moderator, uri, "against the house rules", now());
}

/** A resident of the other city takes part in this one. */
async function speakFromAfar(): Promise<void> {
  const { porto } = net.nodes;
  const visitor = await build.aResident(porto, {
    name: "Inês of the hill",
    email: "ines@planted-mail.example",
    now: now(),
  });
  const said = { targetUri: proposal.uri, parentUri: null, stance: "for", language: "en" } as const;
  await publishComment(porto.sql, porto.uris, visitor, { ...said, body: "We have two such benches." }, now());
  const liker = await build.aResident(porto, someone("Leire Planted"));
  await likeSubject(porto.sql, porto.uris, liker, proposal.uri, now());
  const reporter = await build.aResident(porto, someone("Ander Planted"));
  const report = { category: "other", reason: "planted-forwarded-report", isForwarded: true } as const;
  await reportSubject(porto.sql, reporter, { subjectUri: proposal.uri, ...report }, now());
}

async function signInByMail(): Promise<void> {
  const { instance, uris, mails } = net.nodes.bilbao;
  signedIn = openVisitor((request) => instance.fetch(request), uris.origin);
  await signedIn.open("/sign-in");
  await signedIn.fill("E-mail", "Uxue@planted-mail.example").press("Send me the link");
  await net.settle();
  await signedIn.open(linkIn(mails.at(-1)!.text));
  await signedIn.press("Sign in");
}

const linkIn = (mail: string): string => /https:\/\/bilbao\.test\/sign-in\/[\w-]{43}/.exec(mail)![0];

async function leave(): Promise<void> {
  const { bilbao } = net.nodes;
  const { sql } = bilbao;
  const leaving = await build.aResident(bilbao, someone("Nerea Planted"));
  await build.aProposal(bilbao, { process, by: leaving, title: "A fountain", now: now() });
  await build.aComment(bilbao, { on: proposal, by: leaving, body: "The river needs a fountain.", now: now() });
  const draft = { title: "planted-draft-proposal", isDraft: true, now: now() };
  await build.aProposal(bilbao, { process, by: leaving, ...draft });
  await aWhile();
  expect(JSON.stringify(await sql`select document from record_part`)).toContain("Nerea Planted");
  await closeAccount(sql, leaving, [forgetProposer, forgetCommenter], now());
  const [{ id }] = (await sql`select id from account where name = 'Ziortza Planted'`) as unknown as [{ id: string }];
  await closePublicVoice(sql, await getAccount(sql, id), now());
}

/** Every address the node has, the absent-looking ones too, and every one that what it answers leads to. */
async function readEverything(node: Node): Promise<void> {
  const { sql, uris, instance } = node;
  const waiting = [...(await addressesOf(sql, uris.origin)), ...wellKnown.map(uris.at)];
  const seen = new Set<string>();
  while (waiting.length > 0) {
    const address = waiting.pop()!;
    if (seen.has(address) || !address.startsWith(`${uris.origin}/`)) continue;
    seen.add(address);
    for (const accept of ["text/html", "application/activity+json"]) {
      const response = await instance.fetch(new Request(address, { headers: { accept } }));
      expect(response.status, address).toBeLessThan(500);
      const body = await response.text();
      read.set(`${accept} ${address}`, `${body} ${response.headers.get("location") ?? ""}`);
      for (const [, path] of body.matchAll(/(?:href|src)="(\/[^"?#]*)/g)) waiting.push(uris.at(path!));
      for (const [found] of body.matchAll(/https:\/\/[a-z]+\.test\/[\w./:-]+/g)) waiting.push(found);
    }
  }
}

const wellKnown = [
  ...["/", "/processes", "/meetings", "/meetings.ics", "/results", "/network", "/search?q=planted", "/sitemap.xml"],
  ...["/.well-known/nodeinfo", "/nodeinfo/2.1", "/.well-known/host-meta", "/actors/nobody"],
  ...["walnut", "bilbao", "porto"].map((handle) => `/.well-known/webfinger?resource=acct:${handle}@bilbao.test`),
];

async function addressesOf(sql: Sql, origin: string): Promise<string[]> {
  const rows = await sql<{ uri: string; kind: string }[]>`
    select uri, 'subject' as kind from subject where origin is null
    union all select uri, 'actor' from actor where origin is null
    union all select uri, 'activity' from outgoing_activity
    union all select ${origin} || '/records/' || digest, 'record' from record
    union all select ${origin} || '/records/' || digest, 'record' from record_part`;
  const under: Record<string, string[]> = {
    subject: ["replies", "likes", "shares", "replies/page/newest", "history", "edit", "calendar.ics", "feed.atom"],
    actor: ["outbox", "followers", "following", "featured", "outbox/page/newest", "following/page/newest"],
    activity: [],
    record: ["part"],
  };
  const feeds = ["proposals", "proposals/feed.atom", "meetings.ics", "results", "news"];
  under.subject!.push(...feeds);
  return rows.flatMap(({ uri, kind }) => [uri, ...under[kind]!.map((path) => `${uri}/${path}`)]);
}

/** The rows that become activities, and those they became. */
async function frozen(): Promise<string> {
  const rows: unknown[] = [];
  for (const { sql } of Object.values(net.nodes))
    rows.push(await sql`select * from event`, await sql`select * from outgoing_activity`);
  return JSON.stringify(rows);
}

/** What a node vouches for, and the words beside it. */
async function vouchedFor(): Promise<string> {
  const rows: unknown[] = [];
  for (const { sql } of Object.values(net.nodes)) {
    rows.push(await sql`select subject_uri, document from record`);
    rows.push(await sql`select subject_uri, document from record_part where document is not null`);
  }
  return JSON.stringify(rows);
}

/** Where each of the words stands; nowhere is well. */
const findings = (secrets: Record<string, string>, places: Iterable<[string, string]>): string[] => {
  const found: string[] = [];
  for (const [place, text] of places)
    for (const [what, word] of Object.entries(secrets)) if (text.includes(word)) found.push(`${what}: ${place}`);
  return found;
};
const numbered = (name: string, texts: readonly string[]): [string, string][] =>
  texts.map((text, at) => [`${name} ${at}: ${text.slice(0, 200)}`, text]);

/** Account ids, tokens and private keys: secrets nobody planted. */
async function unplanted(): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {};
  for (const { sql, mails } of Object.values(net.nodes)) {
    for (const { id } of await sql<{ id: string }[]>`select id from account`) secrets[`an account ${id}`] = id;
    const keys = await sql<{ id: string; d: string | null }[]>`select id, private_jwk->>'d' as d from actor_key`;
    for (const { id, d } of keys) if (d !== null) secrets[`a key ${id}`] = d;
    for (const { text } of mails.filter((mail) => mail.text.includes("/sign-in/")))
      secrets["a link"] = linkIn(text).split("/").at(-1)!;
  }
  for (const [name, value] of signedIn.cookies) {
    if (name.endsWith("session")) secrets["a session"] = decodeURIComponent(value).split(".")[0]!;
  }
  return secrets;
}

describe("what was planted", () => {
  test("is there to be found, and so are keys, accounts and tokens", async () => {
    const kinds = Object.keys(await unplanted()).map((what) => what.split(" ").slice(0, 2).join(" "));
    expect(new Set(kinds)).toEqual(new Set(["an account", "a key", "a link", "a session"]));
  });

  test("stands beside what everyone may read, and that was read", async () => {
    const everything = [...read.values()].join("\n");
    for (const word of [
      "A walnut tree",
      "Walnut",
      "A shared garden",
      "The river opens",
      "Inês of the hill",
      "A fountain",
    ])
      expect(everything, word).toContain(word);
    const [toAna, toCities] = [JSON.stringify(ana.inbox), delivered.join("\n")];
    for (const word of ["A walnut tree", "The river opens", "There is room."]) expect(toAna).toContain(word);
    for (const word of ["A walnut tree", "Inês of the hill", "planted-forwarded-report", "planted-deleted-comment"])
      expect(toCities).toContain(word);
    expect(await frozen()).toContain("A shared garden");
    expect(logged.length).toBeGreaterThan(10);
  });
});

describe("nothing private", () => {
  const all = async () => ({ ...never, ...(await unplanted()) });

  test("reaches a stranger's server", async () => {
    const texts = ana.inbox.map((activity) => JSON.stringify(activity));
    expect(
      findings({ ...(await all()), ...{ report: held["the reason of a forwarded report"]! } }, numbered("ana", texts)),
    ).toEqual([]);
  });

  test("reaches the other city", async () => {
    expect(findings(await all(), numbered("city", delivered))).toEqual([]);
  });

  test("stands in an event or in an activity, frozen as they are", async () => {
    expect(findings({ ...(await all()), ...gone }, [["rows", await frozen()]])).toEqual([]);
  });

  test("stands in a record or in the words beside it", async () => {
    const rows = await vouchedFor();
    for (const word of ["A shared garden", "The river needs a fountain.", "one per verified resident"]) {
      expect(rows).toContain(word);
    }
    expect(findings({ ...(await all()), ...gone }, [["rows", rows]])).toEqual([]);
  });

  test("is served to a reader or a server, by either city", async () => {
    expect(findings({ ...(await all()), ...gone, ...held }, read)).toEqual([]);
  });

  test("is written into the log", async () => {
    expect(findings({ ...(await all()), ...gone, ...held }, numbered("log", logged))).toEqual([]);
  });
});
