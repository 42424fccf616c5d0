// Supports have legal weight: one per verified resident, never over the limit, and the count is what is there.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { withdrawProposal } from "../../src/proposals/actions.ts";
import { countSupportsGiven, getProposal, isSupporting } from "../../src/proposals/queries.ts";
import { supportProposal, withdrawSupport } from "../../src/proposals/support-actions.ts";
import { addReaction } from "../../src/subjects/actions.ts";
import { aCity, aGuest, aProcess, aProposal, aResident, aStranger, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
let db: TestDatabase;
let city: City;
let residents: Account[];
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  residents = await Promise.all([1, 2, 3].map(() => aResident(city, { now })));
});
afterAll(() => db.drop());

const rowsOn = async (uri: string): Promise<number> =>
  (await db.sql`select from support where proposal_uri = ${uri}`).length;
const refused = (error: { code: string }): string => error.code;

test("the count is the number of supports, whatever is given and taken back at once", async () => {
  const process = await aProcess(city, { now });
  const step = fc.record({ who: fc.nat(2), gives: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { uri } = await aProposal(city, { process, by: residents[0]!, now });
      await Promise.all(
        steps.map(({ who, gives }) =>
          gives
            ? supportProposal(db.sql, residents[who]!, uri, now)
            : withdrawSupport(db.sql, residents[who]!, uri, now),
        ),
      );
      const { supportCount } = await getProposal(db.sql, uri);
      expect(supportCount).toBe(await rowsOn(uri));
      expect(supportCount).toBeLessThanOrEqual(3);
    }),
    { numRuns: 15 },
  );
});

test("twenty requests at once give no more than the limit", async () => {
  const process = await aProcess(city, { supportLimit: 3, now });
  const proposals = await Promise.all(
    Array.from({ length: 10 }, () => aProposal(city, { process, by: residents[0]!, now })),
  );
  const by = await aResident(city, { now });
  const asked = [...proposals, ...proposals].map(({ uri }) => supportProposal(db.sql, by, uri, now).catch(refused));
  const answers = await Promise.all(asked);
  expect(answers.filter((answer) => answer === "support-limit")).toHaveLength(
    answers.filter((answer) => answer !== undefined).length,
  );
  expect(await countSupportsGiven(db.sql, process.uri, by.id)).toBe(3);
  const counts = await Promise.all(proposals.map(async ({ uri }) => (await getProposal(db.sql, uri)).supportCount));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);

  const given = proposals[counts.indexOf(1)]!;
  const free = proposals[counts.indexOf(0)]!;
  await expect(supportProposal(db.sql, by, free.uri, now)).rejects.toMatchObject({
    code: "support-limit",
    params: { limit: 3 },
  });
  await withdrawSupport(db.sql, by, given.uri, now);
  await supportProposal(db.sql, by, free.uri, now);
  expect(await isSupporting(db.sql, free.uri, by.id)).toBe(true);
  // The limit is for each process by itself.
  await supportProposal(db.sql, by, (await aProposal(city, { now })).uri, now);
});

test("only verified residents support, and a like is never one", async () => {
  const proposal = await aProposal(city, { now });
  await expect(supportProposal(db.sql, await aGuest(city, { now }), proposal.uri, now)).rejects.toMatchObject({
    code: "not-verified",
  });
  const stranger = await aStranger(city, { now });
  const like = { subjectUri: proposal.uri, voice: { actorId: stranger.id }, kind: "like", activityUri: null } as const;
  await withTransaction(db.sql, (tx) => addReaction(tx, like, now));
  expect(await getProposal(db.sql, proposal.uri)).toMatchObject({ likeCount: 1, supportCount: 0 });
});

test("who stops being a resident while a support waits for their row no longer gives it", async () => {
  const by = await aResident(city, { now });
  const { uri } = await aProposal(city, { now });
  const waiting = async () =>
    (await db.sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).length;
  let asked: Promise<string> | undefined;
  await withTransaction(db.sql, async (tx) => {
    await tx`select from account where id = ${by.id} for no key update`;
    asked = supportProposal(db.sql, by, uri, now).then(() => "counted", refused);
    await expect.poll(waiting).toBe(1);
    await tx`update account set residence_verified_at = null, residence_expires_at = null where id = ${by.id}`;
  });
  expect(await asked).toBe("not-verified");
  expect(await rowsOn(uri)).toBe(0);
});

test("nobody supports after the phase, nor what is a draft, withdrawn or hidden", async () => {
  const by = residents[1]!;
  const author = residents[0]!;
  const support = (uri: string, at = now) => supportProposal(db.sql, by, uri, at).then(() => "counted", refused);
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, by: author, now });
  const after = process.phases[0]!.endsAt;
  expect(await support(proposal.uri, after)).toBe("phase-closed");
  expect(await support((await aProposal(city, { process, by: author, isDraft: true, now })).uri)).toBe("not-found");
  expect(await support("https://nowhere.test/1")).toBe("not-found");
  expect(await support(proposal.uri)).toBe("counted");
  await expect(withdrawSupport(db.sql, by, proposal.uri, after)).rejects.toMatchObject({ code: "phase-closed" });
  await withdrawProposal(db.sql, author, proposal.uri, now);
  expect(
    await support((await aProposal(city, { process: await aProcess(city, { permits: ["propose"], now }), now })).uri),
  ).toBe("phase-closed");
});

test("nothing is counted on a proposal once it is withdrawn, also at the same moment", async () => {
  const process = await aProcess(city, { now });
  for (let run = 0; run < 8; run += 1) {
    const { uri } = await aProposal(city, { process, by: residents[0]!, now });
    const [answer] = await Promise.all([
      supportProposal(db.sql, residents[1]!, uri, now).then(() => "counted", refused),
      withdrawProposal(db.sql, residents[0]!, uri, now),
    ]);
    expect(await getProposal(db.sql, uri)).toMatchObject({
      state: "withdrawn",
      supportCount: answer === "counted" ? 1 : 0,
    });
    await expect(supportProposal(db.sql, residents[2]!, uri, now)).rejects.toMatchObject({ code: "not-in-this-state" });
  }
});
