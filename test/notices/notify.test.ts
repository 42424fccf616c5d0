// Telling one person: it waits for them on the page, once their account is open, and in no other account.
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeAccount } from "../../src/accounts/actions.ts";
import { grantMembership, grantRole, revokeMembership, revokeRole } from "../../src/accounts/people-actions.ts";
import { whatArrived, whatIsTold } from "../../src/front/told-queries.ts";
import { notify } from "../../src/notices/actions.ts";
import { changeNoticeSettings, endAllMail } from "../../src/notices/following-actions.ts";
import { noticeHandlers } from "../../src/notices/jobs.ts";
import { kindsAlwaysMailed, type NoticeKind } from "../../src/notices/notice.ts";
import { listNotices } from "../../src/notices/queries.ts";
import { sayNotice } from "../../src/notices/wording.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { openTranslator } from "../../src/platform/i18n.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { openMailbox } from "../../src/platform/mail.ts";
import { aCity, aProcess, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
});
afterAll(() => db.drop());

const noticesOf = (accountId: string) =>
  db.sql`select kind, mail from notice where account_id = ${accountId} order by id`;

test("a person is told, to be mailed once a day unless they chose otherwise", async () => {
  const person = await aResident(city);
  await withTransaction(db.sql, (tx) =>
    notify(tx, { accountId: person.id, kind: "news", subjectUri: null }, new Date()),
  );
  expect(await noticesOf(person.id)).toEqual([{ kind: "news", mail: "daily" }]);
});

test("a closed account is told nothing", async () => {
  const person = await aResident(city);
  await closeAccount(db.sql, person, [], new Date());
  await withTransaction(db.sql, (tx) =>
    notify(tx, { accountId: person.id, kind: "news", subjectUri: null }, new Date()),
  );
  expect(await noticesOf(person.id)).toEqual([]);
});

test("what nobody is to miss is mailed at once, whatever the person chose and changes afterwards", async () => {
  const person = await aResident(city);
  const silent = { mail: "never", followsOwn: true } as const;
  await changeNoticeSettings(db.sql, person.id, silent, new Date());
  const tell = (kind: NoticeKind) =>
    withTransaction(db.sql, (tx) => notify(tx, { accountId: person.id, kind, subjectUri: null }, new Date()));
  for (const kind of [...kindsAlwaysMailed, "news", "team-invitation"] as const) await tell(kind);
  await changeNoticeSettings(db.sql, person.id, { ...silent, mail: "weekly" }, new Date());
  await endAllMail(db.sql, person.id, new Date());
  expect(await noticesOf(person.id)).toEqual([
    ...kindsAlwaysMailed.map((kind) => ({ kind, mail: "always" })),
    { kind: "news", mail: "never" },
    { kind: "team-invitation", mail: "never" },
  ]);
  const jobs = await db.sql`select from job where kind = 'mail-always' and payload ->> 'accountId' = ${person.id}`;
  expect(jobs).toHaveLength(1);
});

test("who is given a role or may speak for someone is told, and who loses it; whoever does it to themself is not", async () => {
  const person = await aResident(city, { locale: "es" });
  const process = await aProcess(city, { title: "Plazas verdes" });
  const { administrator, organisation } = city;
  const [node, there] = [
    { role: "official", processUri: null },
    { role: "evaluator", processUri: process.uri },
  ] as const;
  for (const grant of [node, there]) {
    await grantRole(db.sql, administrator, person.id, grant, new Date());
    await revokeRole(db.sql, administrator, person.id, grant, new Date());
  }
  await grantMembership(db.sql, administrator, person.id, organisation.id, new Date());
  await revokeMembership(db.sql, administrator, person.id, organisation.id, new Date());
  await grantRole(db.sql, administrator, administrator.id, node, new Date());
  const mailbox = openMailbox(() => new Date());
  const findCity = () => Promise.resolve({ name: "Bilbao", timeZone: "Europe/Madrid" });
  const house = { ...city, clock: { now: () => new Date() }, mailer: mailbox, secret: "s".repeat(40), findCity };
  await drain(db.sql, noticeHandlers({ ...house, whatIsTold, whatArrived }));
  const { rows } = await listNotices(db.sql, person.id, { sizeRows: 20, after: null, before: null });
  const said = rows.map((row) => sayNotice(openTranslator("es", "UTC"), row)).toSorted();
  expect(said).toEqual(
    [
      "Tiene ahora una función en el equipo de esta ciudad: Personal municipal.",
      "Tiene ahora una función en el equipo de Plazas verdes: Persona evaluadora.",
      "Ya no tiene esta función en el equipo de esta ciudad: Personal municipal.",
      "Ya no tiene esta función en el equipo de Plazas verdes: Persona evaluadora.",
      "Ahora puede hablar en nombre de Bilbao.",
      "Ya no puede hablar en nombre de Bilbao.",
    ].toSorted(),
  );
  expect(await noticesOf(administrator.id)).toEqual([]);
});
