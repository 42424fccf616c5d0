// npm run import as a person runs it: what it says, where it stops, and how it ends.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appointFirstAdministrator } from "../../src/accounts/people-actions.ts";
import { openAccount } from "../../src/accounts/sign-in-actions.ts";
import { foundCity } from "../../src/cities/actions.ts";
import { databaseAddress } from "../../src/platform/databases.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { openUris } from "../../src/platform/uris.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const folder = join(import.meta.dirname, "../../../shared/data/barcelona-2016");
const isThere = existsSync(join(folder, "action_plans.csv"));
const origin = "http://localhost:8143";

describe("npm run import", () => {
  let db: TestDatabase;
  let dataDir: string;
  beforeAll(async () => {
    db = await openTestDatabase();
    dataDir = mkdtempSync(join(tmpdir(), "koinon-import-"));
  });
  afterAll(async () => {
    await db.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const bring = (...args: string[]) =>
    new Promise<{ code: number; text: string }>((done) => {
      const script = join(import.meta.dirname, "../../scripts/import.ts");
      const env = {
        PATH: process.env.PATH,
        ORIGIN: origin,
        DATA_DIR: dataDir,
        DATABASE_URL: databaseAddress(db.target),
        SECRET: "s".repeat(40),
        LOG_LEVEL: "warning",
      };
      execFile(process.execPath, [script, ...args], { env, cwd: dataDir }, (error, stdout, stderr) =>
        done({ code: error ? Number(error.code) : 0, text: stdout + stderr }),
      );
    });

  const found = () =>
    withTransaction(db.sql, async (tx) => {
      const profile = { tagline: {}, description: {}, languages: ["ca"], timeZone: "Europe/Madrid", accent: "#1f4e5f" };
      const place = { logo: null, website: "", territoryName: "", territoryIds: {}, territoryGeojson: null };
      const city = {
        kind: "city",
        handle: "barcelona",
        name: { ca: "Barcelona" },
        reportChannelUrl: "",
        ...profile,
        ...place,
      } as const;
      await foundCity(tx, openUris(origin), city, new Date());
      const account = await openAccount(tx, { email: "amaia@example.org", name: "Amaia", locale: "ca" }, new Date());
      await appointFirstAdministrator(tx, account.id, new Date());
    });

  test("says how it is called, and what is missing", async () => {
    expect(await bring("barcelona-1992", folder)).toMatchObject({
      code: 1,
      text: expect.stringMatching(/barcelona-2016 FOLDER/),
    });
    expect(await bring("barcelona-2016", folder)).toMatchObject({
      code: 1,
      text: expect.stringMatching(/npm run setup/),
    });
    await found();
    const nowhere = await bring("barcelona-2016", join(dataDir, "nowhere"));
    expect(nowhere).toEqual({ code: 1, text: "action_plans.csv: expected a file that can be read\n" });
    const stranger = await bring("barcelona-2016", folder, "--as", "nobody@example.org");
    expect(stranger).toEqual({ code: 1, text: "No account with nobody@example.org\n" });
  });

  test.runIf(isThere)("says how far it is, and the second time that nothing changed", async () => {
    const first = await bring("barcelona-2016", folder);
    expect(first.text).toContain("action_plans.csv 1467/1467");
    expect(first.text).toContain("meetings.csv: 410 rows, 410 new");
    expect(first.text).toContain(`${origin}/processes/pla-municipal-2016`);
    expect(first.code).toBe(0);
    const second = await bring("barcelona-2016", folder, "--as", "Amaia@example.org");
    expect(second.text.match(/all of them here already: nothing changed/g)).toHaveLength(2);
    expect(second.code).toBe(0);
  });
});
