// Bilbao is restored from a backup of the day before. What it published since comes back from Porto, which keeps a copy signed by
// Bilbao itself; what people took back since stays taken back; chains go on under a higher epoch, and Porto takes them for the
// same city. What a mirror made up, or changed, is not taken.
import { expect, test } from "vitest";
import { grantRole } from "../../src/accounts/people-actions.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { deleteComment } from "../../src/comments/actions.ts";
import { findComment } from "../../src/comments/queries.ts";
import { closeMeeting } from "../../src/meetings/actions.ts";
import { getMeeting } from "../../src/meetings/queries.ts";
import { vouchForMeetings } from "../../src/meetings/vouch.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { canonicalText, digestOf } from "../../src/platform/canonical.ts";
import { signDocument } from "../../src/platform/data-integrity.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { dayMs, hourMs, minuteMs } from "../../src/platform/time.ts";
import { addCategory, changeProcess } from "../../src/processes/actions.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { getProcess } from "../../src/processes/queries.ts";
import { vouchForNews, vouchForProcess } from "../../src/processes/vouch.ts";
import { editProposal, publishProposal, withdrawProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { eraseProposal } from "../../src/proposals/erasing-actions.ts";
import { getProposal } from "../../src/proposals/queries.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import { vouchForProposal } from "../../src/proposals/vouch.ts";
import { rotateKeys } from "../../src/records/key-actions.ts";
import { composePage, manifestPaths } from "../../src/records/manifest.ts";
import { findManifest } from "../../src/records/manifest-queries.ts";
import { findHead, findRecord, listVersions } from "../../src/records/queries.ts";
import { kindOfType, readRecord } from "../../src/records/record.ts";
import { signedRow, signerOf } from "../../src/records/signing.ts";
import { changeResult, reachMilestone } from "../../src/results/actions.ts";
import { getResult } from "../../src/results/queries.ts";
import { vouchForMilestone, vouchForResults } from "../../src/results/vouch.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import {
  aComment,
  aMeeting,
  anOfficial,
  aPhase,
  aProcess,
  aProcessText,
  aProposal,
  aProposalText,
  aResident,
  aResult,
  aResultText,
} from "../support/build.ts";
import { actsOf, headsOf, knowsMirror, twoCities } from "../support/restored-city.ts";

test("a restored city takes the erasures from its mirror before it opens, and goes on under a higher epoch", async () => {
  await using cities = await twoCities();
  const { bilbao, porto, now, hours } = cities;
  const process = await aProcess(bilbao, { now: now() });
  const by = await aResident(bilbao, { now: now(), name: "Miren" });
  const proposal = await aProposal(bilbao, { process, by, now: now() });
  const taken = await aProposal(bilbao, { process, by, now: now() });
  const place = { point: { latitude: 43.2603, longitude: -2.9334 }, address: "My own door" };
  const gone = await aProposal(bilbao, { process, by, title: "A tree at my own door", place, now: now() });
  const say = (body: string) => aComment(bilbao, { on: proposal, by, body, now: now() });
  const [regretted, kept] = [await say("I should not have said this."), await say("This may stand.")];
  await cities.keep(process.uri);
  await cities.backUp();

  // The day after the backup, which Bilbao then loses.
  await deleteComment(bilbao.sql, by, regretted.uri, now());
  await withdrawProposal(bilbao.sql, by, taken.uri, now());
  await eraseProposal(bilbao.sql, by, gone.uri, now());
  await hours();
  const known = readRecord((await findHead(porto.sql, `${proposal.uri}/thread/1`))!.document);
  expect(JSON.stringify(known.data)).toContain('"erased"');
  const restored = await cities.loseAndRestore();

  expect((await findSubject(restored.sql, regretted.uri))?.deletedAt).not.toBeNull();
  expect((await findComment(restored.sql, regretted.uri))?.body ?? "").toBe("");
  expect((await findComment(restored.sql, kept.uri))?.body).toBe("This may stand.");
  const parts = await restored.sql<{ document: string | null }[]>`
    select document from record_part where subject_uri = ${regretted.uri}`;
  expect(parts.every(({ document }) => document === null)).toBe(true);
  expect((await getProposal(restored.sql, taken.uri)).state).toBe("withdrawn");
  expect((await findSubject(restored.sql, gone.uri))?.deletedAt).not.toBeNull();
  const traces = await restored.sql`
    select to_jsonb(one) from (select title, body, address from proposal where uri = ${gone.uri}) as one
    union all select to_jsonb(proposal_version) from proposal_version where proposal_uri = ${gone.uri}
    union all select activity from outgoing_activity where subject_uri = ${gone.uri}`;
  expect(JSON.stringify(traces)).not.toContain("my own door");
  expect(JSON.stringify(traces)).not.toContain("My own door");

  const before = await getProposal(restored.sql, proposal.uri);
  const text = { ...aProposalText({ title: "A longer lane to school" }), images: [], organisationId: null };
  await editProposal(restored.sql, by, proposal.uri, { ...text, version: before.version }, now());
  await hours();
  const [head] = await listVersions(porto.sql, proposal.uri, 5);
  expect(head).toMatchObject({ epoch: 2, version: 2, isHead: true, trust: "verified" });
  expect((await findSubject(porto.sql, proposal.uri))?.title).toBe("A longer lane to school");
});

test("what a city published after its backup comes back from its mirror, word for word", async () => {
  await using cities = await twoCities();
  const { net, bilbao, porto, now, hours } = cities;
  const { sql, uris, administrator: admin } = bilbao;
  const trees = await addCategory(sql, admin, { name: { en: "Trees", es: "Arboles" }, parentId: null }, now());
  const process = await aProcess(bilbao, { now: now(), categoryIds: [trees] });
  const by = await aResident(bilbao, { now: now(), name: "Miren" });
  const voiced = await aResident(bilbao, { now: now(), name: "Itziar", handle: "itziar" });
  const old = await aProposal(bilbao, { process, by, now: now() });
  const rude = await aProposal(bilbao, { process, by, now: now() });
  const draft = await aProposal(bilbao, { process, by, isDraft: true, now: now() });
  const meeting = await aMeeting(bilbao, { process, now: now(), startsAt: new Date(+now() + hourMs) });
  const result = await aResult(bilbao, { process, now: now() });
  await cities.keep(process.uri);
  await porto.instance.house.findRemote(process.actorUri!);
  const [us, them] = [
    await findActor(porto.sql, porto.organisation.uri),
    await findActor(porto.sql, process.actorUri!),
  ];
  await follow(porto.sql, porto.uris, us!, them!, now());
  await cities.later(minuteMs);
  await supportProposal(sql, voiced, old.uri, now());
  await cities.backUp();

  // A day of life, which Bilbao then loses.
  await cities.later(3 * hourMs);
  await editProposal(
    sql,
    by,
    old.uri,
    { ...aProposalText({ title: "A longer bench", body: "With *a back*.\n\n- and arms" }), version: old.version },
    now(),
  );
  await supportProposal(sql, by, old.uri, now());
  const answer = { outcome: "accepted", reasons: "It **fits**.", costAmount: "1200.50", costCurrency: "EUR" } as const;
  await answerProposal(sql, uris, admin, old.uri, { ...answer, term: "2027", language: "en" }, now());
  const place = { address: "Plaza Nueva", point: { longitude: -2.9389, latitude: 43.2612 } };
  const fresh = await aProposal(bilbao, { process, by, categoryId: trees, place, now: now() });
  const spoken = await aProposal(bilbao, { process, by: voiced, now: now() });
  await publishProposal(sql, by, draft.uri, now());
  await hideSubject(sql, admin, rude.uri, "Insults a neighbour.", now());
  const phases = [
    ...(await getProcess(sql, process.uri)).phases,
    aPhase(now(), { title: "Vote", startsInDays: 20, endsInDays: 30 }),
  ];
  const change = {
    ...aProcessText(process),
    title: { en: "Greener squares" },
    callToAction: { en: "Name a square" },
    phases,
    categoryIds: [trees],
    reason: "A vote was added.",
  };
  await changeProcess(sql, admin, process.uri, change, now());
  const said = { processUri: process.uri, title: "We dig on Monday", body: "Bring *boots*.", language: "en" };
  const news = await publishNews(sql, uris, admin, said, now());
  await closeMeeting(
    sql,
    uris,
    admin,
    meeting.uri,
    { attendeeCount: 31, organisations: "", minutes: "All **agreed**." },
    now(),
  );
  const second = await aMeeting(bilbao, { process, now: now(), linkedUris: [old.uri] });
  const became = aResultText({
    title: "Thirty benches",
    progress: 70,
    costAmount: "24000.00",
    costCurrency: "EUR",
    proposalUris: [old.uri],
  });
  await changeResult(sql, admin, result.uri, became, now());
  const step = { resultUri: result.uri, reachedOn: "2026-05-04", title: "Ordered", body: "In *oak*.", language: "en" };
  const milestone = await reachMilestone(sql, uris, admin, { ...step, status: "in-progress", progress: 80 }, now());
  await hours();
  const lost = await headsOf(sql);
  expect(await headsOf(porto.sql)).toEqual(lost);
  const wanted = await Promise.all([old, draft, fresh, spoken].map(({ uri }) => getProposal(sql, uri)));
  const wantedMeetings = await Promise.all([meeting, second].map(({ uri }) => getMeeting(sql, uri)));
  const [wantedProcess, wantedResult] = [await getProcess(sql, process.uri), await getResult(sql, result.uri)];
  const told = net.wire.length;

  const restored = await cities.loseAndRestore();

  // Chains are as they were, the very bytes, as this node's own.
  expect(await headsOf(restored.sql)).toEqual(lost);
  const kinds =
    await restored.sql`select distinct trust, origin from record where publisher_uri like 'https://bilbao.test/%'`;
  expect(kinds).toEqual([{ trust: "own", origin: null }]);
  for (const before of wanted) {
    const { supportCount: _supports, accountId, version: _version, editedAt: _edited, ...words } = before;
    const here = await getProposal(restored.sql, before.uri);
    expect(here).toMatchObject(words);
    // Who wrote it is known where the backup knows, or where they speak through an actor of their own.
    expect(here.accountId).toBe(before.uri === fresh.uri ? null : accountId);
  }
  // No support is taken from what a copy says: the one after the backup has to be given again.
  expect((await getProposal(restored.sql, old.uri)).supportCount).toBe(1);
  for (const before of wantedMeetings) expect(await getMeeting(restored.sql, before.uri)).toEqual(before);
  expect(await getResult(restored.sql, result.uri)).toEqual(wantedResult);
  expect(await getProcess(restored.sql, process.uri)).toEqual(wantedProcess);
  expect((await findSubject(restored.sql, news))?.title).toBe("We dig on Monday");
  expect(await findSubject(restored.sql, rude.uri)).toMatchObject({ hiddenReason: "Insults a neighbour." });
  expect(await actsOf(restored.sql)).toMatchObject([{ detail: { refused: 0, mirrors: 1, silent: 0, hidden: 1 } }]);

  // What the rooms would vouch for now is what the records say: nothing was lost or made up on the way.
  await withTransaction(restored.sql, async (tx) => {
    await vouchForProcess(tx, process.uri, now());
    for (const { uri } of [old, draft, fresh, spoken]) await vouchForProposal(tx, uri, now());
    await vouchForMeetings(tx, [meeting.uri, second.uri], now());
    await vouchForResults(tx, [result.uri], now());
    await vouchForMilestone(tx, milestone.uri, now());
    await vouchForNews(tx, [news], now());
  });
  expect(await headsOf(restored.sql)).toEqual(lost);

  // Nobody is told again, though Porto follows and heard of all of it then; and the mirror finds the same.
  await hours();
  expect(net.wire.slice(0, told)).toContain("POST https://porto.test/inbox 202");
  expect(net.wire.slice(told).filter((line) => line.includes("/inbox"))).toEqual([]);
  expect(await headsOf(porto.sql)).toEqual(lost);
  const official = await anOfficial(restored, { now: now() });
  await grantRole(restored.sql, admin, official.id, { role: "official", processUri: process.uri }, now());
  const refusal = {
    ...answer,
    outcome: "rejected",
    reasons: "No ground.",
    costAmount: null,
    costCurrency: null,
  } as const;
  await answerProposal(restored.sql, uris, admin, fresh.uri, { ...refusal, term: "", language: "en" }, now());
  await hours();
  expect(await headsOf(porto.sql)).toEqual(await headsOf(restored.sql));
  expect(await findHead(porto.sql, fresh.uri)).toMatchObject({ epoch: 2, version: 2, trust: "verified" });
  expect(await porto.sql`select * from record_refusal`).toEqual([]);
});

test("a process opened after the backup is opened again, with what it names and what stands in it", async () => {
  await using cities = await twoCities();
  const { bilbao, porto, now, hours } = cities;
  await aProcess(bilbao, { now: now() });
  await cities.keep(bilbao.organisation.uri, "organisation");
  await cities.backUp();
  await cities.later(hourMs);
  const { sql, administrator: admin } = bilbao;
  const water = await addCategory(sql, admin, { name: { en: "Water", es: "Agua" }, parentId: null }, now());
  const process = await aProcess(bilbao, { handle: "fountains", categoryIds: [water], supportLimit: 3, now: now() });
  const proposal = await aProposal(bilbao, { process, categoryId: water, language: "es", now: now() });
  const meeting = await aMeeting(bilbao, { process: null, categoryId: water, now: now() });
  await hours();
  const lost = await headsOf(sql);
  expect(await headsOf(porto.sql)).toEqual(lost);
  const restored = await cities.loseAndRestore();
  expect(await getProcess(restored.sql, process.uri)).toMatchObject({
    handle: "fountains",
    supportLimit: 3,
    proposalCount: 1,
  });
  await withTransaction(restored.sql, async (tx) => {
    await vouchForProcess(tx, process.uri, now());
    await vouchForProposal(tx, proposal.uri, now());
    await vouchForMeetings(tx, [meeting.uri], now());
  });
  expect(await headsOf(restored.sql)).toEqual(lost);
  const actor = await restored.instance.fetch(
    new Request("https://bilbao.test/actors/fountains", { headers: { accept: "application/activity+json" } }),
  );
  expect(await actor.json()).toMatchObject({ type: "Group", name: process.title.en });
});

test("a mirror that made things up is not believed, and one that is silent is asked again once the city is open", async () => {
  await using cities = await twoCities();
  const { net, bilbao, porto, now, hours } = cities;
  const process = await aProcess(bilbao, { now: now() });
  const by = await aResident(bilbao, { now: now(), name: "Miren" });
  const old = await aProposal(bilbao, { process, by, now: now() });
  const foreign = await aProposal(porto, { now: now() });
  await cities.keep(process.uri);
  await knowsMirror(bilbao.sql, "mallory.example");
  await cities.backUp();
  await withdrawProposal(bilbao.sql, by, old.uri, now());
  const fresh = await aProposal(bilbao, { process, by, now: now() });
  await hours();
  const lost = await headsOf(bilbao.sql);
  const alien = (await findHead(porto.sql, foreign.uri))!.document;
  // It passes the real manifest on, and behind it other records: changed, foreign, and words that are not theirs.
  let asked = 0;
  net.strangers.set("mallory.example", async (request) => {
    const { pathname } = new URL(request.url);
    const real = await porto.instance.fetch(new Request(`https://porto.test${pathname}`, { headers: request.headers }));
    if (!pathname.startsWith("/records/")) return real;
    asked += 1;
    const text = await real.text();
    const lie =
      asked % 2 === 0 ? alien : text.replace('"state":"withdrawn"', '"state":"accepted"').replace("bench", "casino");
    return new Response(lie, { headers: { "content-type": "application/json" } });
  });
  net.down.add("porto.test");
  const restored = await cities.loseAndRestore();
  expect(asked).toBeGreaterThan(0);
  expect((await getProposal(restored.sql, old.uri)).state).toBe("published");
  expect(await findSubject(restored.sql, fresh.uri)).toBeNull();
  expect(await findSubject(restored.sql, foreign.uri)).toBeNull();
  expect(await findHead(restored.sql, fresh.uri)).toBeNull();

  net.down.delete("porto.test");
  await cities.later(15 * minuteMs);
  expect((await getProposal(restored.sql, old.uri)).state).toBe("withdrawn");
  expect((await getProposal(restored.sql, fresh.uri)).title).toBe(fresh.title);
  expect(await headsOf(restored.sql)).toEqual(lost);
});

test("of two mirrors that contradict each other the longer chain counts, whoever is asked first", async () => {
  await using cities = await twoCities();
  const { net, bilbao, porto, now, hours } = cities;
  const process = await aProcess(bilbao, { now: now() });
  const by = await aResident(bilbao, { now: now(), name: "Miren" });
  const proposal = await aProposal(bilbao, { process, by, now: now() });
  await cities.keep(process.uri);
  await knowsMirror(bilbao.sql, "another.example");
  await cities.backUp();
  const first = (await findHead(bilbao.sql, proposal.uri))!;
  await cities.later(hourMs);
  const text = { ...aProposalText({ title: "A longer bench" }), version: proposal.version };
  await editProposal(bilbao.sql, by, proposal.uri, text, now());
  await withdrawProposal(bilbao.sql, by, proposal.uri, now());
  await hours();
  const lost = await headsOf(bilbao.sql);

  // A second version that Bilbao's own key signed: from another life of the city, or by whoever had its key.
  const signer = await signerOf(bilbao.sql, bilbao.organisation.uri);
  const { type, proof: _proof, process: _process, ...before } = readRecord(first.document);
  const other = signedRow(
    { ...before, kind: kindOfType(type), process: process.uri, data: { ...before.data, state: "accepted" } },
    { head: first, signer, epoch: 1 },
    new Date(+now() - 4 * hourMs),
  );
  const page = composePage(process.uri, "", [other.digest]);
  const { proof: _signed, ...root } = JSON.parse((await findManifest(porto.sql, process.uri))!.document);
  const fields = { ...root, count: 1, prefixLength: 0, pages: { "": digestOf(page) } };
  const signed = canonicalText(signDocument(fields, { ...signer, created: now() }));
  let asked = 0;
  net.strangers.set("another.example", (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === manifestPaths(process.uri).root) return new Response(signed);
    if (pathname.includes("/pages/")) return new Response(page);
    if (pathname !== `/records/${other.digest}`) return new Response(null, { status: 404 });
    asked += 1;
    return new Response(other.document);
  });
  const restored = await cities.loseAndRestore();
  expect(asked).toBe(1);
  expect(await headsOf(restored.sql)).toEqual(lost);
  expect(await getProposal(restored.sql, proposal.uri)).toMatchObject({ state: "withdrawn", title: "A longer bench" });
  expect(await findRecord(restored.sql, other.digest)).toBeNull();
  expect((await listVersions(restored.sql, proposal.uri, 9)).map(({ version }) => version)).toEqual([3, 2, 1]);
});

test("what was signed with a key that was made after the backup is known by the history of the keys", async () => {
  await using cities = await twoCities();
  const { bilbao, now, hours } = cities;
  const process = await aProcess(bilbao, { now: now() });
  await cities.keep(process.uri);
  await cities.backUp();
  await cities.later(dayMs);
  await rotateKeys(bilbao.sql, (await findActor(bilbao.sql, bilbao.organisation.uri))!, now());
  await cities.later(hourMs);
  const fresh = await aProposal(bilbao, { process, now: now() });
  await hours();
  const head = await findHead(bilbao.sql, fresh.uri);
  const restored = await cities.loseAndRestore();
  expect((await getProposal(restored.sql, fresh.uri)).title).toBe(fresh.title);
  expect((await findHead(restored.sql, fresh.uri))?.digest).toBe(head?.digest);
});
