// The usual texts of a node: what it does, said from its own settings, so that it is true. Markdown, in the reader's language. Pure.
import type { Translator } from "../platform/i18n.ts";
import type { Retention } from "../subjects/retention.ts";
import type { Contact, TextName } from "./setting.ts";

/** What the usual texts are made from. */
export interface TextFacts {
  readonly city: string;
  /** `bilbao.example` */
  readonly host: string;
  readonly handle: string;
  readonly contact: Contact;
  readonly retention: Retention;
  /** What is kept for a time that nobody chooses. Hours. */
  readonly fixed: Readonly<Record<FixedTime, number>>;
  /** The server that maps come from for those who agree; null where they are drawn here. */
  readonly mapHost: string | null;
}

export const fixedTimes = ["link", "session", "attempt", "upload", "former", "erased"] as const;
export type FixedTime = (typeof fixedTimes)[number];

/** "20 minutes" is less than an hour: everything else is said in hours up to two days, then in days. */
export const durationText = (t: Translator, hours: number): string =>
  hours < 48 ? t("settings.hours", { count: hours }) : t("settings.days", { count: Math.round(hours / 24) });

const dayHours = 24;

/** Everything that is kept for a time, with the time: chosen and fixed. */
export const keptTimes = (t: Translator, { retention, fixed }: Pick<TextFacts, "retention" | "fixed">) =>
  [
    [t("retention.notices"), durationText(t, retention.noticeDays * dayHours)],
    [t("retention.received"), durationText(t, retention.receivedDays * dayHours)],
    ...fixedTimes.map((name) => [t(`retention.${name}`), durationText(t, fixed[name])] as const),
    [t("retention.audit"), t("retention.for-good")],
    [t("retention.reports"), t("retention.for-good")],
  ] as const;

const termsParts = ["who", "speak", "yours", "rules", "decide", "delete", "service"] as const;
const privacyParts = [
  "who",
  "account",
  "residence",
  "public",
  "votes",
  "mail",
  "kept",
  "cookies",
  "maps",
  "rights",
] as const;

/** The usual text in the translator's language. */
export function usualText(t: Translator, name: TextName, facts: TextFacts): string {
  const { city, host, handle } = facts;
  if (name === "imprint") return imprint(t, facts);
  if (name === "accessibility") {
    const said = ["aim", "means", "checked", "limits", "tell"] as const;
    return [...said.map((part) => t(`accessibility.${part}`)), reach(t, facts)].filter(Boolean).join("\n\n");
  }
  if (name === "terms") return usualTerms(t, { city, host });
  return privacyParts
    .map((part) => {
      const text = t(`privacy.${part === "maps" && facts.mapHost === null ? "maps-drawn" : part}`, {
        ...{ city, host, handle, map: facts.mapHost ?? "" },
      });
      const more = part === "kept" ? timesList(t, facts) : part === "who" || part === "rights" ? reach(t, facts) : "";
      return [`## ${t(`privacy.${part}-title`)}`, text, more].filter(Boolean).join("\n\n");
    })
    .join("\n\n");
}

export const usualTerms = (t: Translator, named: Pick<TextFacts, "city" | "host">): string =>
  termsParts.map((part) => `## ${t(`terms.${part}-title`)}\n\n${t(`terms.${part}`, named)}`).join("\n\n");

const timesList = (t: Translator, facts: TextFacts): string =>
  keptTimes(t, facts)
    .map(([what, howLong]) => `- ${what}: ${howLong}`)
    .join("\n");

/** How whoever answers for the site is reached; nothing where nobody said. */
function reach(t: Translator, { contact }: TextFacts): string {
  const ways = [contact.email && `<${contact.email}>`, contact.phone, contact.address.replace(/\s*\n\s*/g, ", ")];
  const said = ways.filter(Boolean).join(" · ");
  return said === "" ? "" : t("texts.reach", { who: contact.responsible || "–", ways: said });
}

function imprint(t: Translator, facts: TextFacts): string {
  const { contact, city, host, handle } = facts;
  const lines = [contact.responsible || city, ...contact.address.split("\n")].filter((line) => line.trim() !== "");
  return [
    t("imprint.who", { city, host }),
    lines.join("  \n"),
    [contact.email && `<${contact.email}>`, contact.phone].filter(Boolean).join("  \n"),
    t("imprint.handle", { handle }),
    t("imprint.software"),
  ]
    .filter(Boolean)
    .join("\n\n");
}
