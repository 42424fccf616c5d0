// What a report says it is about, on the wire. There is no property for it yet: people read it in the first line, and
// programs in `summary`, where Mastodon has proposed to put its own (mastodon/mastodon#24968).
import { type ReportCategory, reportCategories } from "../src/moderation/report.ts";
import { isLanguage, type Language, languages, openTranslator } from "../src/platform/i18n.ts";

const contentLengthMax = 5_000;
/** Misskey puts what it names first. */
const namedLinesMax = 50;

const nameIn = (lang: Language, category: ReportCategory): string =>
  openTranslator(lang, "UTC")(`moderation.category.${category}`);

/** Plain text, as moderators elsewhere read it. @param language of the thing: its moderators read that. */
export function reportText(category: ReportCategory, reason: string, language: string | null): string {
  const lang = language?.split("-")[0];
  return `${nameIn(isLanguage(lang) ? lang : "en", category)}\n\n${reason}`.slice(0, contentLengthMax);
}

/** The same read back: a first line that only names the category is not said twice. */
export function readReport(content: string, summary: string): { content: string; category: string } {
  const [first = "", ...rest] = content.split("\n");
  const named = reportCategories.find((one) => languages.some((lang) => nameIn(lang, one) === first.trim()));
  const said = named === undefined ? content : rest.join("\n").trim();
  // Where there is nothing but a category, `summary` stood in for the text.
  return { content: said === summary && named === undefined ? "" : said, category: summary || (named ?? "") };
}

/**
 * The things a Misskey Flag is about: its `object` is the account alone, and each thing is a line of its own in the text,
 * `Note: https://…`. What follows a `#` is a place on a page of ours.
 */
export function notesNamedIn(content: string): string[] {
  const lines = content
    .split("\n", namedLinesMax)
    .map((line) => /^Note: (https?:\/\/[^\s#]+)(?:#\S*)?$/.exec(line.trim())?.[1]);
  return [...new Set(lines.filter((address) => address !== undefined))];
}
