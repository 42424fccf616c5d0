// Records of proposals on the real database: written with the fact, chained, withheld, erased, and checkable by anyone.

import { createPublicKey } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { digestOf } from "../../src/platform/canonical.ts";
import { fromMultibase, toMultibase, verifyDocument } from "../../src/platform/data-integrity.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { editProposal, withdrawProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { signerOf } from "../../src/records/actions.ts";
import { findHead, findPart, listVersions } from "../../src/records/queries.ts";
import { checkFollows, readPart, readRecord } from "../../src/records/record.ts";
import {
  aCity,
  aModerator,
  anOfficial,
  aProcess,
  aProposal,
  aProposalText,
  aResident,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
const later = (minutes: number) => new Date(+now + minutes * minuteMs);
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

async function cityKey(): Promise<string> {
  const { key } = await withTransaction(db.sql, (tx) => signerOf(tx, city.organisation.uri));
  return toMultibase(createPublicKey(key));
}

test("each change of a proposal is a version, signed by its city, that follows the one before", async () => {
  const process = await aProcess(city, { now });
  const by = await aResident(city, { now, name: "Miren" });
  const draft = await aProposal(city, { process, by, now, isDraft: true });
  expect(await findHead(db.sql, draft.uri)).toBeNull();
  const proposal = await aProposal(city, { process, by, now });
  const text = aProposalText({ title: "A longer lane to school" });
  await editProposal(db.sql, by, proposal.uri, { ...text, images: [], organisationId: null, version: 1 }, later(1));
  await withdrawProposal(db.sql, by, proposal.uri, later(2));

  const versions = (await listVersions(db.sql, proposal.uri, 10)).reverse();
  expect(versions.map(({ version, isHead }) => [version, isHead])).toEqual([
    [1, false],
    [2, false],
    [3, true],
  ]);
  const key = fromMultibase(await cityKey());
  let head = null;
  for (const kept of versions) {
    const record = readRecord(kept.document, kept.digest);
    checkFollows(record, head);
    expect(verifyDocument(record as never, key)).toBe(true);
    head = kept;
  }
  expect(readRecord(versions[2]!.document).data).toMatchObject({ state: "withdrawn" });
  // The words did not change with the state, so their part is the same one.
  expect(versions[2]!.partDigest).toBe(versions[1]!.partDigest);
  expect(versions[1]!.document).not.toContain("longer lane");
  expect(versions[1]!.document).not.toContain("Miren");
  const part = await findPart(db.sql, versions[1]!.partDigest!);
  expect(readPart(part!.document!, readRecord(versions[1]!.document))).toMatchObject({
    title: "A longer lane to school",
    author: { name: "Miren" },
  });
});

test("an answer has a record of its own, and the proposal's names it", async () => {
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, by: await aResident(city, { now }), now });
  const official = await anOfficial(city, { now });
  const input = {
    outcome: "accepted",
    reasons: "We build it.",
    costAmount: "1200.50",
    costCurrency: "EUR",
    term: "2027",
    language: "en",
  } as const;
  await answerProposal(db.sql, city.uris, official, proposal.uri, input, later(1));
  const { data } = readRecord((await findHead(db.sql, proposal.uri))!.document);
  const answer = readRecord((await findHead(db.sql, String(data.answer)))!.document);
  expect(answer.data).toMatchObject({ outcome: "accepted", cost: { amount: "1200.50", currency: "EUR" } });
});

test("what is hidden says why, stays hidden when it is changed, and comes back as it was", async () => {
  const process = await aProcess(city, { now });
  const by = await aResident(city, { now });
  const proposal = await aProposal(city, { process, by, now });
  const moderator = await aModerator(city, { now });
  await hideSubject(db.sql, moderator, proposal.uri, "Names a neighbour.", later(1));
  const hidden = await findHead(db.sql, proposal.uri);
  expect(readRecord(hidden!.document)).toMatchObject({ standing: "hidden", reason: "Names a neighbour.", version: 2 });
  await reinstateSubject(db.sql, moderator, proposal.uri, later(2));
  expect(await findHead(db.sql, proposal.uri)).toMatchObject({
    standing: "shown",
    version: 3,
    partDigest: hidden!.partDigest,
  });
});

test("a text that was altered, renamed or moved is not taken", async () => {
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, by: await aResident(city, { now }), now });
  const { document, digest } = (await findHead(db.sql, proposal.uri))!;
  const refusal = (text: string, name?: string) => {
    try {
      readRecord(text, name);
      return null;
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };
  expect(refusal(document, digest)).toBeNull();
  expect(refusal(`${document} `)).toBe("not-canonical");
  expect(refusal(document.replace('"state":"published"', '"state":"accepted"'), digest)).toBe("wrong-name");
  const forged = document.replace('"state":"published"', '"state":"accepted"');
  expect(verifyDocument(readRecord(forged, digestOf(forged)) as never, fromMultibase(await cityKey()))).toBe(false);
  expect(refusal(document.replaceAll(proposal.uri, "https://elsewhere.test/proposals/1"))).toBe("foreign-subject");
});
