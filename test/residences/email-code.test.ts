// An e-mail address that is typed at the desk: whose it is shows by a code from its mailbox, and nobody at the desk learns more.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { closeAccount } from "../../src/accounts/actions.ts";
import { getAccount, listActsAbout } from "../../src/accounts/queries.ts";
import { openAccount } from "../../src/accounts/sign-in-actions.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { MailRejected, openMailbox } from "../../src/platform/mail.ts";
import { hourMs, minuteMs } from "../../src/platform/time.ts";
import type { Mailer } from "../../src/ports.ts";
import { releaseResidence } from "../../src/residences/actions.ts";
import { openAccountAtDesk } from "../../src/residences/assist-actions.ts";
import { emailCode, emailCodesPerAddressMax, isEmailCode, spokenCode } from "../../src/residences/email-code.ts";
import {
  askEmailCode,
  askEmailCodeAgain,
  confirmEmailCode,
  giveUpEmailCode,
  sweepEmailCodes,
} from "../../src/residences/email-code-actions.ts";
import { emailCodeHandlers } from "../../src/residences/email-code-jobs.ts";
import { aCity, aGuest, aModerator, anOfficial, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-02T10:00:00Z");
const after = (minutes: number) => new Date(now.getTime() + minutes * minuteMs);
const secret = "a secret of this test that is long enough";

let db: TestDatabase;
let city: City;
let official: Account;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  official = await anOfficial(city, { name: "Desk Official", now });
});
afterAll(() => db.drop());

let made = 0;
const anAddress = () => `typed${++made}@example.org`;
const opened = (email = "", locale = "en", by = official) =>
  openAccountAtDesk(db.sql, secret, by, { name: "Ana Núñez", email, locale }, now);
const handlers = (mailer: Mailer, at: Date) => emailCodeHandlers({ ...city, clock: { now: () => at }, mailer, secret });

/** The mails that are due by then. */
async function mailed(at = now) {
  const mailbox = openMailbox(() => at);
  await drain(db.sql, handlers(mailbox, at), { now: at });
  return [...mailbox.mails].reverse();
}
const codeIn = (text: string): string => /\d{3} \d{3}/.exec(text)?.[0] ?? "none";
const confirm = (account: Account, code: string, at = now, by = official) =>
  confirmEmailCode(db.sql, secret, by, { accountId: account.id, code }, at);
const emailOf = async (account: Account) => (await getAccount(db.sql, account.id)).email;

describe("an address given at the desk", () => {
  test("is no way in until the code from its mailbox has been typed, and is then", async () => {
    const email = anAddress();
    const account = await opened(email.toUpperCase(), "fr");
    expect(await emailOf(account)).toBeNull();
    const [mail] = await mailed();
    expect(mail).toMatchObject({ to: email, subject: "Votre adresse e-mail au guichet de Bilbao" });
    expect(mail!.text).toContain("15 minutes");
    expect(mail!.text).not.toContain("Ana");
    await confirm(account, codeIn(mail!.text), after(14));
    expect(await emailOf(account)).toBe(email);
    await expect(confirm(account, codeIn(mail!.text), after(14))).rejects.toMatchObject({ code: "not-allowed" });
  });

  test("leaves no address and no code behind: not in rows, jobs or the audit log", async () => {
    const email = anAddress();
    const account = await opened(email);
    const jobs = await db.sql<{ text: string }[]>`select job::text as text from job`;
    const [mail] = await mailed();
    const code = codeIn(mail!.text);
    await confirm(account, code);
    const acts = await listActsAbout(db.sql, account.id);
    expect(acts.map(({ act }) => act)).toEqual(["EmailConfirmedAtDesk", "EmailCodeSent", "AccountOpenedAtDesk"]);
    const rows = await db.sql<{ text: string }[]>`
      select email_code::text as text from email_code union all select audit::text from audit`;
    for (const { text } of [...rows, ...jobs]) {
      expect(text).not.toContain(email);
      // Not within a digest or an id, where any six digits may stand.
      expect(text).not.toMatch(new RegExp(`(?<![0-9a-f])${code.replace(" ", "")}(?![0-9a-f])`));
    }
  });

  test("forgotten for a quarter of an hour it is deleted, and the account stays without", async () => {
    const account = await opened(anAddress());
    const [mail] = await mailed();
    await mailed(after(15));
    expect(await db.sql`select email from email_code where account_id = ${account.id}`).toEqual([{ email: "" }]);
    const code = codeIn(mail!.text);
    await expect(confirm(account, code, after(15))).rejects.toMatchObject({ code: "email-code-over" });
    expect(await emailOf(account)).toBeNull();
    await sweepEmailCodes(db.sql, after(15));
    expect(await db.sql`select from email_code where account_id = ${account.id}`).toEqual([]);
  });

  test("an old code does not work even where the job that forgets it has not run", async () => {
    const account = await opened(anAddress());
    const [mail] = await mailed();
    await expect(confirm(account, codeIn(mail!.text), after(15))).rejects.toMatchObject({ code: "email-code-over" });
  });

  test("five wrong codes end it, also when they come at once, and the right one comes too late", async () => {
    const account = await opened(anAddress());
    const [mail] = await mailed();
    const right = codeIn(mail!.text);
    const wrong = right === "000 000" ? "000 001" : "000 000";
    await expect(confirm(account, wrong)).rejects.toMatchObject({ code: "email-code-wrong", params: { left: 4 } });
    const burst = await Promise.allSettled(Array.from({ length: 6 }, () => confirm(account, wrong)));
    const codes = burst.map((one) => (one.status === "rejected" ? one.reason.code : "confirmed"));
    expect(codes.filter((one) => one === "email-code-wrong")).toHaveLength(3);
    await expect(confirm(account, right)).rejects.toMatchObject({ code: "email-code-over" });
    expect(await emailOf(account)).toBeNull();
  });

  test("given up, nothing of it stays and its code is worth nothing", async () => {
    const account = await opened(anAddress());
    const [mail] = await mailed();
    await giveUpEmailCode(db.sql, official, account.id, now);
    await expect(confirm(account, codeIn(mail!.text))).rejects.toMatchObject({ code: "email-code-over" });
    expect(await emailOf(account)).toBeNull();
  });

  test("a new code takes the place of the one before; three mails an hour to one address are enough", async () => {
    const email = anAddress();
    const account = await opened(email);
    const [first] = await mailed();
    await askEmailCodeAgain(db.sql, secret, official, account.id, after(1));
    const [second] = await mailed(after(1));
    await askEmailCodeAgain(db.sql, secret, official, account.id, after(2));
    await expect(askEmailCodeAgain(db.sql, secret, official, account.id, after(3))).rejects.toMatchObject({
      code: "too-many-requests",
    });
    // Nor for another person at another counter.
    const other = await anOfficial(city, { now });
    await expect(opened(email, "en", other)).rejects.toMatchObject({ code: "too-many-requests" });
    for (const mail of [first, second]) {
      await expect(confirm(account, codeIn(mail!.text), after(4))).rejects.toMatchObject({ code: "email-code-wrong" });
    }
    const [third] = await mailed(after(4));
    await confirm(account, codeIn(third!.text), after(5));
    expect(await emailOf(account)).toBe(email);
  });

  test("five different addresses an hour are enough for one person, and what is refused opens no account", async () => {
    const account = await opened();
    const ask = (at: Date) => askEmailCode(db.sql, secret, official, { accountId: account.id, email: anAddress() }, at);
    for (let time = 0; time < 5; time++) await ask(now);
    await expect(ask(now)).rejects.toMatchObject({ code: "too-many-requests" });
    await ask(new Date(now.getTime() + hourMs));
    const before = await db.sql`select from account`;
    await expect(opened("no address")).rejects.toMatchObject({ code: "invalid-input", params: { field: "email" } });
    expect(await db.sql`select from account`).toHaveLength(before.length);
  });
});

describe("an address that an account has already", () => {
  test("looks the same at the desk; its owner reads of it in their own language, and no code fits", async () => {
    const [owner, free] = [await aGuest(city, { name: "Owner", now }), anAddress()];
    await db.sql`update account set locale = 'es' where id = ${owner.id}`;
    const [known, unknown] = [await opened(owner.email), await opened(free)];
    const rows = await db.sql<{ row: Record<string, unknown> }[]>`
      select to_jsonb(email_code) - array['id', 'account_id', 'email', 'email_digest'] as row from email_code
      where account_id in (${known.id}, ${unknown.id})`;
    expect(rows[0]).toEqual(rows[1]);
    const mails = await mailed();
    const [toOwner, toFree] = [owner.email, free].map((to) => mails.find((mail) => mail.to === to)!);
    expect(toOwner!.text).toContain("Una cuenta de aquí ya la tiene");
    expect(toOwner!.text).not.toMatch(/\d{3} \d{3}/);
    expect(toFree!.text).toMatch(/\d{3} \d{3}/);
    const [{ id } = { id: "" }] = await db.sql<
      { id: string }[]
    >`select id from email_code where account_id = ${known.id}`;
    const wrong = emailCode(secret, id) === "000000" ? "000001" : "000000";
    await expect(confirm(known, wrong)).rejects.toMatchObject({ code: "email-code-wrong", params: { left: 4 } });
    // Even by the one number in a million that would fit.
    await expect(confirm(known, emailCode(secret, id))).rejects.toMatchObject({ code: "email-code-over" });
    expect(await emailOf(known)).toBeNull();
    expect(await emailOf(owner)).toBe(owner.email);
  });

  test("opened elsewhere between the mail and the code, it stays with who opened it", async () => {
    const email = anAddress();
    const account = await opened(email);
    const [mail] = await mailed();
    const quicker = await openAccount(db.sql, { email, name: "Quicker", locale: "en" }, now);
    await expect(confirm(account, codeIn(mail!.text))).rejects.toMatchObject({ code: "email-code-over" });
    expect([await emailOf(account), await emailOf(quicker)]).toEqual([null, email]);
    expect(await db.sql`select email from email_code where account_id = ${account.id}`).toEqual([{ email: "" }]);
  });
});

test("nobody else types an address for somebody, and nobody for who has one or comes in another way", async () => {
  const account = await opened();
  const ask = (by: Account, accountId: string) =>
    askEmailCode(db.sql, secret, by, { accountId, email: anAddress() }, now);
  const others = [await aResident(city, { now }), await aModerator(city, { now }), account];
  for (const by of others) await expect(ask(by, account.id)).rejects.toMatchObject({ code: "not-allowed" });
  const reachable = await aGuest(city, { now });
  await expect(ask(official, reachable.id)).rejects.toMatchObject({ code: "not-allowed" });
  await expect(ask(official, official.id)).rejects.toMatchObject({ code: "not-allowed" });
  await ask(official, account.id);
  await db.sql`
    insert into identity (id, account_id, kind, issuer, subject, label, created_at)
    values (${account.id}, ${account.id}, 'fediverse', 'social.example', 'https://social.example/users/ana', '@ana', ${now})`;
  const [mail] = await mailed();
  await expect(confirm(account, codeIn(mail!.text))).rejects.toMatchObject({ code: "not-allowed" });
  await expect(ask(official, account.id)).rejects.toMatchObject({ code: "not-allowed" });
});

test("the account is closed while its code is on its way: nothing is mailed, no address stays, and it still counts", async () => {
  const email = anAddress();
  const account = await opened(email);
  await closeAccount(db.sql, await getAccount(db.sql, account.id), [releaseResidence], now);
  expect(await mailed()).toEqual([]);
  expect(await db.sql`select email, ended_at from email_code where account_id = ${account.id}`).toEqual([
    { email: "", endedAt: now },
  ]);
  for (let count = 1; count < emailCodesPerAddressMax; count += 1) await opened(email);
  await expect(opened(email)).rejects.toMatchObject({ code: "too-many-requests" });
  await sweepEmailCodes(db.sql, after(1));
  expect(await db.sql`select from email_code where account_id = ${account.id}`).toEqual([]);
});

test("a mailbox that does not exist is no fault of the node", async () => {
  await opened(anAddress());
  const rejecting = { send: () => Promise.reject(new MailRejected("no such mailbox")) };
  await drain(db.sql, handlers(rejecting, now), { now });
  expect(await mailed()).toEqual([]);
});

test("a code is six digits, spread evenly, and is read as it is typed on any keyboard", () => {
  const codes = Array.from({ length: 2_000 }, (_, at) => emailCode(secret, `id ${at}`));
  for (const code of codes) expect(code).toMatch(/^\d{6}$/);
  expect(new Set(codes).size).toBeGreaterThan(1_980);
  expect(codes.filter((code) => code.startsWith("0")).length).toBeGreaterThan(120);
  const code = emailCode(secret, "one");
  const arabic = [...code].map((digit) => String.fromCharCode(0x660 + Number(digit))).join("");
  for (const typed of [code, spokenCode(code), ` ${code.slice(0, 3)}-${code.slice(3)} `, arabic]) {
    expect(isEmailCode(secret, "one", typed)).toBe(true);
  }
  expect(isEmailCode(secret, "two", code)).toBe(false);
  expect(isEmailCode("another secret", "one", code)).toBe(false);
});
