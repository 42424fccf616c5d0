// Told, not shouted at: someone follows a proposal, the answer comes by mail in Arabic, and one press ends the mails.
// A whole node, a real mail server, and pages read as a person reads them.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeAccount } from "../../src/accounts/actions.ts";
import { foundCity } from "../../src/cities/actions.ts";
import { loadConfig } from "../../src/config.ts";
import { type Instance, openInstance } from "../../src/instance.ts";
import { forgetFollower } from "../../src/notices/following-actions.ts";
import { databaseAddress } from "../../src/platform/databases.ts";
import { openSmtpMailer } from "../../src/platform/mail.ts";
import { dayMs, hourMs } from "../../src/platform/time.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { aCity, aComment, aProcess, aProposal, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openVisitor, type Visitor } from "../support/visit.ts";

interface Received {
  readonly to: string;
  readonly source: string;
}

/** Monday, 11:00 in Madrid. */
let now = Date.parse("2026-05-04T09:00:00Z");
const clock = { now: () => new Date(now) };
const received: Received[] = [];
let [db, city, instance, server, dataDir]: [TestDatabase, City, Instance, SMTPServer, string] = [] as never;

const cityProfile = {
  ...{
    handle: "bilbao",
    kind: "city" as const,
    name: { en: "Bilbao" },
    tagline: {},
    description: {},
    languages: ["en"],
  },
  ...{ timeZone: "Europe/Madrid", accent: "#a04020", logo: null, website: "", territoryName: "", territoryIds: {} },
  ...{ territoryGeojson: null, reportChannelUrl: "" },
};

beforeAll(async () => {
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        received.push({ to: envelope.rcptTo[0]?.address ?? "", source: Buffer.concat(parts).toString() });
        done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  db = await openTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), "koinon-told-"));
  const config = loadConfig({
    ORIGIN: "https://bilbao.test",
    DATA_DIR: dataDir,
    DATABASE_URL: databaseAddress(db.target),
    SECRET: "s".repeat(40),
    DATABASE_POOL_SIZE: "4",
  });
  const mailer = openSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from: "Bilbao <no-reply@bilbao.test>" });
  instance = await openInstance(config, { clock, mailer });
  await foundCity(instance.sql, instance.uris, cityProfile, clock.now());
  city = await aCity(instance, { now: clock.now() });
});
afterAll(async () => {
  await instance[Symbol.asyncDispose]();
  await db.drop();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  rmSync(dataDir, { recursive: true, force: true });
});

const visit = () => openVisitor((request) => instance.fetch(request), "https://bilbao.test");
const mailsTo = (address: string) => received.filter(({ to }) => to === address).map(({ source }) => source);

/** Signs in by the link in the mail, as everyone does. */
async function signIn(email: string): Promise<Visitor> {
  const visitor = visit();
  await visitor.open("/sign-in");
  visitor.fill("E-mail", email);
  await visitor.press("Send me the link");
  await instance.drain();
  const link = /\/sign-in\/[\w-]+/.exec(textOf(mailsTo(email).at(-1) ?? "", "text/plain"))?.[0];
  await visitor.open(link ?? "");
  if (visitor.url.pathname.startsWith("/sign-in/")) await visitor.press("Sign in");
  return visitor;
}

/** The headers of a mail, unfolded, by name in lower case. */
function headersOf(source: string): Map<string, string> {
  const head = source.slice(0, source.indexOf("\r\n\r\n")).replace(/\r\n[ \t]+/g, " ");
  return new Map(head.split("\r\n").map((line) => [line.split(":")[0]!.toLowerCase(), line.replace(/^[^:]*:\s*/, "")]));
}

/** A part of a mail, decoded. */
function textOf(source: string, type: string): string {
  const whole = source.replace(/\r\n/g, "\n");
  const boundary = /boundary="([^"]+)"/.exec(whole)?.[1];
  const parts = boundary === undefined ? [whole] : whole.split(`--${boundary}`);
  const part = parts.find((one) => new RegExp(`^content-type: ${type}`, "im").test(one)) ?? "";
  const at = part.indexOf("\n\n");
  const [head, body] = [part.slice(0, at).toLowerCase(), part.slice(at + 2)];
  if (head.includes("base64")) return Buffer.from(body, "base64").toString();
  if (!head.includes("quoted-printable")) return body;
  const bytes = body
    .replace(/=\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}

const answer = {
  outcome: "accepted" as const,
  reasons: "We will do it.",
  costAmount: null,
  costCurrency: null,
  term: "",
  language: "en",
};

test("an answer arrives by mail in Arabic the next morning, and one press ends the mails", async () => {
  const email = "amina@example.org";
  const process = await aProcess(city, { title: "Green squares", now: clock.now() });
  const proposal = await aProposal(city, { title: "Shade for the square", process, now: clock.now() });
  await aResident(city, { name: "Amina", email, locale: "en", now: clock.now() });
  const reader = await signIn(email);
  await reader.open(`/proposals/${proposal.uri.split("/").at(-1)}`);
  await reader.press("Follow", { near: "Follow here" });
  expect(reader.text).toContain("You follow this");
  await db.sql`update account set locale = 'ar' where email = ${email}`;

  now += hourMs;
  await answerProposal(instance.sql, city.uris, city.administrator, proposal.uri, answer, clock.now());
  await instance.drain();
  expect(mailsTo(email)).toHaveLength(1); // The link to sign in; no other until the morning.
  await reader.open("/notices");
  expect(reader.text).toContain("Shade for the square");
  expect(reader.html).toContain('class="count"');

  now = Date.parse("2026-05-05T06:00:30Z"); // 08:00 in Madrid.
  await instance.drain();
  const mails = mailsTo(email);
  expect(mails).toHaveLength(2);
  const headers = headersOf(mails[1]!);
  expect(headers.get("list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
  expect(headers.get("list-id")).toBe("<notices.bilbao.test>");
  expect(headers.get("auto-submitted")).toBe("auto-generated");
  expect(headers.has("precedence")).toBe(false);
  const text = textOf(mails[1]!, "text/plain");
  expect(text).toContain("صدر الرد الرسمي: Shade for the square");
  expect(text).toContain("https://bilbao.test/proposals/");
  const html = textOf(mails[1]!, "text/html");
  expect(html).toContain('<html lang="ar" dir="rtl">');
  expect(html).not.toMatch(/<img|src=|@import|url\(/);

  const unsubscribe = /<(https:[^>]+)>/.exec(headers.get("list-unsubscribe") ?? "")?.[1] ?? "";
  expect(unsubscribe).toMatch(/^https:\/\/bilbao\.test\/unsubscribe\//);
  expect(decodeURIComponent(unsubscribe)).not.toContain("@");
  // Programs that look into links end nothing.
  const looked = await visit().open(unsubscribe);
  expect(looked.headers.get("referrer-policy")).toBe("no-referrer");
  const press = (body: string) =>
    instance.fetch(
      new Request(unsubscribe, {
        method: "POST",
        body,
        headers: { "content-type": "application/x-www-form-urlencoded" },
      }),
    );
  expect((await press("something=else")).status).toBe(400);
  expect((await press("List-Unsubscribe=One-Click")).status).toBe(200);

  now += dayMs;
  await answerProposal(
    instance.sql,
    city.uris,
    city.administrator,
    proposal.uri,
    { ...answer, reasons: "Sooner." },
    clock.now(),
  );
  await instance.drain();
  now += dayMs;
  await instance.drain();
  expect(mailsTo(email)).toHaveLength(2);
  await reader.open("/notices");
  expect(reader.all("li").filter((line) => line.includes("Shade for the square"))).toHaveLength(2);
});

test("without an account: asked for, confirmed, told once a day, ended by a link", async () => {
  const email = "passer-by@example.org";
  const process = await aProcess(city, { title: "Quiet streets", now: clock.now() });
  const proposal = await aProposal(city, { title: "A street without cars", process, now: clock.now() });
  const reader = visit();
  await reader.open(`/proposals/${proposal.uri.split("/").at(-1)}`);
  reader.fill("Your e-mail address", "nonsense");
  await reader.press("Send me the link");
  expect(reader.status).toBe(422);
  reader.fill("Your e-mail address", email);
  await reader.press("Send me the link");
  expect(reader.text).toContain("Please look into your mail");
  await instance.drain();
  const [asked] = mailsTo(email);
  const link = /https:\/\/bilbao\.test(\/follow-by-mail\/\S+)/.exec(textOf(asked!, "text/plain"))?.[1] ?? "";
  expect(link).not.toContain("@");
  // Nothing is told before the address is confirmed.
  await answerProposal(instance.sql, city.uris, city.administrator, proposal.uri, answer, clock.now());
  now += dayMs / 2;
  await instance.drain();
  await reader.open(link);
  await reader.press("Yes, follow");
  expect(reader.text).toContain("You follow this by e-mail");
  now += hourMs;
  await answerProposal(
    instance.sql,
    city.uris,
    city.administrator,
    proposal.uri,
    { ...answer, reasons: "More." },
    clock.now(),
  );
  await instance.drain();
  now += dayMs / 2; // The next morning.
  await instance.drain();
  expect(mailsTo(email)).toHaveLength(2);
  const headers = headersOf(mailsTo(email)[1]!);
  await reader.open(/<(https:[^>]+)>/.exec(headers.get("list-unsubscribe") ?? "")?.[1] ?? "");
  await reader.press("No more mail");
  expect(reader.text).toContain("No more mail will come");
  expect(await db.sql`select from mail_following where email = ${email}`).toHaveLength(0);
});

test("what people follow and are told is in nothing that leaves, and goes with the account", async () => {
  const secretive = await aResident(city, { name: "Discreet Dina", email: "dina@example.org", now: clock.now() });
  const process = await aProcess(city, { now: clock.now() });
  const proposal = await aProposal(city, { process, now: clock.now() });
  const own = await aComment(city, { by: secretive, on: proposal, now: clock.now() });
  await db.sql`
    insert into following (account_id, subject_uri, created_at, mail) values (${secretive.id}, ${proposal.uri}, ${clock.now()}, 'at-once')`;
  await answerProposal(instance.sql, city.uris, city.administrator, proposal.uri, answer, clock.now());
  await aComment(city, { on: own, now: clock.now() });
  await instance.drain();
  expect(await db.sql`select from notice where account_id = ${secretive.id}`).toHaveLength(2);
  const told = await db.sql<{ text: string }[]>`
    select activity::text as text from outgoing_activity union all select data::text from event`;
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter(({ text }) => text.includes(secretive.id) || text.includes("dina@"))).toEqual([]);
  const jobs = await db.sql<{ row: string }[]>`select row_to_json(job)::text as row from job`;
  expect(jobs.filter(({ row }) => row.includes("@example.org"))).toEqual([]);

  await closeAccount(instance.sql, secretive, [forgetFollower], clock.now());
  for (const table of ["notice", "following", "notice_setting"]) {
    expect(await db.sql`select from ${db.sql(table)} where account_id = ${secretive.id}`, table).toHaveLength(0);
  }
});
