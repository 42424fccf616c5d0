// A person's own account on a real database: profile, know-how, public voice, closing.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import {
  changeProfile,
  closeAccount,
  closePublicVoice,
  openPublicVoice,
  renamePublicVoice,
} from "../../src/accounts/actions.ts";
import { findAccountByEmail, getAccount, getKnowHow, loadViewer } from "../../src/accounts/queries.ts";
import { issueSignInLink, openAccount, signIn } from "../../src/accounts/sign-in-actions.ts";
import { findActorById, findLocalActor } from "../../src/actors/queries.ts";
import { aCity, aGuest, anAssociation, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T10:00:00Z");
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

const again = (account: Account) => getAccount(db.sql, account.id);
const aProfile = { name: "Ona", locale: "ca", knowHow: "", isKnowHowPublic: false };
const eventsAbout = async (uri: string) =>
  (await db.sql<{ type: string }[]>`select type from event where subject_uri = ${uri} order by id`).map(
    ({ type }) => type,
  );

describe("the profile", () => {
  test("keeps name, language and know-how, which is private at first", async () => {
    const person = await aGuest(city);
    expect(await getKnowHow(db.sql, person.id)).toEqual({ knowHow: "", isKnowHowPublic: false });
    await changeProfile(db.sql, person, { ...aProfile, name: " Ona  Vidal ", knowHow: "Hydraulics\r\nand soil" }, now);
    expect(await again(person)).toMatchObject({ name: "Ona Vidal", locale: "ca" });
    expect(await getKnowHow(db.sql, person.id)).toEqual({ knowHow: "Hydraulics\nand soil", isKnowHowPublic: false });
  });

  test.each([
    [{ name: "\u202E" }, "name"],
    [{ locale: "xx" }, "locale"],
    [{ knowHow: "x".repeat(1001) }, "knowHow"],
  ])("%j is refused with its field", async (wrong, field) => {
    const person = await aGuest(city);
    await expect(changeProfile(db.sql, person, { ...aProfile, ...wrong }, now)).rejects.toMatchObject({
      code: "invalid-input",
      params: { field },
    });
    expect(await again(person)).toEqual(person);
  });

  test("know-how becomes the description of the public voice only when it is published, and leaves it again", async () => {
    const person = await aGuest(city, { handle: "hydra" });
    const summary = async () => (await findActorById(db.sql, person.actorId!))!.summary;
    await changeProfile(db.sql, person, { ...aProfile, knowHow: "Hydraulics" }, now);
    expect(await summary()).toBe("");
    await changeProfile(db.sql, person, { ...aProfile, knowHow: "Hydraulics", isKnowHowPublic: true }, now);
    expect(await summary()).toBe("Hydraulics");
    await changeProfile(db.sql, person, { ...aProfile, knowHow: "Hydraulics" }, now);
    expect(await summary()).toBe("");
    expect(await eventsAbout(city.uris.actor("hydra"))).toEqual(["ActorChanged", "ActorChanged"]);
  });
});

describe("a public voice", () => {
  test("is opened under a handle and a name of its own, once", async () => {
    const person = await aGuest(city, { name: "Maria del Mar Soler" });
    await openPublicVoice(db.sql, city.uris, person, { handle: " @Gavina ", name: "La gavina" }, now);
    const voiced = await again(person);
    expect(voiced).toMatchObject({ handle: "gavina", name: "Maria del Mar Soler", publicName: "La gavina" });
    const actor = await findActorById(db.sql, voiced.actorId!);
    expect(actor).toMatchObject({ kind: "resident", type: "Person", name: "La gavina", summary: "" });
    expect(JSON.stringify(actor)).not.toContain("Soler");
    await expect(openPublicVoice(db.sql, city.uris, voiced, { handle: "other", name: "x" }, now)).rejects.toMatchObject(
      { code: "already-exists" },
    );
    await renamePublicVoice(db.sql, voiced, "Gavina de mar", now);
    expect((await findActorById(db.sql, voiced.actorId!))!.name).toBe("Gavina de mar");
  });

  test.each([
    ["no spaces", "handle-invalid"],
    ["admin", "handle-taken"],
    ["bilbao", "handle-taken"],
  ])("%j is refused", async (handle, code) => {
    const person = await aGuest(city);
    await expect(openPublicVoice(db.sql, city.uris, person, { handle, name: "x" }, now)).rejects.toMatchObject({
      code,
      params: { field: "handle" },
    });
    expect((await again(person)).actorId).toBeNull();
  });

  test("is closed for good: no one gets its handle again, and another can be opened", async () => {
    const person = await aGuest(city, { handle: "once" });
    await closePublicVoice(db.sql, person, now);
    await closePublicVoice(db.sql, person, now);
    expect((await again(person)).actorId).toBeNull();
    expect(await findLocalActor(db.sql, "once")).toMatchObject({ goneAt: now, name: "" });
    expect(await eventsAbout(city.uris.actor("once"))).toEqual(["ActorClosed"]);
    await expect(openPublicVoice(db.sql, city.uris, person, { handle: "once", name: "x" }, now)).rejects.toMatchObject({
      code: "handle-taken",
    });
    await openPublicVoice(db.sql, city.uris, person, { handle: "twice", name: "x" }, now);
  });
});

describe("closing an account", () => {
  test("erases the person and keeps what was counted", async () => {
    const email = "leaving@example.org";
    const association = await anAssociation(city);
    const person = await aResident(city, { email, name: "Leaving Lea", handle: "leaving", memberOf: association });
    await changeProfile(
      db.sql,
      person,
      { ...aProfile, name: "Leaving Lea", knowHow: "Bees", isKnowHowPublic: true },
      now,
    );
    const secret = "a secret of this test that is long enough";
    const link = await issueSignInLink(
      db.sql,
      city.uris,
      secret,
      { email, locale: "en", returnTo: "/", lifetimeMs: 60_000 },
      now,
    );
    const token = link.slice(link.lastIndexOf("/") + 1);
    const { sessionToken } = await signIn(db.sql, { token, name: "", device: "", previousSessionToken: null }, now);
    const forgotten: string[] = [];

    await closeAccount(db.sql, await again(person), [async (_tx, id) => void forgotten.push(id)], now);

    expect(forgotten).toEqual([person.id]);
    expect(await loadViewer(db.sql, sessionToken, now)).toBeNull();
    expect(await findAccountByEmail(db.sql, email)).toBeNull();
    await expect(again(person)).rejects.toMatchObject({ code: "not-found" });
    for (const table of [
      "account",
      "session",
      "role_grant",
      "membership",
      "sign_in_link",
      "audit",
      "actor",
      "event",
      "job",
    ]) {
      const rows = await db.sql<
        { row: string }[]
      >`select row_to_json(${db.sql(table)})::text as row from ${db.sql(table)}`;
      for (const { row } of rows) expect(row, table).not.toMatch(/leaving@|Leaving Lea|Bees/);
    }
    expect(await findLocalActor(db.sql, "leaving")).toMatchObject({ goneAt: now });
    expect(await db.sql`select from account where id = ${person.id}`).toHaveLength(1);
  });

  test("is all or nothing", async () => {
    const person = await aGuest(city);
    const broken = async () => {
      throw new Error("a room could not forget");
    };
    await expect(closeAccount(db.sql, person, [broken], now)).rejects.toThrow("could not forget");
    expect(await again(person)).toEqual(person);
  });

  test("the address may open a new account, which is empty", async () => {
    const person = await aResident(city, { email: "back@example.org" });
    await closeAccount(db.sql, person, [], now);
    await expect(closeAccount(db.sql, person, [], now)).rejects.toMatchObject({ code: "not-found" });
    const fresh = await openAccount(db.sql, { email: "back@example.org", name: "Back", locale: "en" }, now);
    expect(fresh.id).not.toBe(person.id);
    expect(fresh).toMatchObject({ residenceVerifiedAt: null, grants: [], memberOf: [] });
  });
});
