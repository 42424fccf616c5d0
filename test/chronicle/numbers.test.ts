// The numbers of a process: from an act of a person to the figure on the page; what is hidden, erased or a draft is in none; and
// how many people took part is not said where they are few.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getAccount } from "../../src/accounts/queries.ts";
import { byName, type DayCount, peopleShownMin, periodsOf, placeOf, shownPeople } from "../../src/chronicle/numbers.ts";
import { chroniclePages } from "../../src/chronicle/pages.ts";
import { deleteComment } from "../../src/comments/actions.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { parseCsv } from "../../src/platform/csv.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { newId } from "../../src/platform/ids.ts";
import { dayMs } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import { getProcess } from "../../src/processes/queries.ts";
import { keepRemoteProcess } from "../../src/processes/remote.ts";
import { withdrawProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { eraseProposal } from "../../src/proposals/erasing-actions.ts";
import { keepRemoteProposal } from "../../src/proposals/remote.ts";
import { supportProposal, withdrawSupport } from "../../src/proposals/support-actions.ts";
import { withholdServer } from "../../src/subjects/server-actions.ts";
import {
  aCity,
  aComment,
  aGuest,
  aPhase,
  aProcess,
  aProposal,
  aRemoteComment,
  aResident,
  aStranger,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";
import type { Visitor } from "../support/visit.ts";

const day = fc.integer({ min: 0, max: 40_000 }).map((days) => new Date(days * dayMs).toISOString().slice(0, 10));
const dayCount = fc.record({
  day,
  proposals: fc.nat(9),
  supports: fc.nat(9),
  commentsHere: fc.nat(9),
  commentsElsewhere: fc.nat(9),
});

describe("periods", () => {
  const span = (opened: string, today: string, ended: string | null = null) => ({ opened, ended, today });
  const on = (one: string, proposals = 1): DayCount => ({
    day: one,
    proposals,
    supports: 0,
    commentsHere: 0,
    commentsElsewhere: 0,
  });

  test("hold every count once, follow each other without a gap, and are never too many to draw", () => {
    fc.assert(
      fc.property(fc.array(dayCount, { maxLength: 30 }), day, day, fc.option(day), (days, opened, today, ended) => {
        const { periods } = periodsOf(days, { opened, today, ended });
        expect(periods.length).toBeGreaterThan(0);
        expect(periods.length).toBeLessThanOrEqual(112);
        for (const name of ["proposals", "supports", "commentsHere", "commentsElsewhere"] as const) {
          const total = (counts: readonly { readonly [key in typeof name]: number }[]) =>
            counts.reduce((sum, one) => sum + one[name], 0);
          expect(total(periods)).toBe(total(days));
        }
        for (const [index, { from, to }] of periods.entries()) {
          expect(from <= to).toBe(true);
          const next = periods[index + 1];
          if (next) expect(Date.parse(next.from) - Date.parse(to)).toBe(dayMs);
        }
      }),
    );
  });

  test("are days for a month, weeks for a year, months and years for longer", () => {
    const unit = (today: string) => periodsOf([], span("2026-01-01", today)).unit;
    expect([
      unit("2026-01-01"),
      unit("2026-02-04"),
      unit("2026-02-05"),
      unit("2026-12-30"),
      unit("2027-02-01"),
      unit("2040-01-01"),
    ]).toEqual(["day", "day", "week", "week", "month", "year"]);
  });

  test("weeks begin on Monday; what came before the opening counts, and what comes after the end stretches it", () => {
    const { periods } = periodsOf(
      [on("2026-03-01"), on("2026-06-01", 2)],
      span("2026-03-10", "2026-08-01", "2026-05-01"),
    );
    expect(periods[0]).toMatchObject({ from: "2026-02-23", to: "2026-03-01", proposals: 1 });
    expect(periods.at(-1)).toMatchObject({ from: "2026-06-01", to: "2026-06-07", proposals: 2 });
  });

  test("another server's dates, however wrong, change nothing but where they are counted", () => {
    const { periods } = periodsOf([on("0001-01-01"), on("9999-12-31")], span("2026-03-10", "2026-03-12"));
    expect(periods[0]).toMatchObject({ from: "1970-01-01", proposals: 1 });
    expect(periods.at(-1)).toMatchObject({ from: "2026-01-01", proposals: 1 });
  });

  test("a phase stands where its days are", () => {
    const { periods } = periodsOf([], span("2026-03-01", "2026-03-10"));
    expect(["2026-02-01", "2026-03-01", "2026-03-06", "2026-04-01"].map((one) => placeOf(one, periods))).toEqual([
      0, 0, 0.5, 1,
    ]);
  });
});

test("people are told from ten on, and nobody is nobody", () => {
  expect([0, 1, peopleShownMin - 1, peopleShownMin].map(shownPeople)).toEqual([0, null, null, 10]);
});

test("categories of one name are one group, and what has none comes last", () => {
  const some = (said: string, count: number) => ({ id: null, name: null, said, count });
  const name = ({ said }: { said: string }) => ({ text: said, lang: "en" });
  const found = byName([some("", 9), some("Trees", 1), some("Water", 3), some("Trees", 4)], name);
  expect(found.map((group) => [group.name?.text ?? null, group.count])).toEqual([
    ["Trees", 5],
    ["Water", 3],
    [null, 9],
  ]);
});

describe("from an act to the figure", () => {
  const now = new Date("2026-03-10T12:00:00Z");
  let db: TestDatabase;
  let city: City;
  let rooms: Rooms;
  let reader: Visitor;
  beforeAll(async () => {
    db = await openTestDatabase();
    city = await aCity({ sql: db.sql }, { now });
    rooms = await openRooms(db, city, [chroniclePages], { now });
    reader = await rooms.visitor();
  });
  afterAll(async () => {
    await rooms?.[Symbol.asyncDispose]();
    await db?.drop();
  });

  interface Line {
    readonly figure: string;
    readonly part: string;
    readonly from: string;
    readonly value: string;
  }
  async function linesOf(process: Process, by: Visitor = reader): Promise<Line[]> {
    await by.open(`/processes/${process.handle}/numbers.csv`);
    expect(by.status).toBe(200);
    const [head, ...lines] = parseCsv(by.html).map(({ cells }) => cells);
    return lines.map((cells) =>
      Object.fromEntries(head!.map((name, index) => [name, cells[index]])),
    ) as unknown as Line[];
  }
  const figureOf = async (process: Process, figure: string, part: string): Promise<string | undefined> =>
    (await linesOf(process)).find((line) => line.figure === figure && line.part === part)?.value;
  const totals = async (process: Process) =>
    await Promise.all(
      (
        [
          ["proposals", "all"],
          ["supports", "all"],
          ["comments", "own-server"],
          ["comments", "other-servers"],
        ] as const
      ).map(([figure, part]) => figureOf(process, figure, part)),
    );

  test("nothing yet is said in a sentence, and nothing is drawn", async () => {
    const process = await aProcess(city, { now });
    await aProposal(city, { process, now, isDraft: true });
    await reader.open(`/processes/${process.handle}/numbers`);
    expect(reader.text).toContain("Nothing to count yet");
    expect(reader.html).not.toContain("chart-columns");
    expect(await totals(process)).toEqual(["0", "0", "0", "0"]);
  });

  test("a support, a comment and a stranger's reply are counted when they come, and not when they are gone", async () => {
    const process = await aProcess(city, { now });
    const proposal = await aProposal(city, { process, now });
    const resident = await aResident(city, { now });
    expect(await totals(process)).toEqual(["1", "0", "0", "0"]);
    await supportProposal(city.sql, resident, proposal.uri, now);
    const own = await aComment(city, { on: proposal, by: resident, now });
    await aRemoteComment(city, { on: own, now });
    await aRemoteComment(city, { on: process, now });
    expect(await totals(process)).toEqual(["1", "1", "1", "2"]);
    await reader.open(`/processes/${process.handle}/numbers`);
    expect(reader.html).toContain("chart-columns");
    // Totals, and the day's row of the table.
    expect(reader.text).toMatch(/Supports .*In all|1 in all\. The most: 1, Mar 10, 2026\./);
    expect(reader.text).toContain("Mar 10, 2026 1 1 1 2");
    await withdrawSupport(city.sql, resident, proposal.uri, now);
    await deleteComment(city.sql, resident, own.uri, now);
    expect(await totals(process)).toEqual(["1", "0", "0", "2"]);
  });

  test("what is hidden is in no figure, nor what stands below it, until it is shown again; what is erased never", async () => {
    const process = await aProcess(city, { now });
    const [kept, rude, erased] = [
      await aProposal(city, { process, now }),
      await aProposal(city, { process, now }),
      await aProposal(city, { process, by: await aResident(city, { now }), now }),
    ];
    const resident = await aResident(city, { now });
    for (const { uri } of [kept, rude]) await supportProposal(city.sql, resident, uri, now);
    for (const on of [kept, rude]) await aRemoteComment(city, { on, now });
    await aComment(city, { on: rude, by: resident, now });
    expect(await totals(process)).toEqual(["3", "2", "1", "2"]);
    await hideSubject(city.sql, city.administrator, rude.uri, "Insults.", now);
    expect(await totals(process)).toEqual(["2", "1", "0", "1"]);
    await reinstateSubject(city.sql, city.administrator, rude.uri, now);
    expect(await totals(process)).toEqual(["3", "2", "1", "2"]);
    const [author] = await city.sql<{ accountId: string }[]>`select account_id from proposal where uri = ${erased.uri}`;
    await eraseProposal(city.sql, (await getAccount(city.sql, author!.accountId))!, erased.uri, now);
    expect(await totals(process)).toEqual(["2", "2", "1", "2"]);
  });

  test("a server that is blocked is in no figure", async () => {
    const process = await aProcess(city, { now });
    const by = await aStranger(city, { host: "loud.example", now });
    await aRemoteComment(city, { on: process, by, now });
    expect(await figureOf(process, "comments", "other-servers")).toBe("1");
    await withTransaction(city.sql, (tx) => withholdServer(tx, "loud.example", now));
    expect(await figureOf(process, "comments", "other-servers")).toBe("0");
  });

  test("each state and each category has its bar and its line, names of which nothing runs in a spreadsheet", async () => {
    const process = await aProcess(city, { now });
    const [water, formula] = [newId(now), newId(now)];
    await city.sql`insert into category (id, name) values (${water}, ${city.sql.json({ en: "Water", es: "Agua" })}), (${formula}, ${city.sql.json({ en: "=1+1" })})`;
    const author = await aResident(city, { now });
    const accepted = await aProposal(city, { process, categoryId: water, now: new Date(+now - 6 * dayMs) });
    await aProposal(city, { process, categoryId: water, now });
    await aProposal(city, { process, categoryId: formula, now });
    const taken = await aProposal(city, { process, by: author, now });
    await withdrawProposal(city.sql, author, taken.uri, now);
    const answer = {
      outcome: "accepted",
      reasons: "Yes.",
      costAmount: null,
      costCurrency: null,
      term: "",
      language: "en",
    } as const;
    await answerProposal(city.sql, city.uris, city.administrator, accepted.uri, answer, new Date(+now - 3 * dayMs));
    // A revision is no first answer.
    await answerProposal(
      city.sql,
      city.uris,
      city.administrator,
      accepted.uri,
      { ...answer, outcome: "rejected" },
      now,
    );
    const lines = await linesOf(process);
    const of = (figure: string) =>
      Object.fromEntries(lines.filter((line) => line.figure === figure).map(({ part, value }) => [part, value]));
    expect(of("proposals-by-state")).toEqual({ published: "2", rejected: "1", withdrawn: "1" });
    expect(of("proposals-by-category")).toEqual({ Water: "2", "=1+1": "1", "": "1" });
    expect(reader.html).toContain("'=1+1");
    expect(of("answers")).toEqual({ all: "1" });
    expect(of("time-to-first-answer")).toEqual({ median: "72.0" });
    await reader.open(`/processes/${process.handle}/numbers`, { "accept-language": "es" });
    expect(reader.text).toContain("3 días hasta la primera respuesta oficial");
    expect(reader.text).toContain("Agua 2 50 %");
  });

  test("how many took part is not said of nine, and is said of ten; nobody's name, mail or account is on the page", async () => {
    const process = await aProcess(city, { now });
    const proposal = await aProposal(city, { process, by: await aResident(city, { now }), now });
    const people = await Promise.all(
      Array.from({ length: 9 }, (_, index) => aResident(city, { now, name: `Hidden Supporter ${index}` })),
    );
    for (const one of people.slice(0, 8)) await supportProposal(city.sql, one, proposal.uri, now);
    const took = async () =>
      Object.fromEntries(
        (await linesOf(process)).filter(({ figure }) => figure === "people").map(({ part, value }) => [part, value]),
      );
    expect(await took()).toEqual({
      "took-part-here": "<10",
      proposed: "<10",
      supported: "<10",
      commented: "0",
      "commented-elsewhere": "0",
    });
    await reader.open(`/processes/${process.handle}/numbers`);
    expect(reader.text).toContain("fewer than 10 people on this site");
    expect(reader.text).not.toContain("9 people");
    await supportProposal(city.sql, people[8]!, proposal.uri, now);
    // Whoever proposes and supports is one person.
    const again = await aGuest(city, { now });
    await aComment(city, { on: proposal, by: again, now });
    expect(await took()).toMatchObject({ "took-part-here": "11", supported: "<10", commented: "<10" });
    await reader.open(`/processes/${process.handle}/numbers`);
    for (const { id, name } of people) {
      expect(reader.html).not.toContain(id);
      expect(reader.html).not.toContain(name);
    }
  });

  test("a huge day and a small one are both there, and each phase has its number", async () => {
    const start = new Date(+now - 20 * dayMs);
    const process = await aProcess(city, {
      now: start,
      phases: [
        aPhase(start, { title: "Ideas", startsInDays: 0, endsInDays: 10 }),
        aPhase(start, { title: "Answers", startsInDays: 10, endsInDays: 30 }),
      ],
    });
    const proposal = await aProposal(city, { process, now: start });
    await city.sql`
      insert into account (id, email, name, name_folded, locale, created_at) select gen_random_uuid(), 'many' || n || '@example.org', 'Many ' || n, 'many ' || n, 'en', ${start} from generate_series(1, 3000) n`;
    await city.sql`
      insert into support (proposal_uri, account_id, process_uri, created_at) select ${proposal.uri}, id, ${process.uri}, ${start} from account where email like 'many%'`;
    await aComment(city, { on: proposal, now });
    await reader.open(`/processes/${process.handle}/numbers`);
    expect(reader.text).toContain("3,000 in all. The most: 3,000, Feb 18, 2026.");
    expect(reader.all("text")).toEqual(expect.arrayContaining(["1", "2", "Feb 18"]));
    expect(reader.all("li").filter((text) => /^(Ideas|Answers) · /.test(text))).toHaveLength(2);
    expect(reader.html).toMatch(/height="1%"|height="100%"/);
  });

  test("a copy knows what can be read, counts no person, and says what only its own city knows", async () => {
    const actor = await aStranger(city, { host: "vila.example", handle: "platja", type: "Group", now });
    const uri = "https://vila.example/processes/platja";
    const texts = { summary: {}, description: {}, promoter: {}, audience: {}, decides: {}, goals: {} };
    const pilot = { indicator: null, isPilot: false, pilotArea: "", pilotDecision: null, pilotReasons: "" };
    const what = { uri, url: uri, handle: "platja", languages: ["ca"], title: { ca: "La platja" }, ...texts, ...pilot };
    const when = { publishedAt: new Date(+now - 3 * dayMs), updatedAt: now };
    const remote = { uri: `${uri}/1`, url: `${uri}/1`, processUri: uri, authorId: actor.id, authorName: "Núria" };
    const said = {
      title: "Ombra",
      body: "<p>Una vela</p>",
      language: "ca",
      coauthors: [],
      categoryName: "Verd",
      images: [],
    };
    const state = { place: { point: null, address: "" }, state: "published", supportCount: 12 } as const;
    await withTransaction(city.sql, async (tx) => {
      await keepRemoteProcess(
        tx,
        { ...what, ...when, phases: [aPhase(now)], actorId: actor.id, organisationUri: null },
        now,
      );
      await keepRemoteProposal(tx, { ...remote, ...said, ...state, ...when }, now);
    });
    // Its own city's voice, another server's, and one of ours, which to its owner is another server's too.
    await aRemoteComment(city, { on: remote, by: await aStranger(city, { host: "vila.example", now }), now });
    await aRemoteComment(city, { on: remote, now });
    await aComment(city, { on: remote, now });
    const copy = await getProcess(city.sql, uri);
    const path = `/processes/${copy.id}/numbers`;
    await reader.open(path);
    expect(reader.status).toBe(200);
    expect(reader.text).toContain("is known to vila.example alone");
    expect(reader.text).toContain("12 Supports As its own city last told them");
    expect(reader.text).not.toContain("Who took part");
    expect(reader.text).toContain("Verd 1 100%");
    const lines = (await linesOf({ ...copy, handle: copy.id })).filter(({ value }) => value !== "0");
    const figures = lines.map(({ figure, part, value }) => `${figure} ${part} ${value}`);
    expect(figures).toEqual(
      expect.arrayContaining(["supports all 12", "comments own-server 1", "comments other-servers 2"]),
    );
    expect(figures.filter((line) => /^(people|supports-over-time)/.test(line))).toEqual([]);
    // Each of its proposals may name a category of its own: a page has 200 of them.
    await withTransaction(city.sql, async (tx) => {
      for (let n = 2; n <= 204; n += 1) {
        const another = { ...remote, uri: `${uri}/${n}`, url: `${uri}/${n}` };
        await keepRemoteProposal(tx, { ...another, ...said, categoryName: `Verd ${n}`, ...state, ...when }, now);
      }
    });
    await reader.open(path);
    expect(reader.all("tr").filter((text) => text.startsWith("Verd"))).toHaveLength(200);
    expect(reader.text).toContain("4 more categories 4 2%");
  });

  test("a draft and a hidden process have no numbers", async () => {
    const draft = await aProcess(city, { now, isDraft: true });
    const desk = await rooms.visitor(city.administrator);
    for (const path of ["numbers", "numbers.csv"]) {
      expect((await desk.open(`/processes/${draft.handle}/${path}`)).status).toBe(404);
      expect((await reader.open(`/processes/nowhere-at-all/${path}`)).status).toBe(404);
    }
    expect(rooms.faults).toEqual([]);
  });
});
