// Fedify's key-value contract on PostgreSQL, and what it leaves open: null, equality, age.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresKvStore, scheduleSweep, sweepHandlers, sweepKeyValues } from "../../federation/kv.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
let kv: PostgresKvStore;
beforeAll(async () => {
  db = await openTestDatabase();
  kv = new PostgresKvStore(db.sql);
});
afterAll(() => db.drop());

const ms = (milliseconds: number) => Temporal.Duration.from({ milliseconds });
const written = async () =>
  Number((await db.sql`select xmin::text::bigint as version from key_value where key = array['counted']`)[0]!.version);

test("gives back any JSON, and tells null from absent", async () => {
  expect(await kv.get(["nothing"])).toBeUndefined();
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const clean = JSON.parse(JSON.stringify(value).replaceAll("\\u0000", ""));
      await kv.set(["any"], clean);
      expect(await kv.get(["any"])).toEqual(clean);
    }),
    { numRuns: 50 },
  );
  await kv.set(["any"], null);
  expect(await kv.get(["any"])).toBeNull();
  await kv.delete(["any"]);
  expect(await kv.get(["any"])).toBeUndefined();
});

test("keys are words, not their sum", async () => {
  await kv.set(["a", "bc"], 1);
  await kv.set(["ab", "c"], 2);
  expect(await kv.get(["a", "bc"])).toBe(1);
  expect(await kv.get(["ab", "c"])).toBe(2);
  expect(await kv.get(["abc"])).toBeUndefined();
});

test("a value ends with its time, and can be set anew", async () => {
  await kv.set(["short"], 1, { ttl: ms(600_000) });
  expect(await kv.get(["short"])).toBe(1);
  await db.sql`update key_value set expires_at = expires_at - interval '1 hour' where key = array['short']`;
  expect(await kv.get(["short"])).toBeUndefined();
  expect(await kv.cas(["short"], 1, 2)).toBe(false);
  expect(await kv.cas(["short"], undefined, 2)).toBe(true);
  expect(await kv.get(["short"])).toBe(2);
});

test("an equal value is not written again until half its time is over", async () => {
  await kv.set(["counted"], { spec: "rfc9421", at: [1, 2] });
  const first = await written();
  await kv.set(["counted"], { at: [1, 2], spec: "rfc9421" });
  expect(await written()).toBe(first);
  await kv.set(["counted"], { spec: "cavage" });
  expect(await written()).not.toBe(first);
  await db.sql`update key_value set expires_at = now() + interval '14 days' where key = array['counted']`;
  const aged = await written();
  await kv.set(["counted"], { spec: "cavage" });
  expect(await written()).not.toBe(aged);
});

test("compares and swaps by value", async () => {
  const key = ["circuit", "host"] as const;
  expect(await kv.cas(key, { state: "open" }, 1)).toBe(false);
  expect(await kv.cas(key, undefined, undefined)).toBe(true);
  expect(await kv.cas(key, undefined, { state: "closed", failures: [1, 2] })).toBe(true);
  expect(await kv.cas(key, undefined, { state: "other" })).toBe(false);
  expect(await kv.cas(key, { failures: [2, 1], state: "closed" }, null)).toBe(false);
  expect(await kv.cas(key, { failures: [1, 2], state: "closed" }, null)).toBe(true);
  expect(await kv.cas(key, undefined, 1)).toBe(false);
  expect(await kv.cas(key, null, { state: "open" })).toBe(true);
  expect(await kv.cas(key, { state: "closed" }, undefined)).toBe(false);
  expect(await kv.cas(key, { state: "open" }, undefined)).toBe(true);
  expect(await kv.get(key)).toBeUndefined();
});

test("of many who swap at once one wins each time", async () => {
  const key = ["counter"] as const;
  await kv.set(key, 0);
  const raise = async () => {
    for (;;) {
      const seen = await kv.get<number>(key);
      if (await kv.cas(key, seen, seen! + 1)) return;
    }
  };
  await Promise.all(Array.from({ length: 25 }, raise));
  expect(await kv.get(key)).toBe(25);
});

test("lists what begins with the words asked for, over several pages", async () => {
  const names = Array.from({ length: 450 }, (_, n) => String(n));
  await Promise.all(names.map((name) => kv.set(["listed", name], Number(name))));
  await kv.set(["listed"], "itself");
  await kv.set(["listed", "7", "deeper"], "deeper");
  await kv.set(["listed2", "1"], "another");
  await kv.set(["liste"], "another");
  await kv.set(["listed", "over"], "gone", { ttl: ms(-1) });
  const found = await Array.fromAsync(kv.list(["listed"]));
  expect(found).toHaveLength(452);
  expect(new Map(found.map(({ key, value }) => [key.join("/"), value])).get("listed/449")).toBe(449);
  expect(found.every(({ key }) => key[0] === "listed")).toBe(true);
  expect(await Array.fromAsync(kv.list(["listed", "7"]))).toEqual([
    { key: ["listed", "7"], value: 7 },
    { key: ["listed", "7", "deeper"], value: "deeper" },
  ]);
  const all = await Array.fromAsync(kv.list());
  expect(all.length).toBeGreaterThan(found.length);
});

test("sweeping removes what is over and nothing else, and goes on by itself", async () => {
  await db.sql`delete from key_value`;
  await kv.set(["stays"], 1);
  await db.sql`
    insert into key_value (key, value, expires_at)
    select array['old', n::text], '1', now() - interval '1 s' from generate_series(1, 2500) as n`;
  expect(await sweepKeyValues(db.sql)).toBe(2500);
  expect(await db.sql`select key from key_value`).toEqual([{ key: ["stays"] }]);

  let now = new Date();
  const handlers = sweepHandlers(db.sql, () => now);
  await scheduleSweep(db.sql, now);
  await kv.set(["over"], 1, { ttl: ms(-1) });
  expect(await drain(db.sql, handlers)).toBe(0);
  for (const minutes of [10, 20]) {
    now = new Date(Date.now() + minutes * 60_000);
    expect(await drain(db.sql, handlers, { now })).toBe(1);
  }
  expect(await db.sql`select key from key_value`).toEqual([{ key: ["stays"] }]);
});
