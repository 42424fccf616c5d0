// What a report says it is about, on the wire. There is no property for it yet: people read it in the first line, and
// programs in `summary`, where Mastodon has proposed to put its own (mastodon/mastodon#24968).
import { type ReportCategory, reportCategories } from "../src/moderation/report.ts";
import { isLanguage, type Language, languages, openTranslator } from "../src/platform/i18n.ts";

const contentLengthMax = 5_000;

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
