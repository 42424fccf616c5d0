// Roles per process: who gives them, what each opens, and that nobody gives what they do not hold.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GrantableRole, grantableRoles, holds } from "../../src/accounts/account.ts";
import { grantRole, revokeRole } from "../../src/accounts/people-actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { workDeskPages } from "../../src/desk/pages.ts";
import { listReports } from "../../src/moderation/queries.ts";
import type { Process } from "../../src/processes/process.ts";
import { aCity, aGuest, anOfficial, aProcess, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-01T12:00:00Z");
let db: TestDatabase;
let city: City;
let rooms: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  rooms = await openRooms(db, city, [workDeskPages], { now });
});
afterAll(async () => {
  await rooms?.[Symbol.asyncDispose]();
  await db.drop();
});

async function someone(role: GrantableRole, process: Process | null, name = `A ${role}`) {
  const account = await aGuest(city, { name, now });
  await grantRole(db.sql, city.administrator, account.id, { role, processUri: process?.uri ?? null }, now);
  return await getAccount(db.sql, account.id);
}

test("nobody gives or takes back what they do not hold", async () => {
  const [here, elsewhere] = [await aProcess(city, { now }), await aProcess(city, { now })];
  const head = await someone("administrator", here);
  for (const role of grantableRoles) {
    const person = await aGuest(city, { now });
    const grant = { role, processUri: here.uri };
    await grantRole(db.sql, head, person.id, grant, now);
    expect(holds(await getAccount(db.sql, person.id), role, here.uri)).toBe(true);
    for (const processUri of [elsewhere.uri, null]) {
      await expect(grantRole(db.sql, head, person.id, { role, processUri }, now)).rejects.toMatchObject({
        code: "not-allowed",
      });
      await expect(revokeRole(db.sql, head, person.id, { role, processUri }, now)).rejects.toMatchObject({
        code: "not-allowed",
      });
    }
    await revokeRole(db.sql, head, person.id, grant, now);
    for (const other of ["evaluator", "moderator", "official"] as const) {
      await expect(grantRole(db.sql, await someone(other, here), person.id, grant, now)).rejects.toMatchObject({
        code: "not-allowed",
      });
    }
    expect((await getAccount(db.sql, person.id)).grants).toEqual([]);
  }
  await expect(
    revokeRole(db.sql, city.administrator, city.administrator.id, { role: "administrator", processUri: null }, now),
  ).rejects.toMatchObject({ code: "last-administrator" });
});

test("an evaluator reads no reports", async () => {
  const process = await aProcess(city, { now });
  const request = { sizeRows: 10, after: null, before: null };
  await expect(listReports(db.sql, await someone("evaluator", process), {}, request)).rejects.toMatchObject({
    code: "not-allowed",
  });
  expect((await listReports(db.sql, await someone("moderator", process), {}, request)).rows).toEqual([]);
});

test("the administrator of a process gives a role by address and takes it back; the team reads who is in it", async () => {
  const process = await aProcess(city, { now, handle: "green-team" });
  const head = await someone("administrator", process, "Amaia Head");
  await aGuest(city, { name: "Nora New", email: "nora@example.org", now });
  const visitor = await rooms.visitor(head);
  await visitor.open("/processes/green-team/team");
  expect(visitor.text).toContain("Sees at the desk only the proposals assigned to them");
  visitor.fill("E-mail", "nobody@example.org").check("Evaluator");
  await visitor.press("Give this role");
  expect(visitor.status).toBe(422);
  expect(visitor.text).toContain("Nobody has an account with this address here");
  visitor.fill("E-mail", "Nora@Example.org").check("Evaluator");
  await visitor.press("Give this role");
  expect(visitor.all("tr").find((row) => row.includes("Nora New"))).toContain("Evaluator");
  expect(visitor.html).not.toContain("nora@example.org");
  const member = await rooms.visitor(await anOfficial(city, { process, now }));
  await member.open("/processes/green-team/team");
  expect(member.text).toContain("Nora New");
  expect(member.hasButton("Give this role")).toBe(false);
  await visitor.press("Take the role back", { near: "Nora New" });
  expect(visitor.text).not.toContain("Nora New");
});

test("the team page is for the team", async () => {
  const [process, elsewhere] = [await aProcess(city, { now, handle: "closed-team" }), await aProcess(city, { now })];
  for (const [account, status] of [
    [null, 401],
    [await aGuest(city, { now }), 403],
    [await anOfficial(city, { process: elsewhere, now }), 403],
    [await someone("moderator", process), 200],
    [await someone("evaluator", process), 200],
  ] as const) {
    const visitor = await rooms.visitor(account);
    await visitor.open("/processes/closed-team/team").catch(() => visitor);
    expect(visitor.status === 200 && visitor.text.includes("Team of this process")).toBe(status === 200);
  }
});
