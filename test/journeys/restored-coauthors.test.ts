// Bilbao is restored from a backup of the day before, in which other people wrote its proposals along than did when it was lost.
import { expect, test } from "vitest";
import type { ReachableAccount } from "../../src/accounts/account.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { acceptInvitation, inviteCoauthor, removeCoauthor } from "../../src/proposals/coauthor-actions.ts";
import { listCoauthors } from "../../src/proposals/coauthor-queries.ts";
import { getProposal } from "../../src/proposals/queries.ts";
import { vouchForProposal } from "../../src/proposals/vouch.ts";
import { aProcess, aProposal, aResident } from "../support/build.ts";
import { headsOf, twoCities } from "../support/restored-city.ts";

test("who writes a proposal along does so again after a restore, by what the records say, and who left since does not", async () => {
  await using cities = await twoCities();
  const { bilbao, now, hours } = cities;
  const process = await aProcess(bilbao, { now: now() });
  const [ana, iker, jon, leire] = [
    await aResident(bilbao, { now: now(), name: "Ana" }),
    await aResident(bilbao, { now: now(), name: "Iker" }),
    await aResident(bilbao, { now: now(), name: "Jon" }),
    await aResident(bilbao, { now: now(), name: "Leire" }),
  ];
  const join = async (by: ReachableAccount, uri: string) => {
    await cities.later(minuteMs);
    const link = await inviteCoauthor(bilbao.sql, "a secret", ana, uri, { email: null }, now());
    await acceptInvitation(bilbao.sql, by, link, now());
  };
  const old = await aProposal(bilbao, { process, by: ana, now: now() });
  await join(iker, old.uri);
  await join(jon, old.uri);
  await cities.keep(process.uri);
  await cities.backUp();

  // The day after the backup: Jon leaves, Leire joins, and so does Peru, whose account is opened only then.
  const peru = await aResident(bilbao, { now: now(), name: "Peru" });
  const [, second] = await listCoauthors(bilbao.sql, old.uri);
  await removeCoauthor(bilbao.sql, jon, old.uri, second!.id, now());
  await join(leire, old.uri);
  await join(peru, old.uri);
  const fresh = await aProposal(bilbao, { process, by: ana, now: now() });
  await join(leire, fresh.uri);
  await hours();
  const lost = await headsOf(bilbao.sql);
  const restored = await cities.loseAndRestore();

  const namesIn = async (uri: string) =>
    (await listCoauthors(restored.sql, uri)).map(({ name, accountId }) => [name, accountId]);
  expect(await namesIn(old.uri)).toEqual([
    ["Iker", iker.id],
    ["Leire", leire.id],
    ["Peru", null],
  ]);
  expect(await namesIn(fresh.uri)).toEqual([["Leire", leire.id]]);
  expect((await getProposal(restored.sql, old.uri)).coauthors).toEqual(["Iker", "Leire", "Peru"]);
  // Vouched for anew, it says the same: nobody is invited again, and nothing of it changes.
  await withTransaction(restored.sql, async (tx) => {
    for (const { uri } of [old, fresh]) await vouchForProposal(tx, uri, now());
  });
  expect(await headsOf(restored.sql)).toEqual(lost);

  // The one who came back may leave, and whose account is gone has no name here that nobody could take off.
  const [, again, alone] = await listCoauthors(restored.sql, old.uri);
  await removeCoauthor(restored.sql, leire, old.uri, again!.id, now());
  await expect(removeCoauthor(restored.sql, iker, old.uri, alone!.id, now())).rejects.toMatchObject({
    code: "not-allowed",
  });
  await removeCoauthor(restored.sql, ana, old.uri, alone!.id, now());
  expect((await getProposal(restored.sql, old.uri)).coauthors).toEqual(["Iker"]);
  await hours();
  expect((await getProposal(cities.porto.sql, old.uri)).coauthors).toEqual(["Iker"]);
});
