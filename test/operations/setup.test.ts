import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answersTo } from "../../scripts/setup/ask.ts";
import { envFileOf } from "../../scripts/setup/env-file.ts";
import { cityQuestions, settingQuestions } from "../../scripts/setup/questions.ts";
import { findAccountByEmail } from "../../src/accounts/queries.ts";
import { findMainOrganisation } from "../../src/cities/queries.ts";
import { loadConfig } from "../../src/config.ts";
import { openNodeDatabase } from "../../src/platform/node-database.ts";

describe("npm run setup, with nobody there to answer", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "koinon-setup-"));
    chmodSync(folder, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const setUp = (...flags: string[]) => setUpWith({}, ...flags);
  const setUpWith = (given: Record<string, string>, ...flags: string[]) =>
    new Promise<{ code: number; text: string }>((done) => {
      const script = join(import.meta.dirname, "../../scripts/setup.ts");
      const args = ["--env-file-if-exists=.env", script, ...flags];
      const env = { PATH: process.env.PATH, DATA_DIR: join(folder, "data"), LOG_LEVEL: "warning", ...given };
      const child = execFile(process.execPath, args, { cwd: folder, env }, (error, stdout, stderr) =>
        done({ code: error ? Number(error.code) : 0, text: stdout + stderr }),
      );
      child.stdin?.end();
    });
  const bilbao = ["--name", "Bilbo / Bilbao", "--languages", "es,en", "--time-zone", "Europe/Madrid"];
  const administrator = ["--admin-email", "Amaia@bilbao.example", "--admin-name", "Amaia"];

  test("says which flags are missing, and writes nothing", async () => {
    const { code, text } = await setUp("--name", "Bilbao", "--handle", "Bil bao");
    expect(code).toBe(1);
    expect(text).toMatch(/^--handle: A handle has/m);
    expect(text).toMatch(/^--admin-email: needed/m);
    expect(existsSync(join(folder, ".env"))).toBe(false);
  });

  test("says what to do about an administrator called as the city, before anything is written", async () => {
    const { code, text } = await setUp(...bilbao, ...administrator, "--admin-name", "BILBO Bilbao");
    expect(text).toMatch(/^--admin-name: That is, or looks like, the name of the city.* Give the name of the person/m);
    expect([code, existsSync(join(folder, ".env"))]).toEqual([1, false]);
  });

  test("says in a sentence what the city's law refuses: nothing is founded", async () => {
    const given = { ORIGIN: "http://localhost:8142", SECRET: "x".repeat(40), DATABASE_NAME: "container" };
    const { code, text } = await setUpWith(given, ...bilbao, ...administrator, "--admin-name", "localhost:8142");
    expect(text).toContain("This is, or looks like, the name of an organisation or a process.");
    expect([code, text.includes("name-official")]).toEqual([1, false]);
  });

  test("where the settings are given from outside, as to a container, it founds the city and writes no file", async () => {
    const secret = "a secret of a container, of more than 32 characters";
    const given = { ORIGIN: "http://localhost:8142", SECRET: secret, DATABASE_NAME: "container" };
    const { code, text } = await setUpWith(given, ...bilbao, ...administrator);
    expect(text).toContain("@bilbo-bilbao@localhost:8142");
    expect(text).toMatch(/http:\/\/localhost:8142\/sign-in\/[\w-]{43}/);
    expect(text).not.toContain(secret);
    expect([code, existsSync(join(folder, ".env"))]).toEqual([0, false]);
  });

  test("founds the city, writes the settings that npm start reads, and is done", async () => {
    const { code, text } = await setUp("--origin", "http://localhost:8140", ...bilbao, ...administrator);
    expect(text).toContain("@bilbo-bilbao@localhost:8140");
    expect(text).toMatch(/http:\/\/localhost:8140\/sign-in\/[\w-]{43}/);
    expect(code).toBe(0);
    expect(statSync(join(folder, ".env")).mode & 0o077).toBe(0);

    const config = loadConfig(parseEnv(readFileSync(join(folder, ".env"), "utf8")));
    expect(config).toMatchObject({
      origin: "http://localhost:8140",
      dataDir: join(folder, "data"),
      logLevel: "warning",
    });
    await using database = await openNodeDatabase(config);
    expect(await findMainOrganisation(database.sql)).toMatchObject({
      handle: "bilbo-bilbao",
      kind: "city",
      languages: ["es", "en"],
      timeZone: "Europe/Madrid",
    });
    expect((await findAccountByEmail(database.sql, "amaia@bilbao.example"))?.grants).toEqual([
      { role: "administrator", processUri: null },
    ]);
  });

  test("a second time changes nothing", async () => {
    const before = readFileSync(join(folder, ".env"), "utf8");
    const { code, text } = await setUp(...bilbao, "--handle", "other", ...administrator);
    expect(code).toBe(0);
    expect(text).toContain("@bilbo-bilbao@localhost:8140 was founded before");
    expect(readFileSync(join(folder, ".env"), "utf8")).toBe(before);
  });

  test("a city cannot move to another address, and its secret outlives a new .env", async () => {
    const secret = parseEnv(readFileSync(join(folder, ".env"), "utf8")).SECRET;
    const moved = await setUp("--overwrite", "--origin", "http://localhost:8141");
    expect(moved.code).toBe(1);
    expect(moved.text).toContain("founded at http://localhost:8140, which can never change");
    expect((await setUp("--overwrite")).code).toBe(0);
    expect(parseEnv(readFileSync(join(folder, ".env"), "utf8"))).toMatchObject({
      SECRET: secret,
      LOG_LEVEL: "warning",
    });
  });
});

test("a public node is asked for mail and proxies, a node for trying out is not", async () => {
  const mail = { "smtp-url": "smtps://u:p@mail.city.example:465", "mail-from": "City <hello@city.example>" };
  const tried = await answersTo(settingQuestions, {}, null);
  expect(Object.keys(tried)).toEqual(["origin", "database-url"]);
  const open = await answersTo(settingQuestions, { origin: "https://city.example", ...mail }, null);
  expect(open).toMatchObject({ ...mail, "trust-proxy": "1" });
  await expect(answersTo(settingQuestions, { origin: "https://city.example" }, null)).rejects.toThrow(
    /--smtp-url: needed/,
  );
});

test("an answer that is none is asked for again, with what is wrong", async () => {
  const typed = ["Tunis", "de", "ar, fr", "", "Mars/North", "Africa/Tunis", "no", "a@tunis.example", "Leïla"];
  const asked: string[] = [];
  const said: string[] = [];
  const terminal = {
    ask: async (text: string) => {
      asked.push(text);
      return typed.shift() ?? "";
    },
    say: (text: string) => said.push(text.trim()),
    close: () => {},
  };
  expect(await answersTo(cityQuestions, {}, terminal)).toEqual({
    name: "Tunis",
    languages: "ar, fr",
    handle: "tunis",
    "time-zone": "Africa/Tunis",
    "admin-email": "a@tunis.example",
    "admin-name": "Leïla",
  });
  expect(asked).toHaveLength(9);
  expect(said.map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual([
    "There are no",
    "Time zones have",
    "That is no",
  ]);
});

test.each([
  ["AJUNTAMENT DE MONTCLÁR", /name of the city/],
  ["Premsa, Ajuntament de Montclar", /name of the city/],
  ["Núria Montclar", null],
  ["Secretary", null],
])("the first administrator of Ajuntament de Montclar as %s", (answer, problem) => {
  const { problem: problemOf } = cityQuestions.find(({ flag }) => flag === "admin-name")!;
  const said = problemOf(answer, { name: "Ajuntament de Montclar" });
  if (problem === null) expect(said).toBeNull();
  else expect(said).toMatch(problem);
});

test("what is written to .env is what Node reads from it", () => {
  const value = fc
    .string({ unit: fc.constantFrom(..."aZ0 _-:/@<>,.#$%&=é\"'\\`") })
    .map((text) => text.trim())
    .filter((text) => !['"', "'", "`"].every((quote) => text.includes(quote)));
  fc.assert(
    fc.property(value, value, (first, second) => {
      const written = { FIRST: first, SECOND: second };
      const given = Object.fromEntries(Object.entries(written).filter(([, text]) => text !== ""));
      expect(parseEnv(envFileOf(written))).toEqual(given);
    }),
  );
});

test("a value that no line can hold is refused, not written wrongly", () => {
  expect(() => envFileOf({ MAIL_FROM: "a\nSECRET=b" })).toThrow(/MAIL_FROM/);
  expect(() => envFileOf({ MAIL_FROM: "a'b\"c`d" })).toThrow(/MAIL_FROM/);
});
