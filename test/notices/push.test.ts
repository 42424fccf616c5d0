// Messages of the browser against a push service on loopback that checks each as a real one does, and a browser's own keys
// to read it: who is told what, when, and which devices are forgotten.
import { createECDH, createHash, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { decrypt } from "http_ece";
import { importJWK, jwtVerify } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { signOut } from "../../src/accounts/sign-in-actions.ts";
import { deleteComment } from "../../src/comments/actions.ts";
import { whatArrived, whatIsTold } from "../../src/front/told-queries.ts";
import { notify } from "../../src/notices/actions.ts";
import { changeNoticeSettings, follow } from "../../src/notices/following-actions.ts";
import { noticeHandlers, pushHandlers } from "../../src/notices/jobs.ts";
import { type PushMessage, pushKeysOf, readPushAddress } from "../../src/notices/push.ts";
import { beginPush } from "../../src/notices/push-actions.ts";
import { listPushDevices } from "../../src/notices/push-queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { type GuardedFetch, openGuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { newId } from "../../src/platform/ids.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { dayMs, minuteMs } from "../../src/platform/time.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { aCity, aComment, aGuest, aProcess, aProposal, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const secret = "a secret of this test that is long enough";
const morning = "2026-05-05T08:00:00Z";
let now = Date.parse(morning);
const clock = { now: () => new Date(now) };

let db: TestDatabase;
let city: City;
let client: GuardedFetch;
let service: Server;
let origin = "";
let answers = 201;
/** What the service was handed, by the path of the device. */
let taken: { path: string; headers: Record<string, unknown>; body: Buffer }[] = [];

beforeAll(async () => {
  service = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    taken.push({ path: request.url ?? "", headers: request.headers, body });
    response.writeHead(request.url?.startsWith("/gone") ? 410 : answers).end();
  });
  await new Promise<void>((done) => service.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  client = openGuardedFetch({ permittedOrigins: [origin], userAgent: "test" });
  db = await openTestDatabase();
  city = await aCity(db, { now: clock.now() });
});
afterAll(async () => {
  await client?.[Symbol.asyncDispose]();
  await db?.drop();
  await new Promise((done) => service.close(done));
});
beforeEach(async () => {
  now += 7 * dayMs;
  answers = 201;
  taken = [];
  await db.sql`delete from job`;
});

interface Browser {
  readonly subscription: string;
  readonly sessionToken: string;
  read(body: Buffer): PushMessage;
}

/** A browser somebody is signed in with, and its address at the service. */
async function aBrowser(account: Account, path = `/device/${randomBytes(6).toString("hex")}`): Promise<Browser> {
  const [keys, authSecret] = [createECDH("prime256v1"), randomBytes(16)];
  const p256dh = keys.generateKeys("base64url");
  const sessionToken = randomBytes(32).toString("base64url");
  await db.sql`
    insert into session (token_digest, id, account_id, device, created_at, expires_at)
    values (${createHash("sha256").update(sessionToken).digest()}, ${newId(clock.now())}, ${account.id}, 'Firefox, Android',
      ${clock.now()}, ${new Date(now + 30 * dayMs)})`;
  return {
    subscription: JSON.stringify({
      endpoint: origin + path,
      expirationTime: null,
      keys: { p256dh, auth: authSecret.toString("base64url") },
    }),
    sessionToken,
    read: (body) => JSON.parse(decrypt(body, { version: "aes128gcm", privateKey: keys, authSecret }).toString()),
  };
}

const turnOn = ({ sessionToken, subscription }: Browser, by: Account) =>
  beginPush(db.sql, by, sessionToken, subscription, clock.now());
const devicesOf = async ({ id }: Account) => (await listPushDevices(db.sql, id, null, clock.now())).length;

async function settle(): Promise<void> {
  const mailer = { send: () => Promise.resolve() };
  const house = {
    ...{ ...city, clock, mailer, secret, whatIsTold, whatArrived },
    findCity: () => Promise.resolve({ name: "Bilbao", timeZone: "Europe/Madrid" }),
  };
  const pushing = { ...house, pushKeys: pushKeysOf(secret), fetch: client.fetch };
  const handlers = { ...noticeHandlers(house), ...pushHandlers(pushing) };
  for (let more = 1; more > 0; ) more = await drain(db.sql, handlers, { now: clock.now(), toleratesFailures: true });
}
/** What has happened is told first; then the time passes. */
const settleAfter = async (ms: number) => {
  await settle();
  now += ms;
  await settle();
};

/** Someone with a proposal and a browser that has messages turned on. */
async function anAuthor() {
  const author = await aGuest(city, { now: clock.now() });
  const proposal = await aProposal(city, { by: author, title: "Shade for the square", now: clock.now() });
  const browser = await aBrowser(author);
  await turnOn(browser, author);
  return { author, proposal, browser };
}

test("a comment on one's proposal is told on the device, sealed for it and signed as from this node", async () => {
  const { proposal, browser } = await anAuthor();
  await aComment(city, { on: proposal, now: clock.now() });
  await settleAfter(minuteMs);
  expect(taken).toHaveLength(1);
  const { headers, body } = taken[0]!;
  expect(browser.read(body)).toEqual({
    title: "Bilbao",
    body: expect.stringContaining("Shade for the square"),
    lang: "en",
    dir: "ltr",
    path: expect.stringMatching(/^\/notices\/[0-9a-f-]{36}$/),
  });
  expect(headers).toMatchObject({ "content-encoding": "aes128gcm", ttl: "86400", topic: "notices" });
  const [, token, key] = /^vapid t=([^,]+), k=(\S+)$/.exec(String(headers.authorization))!;
  const point = Buffer.from(key!, "base64url");
  const [x, y] = [point.subarray(1, 33).toString("base64url"), point.subarray(33).toString("base64url")];
  const { payload } = await jwtVerify(token!, await importJWK({ kty: "EC", crv: "P-256", x, y }, "ES256"), {
    audience: origin,
    subject: city.uris.origin,
    currentDate: clock.now(),
  });
  expect(payload.exp! * 1_000 - now).toBeLessThanOrEqual(dayMs);
  expect(key).toBe(pushKeysOf(secret).publicKey);
  await settleAfter(60 * minuteMs);
  expect(taken).toHaveLength(1);
});

test("what is nobody else's business does not stand on a locked screen", async () => {
  const { author, browser } = await anAuthor();
  await withTransaction(db.sql, (tx) =>
    notify(tx, { accountId: author.id, kind: "residence-verified", subjectUri: null }, clock.now()),
  );
  await settleAfter(minuteMs);
  expect(taken.map(({ body }) => browser.read(body))).toEqual([
    expect.objectContaining({ body: "There is something new for you", path: "/notices" }),
  ]);
});

test("of what one follows only what is wanted at once is told so", async () => {
  const process = await aProcess(city, { title: "Squares", now: clock.now() });
  const readers = [];
  for (const mail of ["daily", "at-once", "never"] as const) {
    const reader = await aGuest(city, { now: clock.now() });
    await changeNoticeSettings(db.sql, reader.id, { mail, followsOwn: true }, clock.now());
    await follow(db.sql, reader, process.uri, clock.now());
    await turnOn(await aBrowser(reader, `/device/${mail}`), reader);
    readers.push(reader);
  }
  const news = { processUri: process.uri, title: "A map", body: "Text", language: "en" };
  await publishNews(db.sql, city.uris, city.administrator, news, clock.now());
  await settleAfter(minuteMs);
  expect(taken.map(({ path }) => path)).toEqual(["/device/at-once"]);
});

test("a burst is one message, the next comes ten minutes later, and what was read or taken back meanwhile is left out", async () => {
  const { author, proposal, browser } = await anAuthor();
  for (let at = 0; at < 3; at++) await aComment(city, { on: proposal, now: clock.now() });
  await settleAfter(minuteMs);
  expect(taken.map(({ body }) => browser.read(body).body)).toEqual(["There are 3 new things for you"]);
  const guest = await aGuest(city, { now: clock.now() });
  await aComment(city, { on: proposal, now: clock.now() });
  const gone = await aComment(city, { by: guest, on: proposal, now: clock.now() });
  await settleAfter(minuteMs);
  expect(taken).toHaveLength(1);
  await deleteComment(db.sql, guest, gone.uri, clock.now());
  await settleAfter(10 * minuteMs);
  expect(taken).toHaveLength(2);
  expect(browser.read(taken[1]!.body).body).toContain("Shade for the square");
  await aComment(city, { on: proposal, now: clock.now() });
  await settle();
  await db.sql`update notice set read_at = ${clock.now()} where account_id = ${author.id}`;
  await settleAfter(11 * minuteMs);
  expect(taken).toHaveLength(2);
});

test("at night nothing rings; in the morning it is told", async () => {
  const { proposal } = await anAuthor();
  now = Date.parse(`${clock.now().toISOString().slice(0, 10)}T20:00:00Z`);
  await aComment(city, { on: proposal, now: clock.now() });
  for (let hour = 0; hour < 9; hour++) await settleAfter(60 * minuteMs);
  expect(taken).toHaveLength(0);
  await settleAfter(62 * minuteMs);
  expect(taken).toHaveLength(1);
});

test("a device that its service knows no more is forgotten; a service that is down is asked again", async () => {
  const { author, proposal } = await anAuthor();
  await turnOn(await aBrowser(author, "/gone/1"), author);
  await aComment(city, { on: proposal, now: clock.now() });
  await settleAfter(minuteMs);
  expect(taken).toHaveLength(2);
  expect(await devicesOf(author)).toBe(1);
  answers = 503;
  await aComment(city, { on: proposal, now: clock.now() });
  await settleAfter(11 * minuteMs);
  expect(taken).toHaveLength(3);
  answers = 201;
  await settleAfter(5 * minuteMs);
  expect(taken).toHaveLength(4);
  expect(await devicesOf(author)).toBe(1);
});

test("no address of this machine or network is posted to, and the attempt says no address", async () => {
  const { author, proposal, browser } = await anAuthor();
  const inside = JSON.parse(browser.subscription);
  inside.endpoint = "https://127.0.0.1:9/secret-of-a-device";
  await turnOn({ ...browser, subscription: JSON.stringify(inside) }, author);
  await aComment(city, { on: proposal, now: clock.now() });
  await settleAfter(minuteMs);
  expect(taken).toEqual([]);
  expect(await devicesOf(author)).toBe(0);
});

test("signing out ends it, and a device passes to whoever signs in on it next", async () => {
  const { author, proposal, browser } = await anAuthor();
  const next = await aGuest(city, { now: clock.now() });
  const { sessionToken } = await aBrowser(next);
  await turnOn({ ...browser, sessionToken }, next);
  expect([await devicesOf(author), await devicesOf(next)]).toEqual([0, 1]);
  await turnOn(browser, author);
  expect([await devicesOf(author), await devicesOf(next)]).toEqual([1, 0]);
  await signOut(db.sql, browser.sessionToken);
  await aComment(city, { on: proposal, now: clock.now() });
  await settleAfter(minuteMs);
  expect(taken).toEqual([]);
  await expect(turnOn({ ...browser, sessionToken }, author)).rejects.toThrow("not-allowed");
  await expect(turnOn({ ...browser, sessionToken: "nobody's" }, author)).rejects.toThrow("not-allowed");
});

test("what is no address of a browser is refused before anything is written", async () => {
  const author = await aGuest(city, { now: clock.now() });
  const browser = await aBrowser(author);
  const sound = JSON.parse(browser.subscription) as { endpoint: string; keys: { p256dh: string; auth: string } };
  const offCurve = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)]).toString("base64url");
  for (const wrong of [
    "",
    "[]",
    "null",
    JSON.stringify({ ...sound, endpoint: "file:///etc/passwd" }),
    JSON.stringify({ ...sound, endpoint: "https://user:word@push.example/" }),
    JSON.stringify({ ...sound, endpoint: `https://push.example/${"a".repeat(1_000)}` }),
    JSON.stringify({ ...sound, keys: { ...sound.keys, auth: "AAAA" } }),
    JSON.stringify({ ...sound, keys: { ...sound.keys, p256dh: offCurve } }),
    JSON.stringify({ ...sound, keys: { ...sound.keys, p256dh: sound.keys.p256dh.slice(4) } }),
  ]) {
    expect(readPushAddress(wrong), wrong).toBeNull();
    await expect(turnOn({ ...browser, subscription: wrong }, author)).rejects.toThrow("push-address");
  }
  expect(await devicesOf(author)).toBe(0);
});
