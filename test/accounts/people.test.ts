// The desk on a real database: roles, memberships, the list of people, and the line each act leaves.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { holds } from "../../src/accounts/account.ts";
import { closeAccount } from "../../src/accounts/actions.ts";
import {
  appointFirstAdministrator,
  grantMembership,
  grantRole,
  revokeMembership,
  revokeRole,
} from "../../src/accounts/people-actions.ts";
import { getAccount, listActsAbout, listPeople } from "../../src/accounts/queries.ts";
import { newId } from "../../src/platform/ids.ts";
import { decodeKey } from "../../src/platform/pagination.ts";
import { aCity, aGuest, anAssociation, anOfficial, aProcess, aStranger, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T10:00:00Z");
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

const actsAbout = async (accountId: string) =>
  (await listActsAbout(db.sql, accountId)).map(({ act, detail }) => ({ act, detail }));

describe("roles", () => {
  test("are given by administrators for the node or one of its processes, and taken back", async () => {
    const process = await aProcess(city, { now });
    const person = await aGuest(city);
    await grantRole(db.sql, city.administrator, person.id, { role: "moderator", processUri: process.uri }, now);
    await grantRole(db.sql, city.administrator, person.id, { role: "moderator", processUri: process.uri }, now);
    const moderator = await getAccount(db.sql, person.id);
    expect(holds(moderator, "moderator", process.uri)).toBe(true);
    expect(holds(moderator, "moderator")).toBe(false);
    await revokeRole(db.sql, city.administrator, person.id, { role: "moderator", processUri: null }, now);
    expect((await getAccount(db.sql, person.id)).grants).toHaveLength(1);
    await revokeRole(db.sql, city.administrator, person.id, { role: "moderator", processUri: process.uri }, now);
    expect((await getAccount(db.sql, person.id)).grants).toEqual([]);
    expect(await actsAbout(person.id)).toEqual([
      { act: "RoleRevoked", detail: { role: "moderator", processUri: process.uri } },
      { act: "RoleGranted", detail: { role: "moderator", processUri: process.uri } },
    ]);
  });

  test("are not given by officials or by administrators of one process, not even to themselves", async () => {
    const process = await aProcess(city, { now });
    const official = await anOfficial(city);
    const local = await aGuest(city);
    await grantRole(db.sql, city.administrator, local.id, { role: "administrator", processUri: process.uri }, now);
    for (const by of [official, await getAccount(db.sql, local.id)]) {
      const grant = { role: "administrator", processUri: null } as const;
      await expect(grantRole(db.sql, by, by.id, grant, now)).rejects.toMatchObject({ code: "not-allowed" });
      await expect(revokeRole(db.sql, by, city.administrator.id, grant, now)).rejects.toMatchObject({
        code: "not-allowed",
      });
    }
  });

  test("reach only processes of this node and open accounts", async () => {
    const person = await aGuest(city);
    const elsewhere = { role: "official", processUri: "https://other.test/processes/x" } as const;
    await expect(grantRole(db.sql, city.administrator, person.id, elsewhere, now)).rejects.toMatchObject({
      code: "not-found",
    });
    await closeAccount(db.sql, person, [], now);
    const everywhere = { role: "official", processUri: null } as const;
    for (const id of [person.id, newId(now), "nobody"]) {
      await expect(grantRole(db.sql, city.administrator, id, everywhere, now)).rejects.toMatchObject({
        code: "not-found",
      });
    }
  });
});

describe("the last administrator", () => {
  const administrator = { role: "administrator", processUri: null } as const;

  test("cannot be removed, by themself or by closing the account; with a second one either can", async () => {
    await expect(
      revokeRole(db.sql, city.administrator, city.administrator.id, administrator, now),
    ).rejects.toMatchObject({ code: "last-administrator" });
    await expect(closeAccount(db.sql, city.administrator, [], now)).rejects.toMatchObject({
      code: "last-administrator",
    });
    const second = await aGuest(city);
    await grantRole(db.sql, city.administrator, second.id, administrator, now);
    await revokeRole(db.sql, await getAccount(db.sql, second.id), second.id, administrator, now);
    await expect(
      revokeRole(db.sql, city.administrator, city.administrator.id, administrator, now),
    ).rejects.toMatchObject({ code: "last-administrator" });
  });

  test("two who remove each other at the same time leave one", async () => {
    const own = await openTestDatabase();
    try {
      const there = await aCity(own, { now });
      const second = await aGuest(there);
      await grantRole(own.sql, there.administrator, second.id, administrator, now);
      const both = await Promise.allSettled([
        revokeRole(own.sql, there.administrator, second.id, administrator, now),
        revokeRole(own.sql, await getAccount(own.sql, second.id), there.administrator.id, administrator, now),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(await own.sql`select from role_grant where role = 'administrator'`).toHaveLength(1);
    } finally {
      await own.drop();
    }
  });

  test("the first one is appointed once", async () => {
    const person = await aGuest(city);
    await expect(appointFirstAdministrator(db.sql, person.id, now)).rejects.toMatchObject({ code: "already-exists" });
  });
});

describe("memberships", () => {
  test("let a person speak for an organisation of this node, and end", async () => {
    const [association, person] = [await anAssociation(city), await aGuest(city)];
    await grantMembership(db.sql, city.administrator, person.id, association.id, now);
    await grantMembership(db.sql, city.administrator, person.id, association.id, now);
    expect((await getAccount(db.sql, person.id)).memberOf).toEqual([association.id]);
    await revokeMembership(db.sql, city.administrator, person.id, association.id, now);
    expect((await getAccount(db.sql, person.id)).memberOf).toEqual([]);
    expect((await actsAbout(person.id)).map(({ act }) => act)).toEqual(["MembershipRevoked", "MembershipGranted"]);
  });

  test("are for organisations of this node only, and given by administrators", async () => {
    const [stranger, person, voice] = [
      await aStranger(db),
      await aGuest(city),
      await aGuest(city, { handle: "voice" }),
    ];
    for (const actorId of [stranger.id, voice.actorId!, newId(now), "x"]) {
      await expect(grantMembership(db.sql, city.administrator, person.id, actorId, now)).rejects.toMatchObject({
        code: "not-found",
      });
    }
    const official = await anOfficial(city);
    await expect(grantMembership(db.sql, official, official.id, city.organisation.id, now)).rejects.toMatchObject({
      code: "not-allowed",
    });
  });
});

describe("the list of people", () => {
  const found = async (search: string) =>
    (await listPeople(db.sql, search, { sizeRows: 50, after: null, before: null })).rows.map(({ name }) => name);

  test("finds by the beginning of an address or of the words of a name, accents or not", async () => {
    await aGuest(city, { name: "Núria Oller i Puig", email: "nuria.oller@correu.example" });
    await aGuest(city, { name: "ليلى حداد", email: "leila_h@barid.example" });
    expect(await found("nuria.oller@")).toEqual(["Núria Oller i Puig"]);
    expect(await found("NURIA.OLLER")).toEqual(["Núria Oller i Puig"]);
    expect(await found("puig nuri")).toEqual(["Núria Oller i Puig"]);
    expect(await found("ÓLLER")).toEqual(["Núria Oller i Puig"]);
    expect(await found("حداد")).toEqual(["ليلى حداد"]);
    expect(await found("uria")).toEqual([]);
    expect(await found("leila_")).toEqual(["ليلى حداد"]);
  });

  test.each(["%", "_", "\\", "' or 1=1 --", "a & | ! ( ) :* b", "<->", "@", ":*"])(
    "takes %j as text",
    async (search) => {
      expect(await found(search)).toEqual([]);
    },
  );

  test("pages by key, forward and back, without losing anyone", async () => {
    for (let n = 0; n < 7; n++) await aGuest(city, { name: `Paged Person${n}` });
    const all = await found("paged");
    expect(all).toHaveLength(7);
    const first = await listPeople(db.sql, "paged", { sizeRows: 3, after: null, before: null });
    const second = await listPeople(db.sql, "paged", { sizeRows: 3, after: decodeKey(first.older!), before: null });
    const third = await listPeople(db.sql, "paged", { sizeRows: 3, after: decodeKey(second.older!), before: null });
    expect([...first.rows, ...second.rows, ...third.rows].map(({ name }) => name)).toEqual(all);
    expect([first.newer, third.older]).toEqual([null, null]);
    const back = await listPeople(db.sql, "paged", { sizeRows: 3, after: null, before: decodeKey(second.newer!) });
    expect(back.rows).toEqual(first.rows);
  });

  test("leaves closed accounts out", async () => {
    const person = await aGuest(city, { name: "Vanishing Vera" });
    expect(await found("vanishing")).toHaveLength(1);
    await closeAccount(db.sql, person, [], now);
    expect(await found("vanishing")).toHaveLength(0);
  });
});
