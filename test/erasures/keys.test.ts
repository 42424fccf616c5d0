// Which keys may speak for an actor that was known by another one: those that its signed history has in that one's place.
import { afterAll, beforeAll, expect, test } from "vitest";
import { findActorDocument } from "../../federation/actors.ts";
import { readActor } from "../../federation/reading-actors.ts";
import { rememberRemoteActor } from "../../src/actors/actions.ts";
import type { RemoteActor } from "../../src/actors/actor.ts";
import { findActor, listKnownKeys } from "../../src/actors/queries.ts";
import { rotateKeys } from "../../src/records/key-actions.ts";
import { keysFollowing } from "../../src/records/known-key-actions.ts";
import { aCity, aProcess, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
const later = new Date("2026-03-02T12:00:00Z");
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  await aProcess(city, { now });
});
afterAll(async () => await db.drop());

const shown = async () => {
  const document = await findActorDocument(db.sql, city.uris, city.organisation.handle, now);
  return readActor(document).keys;
};

test("a key that follows on a known one by the signed history counts; a history that nothing known anchors does not", async () => {
  const before = await shown();
  expect(before[0]!.key).toMatch(/^-----BEGIN PUBLIC KEY/);
  expect(before[1]!.key).toMatch(/^z6Mk/);
  await rotateKeys(db.sql, (await findActor(db.sql, city.organisation.uri))!, later);
  const after = await shown();
  expect(after.map(({ key }) => key)).not.toEqual(expect.arrayContaining([before[1]!.key]));
  const seen = { uri: before[1]!.id, multibase: before[1]!.key };
  const following = await keysFollowing(db.sql, city.organisation.uri, [seen], new Date(+later + 60_000));
  expect(following).toEqual([{ uri: after[1]!.id, multibase: after[1]!.key }]);
  const stranger = { uri: before[1]!.id, multibase: after[1]!.key };
  expect(await keysFollowing(db.sql, city.organisation.uri, [stranger], later)).toEqual([]);
});

test("the keys an actor of another server is known by change only where one of them stays", async () => {
  const uri = "https://elsewhere.example/users/ana";
  const actor: RemoteActor = {
    ...{ uri, type: "Person" as const, handle: "ana", host: "elsewhere.example", name: "Ana", summary: "", url: null },
    ...{ iconUrl: null, inboxUri: `${uri}/inbox`, sharedInboxUri: null },
  };
  const keys = (...names: string[]) => names.map((name) => ({ id: `${uri}#${name}`, key: `key ${name}` }));
  const remember = (...names: string[]) => rememberRemoteActor(db.sql, actor, now, keys(...names));
  const known = async () => (await listKnownKeys(db.sql, uri)).map(({ key }) => key);
  await remember("one");
  await remember("one", "two");
  expect(await known()).toEqual(["key one", "key two"]);
  await remember("two");
  expect(await known()).toEqual(["key two"]);
  await remember("three");
  await remember();
  expect(await known()).toEqual(["key two"]);
});
