// What npm run setup asks, in order; each can be answered by a flag instead. Asking and doing is setup.ts.
import { cleanName } from "../../src/accounts/account.ts";
import { readsAs } from "../../src/accounts/likeness.ts";
import { readEmail } from "../../src/accounts/sign-in.ts";
import { checkHandle, handleFrom } from "../../src/actors/actor.ts";
import { ConfigError, isTestHost, loadConfig } from "../../src/config.ts";
import { type Language, languages } from "../../src/platform/i18n.ts";
import { Refused } from "../../src/platform/refusal.ts";

/** Answers by the name of their flag. */
export type Answers = Readonly<Record<string, string>>;

export interface Question {
  readonly flag: string;
  readonly text: string;
  /** The setting it is written to; absent: it goes into the database. */
  readonly setting?: string;
  /** Not asked where it has no meaning. */
  readonly isNeeded?: (answers: Answers) => boolean;
  /** Taken for an empty answer; null: an answer is needed. */
  readonly fallback: (answers: Answers) => string | null;
  /** Says in one line what is wrong with an answer, or null. */
  readonly problem: (answer: string, answers: Answers) => string | null;
}

const isPublic = (answers: Answers): boolean =>
  URL.canParse(answers.origin ?? "") && !isTestHost(new URL(answers.origin ?? "").hostname);

export const settingQuestions: readonly Question[] = [
  {
    flag: "origin",
    setting: "ORIGIN",
    text: "The address of the node, such as https://participate.city.example (it can never change)",
    fallback: () => "http://localhost:8000",
    problem: (answer) => settingProblem("ORIGIN", { ORIGIN: answer }),
  },
  {
    flag: "database-url",
    setting: "DATABASE_URL",
    text: "The address of its PostgreSQL (leave empty for one of its own)",
    fallback: () => "",
    problem: (answer) => settingProblem("DATABASE_URL", { DATABASE_URL: answer }),
  },
  {
    flag: "smtp-url",
    setting: "SMTP_URL",
    text: "The mail server, such as smtps://user:password@mail.city.example:465",
    isNeeded: isPublic,
    fallback: () => null,
    problem: (answer) => settingProblem("SMTP_URL", { SMTP_URL: answer }),
  },
  {
    flag: "mail-from",
    setting: "MAIL_FROM",
    text: "The address it sends mail from, such as City of Example <participation@city.example>",
    isNeeded: isPublic,
    fallback: () => null,
    problem: (answer) => settingProblem("MAIL_FROM", { MAIL_FROM: answer }),
  },
  {
    flag: "trust-proxy",
    setting: "TRUST_PROXY",
    text: "How many reverse proxies stand in front of it",
    isNeeded: isPublic,
    fallback: () => "1",
    problem: (answer) => settingProblem("TRUST_PROXY", { TRUST_PROXY: answer }),
  },
];

export const cityQuestions: readonly Question[] = [
  {
    flag: "name",
    text: "The name of the city, in its first language",
    fallback: () => null,
    problem: (answer) => (answer.length > 80 ? "A name has at most 80 characters" : null),
  },
  {
    flag: "languages",
    text: `Its languages, the first one first, of ${languages.join(", ")}`,
    fallback: () => "en",
    problem: (answer) => {
      const unknown = languagesOf(answer).filter((one) => !languages.includes(one as Language));
      return unknown.length > 0
        ? `There are no words for ${unknown.join(", ")}: choose from ${languages.join(", ")}`
        : null;
    },
  },
  {
    flag: "handle",
    text: "Its handle on the fediverse: small letters, digits, - and _ (it can never be given to another)",
    fallback: (answers) => handleFrom(answers.name ?? "") || null,
    problem: (answer) => refusalOf(() => checkHandle(answer), "A handle has up to 30 small letters, digits, - and _"),
  },
  {
    flag: "time-zone",
    text: "Its time zone",
    fallback: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    problem: (answer) => (isTimeZone(answer) ? null : "Time zones have names such as Europe/Madrid"),
  },
  {
    flag: "admin-email",
    text: "The e-mail address of the first administrator",
    fallback: () => null,
    problem: (answer) => refusalOf(() => readEmail(answer), "That is no e-mail address"),
  },
  {
    flag: "admin-name",
    text: "Their name, as people will see it",
    fallback: () => null,
    problem: (answer, { name = "" }) =>
      refusalOf(() => cleanName(answer), "A name has 1 to 80 characters") ??
      (readsAs(cleanName(answer), { name, isOwnOrganisation: true }) ? nameOfTheCity : null),
  },
];

const nameOfTheCity =
  "That is, or looks like, the name of the city, which speaks for itself. Give the name of the person, such as Ane Etxeberria, or a word for their work, such as Secretary";

export const languagesOf = (answer: string): string[] => [
  ...new Set(
    answer
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean),
  ),
];

const placeholderSecret = "x".repeat(32);

/** What the check at start would say of one setting, the others left aside. */
function settingProblem(name: string, env: Record<string, string>): string | null {
  try {
    loadConfig({ SECRET: placeholderSecret, ...env });
    return null;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.find((problem) => problem.startsWith(`${name} `)) ?? null;
  }
}

function refusalOf(check: () => unknown, otherwise: string): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.code === "handle-taken" ? "That word is reserved" : otherwise;
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
