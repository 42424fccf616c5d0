// A city's list of words, and looking for them in a text. Pure: no SQL, no request, no clock.
// No patterns of anyone's making: phrases are looked for all at once (Aho and Corasick, 1975), so the time grows with the
// length of the text and not with what the list holds.
import { type CsvLine, csvLine, parseCsv } from "../platform/csv.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { isLanguageTag } from "../platform/text.ts";

export type WordAction = "hold" | "refuse";

export interface Word {
  readonly phrase: string;
  /** A language, such as `es`; null: in every one. */
  readonly language: string | null;
  /** Whole words only, so that it is not found inside another. */
  readonly isWhole: boolean;
  readonly action: WordAction;
}

export const wordsMax = 2_000;
export const phraseLengthMax = 60;
/** Of one list in CSV, in characters. */
export const listLengthMax = 400_000;
/** Of a text that is looked through; what is beyond is longer than anything that can be published here. */
const textLengthMax = 100_000;

/** Lower case, without accents and invisible characters, runs of spaces as one: what is looked for and what is looked in. */
export const foldText = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/[\p{M}\p{Cf}]/gu, "")
    .toLowerCase()
    .replace(/\s+/g, " ");

export const foldPhrase = (phrase: string): string => foldText(phrase).trim();

/** @throws Refused `invalid-input` for no phrase, one too long, or what is no language; `line` where it came from a list. */
export function checkWord(word: Word, line?: number): Word {
  const where = line === undefined ? {} : { line };
  const phrase = word.phrase.trim().replace(/\s+/g, " ");
  refuseUnless(foldPhrase(phrase).length >= 2 && phrase.length <= phraseLengthMax, "invalid-input", {
    field: "phrase",
    ...where,
  });
  refuseUnless(word.language === null || isLanguageTag(word.language), "invalid-input", {
    field: "language",
    ...where,
  });
  return { ...word, phrase, language: word.language?.toLowerCase().split("-")[0] ?? null };
}

export interface Found {
  readonly action: WordAction;
  readonly phrase: string;
}

export type Matcher = (text: string, language: string | null) => Found | null;

const isPartOfWord = (char: string): boolean => /[\p{L}\p{N}]/u.test(char);

/** Builds the automaton once per list; what it makes looks through a text in one pass, and says the gravest it finds. */
export function openMatcher(words: readonly Word[]): Matcher {
  const steps = new Map<number, number>();
  const [fallback, shorter, endings, depths]: [number[], number[], (number[] | undefined)[], number[]] = [
    [0],
    [0],
    [undefined],
    [0],
  ];
  const step = (node: number, code: number): number | undefined => steps.get(node * 0x1_0000 + code);
  words.forEach(({ phrase }, index) => {
    let node = 0;
    const folded = foldPhrase(phrase);
    for (let at = 0; at < folded.length; at += 1) {
      const code = folded.charCodeAt(at);
      let next = step(node, code);
      if (next === undefined) {
        next = depths.length;
        steps.set(node * 0x1_0000 + code, next);
        fallback.push(0);
        shorter.push(0);
        endings.push(undefined);
        depths.push(depths[node]! + 1);
      }
      node = next;
    }
    if (node !== 0) endings[node] = [...(endings[node] ?? []), index];
  });
  linkUp(steps, depths, fallback, shorter, endings, step);
  return (raw, language) => {
    const text = foldText(raw.slice(0, textLengthMax));
    const base = language?.toLowerCase().split("-")[0] ?? null;
    let [node, found] = [0, null as Found | null];
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      let next = step(node, code);
      while (next === undefined && node !== 0) {
        node = fallback[node]!;
        next = step(node, code);
      }
      node = next ?? 0;
      for (let end = endings[node] === undefined ? shorter[node]! : node; end !== 0; end = shorter[end]!) {
        for (const index of endings[end]!) {
          const word = words[index]!;
          if (found !== null && (found.action === "refuse" || word.action === "hold")) continue;
          if (word.language !== null && base !== null && word.language !== base) continue;
          if (word.isWhole && !isWholeWord(text, at + 1 - depths[end]!, at + 1)) continue;
          found = { action: word.action, phrase: word.phrase };
          if (word.action === "refuse") return found;
        }
      }
    }
    return found;
  };
}

/** Where to go on when a phrase breaks off, and which shorter phrases end where a longer one does. */
function linkUp(
  steps: ReadonlyMap<number, number>,
  depths: readonly number[],
  fallback: number[],
  shorter: number[],
  endings: readonly (readonly number[] | undefined)[],
  step: (node: number, code: number) => number | undefined,
): void {
  const edges = [...steps].map(([key, to]) => ({ from: Math.floor(key / 0x1_0000), code: key % 0x1_0000, to }));
  edges.sort((one, other) => depths[one.to]! - depths[other.to]!);
  for (const { from, code, to } of edges) {
    let back = from === 0 ? -1 : fallback[from]!;
    while (back > 0 && step(back, code) === undefined) back = fallback[back]!;
    const reached = back < 0 ? 0 : (step(back, code) ?? 0);
    fallback[to] = reached;
    shorter[to] = endings[reached] === undefined ? shorter[reached]! : reached;
  }
}

function isWholeWord(text: string, start: number, end: number): boolean {
  const before = start === 0 ? "" : text[start - 1]!;
  const after = end >= text.length ? "" : String.fromCodePoint(text.codePointAt(end)!);
  return !(before !== "" && isPartOfWord(before)) && !(after !== "" && isPartOfWord(after));
}

const wordColumns = ["phrase", "language", "match", "action"] as const;

/** @throws Refused `list-line` naming the first line that is wrong, `list-columns`, `too-large`. Nothing is taken of such a list. */
export function readWordList(text: string): Word[] {
  refuseUnless(text.length <= listLengthMax, "too-large", { field: "csv", max: listLengthMax });
  const [head, ...lines] = parseCsv(text);
  const columns = (head?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  refuseUnless(
    wordColumns.every((name) => columns.includes(name)),
    "list-columns",
    { field: "csv", columns: wordColumns.join(",") },
  );
  refuseUnless(lines.length <= wordsMax, "too-large", { field: "csv", max: wordsMax });
  const words = lines.map((line) => readWordLine(line, columns));
  return [...new Map(words.map((word) => [keyOfWord(word), word])).values()];
}

function readWordLine({ line, cells }: CsvLine, columns: readonly string[]): Word {
  const cell = (name: (typeof wordColumns)[number]) => (cells[columns.indexOf(name)] ?? "").trim();
  const [match, action] = [cell("match").toLowerCase(), cell("action").toLowerCase()];
  const wrong = (name: string) => ({ field: "csv", line, what: name });
  refuseUnless(match === "whole" || match === "part", "list-line", wrong("match"));
  refuseUnless(action === "hold" || action === "refuse", "list-line", wrong("action"));
  const [phrase, language] = [cell("phrase"), cell("language") || null];
  refuseUnless(foldPhrase(phrase).length >= 2 && phrase.length <= phraseLengthMax, "list-line", wrong("phrase"));
  refuseUnless(language === null || isLanguageTag(language), "list-line", wrong("language"));
  return checkWord({ phrase, language, isWhole: match === "whole", action });
}

export const keyOfWord = ({ phrase, language, isWhole }: Word): string =>
  JSON.stringify([foldPhrase(phrase), language ?? "", isWhole]);

export const writeWordList = (words: readonly Word[]): string =>
  csvLine(wordColumns) +
  words
    .map(({ phrase, language, isWhole, action }) =>
      csvLine([phrase, language ?? "", isWhole ? "whole" : "part", action]),
    )
    .join("");
