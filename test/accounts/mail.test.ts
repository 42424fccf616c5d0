// The sign-in mail as a job: composed when it is sent, in the person's language, only while its link is good.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountHandlers, scheduleAccountJobs } from "../../src/accounts/jobs.ts";
import { linkToken } from "../../src/accounts/sign-in.ts";
import { readSignInLink, requestSignIn } from "../../src/accounts/sign-in-actions.ts";
import { listDeadLetters } from "../../src/platform/dead-letters.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { jobDepth } from "../../src/platform/jobs.ts";
import { MailRejected, openMailbox } from "../../src/platform/mail.ts";
import type { Mailer } from "../../src/ports.ts";
import { aCity, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const secret = "a secret of this test that is long enough";
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
});
afterAll(() => db.drop());

const start = new Date();
const handlers = (mailer: Mailer, now = start) =>
  accountHandlers({ ...city, clock: { now: () => now }, mailer, secret });

let made = 0;
async function aRequest(locale = "en") {
  const email = `reader${++made}@example.org`;
  await requestSignIn(db.sql, secret, { email, locale, returnTo: "/", ip: null }, start);
  const [link] = await db.sql<{ id: string }[]>`select id from sign_in_link where email = ${email}`;
  return { email, token: linkToken(secret, link!.id) };
}

/** A mailer that fails as told. */
const failing = (error: Error): Mailer => ({ send: () => Promise.reject(error) });

describe("the sign-in mail", () => {
  test("brings a link that works, says how long, and names the city", async () => {
    const { email, token } = await aRequest();
    const mailbox = openMailbox(() => start);
    expect(await drain(db.sql, handlers(mailbox))).toBe(1);
    const [mail] = mailbox.mails;
    expect(mail).toMatchObject({ to: email, subject: "Your link to sign in to Bilbao" });
    expect(mail!.text).toContain(`\n\nhttps://bilbao.test/sign-in/${token}\n\n`);
    expect(mail!.text).toContain("20 minutes");
    await readSignInLink(db.sql, token, start);
  });

  test.each([
    ["es", "Su enlace para entrar en Bilbao"],
    ["ca", "El vostre enllaç per entrar a Bilbao"],
    ["fr", "Votre lien de connexion à Bilbao"],
    ["ar", "رابط الدخول إلى Bilbao"],
  ])("is written in %s", async (locale, subject) => {
    await aRequest(locale);
    const mailbox = openMailbox(() => start);
    await drain(db.sql, handlers(mailbox));
    expect(mailbox.mails[0]!.subject).toBe(subject);
    expect(mailbox.mails[0]!.text).not.toMatch(/[{}]/);
  });

  test("is not sent once its link is used up or too old", async () => {
    await aRequest();
    const used = await aRequest();
    await db.sql`update sign_in_link set used_at = ${start} where email = ${used.email}`;
    const mailbox = openMailbox(() => start);
    await drain(db.sql, handlers(mailbox));
    expect(mailbox.mails).toHaveLength(1);
    await aRequest();
    expect(await drain(db.sql, handlers(mailbox, new Date(start.getTime() + 20 * 60_000)))).toBe(1);
    expect(mailbox.mails).toHaveLength(1);
  });

  test("is tried again when the mail server is away, and keeps no address in the error", async () => {
    const { email } = await aRequest();
    const away = handlers(failing(new Error("the mail could not be handed to the mail server (ECONNREFUSED)")));
    await drain(db.sql, away, { toleratesFailures: true });
    expect(await jobDepth(db.sql, ["mail"])).toMatchObject({ delayed: 1, deadLetters: 0 });
    const rows = await db.sql<{ row: string }[]>`select row_to_json(job)::text as row from job where kind = 'mail'`;
    expect(rows[0]!.row).toContain("ECONNREFUSED");
    expect(rows[0]!.row).not.toContain(email);
    const mailbox = openMailbox(() => start);
    await drain(db.sql, handlers(mailbox), { now: new Date(Date.now() + 60_000) });
    expect(mailbox.mails.map(({ to }) => to)).toEqual([email]);
  });

  test("that the recipient's server will never take is let go, and troubles no operator", async () => {
    await aRequest();
    await drain(
      db.sql,
      handlers(failing(new MailRejected("the recipient's mail server said no for good (RCPT TO 550)"))),
    );
    expect(await jobDepth(db.sql, ["mail"])).toMatchObject({ ready: 0, delayed: 0, deadLetters: 0 });
  });

  test("of an unknown kind is a dead letter at once", async () => {
    await db.sql`insert into job (kind, payload) values ('mail', '{"mail": "greeting"}')`;
    await drain(db.sql, handlers(openMailbox(() => start)), { toleratesFailures: true });
    expect(await listDeadLetters(db.sql)).toMatchObject([{ kind: "mail", attempts: 1 }]);
  });
});

test("old links are swept every hour, by one job however often the node starts", async () => {
  await scheduleAccountJobs(db.sql, start);
  await scheduleAccountJobs(db.sql, start);
  expect(await jobDepth(db.sql, ["sweep-sign-ins"])).toMatchObject({ delayed: 1 });
  const inAnHour = new Date(start.getTime() + 3_600_000);
  expect(
    await drain(
      db.sql,
      handlers(
        openMailbox(() => start),
        inAnHour,
      ),
      { now: inAnHour },
    ),
  ).toBe(1);
  expect(await jobDepth(db.sql, ["sweep-sign-ins"])).toMatchObject({ delayed: 1 });
});

describe("the local mailbox", () => {
  test("keeps the newest mails only, and announces them without saying whose they are", async () => {
    const said: string[] = [];
    const mailbox = openMailbox(
      () => start,
      (subject, text) => void said.push(`${subject}: ${text}`),
    );
    for (let n = 0; n < 130; n++) await mailbox.send({ to: `p${n}@example.org`, subject: `Mail ${n}`, text: "text" });
    expect(mailbox.mails).toHaveLength(100);
    expect(mailbox.mails[0]).toMatchObject({ to: "p129@example.org", at: start });
    expect(said).toHaveLength(130);
    expect(said.join("\n")).not.toContain("@");
  });
});
