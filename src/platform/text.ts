// Text as people type it and as several languages hold it. No markup here.

/** One text in several languages: BCP 47 tag → text. */
export type LanguageMap = Readonly<Record<string, string>>;

/** A text and the language it is really in. */
export interface TextIn {
  readonly text: string;
  readonly lang: string;
}

/** Whether a string can be a BCP 47 tag at all (RFC 5646, the shapes in use). */
export const isLanguageTag = (tag: string): boolean => /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,4}$/i.test(tag);

/** The text in the first of the wished languages that is there, else in any: the original is shown rather than nothing. */
export function pickText(texts: LanguageMap, ...wished: readonly string[]): TextIn {
  for (const lang of wished) {
    const text = texts[lang];
    if (text) return { text, lang };
  }
  for (const [lang, text] of Object.entries(texts)) if (text) return { text, lang };
  return { text: "", lang: wished[0] ?? "und" };
}

/** A name in several languages, with the one it was given in. */
export interface NameIn {
  readonly texts: LanguageMap;
  readonly lang: string;
}

/** A name as a reader is told it: in their language, else in the one it was given in. Null where there is none. */
export const pickName = (name: NameIn | null, lang: string): TextIn | null =>
  name === null ? null : pickText(name.texts, lang, name.lang);

// Nobody sees them, and what stands beside a title would be read in another order. Joiners stay: words and emoji need them.
const invisible =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** What was typed into one line, a title too: NFC, no control characters, seen or unseen, single spaces, trimmed. */
export const tidyLine = (text: string): string => tidyText(text.replace(invisible, "")).replace(/\s+/g, " ");

/**
 * What a reader sees of a line: what is kept of it ({@link tidyLine}) without signs that are drawn as nothing (Unicode's
 * Default_Ignorable_Code_Point). Empty for a text that looks empty, so ask this wherever something must be written.
 */
export const seenIn = (text: string): string =>
  tidyLine(text)
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .trim();

const isolateOpens = /[\u2066-\u2068]/;

/**
 * A text whose direction ends where its lines end (UAX 9): embeddings and overrides (U+202A to U+202E) are taken out, and so are
 * isolates (U+2066 to U+2069) that are not closed in their line. So what others have written around it reads as they wrote it.
 */
export function withoutOverrides(text: string): string {
  if (!/[\u202a-\u202e\u2066-\u2069]/.test(text)) return text;
  return text
    .replace(/[\u202a-\u202e]/g, "")
    .split(/(\n)/)
    .map((line) => {
      const open: number[] = [];
      const kept = [...line];
      kept.forEach((sign, at) => {
        if (isolateOpens.test(sign)) open.push(at);
        else if (sign === "\u2069" && open.pop() === undefined) kept[at] = "";
      });
      for (const at of open) kept[at] = "";
      return kept.join("");
    })
    .join("");
}

/** What was typed into a text area: NFC, `\n` line ends, no control characters but tab and line end, no overrides, trimmed. */
export const tidyText = (text: string): string =>
  withoutOverrides(text)
    .replace(/\r\n?/g, "\n")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f\u200b\u2060\ufeff]/g, "")
    // Last: what was kept apart by what nobody sees is one letter now.
    .normalize("NFC")
    .trim();

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The length people see: characters as drawn, not code units. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of graphemes.segment(text)) count += 1;
  return count;
}

/** At most `charsMax` characters, cut at a word where one is near, with an ellipsis when cut. */
export function clip(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  let cut = "";
  let count = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (count === charsMax - 1) {
      const space = cut.lastIndexOf(" ");
      return `${(space > charsMax * 0.6 ? cut.slice(0, space) : cut).replace(/[\s.,;:]+$/u, "")}…`;
    }
    cut += segment;
    count += 1;
  }
  return cut;
}

/** One or two letters that stand for a name where there is no picture. The Arabic article, which half of all names have, does not count. */
export function initials(name: string): string {
  const words = name.split(/[\s\-_.]+/u).filter((word) => /\p{L}|\p{N}/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => word?.replace(/^ال(?=\p{L}{2})/u, "").match(/[\p{L}\p{N}]/u)?.[0],
  );
  return letters.join("").toLocaleUpperCase() || "·";
}

/** Lower-case ASCII words joined by hyphens, for handles and anchors; empty when nothing remains. */
export const slugOf = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
