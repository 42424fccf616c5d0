// npm run setup: asks for what a node needs, writes .env, and founds the city with its first administrator.
// Each question can be answered by a flag: npm run setup -- --name "Bilbao" --languages es,en --admin-email …
import "../src/platform/temporal.ts";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { appointFirstAdministrator } from "../src/accounts/people-actions.ts";
import { issueSignInLink, openAccount } from "../src/accounts/sign-in-actions.ts";
import { foundCity } from "../src/cities/actions.ts";
import { findMainOrganisation } from "../src/cities/queries.ts";
import { type Config, loadConfig, settingNames } from "../src/config.ts";
import { connect, type Pool, withTransaction } from "../src/platform/db.ts";
import { openTranslator } from "../src/platform/i18n.ts";
import { migrate } from "../src/platform/migrate.ts";
import { openNodeDatabase } from "../src/platform/node-database.ts";
import { Refused } from "../src/platform/refusal.ts";
import { openUris } from "../src/platform/uris.ts";
import { keepTerms } from "../src/settings/agreement-actions.ts";
import { answersTo, openTerminal, type Terminal } from "./setup/ask.ts";
import { writeEnvFile } from "./setup/env-file.ts";
import { type Answers, cityQuestions, languagesOf, settingQuestions } from "./setup/questions.ts";

const envFile = join(process.cwd(), ".env");
const migrationsDir = join(import.meta.dirname, "../migrations");
const firstLinkLifetimeMs = 24 * 3_600_000;
const accentAtFirst = "#1f4e5f";

async function run(): Promise<void> {
  const { overwrite, help, ...flags } = readFlags();
  if (help) return printHelp();
  const terminal = openTerminal();
  try {
    await setUp(flags as Answers, overwrite === true, terminal);
  } finally {
    terminal?.close();
  }
}

function readFlags() {
  const texts = [...settingQuestions, ...cityQuestions].map(({ flag }) => [flag, { type: "string" }] as const);
  const options = { ...Object.fromEntries(texts), overwrite: { type: "boolean" }, help: { type: "boolean" } } as const;
  return parseArgs({ options }).values as Record<string, string | boolean | undefined>;
}

function printHelp(): void {
  console.log("npm run setup -- [--overwrite] [flags]\nWithout a terminal, what no flag answers takes its default.\n");
  for (const { flag, text } of [...settingQuestions, ...cityQuestions]) console.log(`  --${flag.padEnd(14)} ${text}`);
}

/** Everything is asked and the database opened before anything is written. */
async function setUp(flags: Answers, overwrite: boolean, terminal: Terminal | null): Promise<void> {
  const settings = (await keepsSettings(overwrite, terminal)) ? null : await askSettings(flags, terminal);
  const config = loadConfig({ ...process.env, ...settings });
  await using database = await openNodeDatabase(config);
  const direct = connect({ target: database.directTarget, poolSizeMax: 2, prepare: false });
  await migrate(direct, migrationsDir).finally(() => direct.end());

  const there = await findMainOrganisation(database.sql);
  if (there !== null && !there.actorUri.startsWith(`${config.origin}/`)) {
    throw new Error(
      `The city was founded at ${new URL(there.actorUri).origin}, which can never change: set ORIGIN to that`,
    );
  }
  const answers = there === null ? await answersTo(cityQuestions, flags, terminal) : null;
  if (settings !== null) {
    writeEnvFile(envFile, settings);
    console.log(`Written: ${envFile} (readable to you only: it holds a secret)`);
  }
  if (answers === null) {
    console.log(`@${there?.handle}@${new URL(config.origin).host} was founded before. Start the node with: npm start`);
    return;
  }
  const link = await found(database.sql, config, answers);
  console.log(`
${answers.name} is founded: @${answers.handle}@${new URL(config.origin).host}

Start the node:      npm start
Then sign in here:   ${link}
                     (once, within a day; after that ask for a link at ${config.origin}/sign-in)`);
}

async function keepsSettings(overwrite: boolean, terminal: Terminal | null): Promise<boolean> {
  if (overwrite) return false;
  if (!existsSync(envFile)) return isSetFromOutside();
  const answer = (await terminal?.ask("There is a .env already. Write it anew? [y/N] ")) ?? "n";
  return !/^y(es)?$/i.test(answer.trim());
}

/** As in a container, whose settings are given to it and whose folder nobody may write to. */
function isSetFromOutside(): boolean {
  if (!process.env.ORIGIN || !process.env.SECRET) return false;
  console.log("The settings come from the environment: no .env is written (--overwrite writes one)");
  return true;
}

/** What goes into .env: the answers, and what was set before and is not asked for, the secret above all. */
async function askSettings(flags: Answers, terminal: Terminal | null): Promise<Record<string, string>> {
  const before = (name: string) => process.env[name] ?? "";
  const questions = settingQuestions.map((question) => ({
    ...question,
    fallback: (answers: Answers) => before(question.setting ?? "") || question.fallback(answers),
  }));
  const answers = await answersTo(questions, flags, terminal);
  const asked = questions.map(({ flag, setting }) => [setting ?? "", answers[flag] ?? ""] as const);
  return {
    ...Object.fromEntries(settingNames.map((name) => [name, before(name)])),
    ...Object.fromEntries(asked),
    SECRET: before("SECRET") || randomBytes(48).toString("base64url"),
  };
}

/** @returns a link that signs the administrator in. */
async function found(sql: Pool, config: Config, answers: Answers): Promise<string> {
  const of = (flag: string) => answers[flag] as string;
  const uris = openUris(config.origin);
  const languages = languagesOf(of("languages"));
  const locale = languages[0] as string;
  const now = new Date();
  await withTransaction(sql, async (tx) => {
    const city = {
      kind: "city",
      handle: of("handle"),
      name: { [locale]: of("name") },
      tagline: {},
      description: {},
      languages,
      timeZone: of("time-zone"),
      accent: accentAtFirst,
      logo: null,
      website: "",
      territoryName: of("name"),
      territoryIds: {},
      territoryGeojson: null,
      reportChannelUrl: "",
    } as const;
    await foundCity(tx, uris, city, now);
    await keepTerms(tx, now);
    const administrator = await openAccount(tx, { email: of("admin-email"), name: of("admin-name"), locale }, now);
    await appointFirstAdministrator(tx, administrator.id, now);
  });
  const link = { email: of("admin-email"), locale, returnTo: "/desk", lifetimeMs: firstLinkLifetimeMs };
  return await issueSignInLink(sql, uris, config.secret, link, now);
}

/** What a refusal means, where no question has foreseen it. */
function sentenceOf(error: Error): string {
  return error instanceof Refused ? openTranslator("en", "UTC")(`refusal.${error.code}`, error.params) : error.message;
}

await run().catch((error: Error) => {
  const isFault = error instanceof ReferenceError || (error instanceof TypeError && !("code" in error));
  console.error((isFault ? error.stack : undefined) ?? sentenceOf(error));
  process.exitCode = 1;
});
