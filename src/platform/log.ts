// Where the log goes and what never enters it. Writers take a logger from LogTape: getLogger(["koinon", "jobs"]).
import { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";
import { configureSync, type LogLevel, type LogRecord } from "@logtape/logtape";

export interface LogOptions {
  readonly lowestLevel: LogLevel;
  /** Lines for people when true, one JSON object per line otherwise. */
  readonly isTerminal?: boolean;
  readonly write?: (line: string) => void;
}

/** Set once, by the entry point. What libraries log is kept from `warning` up. */
export function configureLog({
  lowestLevel,
  isTerminal = process.stdout.isTTY === true,
  write = (line) => process.stdout.write(line),
}: LogOptions): void {
  const format = isTerminal ? lineForPeople : lineOfJson;
  configureSync({
    reset: true,
    contextLocalStorage: new AsyncLocalStorage(), // Fedify asks for one, and complains at every request without it
    sinks: { out: (record) => write(`${format(record)}\n`) },
    loggers: [
      { category: [], sinks: ["out"], lowestLevel: "warning" },
      { category: ["koinon"], sinks: ["out"], parentSinks: "override", lowestLevel },
      // Fedify finds the actors it is given incomplete: it gets what WebFinger needs, others get our own documents.
      { category: ["fedify", "federation", "actor"], lowestLevel: "error" },
      { category: ["logtape", "meta"], sinks: ["out"], parentSinks: "override", lowestLevel: "warning" },
    ],
  });
}

const colourOf: Record<LogLevel, string> = {
  trace: "2",
  debug: "2",
  info: "36",
  warning: "33",
  error: "31",
  fatal: "31;1",
};

function lineForPeople(record: LogRecord): string {
  const time = new Date(record.timestamp).toTimeString().slice(0, 8);
  const about = record.category.filter((part) => part !== "koinon").join("·");
  const errors = Object.values(record.properties).filter((value) => value instanceof Error);
  const below = errors
    .filter((error) => !record.message.includes(error))
    .map((error) => `\n${withoutSecrets(shown(error))}`);
  const level = `\x1b[${colourOf[record.level]}m${record.level.padEnd(7)}\x1b[0m`;
  return `\x1b[2m${time}\x1b[0m ${level} ${about === "" ? "" : `${about}: `}${messageOf(record)}${below.join("")}`;
}

function lineOfJson(record: LogRecord): string {
  return JSON.stringify({
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    category: record.category.join("."),
    message: messageOf(record),
    ...(withoutSecretFields(record.properties) as object),
  });
}

/** Strangers' text cannot start a line of its own or colour the terminal. */
const messageOf = (record: LogRecord): string =>
  withoutSecrets(
    record.message
      .map((part) =>
        typeof part === "object" && part !== null ? shown(part) : String(part).replaceAll(/\p{Cc}+/gu, " "),
      )
      .join(""),
  );

const shown = (value: object): string =>
  value instanceof URL
    ? value.href
    : inspect(value instanceof Error ? value : withoutSecretFields(value), { depth: 4 }).replaceAll(
        /(?!\n)\p{Cc}/gu,
        "",
      );

const hidden = "[hidden]";

/** Fields that are hidden whatever they hold, at any depth. */
const secretField =
  /^(.*(token|secret|password|passphrase|cookie|authorization|private.?(key|jwk)|e-?mail|csrf).*|d)$/i;
const depthMax = 8;

function withoutSecretFields(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return withoutSecrets(value);
  if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof URL) return withoutSecrets(value.href);
  if (value instanceof Error) return withoutSecrets(inspect(value));
  if (depth === depthMax) return "[deep]";
  if (Array.isArray(value)) return value.map((item) => withoutSecretFields(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      secretField.test(name) ? hidden : withoutSecretFields(inner, depth + 1),
    ]),
  );
}

const secretsInText: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
  [/("d"\s*:\s*")[A-Za-z0-9_-]{16,}/g, `$1${hidden}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*@/gi, `$1${hidden}@`],
  [/\b((?:set-)?cookie|(?:proxy-)?authorization)\b(["']?\s*[:=]\s*)[^\n]+/gi, `$1$2${hidden}`],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${hidden}`],
  // The link that signs a person in: nothing after its path, and no token in any address.
  [/(\/sign-in)[/?#][^\s"'<>)\]]*/g, `$1?${hidden}`],
  [/([?&](?:token|code|key|secret|csrf|email|password)=)[^\s&"'<>)\]]+/gi, `$1${hidden}`],
  // A mail address, but not the handle @city@city.example or acct:city@city.example, which is public.
  [/(?<![@\w.+-])(?<!acct:)[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, hidden],
];

/** The text with mail addresses, tokens, cookies, passwords and private keys taken out. */
export function withoutSecrets(text: string): string {
  return secretsInText.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}
