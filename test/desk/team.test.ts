// Roles per process: who gives them, what each opens, and that nobody gives what they do not hold.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GrantableRole, grantableRoles, holds } from "../../src/accounts/account.ts";
import { closeAccount } from "../../src/accounts/actions.ts";
import { grantRole, revokeRole } from "../../src/accounts/people-actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { roleInvitationLifetimeMs } from "../../src/desk/invitation.ts";
import {
  acceptRoleInvitation,
  declineRoleInvitation,
  endRoleInvitation,
  forgetRoleInvitations,
  inviteToTeam,
  revokeRoleInvitation,
} from "../../src/desk/invitation-actions.ts";
import { roleInvitationHandlers } from "../../src/desk/invitation-jobs.ts";
import { listOwnRoleInvitations } from "../../src/desk/invitation-queries.ts";
import { workDeskPages } from "../../src/desk/pages.ts";
import { listReports } from "../../src/moderation/queries.ts";
import { drain } from "../../src/platform/job-drain.ts";
import type { Mail } from "../../src/ports.ts";
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

/** Sends what was promised and says to whom. */
async function mailsSent(): Promise<Mail[]> {
  const mails: Mail[] = [];
  const mailer = { send: async (mail: Mail) => void mails.push(mail) };
  await drain(db.sql, roleInvitationHandlers({ ...rooms.house, mailer }), { now });
  return mails;
}

test("who invites an address learns nothing of an account behind it: the same answer, page, mail and log", async () => {
  const process = await aProcess(city, { now, handle: "green-team" });
  const head = await someone("administrator", process, "Amaia Head");
  const nora = await aGuest(city, { name: "Nora New", email: "nora@example.org", now });
  const visitor = await rooms.visitor(head);
  await visitor.open("/processes/green-team/team");
  expect(visitor.text).toContain("Sees at the desk only the proposals assigned to them");
  for (const email of ["nobody@example.org", "Nora@Example.org"]) {
    visitor.fill("E-mail", email).check("Evaluator");
    await visitor.press("Send the invitation");
    expect(visitor.status).toBe(200);
    expect(visitor.text).toContain("The invitation is on its way.");
  }
  expect(visitor.all("li").filter((row) => row.includes("@example.org"))).toEqual([
    expect.stringMatching(/^nobody@example\.org Evaluator · until .* Take back/),
    expect.stringMatching(/^nora@example\.org Evaluator · until .* Take back/),
  ]);
  expect(visitor.text).not.toContain("Nora New");
  // Nothing is given before it is accepted.
  expect((await getAccount(db.sql, nora.id)).grants).toEqual([]);
  const mails = await mailsSent();
  expect(mails.map(({ to }) => to)).toEqual(["nobody@example.org", "nora@example.org"]);
  expect(mails[0]?.text).toBe(mails[1]?.text);
  expect(mails[0]?.text).toContain("https://bilbao.test/account/team-invitations");
  const notices = await db.sql`select account_id, kind, mail from notice where kind = 'team-invitation'`;
  expect(notices).toEqual([{ accountId: nora.id, kind: "team-invitation", mail: "never" }]);
  const log = await db.sql`select * from audit where act like 'RoleInvit%'`;
  expect(log).toHaveLength(2);
  expect(JSON.stringify(log)).not.toContain("example.org");
  const member = await rooms.visitor(await anOfficial(city, { process, now }));
  await member.open("/processes/green-team/team");
  expect(member.html).not.toContain("@example.org");
  expect(member.hasButton("Send the invitation")).toBe(false);
});

test("who is invited accepts once, with the invited address and no other; the role can be taken back", async () => {
  const process = await aProcess(city, { now, handle: "blue-team" });
  const head = await someone("administrator", process);
  await inviteToTeam(db.sql, head, { email: "lea@example.org", role: "official", processUri: process.uri }, now);
  await expect(
    inviteToTeam(db.sql, head, { email: "lea@example.org", role: "official", processUri: process.uri }, now),
  ).rejects.toMatchObject({ code: "already-exists" });
  const lea = await aGuest(city, { name: "Lea Late", email: "lea@example.org", now });
  const [waiting] = await listOwnRoleInvitations(db.sql, lea, now);
  const thief = await rooms.visitor(await aGuest(city, { now }));
  await thief.open("/account/team-invitations");
  expect(thief.text).toContain("No invitation waits for you");
  await expect(acceptRoleInvitation(db.sql, await aGuest(city, { now }), waiting!.id, now)).rejects.toMatchObject({
    code: "link-expired",
  });
  const invited = await rooms.visitor(lea);
  await invited.open("/account/team-invitations");
  await invited.press("Accept");
  expect(invited.text).toContain("You are in the team now");
  expect(invited.hasButton("Accept")).toBe(false);
  expect(holds(await getAccount(db.sql, lea.id), "official", process.uri)).toBe(true);
  await expect(acceptRoleInvitation(db.sql, lea, waiting!.id, now)).rejects.toMatchObject({ code: "link-expired" });
  const visitor = await rooms.visitor(head);
  await visitor.open("/processes/blue-team/team");
  expect(visitor.text).not.toContain("Invited, not yet accepted");
  expect(visitor.html).not.toContain("lea@example.org");
  await visitor.press("Take the role back", { near: "Lea Late" });
  expect(visitor.text).not.toContain("Lea Late");
});

test("an invitation ends: taken back, declined, too old, or with the power of who gave it", async () => {
  const process = await aProcess(city, { now, handle: "red-team" });
  const head = await someone("administrator", process);
  const ines = await aGuest(city, { email: "ines@example.org", now });
  const invite = async (by = head, at = now) => {
    await inviteToTeam(db.sql, by, { email: "ines@example.org", role: "moderator", processUri: process.uri }, at);
    return (await listOwnRoleInvitations(db.sql, ines, at))[0]!.id;
  };
  const over = { code: "link-expired" };

  const taken = await invite();
  const late = await rooms.visitor(ines);
  await late.open("/account/team-invitations");
  const visitor = await rooms.visitor(head);
  await visitor.open("/processes/red-team/team");
  await visitor.press("Take back ines@example.org");
  expect(visitor.text).not.toContain("ines@example.org");
  await expect(acceptRoleInvitation(db.sql, ines, taken, now)).rejects.toMatchObject(over);
  await late.press("Accept");
  expect(late.text).toContain("This invitation is over");
  expect(await db.sql`select email from role_invitation where id = ${taken}`).toEqual([{ email: null }]);

  const declined = await invite();
  await declineRoleInvitation(db.sql, ines, declined, now);
  await expect(acceptRoleInvitation(db.sql, ines, declined, now)).rejects.toMatchObject(over);
  await visitor.open("/processes/red-team/team");
  expect(visitor.text).toContain("ines@example.org");
  await revokeRoleInvitation(db.sql, head, process.uri, declined, now);

  const deputy = await someone("administrator", process);
  const powerless = await invite(deputy);
  await revokeRole(db.sql, head, deputy.id, { role: "administrator", processUri: process.uri }, now);
  await expect(acceptRoleInvitation(db.sql, ines, powerless, now)).rejects.toMatchObject(over);
  await revokeRoleInvitation(db.sql, head, process.uri, powerless, now);

  const old = await invite();
  const later = new Date(+now + roleInvitationLifetimeMs);
  await expect(acceptRoleInvitation(db.sql, ines, old, later)).rejects.toMatchObject(over);
  await endRoleInvitation(db.sql, old, later);
  expect(await db.sql`select from role_invitation where email = 'ines@example.org'`).toHaveLength(0);
});

test("only who may give a role invites to it, and closing an account takes its invitations along", async () => {
  const [here, elsewhere] = [await aProcess(city, { now }), await aProcess(city, { now })];
  const head = await someone("administrator", here);
  const to = (processUri: string, role: GrantableRole = "moderator") =>
    inviteToTeam(db.sql, head, { email: "omar@example.org", role, processUri }, now);
  await expect(to(elsewhere.uri)).rejects.toMatchObject({ code: "not-allowed" });
  for (const role of ["evaluator", "moderator", "official"] as const) {
    const by = await someone(role, here);
    const invited = { email: "omar@example.org", role: "evaluator", processUri: here.uri } as const;
    await expect(inviteToTeam(db.sql, by, invited, now)).rejects.toMatchObject({ code: "not-allowed" });
  }
  await to(here.uri);
  const omar = await aGuest(city, { email: "omar@example.org", now });
  await closeAccount(db.sql, omar, [forgetRoleInvitations], now);
  expect(await db.sql`select from role_invitation where email = 'omar@example.org'`).toHaveLength(0);
  await to(here.uri, "official");
  await closeAccount(db.sql, head, [forgetRoleInvitations], now);
  expect(await db.sql`select from role_invitation where invited_by = ${head.id}`).toHaveLength(0);
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
