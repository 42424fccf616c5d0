// What the desk, its logs and its mails call a process: its name in the reader's language, else in the one it was given in.
import { afterAll, beforeAll, expect, test } from "vitest";
import { listActs } from "../../src/desk/audit-queries.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { listDecisions } from "../../src/moderation/peer-queries.ts";
import { openTranslator } from "../../src/platform/i18n.ts";
import { pickName } from "../../src/platform/text.ts";
import { changeProcess } from "../../src/processes/actions.ts";
import { getProcess } from "../../src/processes/queries.ts";
import { listAnswerQueue } from "../../src/proposals/answer-work-queries.ts";
import { nameIn } from "../../src/web/marks.ts";
import { aCity, aProcess, aProcessText, aProposal, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
const all = { after: null, before: null, sizeRows: 20 };
let [db, city]: [TestDatabase, City] = [] as never;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

test("a name in two languages is read in one's own, and says of itself when it is another", async () => {
  const { uri } = await aProcess(city, { title: "Places verdes", languages: ["ca", "es"], now });
  const process = await getProcess(db.sql, uri);
  const title = { ca: "Places verdes", es: "Plazas verdes" };
  const change = { ...aProcessText(process), title, phases: process.phases, categoryIds: [] };
  await changeProcess(db.sql, city.administrator, uri, change, now);
  await aProposal(city, { process, title: "Ombra a la plaça", now });
  const second = await aProposal(city, { process, title: "Aigua per a tothom", now });
  await hideSubject(db.sql, city.administrator, second.uri, "Not fitting.", now);

  const by = city.administrator;
  const [queued] = (await listAnswerQueue(db.sql, by, { queue: "waiting", order: "oldest" }, all)).rows;
  const filter = { accountId: null, processUri: uri, act: null, from: null, until: null };
  const [act] = (await listActs(db.sql, by, filter, all)).rows;
  const [decision] = (await listDecisions(db.sql, all)).rows;
  const name = { texts: title, lang: "ca" };
  expect([queued?.processName, act?.processName, decision?.processName]).toEqual([name, name, name]);

  expect(pickName(name, "es")).toEqual({ text: "Plazas verdes", lang: "es" });
  expect(nameIn(openTranslator("es", "UTC"), name).toString()).toBe("<bdi>Plazas verdes</bdi>");
  expect(nameIn(openTranslator("fr", "UTC"), name).toString()).toMatch(/<bdi lang="ca"[^>]*>Places verdes/);
});

test("a process that is not public is not named in the public log", async () => {
  const process = await aProcess(city, { title: "Secret gondolas", now });
  const proposal = await aProposal(city, { process, title: "One of its proposals", now });
  await hideSubject(db.sql, city.administrator, proposal.uri, "Not fitting.", now);
  await hideSubject(db.sql, city.administrator, process.uri, "A mistake.", now);
  const rows = (await listDecisions(db.sql, all)).rows;
  expect(JSON.stringify(rows)).not.toContain("gondolas");
});
