// Nobody goes by the name of a city, an association or a process, by whichever door they come.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeProfile, openPublicVoice, renamePublicVoice } from "../../src/accounts/actions.ts";
import { likenessOf, readsAs } from "../../src/accounts/likeness.ts";
import { isOfficialName, listOfficialNames, officialNamesMax } from "../../src/accounts/official-names.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { openAccount, openAccountWithoutEmail } from "../../src/accounts/sign-in-actions.ts";
import type { Actor } from "../../src/actors/actor.ts";
import { signInWith } from "../../src/identities/actions.ts";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { newId } from "../../src/platform/ids.ts";
import { aCity, aGuest, anAssociation, aProcess, aStranger, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T10:00:00Z");
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { name: "Ajuntament de Montclar", now });
  await anAssociation(city, { name: "Bilbao" });
  await aProcess(city, { title: "Shade for the Riera", now });
  await follows(await aStranger(db, { name: "Câmara do Porto", type: "Organization", now }));
});
afterAll(() => db.drop());

const follows = async ({ id }: Actor, state = "accepted") =>
  await db.sql`
    insert into follow (id, uri, follower_id, followed_id, state)
    values (${newId(now)}, ${`https://bilbao.test/follows/${id}`}, ${city.organisation.id}, ${id}, ${state})`;

const official = { code: "name-official", params: { field: "name" } };

describe("a name reads as an institution's", () => {
  const montclar = { name: "Ajuntament de Montclar", isOwnOrganisation: true };
  test.each([
    "Ajuntament de Montclar",
    "ajuntament  de MONTCLAR ✅",
    "Àjuntament de Montclár",
    "Ajuntament\u200bde\u00adMontclar",
    "Аjuntаment de Montсlar",
    "Ajuntament de MontcIar",
    "Prensa · Ajuntament de Montclar",
    "Ajuntamentde Montclar (oficial)",
  ])("%s", (name) => expect(readsAs(name, montclar)).toBe(true));

  test.each(["Ane Montclar", "Ajuntament", "Montclar", "Ane", "…"])("but not %s", (name) =>
    expect(readsAs(name, montclar)).toBe(false),
  );

  test("of one word only alone, since families have such names; a process' name only whole", () => {
    expect(readsAs("BILBAO", { name: "Bilbao", isOwnOrganisation: true })).toBe(true);
    expect(readsAs("Ane Bilbao", { name: "Bilbao", isOwnOrganisation: true })).toBe(false);
    expect(readsAs("Núria de la Riera", { name: "La Riera", isOwnOrganisation: true })).toBe(false);
    expect(readsAs("Ane of the green squares", { name: "Green squares", isOwnOrganisation: false })).toBe(false);
  });

  test("of an institution elsewhere only whole", () => {
    expect(readsAs("MARIA Garcia", { name: "Maria Garcia", isOwnOrganisation: false })).toBe(true);
    expect(readsAs("Maria Garcia Lopez", { name: "Maria Garcia", isOwnOrganisation: false })).toBe(false);
  });

  test("never where next to nothing of it can be seen", () => {
    const marks = "\u0323\u0323\u0323\u0323";
    for (const name of [`a${marks} ${marks}${marks}`, `i${marks} o${marks}`, `lau${marks} ${marks}`])
      expect(readsAs("Ion Laura Soler", { name, isOwnOrganisation: true })).toBe(false);
    expect(readsAs("A", { name: `a${marks}`, isOwnOrganisation: true })).toBe(false);
    expect(readsAs("Io", { name: "Io", isOwnOrganisation: true })).toBe(false);
    expect(readsAs("Vic", { name: "Vic", isOwnOrganisation: true })).toBe(true);
  });

  test("in letters of another script it stays what it is", () => {
    expect(likenessOf("بلدية المدينة")).toBe(likenessOf("بلدية  المدينة"));
    expect(likenessOf("بلدية")).not.toBe("");
  });
});

describe("every door refuses it", () => {
  test.each(["Ajuntament de Montclar", "Shade for the RIERA", "Bilbao", "Camara do Porto"])("%s", async (name) => {
    const person = { name, locale: "en" };
    await expect(openAccount(db.sql, { ...person, email: "who@example.org" }, now)).rejects.toMatchObject(official);
    await expect(openAccountWithoutEmail(db.sql, person, now)).rejects.toMatchObject(official);
    const guest = await aGuest(city);
    const profile = { ...person, knowHow: "", isKnowHowPublic: false };
    await expect(changeProfile(db.sql, guest, profile, now)).rejects.toMatchObject(official);
    const voiced = await aGuest(city, { handle: `voice-${guest.id.slice(-6)}` });
    const inPublic = { code: "name-official", params: { field: "publicName" } };
    await expect(renamePublicVoice(db.sql, voiced, name, now)).rejects.toMatchObject(inPublic);
    const voice = { handle: `other-${guest.id.slice(-6)}`, name };
    await expect(openPublicVoice(db.sql, city.uris, guest, voice, now)).rejects.toMatchObject(inPublic);
  });

  const marks = "\u0323".repeat(5);
  test.each([`e${marks} ${marks}`, "Maria Garcia", "Jo Soler"])(
    "but no stranger takes a name away: %s",
    async (name) => {
      await aStranger(db, { name, host: "evil.example", type: "Organization", now });
      await follows(await aStranger(db, { name, host: "asked.example", type: "Organization", now }), "requested");
      for (const [index, person] of ["Maria Garcia", "Maria Garcia Lopez", "Jo Soler", "Ane Etxeberria"].entries()) {
        const email = `p${index}-${name.length}@example.org`;
        expect((await openAccount(db.sql, { email, name: person, locale: "en" }, now)).name).toBe(person);
      }
    },
  );

  test("one that is followed only its whole name, and none once its server is blocked", async () => {
    await follows(await aStranger(db, { name: "Cidade de Lagos", host: "a.lagos.example", type: "Organization", now }));
    await follows(await aStranger(db, { name: "Someone Followed", host: "a.lagos.example", now }));
    const isOfficial = (name: string) => isOfficialName(db.sql, name);
    expect(await Promise.all(["Cidade de LAGOS", "Cidade de Lagos Viva", "Someone Followed"].map(isOfficial))).toEqual([
      true,
      false,
      false,
    ]);
    await db.sql`insert into peer (host, policy) values ('lagos.example', 'blocked')`;
    expect(await isOfficial("Cidade de Lagos")).toBe(false);
  });

  test("one of which a copy is kept, too", async () => {
    const { uri } = await aStranger(db, { name: "Concello de Lugo", host: "lugo.example", type: "Organization", now });
    expect(await isOfficialName(db.sql, "Concello de Lugo")).toBe(false);
    const wanted = { scopeUri: uri, kind: "organisation", ownOrigin: "https://bilbao.test" } as const;
    await keepCopy(db.sql, city.administrator, wanted, now);
    expect(await isOfficialName(db.sql, "Concello de Lugo")).toBe(true);
  });

  test("who has an account already is let in by their address, whatever name is typed", async () => {
    const person = await aGuest(city, { name: "Ona" });
    const typed = { email: person.email, name: "Ajuntament de Montclar", locale: "en" };
    expect((await openAccount(db.sql, typed, now)).id).toBe(person.id);
  });

  test("who has had the name before may keep it and change the rest", async () => {
    const person = await aGuest(city, { name: "Green Squares" });
    await aProcess(city, { title: "Green squares", now });
    const profile = { name: person.name, locale: "ca", knowHow: "", isKnowHowPublic: false };
    await changeProfile(db.sql, person, profile, now);
    expect((await getAccount(db.sql, person.id)).locale).toBe("ca");
  });

  test("who comes from elsewhere is let in under a neutral name", async () => {
    const come = async (subject: string, name: string, fallbackName: string) => {
      const proven = {
        kind: "fediverse",
        issuer: "social.example",
        subject,
        label: `@${subject}@social.example`,
      } as const;
      const newcomer = { name, fallbackName, locale: "ca", verifiedEmail: null };
      const session = { device: "", previousSessionToken: null };
      const { account } = await withTransaction(db.sql, (tx) => signInWith(tx, proven, newcomer, session, now));
      return account.name;
    };
    expect(await come("ana", "Ajuntament de Montclar", "@ana@social.example")).toBe("@ana@social.example");
    expect(await come("a", "Ajuntament de Montclar", "@ajuntamentdemontclar@social.example")).toBe("Visitant");
    expect(await come("eva", "Eva", "@eva@social.example")).toBe("Eva");
    // Also where somebody has taken the neutral one, and where nothing that came can be a name.
    await anAssociation(city, { name: "Visitant" });
    expect(await come("b", "Ajuntament de Montclar", "Bilbao")).toBe("Visitant");
    expect(await come("c", "\u200b", "\u200b")).toBe("Visitant");
  });

  test("however many are followed, no more than so many are compared, this node's own among them", async () => {
    await db.sql`
      with many as (
        insert into actor (id, uri, kind, type, origin, host, handle, name, inbox_uri)
        select gen_random_uuid(), 'https://many.example/' || n, 'stranger', 'Organization', 'https://many.example',
          'many.example', 'o' || n, 'Many ' || n, 'https://many.example/in' from generate_series(1, ${officialNamesMax}) n
        returning id, uri)
      insert into follow (id, uri, follower_id, followed_id, state)
      select gen_random_uuid(), uri || '/follow', ${city.organisation.id}, id, 'accepted' from many`;
    expect(await listOfficialNames(db.sql)).toHaveLength(officialNamesMax);
    for (const name of ["Ajuntament de Montclar", "Shade for the Riera", "Bilbao"])
      expect(await isOfficialName(db.sql, name)).toBe(true);
  });
});
