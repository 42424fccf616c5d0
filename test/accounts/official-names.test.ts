// Nobody goes by the name of a city, an association or a process, by whichever door they come.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeProfile, openPublicVoice, renamePublicVoice } from "../../src/accounts/actions.ts";
import { likenessOf, readsAs } from "../../src/accounts/likeness.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { openAccount, openAccountWithoutEmail } from "../../src/accounts/sign-in-actions.ts";
import { signInWith } from "../../src/identities/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
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
  await aStranger(db, { name: "Câmara do Porto", type: "Organization", now });
});
afterAll(() => db.drop());

const official = { code: "name-official", params: { field: "name" } };

describe("a name reads as an institution's", () => {
  const montclar = { name: "Ajuntament de Montclar", isOrganisation: true };
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
    expect(readsAs("BILBAO", { name: "Bilbao", isOrganisation: true })).toBe(true);
    expect(readsAs("Ane Bilbao", { name: "Bilbao", isOrganisation: true })).toBe(false);
    expect(readsAs("Núria de la Riera", { name: "La Riera", isOrganisation: true })).toBe(false);
    expect(readsAs("Ane of the green squares", { name: "Green squares", isOrganisation: false })).toBe(false);
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
  });
});
