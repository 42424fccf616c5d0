// What strangers could try with notices: filling letterboxes, a body without an end; and people whom no mail reaches.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAccountWithoutEmail } from "../../src/accounts/sign-in-actions.ts";
import { notify } from "../../src/notices/actions.ts";
import { mailAccount } from "../../src/notices/mail-actions.ts";
import { asksPerAddressMax, askToFollowByMail } from "../../src/notices/mail-following-actions.ts";
import { asksPerHourMax, noticePages, oneClickRoutes } from "../../src/notices/pages.ts";
import { mailLinkToken } from "../../src/notices/unsubscribe.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { openMailbox } from "../../src/platform/mail.ts";
import { aCity, aGuest, aProcess, aProposal, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms } from "../support/room.ts";

const now = new Date("2026-03-01T12:00:00Z");
const secret = "s".repeat(40);
let [db, city]: [TestDatabase, City] = [] as never;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

test("an address is asked five times a day at most, also when all ask at once", async () => {
  const process = await aProcess(city, { now });
  const things = [];
  for (let made = 0; made < 12; made += 1) things.push(await aProposal(city, { process, now }));
  const email = "victim@letterbox.example";
  await Promise.all(things.map(({ uri }) => askToFollowByMail(db.sql, { email, subjectUri: uri, locale: "en" }, now)));
  expect(await db.sql`select from mail_following where email = ${email}`).toHaveLength(asksPerAddressMax);
});

test("from one place only so many addresses are asked in an hour", async () => {
  const { uri } = await aProcess(city, { now });
  await using rooms = await openRooms(db, city, [(house) => noticePages(house, { secret, trustedProxyCount: 0 })], {
    now,
  });
  const post = (fields: Record<string, string>, cookie = "") =>
    rooms.app.fetch(
      new Request("https://bilbao.test/follow-by-mail", {
        method: "POST",
        headers: { origin: "https://bilbao.test", cookie },
        body: new URLSearchParams({ uri, ...fields }),
      }),
    );
  const refused = await post({ email: "nobody@everywhere.example" });
  const cookie = refused.headers.get("set-cookie")!.split(";")[0]!;
  const csrf = /name="csrf" value="([^"]+)"/.exec(await refused.text())![1]!;
  const statuses = new Set<number>();
  for (let asked = 0; asked < asksPerHourMax; asked += 1)
    statuses.add((await post({ email: `person${asked}@everywhere.example`, csrf }, cookie)).status);
  expect([...statuses]).toEqual([303]);
  expect((await post({ email: "one-too-many@everywhere.example", csrf }, cookie)).status).toBe(429);
  expect(await db.sql`select from mail_following where email = 'one-too-many@everywhere.example'`).toHaveLength(0);
});

test("a press on unsubscribe reads a little of what is sent with it, and not all", async () => {
  const reader = await aGuest(city, { now });
  const app = oneClickRoutes({ sql: db.sql, clock: { now: () => now } }, { secret });
  let sentBytes = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sentBytes += 65_536;
      if (sentBytes > 20_000_000) controller.close();
      else controller.enqueue(new Uint8Array(65_536).fill(97));
    },
  });
  const address = `https://bilbao.test/unsubscribe/${mailLinkToken(secret, { scope: "account", id: reader.id })}`;
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const init = { method: "POST", headers, body: endless, duplex: "half" };
  expect((await app.fetch(new Request(address, init as RequestInit))).status).toBe(400);
  expect(sentBytes).toBeLessThan(1_000_000);
});

test("to someone without an address nothing is sent, nothing fails, and nothing waits until they give one", async () => {
  const { id } = await openAccountWithoutEmail(db.sql, { name: "Nerea", locale: "en" }, now);
  const { uri } = await aProcess(city, { now });
  const mailbox = openMailbox(() => now);
  await withTransaction(db.sql, async (tx) => {
    await notify(tx, { accountId: id, kind: "assigned", subjectUri: uri, data: { title: "Squares" } }, now);
    await notify(tx, { accountId: id, kind: "residence-over", subjectUri: null }, now);
  });
  await db.sql`update notice set mail = 'daily' where account_id = ${id} and kind = 'assigned'`;
  const findCity = () => Promise.resolve({ name: "Bilbao", timeZone: "Europe/Madrid" });
  const mailing = { ...city, clock: { now: () => now }, mailer: mailbox, secret, findCity };
  await mailAccount(mailing, id, "daily");
  await mailAccount(mailing, id, "always");
  expect(mailbox.mails).toEqual([]);
  expect(await db.sql`select from notice where account_id = ${id} and mailed_at is null`).toEqual([]);
});
