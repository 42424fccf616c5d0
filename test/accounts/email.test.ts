// Changing one's e-mail address, or giving a first one: confirmed at the new address, told to the old one.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { closeAccount } from "../../src/accounts/actions.ts";
import {
  confirmEmailChange,
  emailChangeToken,
  readEmailChange,
  requestEmailChange,
  sweepEmailChanges,
} from "../../src/accounts/email-actions.ts";
import { accountHandlers } from "../../src/accounts/jobs.ts";
import { findAccountByEmail, getAccount } from "../../src/accounts/queries.ts";
import {
  emailChangeLifetimeMs,
  linksPerAddressMax,
  linksPerNetworkMax,
  linkToken,
} from "../../src/accounts/sign-in.ts";
import { openAccountWithoutEmail, readSignInLink, requestSignIn } from "../../src/accounts/sign-in-actions.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { openMailbox } from "../../src/platform/mail.ts";
import { aCity, aGuest, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const secret = "a secret of this test that is long enough";
const now = new Date();
const later = (ms: number) => new Date(now.getTime() + ms);

let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
});
afterAll(() => db.drop());
// What other tests have promised.
beforeEach(async () => void (await mails()));

let made = 0;
const anEmail = () => `new${++made}@example.org`;
const code = (expected: string) => expect.objectContaining({ code: expected });

async function ask(by: Account, email: string): Promise<string> {
  await requestEmailChange(db.sql, secret, by, { email, ip: null }, now);
  const [change] = await db.sql<{ id: string }[]>`
    select id from email_change where account_id = ${by.id} order by id desc limit 1`;
  return emailChangeToken(secret, change!.id);
}

async function mails() {
  const mailbox = openMailbox(() => now);
  await drain(db.sql, accountHandlers({ ...city, sql: db.sql, clock: { now: () => now }, mailer: mailbox, secret }));
  return mailbox.mails;
}

test("the new address counts once its link was opened; the old one is told, and not what the new one is", async () => {
  const [by, fresh] = [await aGuest(city), anEmail()];
  const token = await ask(by, ` ${fresh.toUpperCase()} `);
  expect((await getAccount(db.sql, by.id)).email).toBe(by.email);
  const [request] = await mails();
  expect(request).toMatchObject({ to: fresh, subject: "Confirm your e-mail address for Bilbao" });
  expect(request?.text).toContain(`https://bilbao.test/account/email/${token}`);
  await confirmEmailChange(db.sql, by, token, now);
  expect((await findAccountByEmail(db.sql, fresh))?.id).toBe(by.id);
  expect(await findAccountByEmail(db.sql, by.email)).toBeNull();
  const [notice, ...more] = await mails();
  expect(more).toEqual([]);
  expect(notice).toMatchObject({ to: by.email, subject: expect.stringContaining("has changed") });
  expect(notice?.text).not.toContain(fresh);
});

test("links to sign in that are on their way to the old address stop working", async () => {
  const by = await aGuest(city);
  await requestSignIn(db.sql, secret, { email: by.email, locale: "en", returnTo: "/", ip: null }, now);
  const [link] = await db.sql<{ id: string }[]>`select id from sign_in_link where email = ${by.email}`;
  const oldLink = linkToken(secret, link!.id);
  await readSignInLink(db.sql, oldLink, now);
  await confirmEmailChange(db.sql, by, await ask(by, anEmail()), now);
  await expect(readSignInLink(db.sql, oldLink, now)).rejects.toEqual(code("link-expired"));
});

test("a first address is confirmed too, and no old one is told", async () => {
  const by = await openAccountWithoutEmail(db.sql, { name: "Ada", locale: "fr" }, now);
  const token = await ask(by, anEmail());
  expect(await mails()).toMatchObject([{ subject: "Confirmez votre adresse e-mail pour Bilbao" }]);
  await confirmEmailChange(db.sql, by, token, now);
  expect((await getAccount(db.sql, by.id)).email).not.toBeNull();
  expect(await mails()).toEqual([]);
});

test("a link works once, for a day, for the newest wish, and only for who asked", async () => {
  const [by, other] = [await aGuest(city), await aGuest(city)];
  const [first, second] = [await ask(by, anEmail()), await ask(by, anEmail())];
  await expect(confirmEmailChange(db.sql, other, second, now)).rejects.toEqual(code("email-link-expired"));
  await expect(readEmailChange(db.sql, other, second, now)).rejects.toEqual(code("email-link-expired"));
  const late = later(emailChangeLifetimeMs);
  await expect(confirmEmailChange(db.sql, by, second, late)).rejects.toEqual(code("email-link-expired"));
  await confirmEmailChange(db.sql, by, second, now);
  for (const token of [first, second])
    await expect(confirmEmailChange(db.sql, by, token, now)).rejects.toEqual(code("email-link-expired"));
});

test("an address of another account is asked for alike, and only its reader learns that it is taken", async () => {
  const [by, other] = [await aGuest(city), await aGuest(city)];
  const token = await ask(by, other.email);
  expect(await mails()).toMatchObject([{ to: other.email, subject: "Confirm your e-mail address for Bilbao" }]);
  await expect(confirmEmailChange(db.sql, by, token, now)).rejects.toEqual(code("email-taken"));
  expect((await getAccount(db.sql, by.id)).email).toBe(by.email);
  await readEmailChange(db.sql, by, token, now);
});

test("of two people who confirm one address at once, one has it and the other is told", async () => {
  const [one, two, email] = [await aGuest(city), await aGuest(city), anEmail()];
  const tokens = [await ask(one, email), await ask(two, email)];
  const ends = await Promise.allSettled([
    confirmEmailChange(db.sql, one, tokens[0]!, now),
    confirmEmailChange(db.sql, two, tokens[1]!, now),
  ]);
  expect(ends.filter(({ status }) => status === "rejected")).toMatchObject([{ reason: { code: "email-taken" } }]);
});

test("nor from one network by who closes their account each time, and its address is forgotten at once", async () => {
  const ip = "2001:db8:9:9::1";
  for (let count = 0; count < linksPerNetworkMax; count += 1) {
    const by = await aGuest(city);
    await requestEmailChange(db.sql, secret, by, { email: anEmail(), ip }, now);
    await closeAccount(db.sql, by, [], now);
    expect(await db.sql`select email, old_email, used_at from email_change where account_id = ${by.id}`).toEqual([
      { email: "", oldEmail: null, usedAt: now },
    ]);
  }
  expect(await mails()).toEqual([]);
  const late = requestEmailChange(db.sql, secret, await aGuest(city), { email: anEmail(), ip }, now);
  await expect(late).rejects.toEqual(code("too-many-requests"));
});

test("nobody is flooded: so many an hour, and old wishes are forgotten with the addresses in them", async () => {
  const by = await aGuest(city);
  for (let count = 0; count < linksPerAddressMax; count += 1) await ask(by, anEmail());
  await expect(ask(by, anEmail())).rejects.toEqual(code("too-many-requests"));
  await sweepEmailChanges(db.sql, later(2 * emailChangeLifetimeMs));
  expect(await db.sql`select from email_change`).toHaveLength(0);
});
