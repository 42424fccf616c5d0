// The census list on a real database: what a file may be, what is kept of it, and how a person is found in it.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Account, isResident } from "../../src/accounts/account.ts";
import { closeAccount } from "../../src/accounts/actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { networkDigest } from "../../src/accounts/sign-in.ts";
import { backUp } from "../../src/platform/backup.ts";
import { dayMs } from "../../src/platform/time.ts";
import { releaseResidence, sweepResidences, verifyAtDesk } from "../../src/residences/actions.ts";
import { censusBytesMax, readCensus } from "../../src/residences/census.ts";
import {
  beginCensus,
  confirmCensus,
  discardCensus,
  readCensusList,
  verifyByCensus,
} from "../../src/residences/census-actions.ts";
import { askForLetter } from "../../src/residences/letter-actions.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { findCurrentCensus, getCensusList } from "../../src/residences/queries.ts";
import { type CensusFact, residenceKey } from "../../src/residences/residence.ts";
import { aCity, aGuest, anOfficial, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const key = residenceKey("a secret of this test that is long enough");
const now = new Date("2026-03-01T10:00:00Z");
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  await asking("birth-date", "post-code");
});
afterAll(() => db.drop());

const asking = (...asks: CensusFact[]) =>
  setMethod(
    db.sql,
    city.administrator,
    "census",
    { isOn: true, validMonths: 24, explanation: {}, settings: { asks } },
    now,
  );

async function* chunksOf(bytes: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Reads a file in small pieces. @returns the id of its list, and why it was not taken. */
async function read(file: string | Uint8Array, size?: number) {
  const bytes = typeof file === "string" ? Buffer.from(file) : file;
  const id = await beginCensus(db.sql, city.administrator, bytes.length, now);
  const refusal = await readCensusList(db.sql, key, id, chunksOf(bytes, size));
  return { id, refusal };
}

async function use(file: string): Promise<void> {
  const { id, refusal } = await read(file);
  expect(refusal).toBeNull();
  await confirmCensus(db.sql, city.administrator, id, now);
}

const header = "document_number,birth_date,post_code";
const ask = (
  by: Account,
  number: string,
  birthDate: string,
  postCode: string,
  at = now,
  network: Buffer | null = null,
) => verifyByCensus(db.sql, key, by, { number, birthDate, postCode, network }, at);
const entries = async () =>
  (await db.sql<[{ count: number }]>`select count(*)::int as count from census_entry`)[0].count;

describe("a file", () => {
  test("with columns in any order, a byte order mark, semicolons, quotes and Windows line ends is read", async () => {
    const file =
      '\ufeffCódigo postal;DNI;Fecha de nacimiento\r\n48001;"11.111.111-A";31/05/1980\r\n"48 002";X2222222B;1990-01-02\r\n';
    const { id, refusal } = await read(file);
    expect(refusal).toBeNull();
    expect(await getCensusList(db.sql, id)).toMatchObject({ state: "waiting", personCount: 2, addedCount: 2 });
    await discardCensus(db.sql, city.administrator, id);
    expect(await entries()).toBe(0);
  });

  const good = ["11111111A,1980-05-31,48001", "22222222B,1990-01-02,48002", "33333333C,1970-12-31,48003"];
  const fileOf = (...lines: string[]) => [header, ...lines].join("\n");
  const latin = Buffer.from([
    ...Buffer.from(fileOf(good[0]!, "")),
    ...Buffer.from("España,1980-01-01,48001", "latin1"),
  ]);
  const wrong: [string, string | Uint8Array, string, Record<string, unknown>][] = [
    ["a column missing", "document_number,birth_date\n1111A,1980-05-31", "census-columns", { line: 1 }],
    ["a column too many", `${header},name\n1111A,1980-05-31,48001,Ane`, "census-columns", { line: 1 }],
    ["no header", good.join("\n"), "census-columns", { line: 1 }],
    ["the same person twice", fileOf(...good, "22.222.222-b,1990-01-02,48002"), "census-twice", { line: 5, first: 3 }],
    ["an empty line", fileOf(good[0]!, "", good[1]!), "census-empty-line", { line: 3 }],
    ["a line of commas", fileOf(good[0]!, good[1]!, ",,"), "census-empty-line", { line: 4 }],
    ["empty lines at the end", `${fileOf(good[0]!)}\n\n`, "census-empty-line", { line: 3 }],
    ["a cell missing", fileOf(good[0]!, "22222222B,1990-01-02"), "census-line", { line: 3 }],
    ["a quote that stays open", fileOf(good[0]!, '"22222222B,1990-01-02,48002', good[2]!), "census-line", { line: 3 }],
    [
      "a day that is none",
      fileOf(good[0]!, "22222222B,1990-02-30,48002"),
      "census-value",
      { line: 3, column: "birth_date" },
    ],
    ["a number that is none", fileOf("¿?,1990-02-03,48002"), "census-value", { line: 2, column: "document_number" }],
    ["Latin-1", latin, "census-encoding", { line: 3 }],
    ["UTF-16", Buffer.from(fileOf(...good), "utf16le"), "census-encoding", { line: 1 }],
    ["one endless line", `${header}\n${"x".repeat(5_000)}`, "census-line", { line: 2 }],
    ["nobody", `${header}\n`, "census-empty", {}],
    ["nothing", "", "census-empty", {}],
  ];
  test.each(wrong)("with %s is refused whole, naming the line", async (_what, file, code, params) => {
    for (const size of [7, 1_000_000]) {
      const { id, refusal } = await read(file, size);
      expect({ code: refusal?.code, params: refusal?.params }).toMatchObject({ code, params });
      expect(await getCensusList(db.sql, id)).toMatchObject({ state: "refused", refusal: code });
      expect(await entries()).toBe(0);
      await expect(confirmCensus(db.sql, city.administrator, id, now)).rejects.toMatchObject({
        code: "changed-meanwhile",
      });
    }
  });

  test("that is too large, from an official, or while another is read, is refused before it is read", async () => {
    const begin = (by: Account, size: number) => beginCensus(db.sql, by, size, now);
    await expect(begin(city.administrator, censusBytesMax + 1)).rejects.toMatchObject({
      ...{ code: "too-large", params: { megabytes: 40 } },
    });
    await expect(begin(await anOfficial(city), 10)).rejects.toMatchObject({ code: "not-allowed" });
    const id = await begin(city.administrator, 10);
    await expect(begin(city.administrator, 10)).rejects.toMatchObject({ code: "census-busy" });
    await db.sql`delete from census_list where id = ${id}`;
  });

  test("that replaces another says first who is new, gone and kept, and nothing changes until it is confirmed", async () => {
    await use(fileOf(...good));
    const { id } = await read(fileOf(good[1]!, good[2]!, "44444444D,2000-01-01,48004", "55555555E,2000-01-01,48005"));
    expect(await getCensusList(db.sql, id)).toMatchObject({ addedCount: 2, goneCount: 1, keptCount: 2 });
    const [early, late] = [await aGuest(city), await aGuest(city)];
    await expect(ask(early, "44444444D", "2000-01-01", "48004")).rejects.toMatchObject({ code: "not-on-list" });
    await confirmCensus(db.sql, city.administrator, id, now);
    await ask(early, "44444444D", "2000-01-01", "48004");
    await expect(ask(late, "11111111A", "1980-05-31", "48001")).rejects.toMatchObject({ code: "not-on-list" });
    expect((await findCurrentCensus(db.sql))?.personCount).toBe(4);
    expect(await entries()).toBe(4);
    const [act] =
      await db.sql`select act, detail from audit where act = 'CensusListReplaced' and detail ->> 'people' = '4'`;
    expect(act?.detail).toMatchObject({ people: 4, added: 2, gone: 1, kept: 2 });
  });

  test("that comes in one go, as an upload does, is still taken in small pieces", async () => {
    const people = Array.from({ length: 20_000 }, (_, at) => `${10_000_000 + at}K,1980-05-31,48001`);
    const upload = new File([`${header}\n${people.join("\n")}\n`], "people.csv");
    const counts: number[] = [];
    for await (const piece of readCensus(upload.stream(), ["birth-date", "post-code"]))
      counts.push(piece.people.length);
    expect(counts.reduce((sum, count) => sum + count)).toBe(20_000);
    expect(Math.max(...counts)).toBeLessThan(3_000);
  });

  test("of twenty thousand people is read piece by piece, and says how far it is", async () => {
    const lines = Array.from({ length: 20_000 }, (_, at) => `${10_000_000 + at}A,1980-05-31,48001`);
    const bytes = Buffer.from(fileOf(...lines));
    const id = await beginCensus(db.sql, city.administrator, bytes.length, now);
    const seen: number[] = [];
    async function* watched() {
      for await (const chunk of chunksOf(bytes, 64_000)) {
        yield chunk;
        seen.push((await getCensusList(db.sql, id)).bytesRead);
      }
    }
    expect(await readCensusList(db.sql, key, id, watched())).toBeNull();
    expect(seen.length).toBeGreaterThan(5);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect(await getCensusList(db.sql, id)).toMatchObject({ personCount: 20_000, bytesRead: bytes.length });
    await discardCensus(db.sql, city.administrator, id);
  });
});

describe("a person", () => {
  beforeAll(() => use(`${header}\n66666666F,1966-06-06,48006\n77777777G,1977-07-07,48007\n`));

  test("who types what the list has is verified, however they write it", async () => {
    const person = await aGuest(city);
    await ask(person, " 66.666.666-f", "6/6/1966", "48 006");
    const account = await getAccount(db.sql, person.id);
    expect(isResident(account, now)).toBe(true);
    expect(account.residenceExpiresAt).toEqual(new Date("2028-03-01T10:00:00Z"));
    await expect(ask(await aGuest(city), "66666666F", "1966-06-06", "48006")).rejects.toMatchObject({
      ...{ code: "number-taken", params: { field: "number" } },
    });
  });

  test("who types somebody else's day learns nothing, and has five tries a day", async () => {
    const person = await aGuest(city);
    await expect(ask(person, "77777777G", "no day", "48007")).rejects.toMatchObject({ params: { field: "birthDate" } });
    for (let day = 1; day <= 5; day++) {
      await expect(ask(person, "77777777G", `1977-07-0${day}`, "48007")).rejects.toMatchObject({ code: "not-on-list" });
    }
    await expect(ask(person, "77777777G", "1977-07-07", "48007")).rejects.toMatchObject({ code: "census-attempts" });
    await ask(person, "77777777G", "1977-07-07", "48007", new Date(now.getTime() + dayMs + 1));
  });

  const networkOf = (ip: string) => networkDigest("a secret of this test that is long enough", ip);
  const wrongly = (by: Account, number: string, network: Buffer | null = null) =>
    ask(by, number, "1980-01-01", "48000", now, network).then(
      () => "verified",
      (error) => error.code,
    );

  test("two accounts do not use up the tries of a resident, who is found all the same", async () => {
    await use(`${header}\n88888888H,1988-08-08,48008\n`);
    const rivals = [await aGuest(city), await aGuest(city)];
    for (const by of rivals) {
      for (let turn = 0; turn < 6; turn++) await wrongly(by, "88888888H", networkOf("192.0.2.1"));
      expect(await wrongly(by, "88888888H", networkOf("192.0.2.9"))).toBe("census-attempts");
    }
    await ask(await aGuest(city), "88888888H", "1988-08-08", "48008", now, networkOf("192.0.2.2"));
  });

  test("from one network twenty wrong answers a day are taken, whoever asks; right ones are not counted", async () => {
    const people = Array.from({ length: 22 }, (_, at) => `9000000${at < 10 ? `0${at}` : at}K`);
    await use(`${header}\n${people.map((number) => `${number},1990-09-09,48009`).join("\n")}\n`);
    const library = networkOf("2001:db8:1:2::7");
    for (const number of people.slice(0, 21)) {
      await ask(await aGuest(city), number, "1990-09-09", "48009", now, library);
    }
    for (let turn = 0; turn < 20; turn++) {
      expect(await wrongly(await aGuest(city), `NOBODY${turn}`, library)).toBe("not-on-list");
    }
    const late = await aGuest(city);
    // Another address of the same network is the same network.
    const again = networkOf("2001:db8:1:2::8");
    await expect(ask(late, people[21]!, "1990-09-09", "48009", now, again)).rejects.toMatchObject({
      code: "census-attempts",
    });
    await ask(late, people[21]!, "1990-09-09", "48009", now, networkOf("192.0.2.3"));
  });

  test("is not found out from many accounts and networks either; the desk and the letter stay open", async () => {
    await use(`${header}\n87878787H,1987-08-07,48008\n`);
    const codes: string[] = [];
    for (let turn = 0; turn < 31; turn++) {
      codes.push(await wrongly(await aGuest(city), "87878787H", networkOf(`198.51.100.${turn}`)));
    }
    expect(codes.filter((code) => code === "not-on-list")).toHaveLength(30);
    expect(codes.at(-1)).toBe("census-number-busy");
    const resident = await aGuest(city);
    await expect(ask(resident, "87878787H", "1987-08-07", "48008")).rejects.toMatchObject({
      code: "census-number-busy",
    });
    const post = { isOn: true, validMonths: null, explanation: {}, settings: { asksNumber: true } };
    await setMethod(db.sql, city.administrator, "post", post, now);
    await askForLetter(db.sql, key, resident, { address: "A Name\nA Street 1", number: "87878787H" }, now);
    const official = await anOfficial(city);
    await verifyAtDesk(db.sql, key, official, { accountId: resident.id, number: "87878787H" }, now);
    const other = await aGuest(city);
    await use(`${header}\n86868686H,1986-08-06,48008\n`);
    await ask(other, "86868686H", "1986-08-06", "48008");
  });

  test("who closes their account and opens another goes on counting where they were: by network and about a number", async () => {
    await use(`${header}\n85858585H,1985-08-05,48008\n`);
    const network = networkOf("203.0.113.77");
    for (let turn = 0; turn < 20; turn++) {
      const person = await aGuest(city);
      expect(await wrongly(person, "85858585H", network)).toBe("not-on-list");
      await closeAccount(db.sql, person, [releaseResidence], now);
    }
    expect(await wrongly(await aGuest(city), "85858585H", network)).toBe("census-attempts");
    for (let turn = 0; turn < 10; turn++) {
      const person = await aGuest(city);
      expect(await wrongly(person, "85858585H", networkOf(`203.0.113.${turn}`))).toBe("not-on-list");
      await closeAccount(db.sql, person, [releaseResidence], now);
    }
    const late = await aGuest(city);
    expect(await wrongly(late, "85858585H", networkOf("203.0.113.99"))).toBe("census-number-busy");
    await sweepResidences(db.sql, new Date(now.getTime() + 1), now);
    expect(await db.sql`select from residence_attempt`).toHaveLength(0);
  });

  test("of a burst from many accounts no more is answered than is allowed", async () => {
    const people = await Promise.all(Array.from({ length: 30 }, () => aGuest(city)));
    const codes = await Promise.all(people.map((by) => wrongly(by, "BURST00001", networkOf("203.0.113.5"))));
    expect(codes.filter((code) => code === "not-on-list")).toHaveLength(20);
  });

  test("is asked for what the list in use has, whatever the next one will", async () => {
    await use(`${header}\n99999999J,1999-09-09,48009\n`);
    await asking("post-code");
    const person = await aGuest(city);
    await expect(ask(person, "99999999J", "1999-09-08", "48009")).rejects.toMatchObject({ code: "not-on-list" });
    await use("dni,codigo_postal\n99999999J,48009\n");
    await ask(person, "99999999J", "", "48009");
    await asking("birth-date", "post-code");
  });
});

test("no number, day or address stands anywhere in the database or in a backup of it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "koinon-census-"));
  const secrets = ["SECRETNUM1", "SECRETNUM2", "SECRETNUM3", "1951-02-03", "19510203"];
  // Digits within a digest or an id are nobody's birthday.
  const isIn = (text: string, secret: string) => new RegExp(`(?<![0-9A-F])${secret}(?![0-9A-F])`).test(text);
  await use(`${header}\nSECRETNUM1,1951-02-03,48021\nSECRETNUM2,1951-02-03,48021\n`);
  const person = await aGuest(city);
  await ask(person, "SECRETNUM1", "1951-02-03", "48021");
  await expect(ask(await aGuest(city), "SECRETNUM1", "1951-02-03", "48021")).rejects.toThrow();
  const official = await anOfficial(city);
  await verifyAtDesk(db.sql, key, official, { accountId: (await aGuest(city)).id, number: "SECRETNUM3" }, now);
  await setMethod(
    db.sql,
    city.administrator,
    "post",
    { isOn: true, validMonths: null, explanation: {}, settings: { asksNumber: true } },
    now,
  );
  const writer = await aGuest(city);
  await askForLetter(db.sql, key, writer, { address: "A Name\nPLANTEDSTREET 1", number: "SECRETNUM2" }, now);
  const file = join(folder, "backup.tar.gz");
  await backUp(file, { target: db.target, uploadsDir: join(folder, "uploads"), productVersion: "1", leftOut: {} });
  const found = gunzipSync(await readFile(file)).toString("latin1");
  await rm(folder, { recursive: true });
  // The search finds what is there: an address that still waits for its letter.
  expect(found).toContain("PLANTEDSTREET");
  for (const secret of secrets) expect([secret, isIn(found.toUpperCase(), secret)]).toEqual([secret, false]);
  const tables = await db.sql<{ name: string }[]>`
    select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`;
  expect(tables.length).toBeGreaterThan(30);
  for (const { name } of tables) {
    const rows = await db.sql`select t::text as row from ${db.sql(name)} t`;
    const text = rows
      .map(({ row }) => row)
      .join("\n")
      .toUpperCase();
    for (const secret of secrets) expect({ name, has: isIn(text, secret) }).toEqual({ name, has: false });
  }
});
