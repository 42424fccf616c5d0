// Seven cities and one process of Bilbao: the network falls apart for a week and heals, keys change hands, the city that
// owned it all is gone for good, and its process lives on where copies of it are.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { deleteComment, publishComment } from "../../src/comments/actions.ts";
import type { Comment } from "../../src/comments/comment.ts";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { findMirror } from "../../src/mirrors/queries.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { dayMs } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import { editProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { rotateKeys } from "../../src/records/key-actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aModerator, anOfficial, aPhase, aProcess, aProposal, aProposalText, aResident } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { openVisitor } from "../support/visit.ts";

const others = ["porto", "lisboa", "lyon", "ghent", "turin"] as const;
/** Comes to know of it all only when its owner is gone. */
const latecomer = "bergen";
type Name = "bilbao" | (typeof others)[number] | typeof latecomer;

let net: Network<Name>;
let process: Process;
let author: Account;
const proposals: Proposal[] = [];

const now = () => net.clock.now();
const at = (name: Name): Node => net.nodes[name];

beforeAll(async () => {
  net = await openNetwork("bilbao", ...others, latecomer);
  const bilbao = at("bilbao");
  const phases = [aPhase(now(), { startsInDays: -1, endsInDays: 60 })];
  process = await aProcess(bilbao, { now: now(), title: "Lanes to school", phases, editWindowMinutes: 100_000 });
  author = await aResident(bilbao, { now: now(), name: "Miren" });
  for (const title of ["A lane to the north", "A lane to the south", "A lane to the river"]) {
    proposals.push(await aProposal(bilbao, { process, by: author, title, now: now() }));
  }
  await days(0);
  for (const name of others) {
    await followFrom(name, "bilbao");
    await keepAt(name);
  }
  await days(1);
});
afterEach(() => {
  net.weather = null;
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function followFrom(name: Name, owner: Name): Promise<void> {
  const node = at(name);
  for (const uri of [at(owner).organisation.uri, process.actorUri!]) {
    await node.instance.house.findRemote(uri);
    const [us, them] = [await findActor(node.sql, node.organisation.uri), await findActor(node.sql, uri)];
    await follow(node.sql, node.uris, us!, them!, now());
  }
}

async function keepAt(name: Name): Promise<void> {
  const { sql, uris } = at(name);
  const official = await anOfficial(at(name), { now: now() });
  await keepCopy(sql, official, { scopeUri: process.uri, kind: "process", ownOrigin: uris.origin }, now());
}

/** Lets time go by, half a day at once, with everything that is due in it. */
async function days(count: number, outage: { inOutage?: boolean } = {}): Promise<void> {
  await net.settle(outage);
  for (let half = 0; half < count * 2; half++) {
    net.clock.advance(dayMs / 2);
    await net.settle(outage);
  }
}

async function say(name: Name, on: { uri: string }, body: string, parent: Comment | null = null): Promise<Comment> {
  const by = await aResident(at(name), { now: now() });
  const input = { targetUri: on.uri, parentUri: parent?.uri ?? null, stance: null, body, language: "en" };
  return await publishComment(at(name).sql, at(name).uris, by, input, now());
}

/** Every record of the process that a node has, what each thing's newest says of itself, and the words it has. */
async function recordsAt(name: Name) {
  return await at(name).sql<{ digest: string; standing: string; isHead: boolean; words: string | null }[]>`
    select record.digest, standing, is_head, record_part.document as words
    from record left join record_part on record_part.digest = part_digest
    where process_uri = ${process.uri} order by record.digest collate "C"`;
}

/** The discussion of a proposal as a node has it: who answers whom, and what is said. */
async function threadAt(name: Name, proposal: Proposal) {
  return await at(name).sql`
    select subject.uri, subject.parent_uri, hidden_at is not null and deleted_at is null as is_hidden, deleted_at is not null as is_gone,
      btrim(regexp_replace(body, '<[^>]*>', '', 'g'), E' \n') as words
    from comment join subject on subject.uri = comment.uri where thread_uri = ${proposal.uri} order by subject.uri`;
}

async function pageAt(name: Name, uri: string, path = "proposals"): Promise<string> {
  const copy = await findSubject(at(name).sql, uri);
  return (await openVisitor(at(name).instance.fetch, at(name).uris.origin).open(`/${path}/${copy!.id}`)).text;
}

async function expectSameEverywhere(names: readonly Name[]): Promise<void> {
  const [first, ...rest] = names as [Name, ...Name[]];
  const [records, threads] = [
    await recordsAt(first),
    await Promise.all(proposals.map((proposal) => threadAt(first, proposal))),
  ];
  for (const name of rest) {
    expect(await recordsAt(name), `the records at ${name}`).toEqual(records);
    for (const [index, proposal] of proposals.entries()) {
      expect(await threadAt(name, proposal), `the thread of ${proposal.title} at ${name}`).toEqual(threads[index]);
    }
  }
}

test("five cities have the whole process, checked against Bilbao's own key", async () => {
  await expectSameEverywhere(["bilbao", ...others]);
  expect((await recordsAt("porto")).length).toBeGreaterThanOrEqual(4);
  for (const name of others) {
    expect(await findMirror(at(name).sql, process.uri)).toMatchObject({ state: "kept" });
    const trusts = await at(name).sql`select distinct trust from record where process_uri = ${process.uri}`;
    expect(trusts).toEqual([{ trust: "verified" }]);
  }
});

test("a week in two halves: each goes on with what it has, and says how old it is; healed, all are the same again", async () => {
  const north: readonly Name[] = ["bilbao", "porto", "lyon"];
  const halfOf = (host: string) => (north.some((name) => host === `${name}.test`) ? "north" : "south");
  const early = await say("porto", proposals[0]!, "Taken back while half of us cannot hear it.");
  const spam = await say("lisboa", proposals[1]!, "Buy lanes here, cheap.");
  await days(1);
  net.weather = async (request, pass, from) => {
    if (halfOf(new URL(request.url).host) !== halfOf(from)) throw new TypeError("the cable is cut");
    return await pass(request);
  };
  const bilbao = at("bilbao");
  const [moderator, official] = [await aModerator(bilbao, { now: now() }), await anOfficial(bilbao, { now: now() })];
  const porto = at("porto");
  const [byPorto] = await porto.sql<{ accountId: string }[]>`select account_id from comment where uri = ${early.uri}`;
  await deleteComment(porto.sql, await getAccount(porto.sql, byPorto!.accountId), early.uri, now());
  await hideSubject(bilbao.sql, moderator, spam.uri, "An advertisement", now());
  const text = aProposalText({ title: "A wider lane to the north" });
  await editProposal(
    bilbao.sql,
    author,
    proposals[0]!.uri,
    { ...text, images: [], organisationId: null, version: 1 },
    now(),
  );
  const answer = {
    outcome: "accepted",
    reasons: "We build it.",
    costAmount: "90000.00",
    costCurrency: "EUR",
    term: "2027",
    language: "en",
  } as const;
  await answerProposal(bilbao.sql, bilbao.uris, official, proposals[1]!.uri, answer, now());
  const southern = await say("ghent", proposals[2]!, "Said in the south.");
  const northern = await say("lyon", proposals[2]!, "Said in the north.");
  await days(4, { inOutage: true });
  // Turin hears of it only through Bilbao, who owns the discussion; at Ghent it can be answered.
  await say("ghent", proposals[2]!, "Answered in the south.", southern);
  await days(3, { inOutage: true });
  // Each half reads on; the south knows that it has not heard from Bilbao, and has not lost a word.
  expect(await pageAt("lyon", proposals[1]!.uri)).toContain("We build it.");
  expect(await pageAt("ghent", proposals[1]!.uri)).not.toContain("We build it.");
  expect(await pageAt("ghent", proposals[2]!.uri)).toContain("Said in the south.");
  expect(await findMirror(at("ghent").sql, process.uri)).toMatchObject({ state: "unreachable" });
  expect(await pageAt("ghent", proposals[1]!.uri)).toContain("bilbao.test");

  net.weather = null;
  await days(3);
  await expectSameEverywhere(["bilbao", ...others]);
  for (const name of ["bilbao", ...others] as const) {
    const page = await pageAt(name, proposals[2]!.uri);
    for (const words of ["Said in the south.", "Said in the north.", "Answered in the south."]) {
      expect(page, `${words} at ${name}`).toContain(words);
    }
    expect(await pageAt(name, proposals[1]!.uri)).toContain("We build it.");
    expect(await pageAt(name, proposals[1]!.uri)).not.toContain("Buy lanes");
    expect(JSON.stringify(await threadAt(name, proposals[0]!))).not.toContain("Taken back");
  }
  expect((await threadAt("lisboa", proposals[2]!)).map((row) => row.uri)).toContain(northern.uri);
});

test("Bilbao changes its keys: what was signed before still holds, what is signed after is taken", async () => {
  const bilbao = at("bilbao");
  const before = await recordsAt("porto");
  await rotateKeys(bilbao.sql, (await findActor(bilbao.sql, bilbao.organisation.uri))!, now());
  const text = aProposalText({ title: "A lane to the river and back" });
  await editProposal(
    bilbao.sql,
    author,
    proposals[2]!.uri,
    { ...text, images: [], organisationId: null, version: 1 },
    now(),
  );
  proposals.push(await aProposal(bilbao, { process, by: author, title: "A lane under the new key", now: now() }));
  // Who has read Bilbao's document a moment ago takes the new key at the next try.
  await days(1, { inOutage: true });
  await expectSameEverywhere(["bilbao", ...others]);
  const methods = await at("turin").sql<{ method: string }[]>`
    select distinct document::jsonb -> 'proof' ->> 'verificationMethod' as method from record where process_uri = ${process.uri}`;
  expect(methods.length).toBe(2);
  expect((await recordsAt("porto")).length).toBeGreaterThan(before.length);
  expect(await at("turin").sql`select from record where trust <> 'verified' and origin is not null`).toHaveLength(0);
});

test("Bilbao is gone for good: its process stays with the others, and a city that never knew it gets it from them", async () => {
  net.down.add("bilbao.test");
  await days(2, { inOutage: true });
  const page = await pageAt("porto", process.uri, "processes");
  expect(page).toContain("Lanes to school");
  const bergen = at(latecomer);
  await bergen.instance.house.findRemote(at("porto").organisation.uri);
  const [us, them] = [
    await findActor(bergen.sql, bergen.organisation.uri),
    await findActor(bergen.sql, at("porto").organisation.uri),
  ];
  await follow(bergen.sql, bergen.uris, us!, them!, now());
  await days(1, { inOutage: true });
  await keepAt(latecomer);
  await days(1, { inOutage: true });
  const digests = async (name: Name) => (await recordsAt(name)).map((row) => row.digest);
  expect(await digests(latecomer)).toEqual(await digests("porto"));
  expect(await bergen.sql`select distinct trust, vouched_by from record where process_uri = ${process.uri}`).toEqual([
    { trust: "vouched", vouchedBy: "https://porto.test" },
  ]);
  expect(await pageAt(latecomer, proposals[1]!.uri)).toContain("We build it.");
  expect(await pageAt(latecomer, proposals[1]!.uri)).toContain("porto.test");
});
