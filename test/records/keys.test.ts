// The signed history of an institution's keys, over rotations: old and new records stay checkable, stolen keys do not count.
import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { canonicalText } from "../../src/platform/canonical.ts";
import { signDocument, verifyDocument } from "../../src/platform/data-integrity.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { dayMs, hourMs, minuteMs } from "../../src/platform/time.ts";
import { editProposal, withdrawProposal } from "../../src/proposals/actions.ts";
import { signerOf } from "../../src/records/actions.ts";
import { rotateKeys } from "../../src/records/key-actions.ts";
import { followKeys, isAnchored, keyFor, keysSubjectOf, readKeys } from "../../src/records/keys.ts";
import { findHead, listVersions } from "../../src/records/queries.ts";
import { checkFollows, type RecordDocument, readRecord } from "../../src/records/record.ts";
import { aCity, aProcess, aProposal, aProposalText, aResident, type City } from "../support/build.ts";
import { openTestDatabase } from "../support/database.ts";
import { openNetwork } from "../support/network.ts";

const now = new Date("2026-03-01T12:00:00Z");
const later = (ms: number) => new Date(+now + ms);

async function keyRecords({ sql, organisation }: City): Promise<RecordDocument[]> {
  const versions = await listVersions(sql, keysSubjectOf(organisation.uri), 100);
  return versions.reverse().map(({ document, digest }) => readRecord(document, digest));
}

const isGood = (history: ReturnType<typeof followKeys>, document: string): boolean => {
  const record = readRecord(document);
  const key = keyFor(history, record.proof.verificationMethod, new Date(record.recorded));
  return key !== null && verifyDocument({ ...record }, key);
};

test("the first record of a city is that of its keys, also where two begin at once", async () => {
  await using db = await openTestDatabase();
  const city = await aCity(db, { now });
  const handles = ["one", "two", "three"];
  await Promise.all(handles.map((handle) => aProcess(city, { handle, now })));
  const [first, ...others] = await keyRecords(city);
  expect(others).toEqual([]);
  const history = followKeys([first!]);
  for (const handle of handles) {
    expect(isGood(history, (await findHead(db.sql, city.uris.process(handle)))!.document)).toBe(true);
  }
  const { key: _key, verificationMethod } = await withTransaction(db.sql, (tx) => signerOf(tx, city.organisation.uri));
  expect(readKeys(first!)).toEqual([
    { id: verificationMethod, publicKeyMultibase: expect.stringMatching(/^z6Mk/), from: now.toISOString() },
  ]);
});

test("over two rotations each record is checked with the key of its time, and the history holds from either end", async () => {
  await using db = await openTestDatabase();
  const city = await aCity(db, { now });
  const process = await aProcess(city, { now });
  const by = await aResident(city, { now });
  const proposal = await aProposal(city, { process, by, now });
  const text = { ...aProposalText({ title: "A longer lane to school" }), images: [], organisationId: null, version: 1 };
  await rotateKeys(db.sql, city.organisation, later(minuteMs));
  await editProposal(db.sql, by, proposal.uri, text, later(hourMs));
  await rotateKeys(db.sql, city.organisation, later(2 * hourMs));
  await withdrawProposal(db.sql, by, proposal.uri, later(3 * hourMs));

  const records = await keyRecords(city);
  expect(records).toHaveLength(5);
  const history = followKeys(records);
  const versions = await listVersions(db.sql, proposal.uri, 10);
  expect(new Set(versions.map(({ document }) => readRecord(document).proof.verificationMethod)).size).toBe(3);
  for (const { document } of versions) expect(isGood(history, document)).toBe(true);
  // What a retired key signs long after it was retired counts for nothing.
  const [first] = readKeys(records[0]!);
  expect(keyFor(history, first!.id, later(minuteMs))).not.toBeNull();
  expect(keyFor(history, first!.id, later(dayMs))).toBeNull();

  const live = (id: string) => new Map([[id, history.keys.get(id)!.publicKeyMultibase]]);
  for (const id of history.keys.keys()) expect(isAnchored(history, live(id))).toBe(true);
  expect(isAnchored(history, new Map([[first!.id, "z6MkAnother"]]))).toBe(false);
});

test("a history in which a key is left out, altered, or brings itself in is not taken", async () => {
  await using db = await openTestDatabase();
  const city = await aCity(db, { now });
  await aProcess(city, { now });
  const { privateKey: thief } = generateKeyPairSync("ed25519");
  const { key } = await withTransaction(db.sql, (tx) => signerOf(tx, city.organisation.uri));
  await rotateKeys(db.sql, city.organisation, later(minuteMs));
  const records = await keyRecords(city);
  const code = (versions: RecordDocument[]) => {
    try {
      followKeys(versions);
      return null;
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };
  const signed = (data: object, by = key, id = readKeys(records[0]!)[0]!.id) => {
    const { proof: _proof, ...unsigned } = { ...records[1]!, data } as RecordDocument;
    const document = signDocument({ ...unsigned }, { key: by, verificationMethod: id, created: later(minuteMs) });
    return readRecord(canonicalText(document));
  };
  const [old, fresh] = readKeys(records[1]!);
  expect(code(records)).toBeNull();
  expect(code([records[0]!, signed({ keys: [old, fresh] })])).toBeNull();
  expect(code([records[0]!, signed({ keys: [fresh] })])).toBe("wrong-key");
  expect(
    code([records[0]!, signed({ keys: [{ ...old, publicKeyMultibase: fresh!.publicKeyMultibase }, fresh] })]),
  ).toBe("wrong-key");
  expect(code([records[0]!, signed({ keys: [old, fresh] }, thief)])).toBe("wrong-proof");
  expect(code([records[0]!, signed({ keys: [old, fresh] }, thief, fresh!.id)])).toBe("wrong-key");
  expect(code([records[1]!, records[0]!])).toBe("wrong-key");
});

test("what a stolen key signed counts for nothing from the day on; what the city said meanwhile it says again", async () => {
  await using db = await openTestDatabase();
  const city = await aCity(db, { now });
  const process = await aProcess(city, { now });
  const by = await aResident(city, { now });
  const before = await aProposal(city, { process, by, now });
  const meanwhile = await aProposal(city, { process, by, now: later(2 * hourMs) });
  await withdrawProposal(db.sql, by, before.uri, later(3 * hourMs));
  const stolen = await withTransaction(db.sql, (tx) => signerOf(tx, city.organisation.uri));
  await rotateKeys(db.sql, city.organisation, later(4 * hourMs), { stolenSince: later(hourMs) });

  const history = followKeys(await keyRecords(city));
  expect(history.keys.get(stolen.verificationMethod)).toMatchObject({ revoked: later(hourMs).toISOString() });
  for (const [uri, good] of [
    [before.uri, 2],
    [meanwhile.uri, 1],
  ] as const) {
    const versions = (await listVersions(db.sql, uri, 10)).reverse();
    const valid = versions.filter(({ document }) => isGood(history, document));
    expect(valid.map(({ version }) => version)).toEqual(good === 2 ? [1, 2] : [1]);
    let head = null;
    for (const kept of valid) {
      checkFollows(readRecord(kept.document), head);
      head = kept;
    }
    expect([head!.isHead, head!.epoch]).toEqual([true, 2]);
    expect(versions.filter(({ isHead }) => isHead)).toHaveLength(1);
  }
  const { data } = readRecord((await findHead(db.sql, before.uri))!.document);
  expect(data).toMatchObject({ state: "withdrawn" });
});

test("followers read the new key, and deliveries that were on their way arrive", async () => {
  await using net = await openNetwork("bilbao", "porto");
  const { bilbao, porto } = net.nodes;
  const process = await aProcess(bilbao, { now: net.clock.now() });
  await net.settle();
  const theirs = await porto.instance.house.findRemote(process.actorUri!);
  expect(theirs).not.toBeNull();
  const followed = (await findActor(porto.sql, process.actorUri!))!;
  await follow(porto.sql, porto.uris, porto.organisation, followed, net.clock.now());
  await net.settle();
  const mine = (await findActor(bilbao.sql, process.actorUri!))!;
  await aProposal(bilbao, { process, now: net.clock.now() });
  await rotateKeys(bilbao.sql, mine, net.clock.now());
  await rotateKeys(bilbao.sql, bilbao.organisation, net.clock.now());
  await net.settle();
  net.clock.advance(2 * minuteMs);
  await bilbao.sql`update job set run_at = ${net.clock.now()} where run_at > ${net.clock.now()} and kind <> 'sweep'`;
  await aProposal(bilbao, { process, title: "After the rotation", now: net.clock.now() });
  await net.settle();
  net.clock.advance(2 * minuteMs);
  await net.settle();
  const [{ count } = { count: 0 }] = await porto.sql<{ count: number }[]>`
    select count(*)::int from subject where kind = 'proposal' and origin = 'https://bilbao.test'`;
  expect(count).toBe(2);
  const response = await bilbao.instance.fetch(
    new Request(bilbao.organisation.uri, { headers: { accept: "application/activity+json" } }),
  );
  const { assertionMethod } = (await response.json()) as { assertionMethod: { id: string }[] };
  expect(assertionMethod[0]!.id).toBe(`${bilbao.organisation.uri}#multikey-3`);
});
