// The letters of the pages: Source Sans 3 for Latin, Vazirmatn for Arabic, served from here out of their packages. A browser
// fetches a file only when a page has a letter of its range; why these two: docs/decisions/0014-look.md.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Language } from "../platform/i18n.ts";

export const fontNames = [
  "source-sans-3-latin-wght-normal.woff2",
  "source-sans-3-latin-ext-wght-normal.woff2",
  "vazirmatn-arabic-wght-normal.woff2",
] as const;
export type FontName = (typeof fontNames)[number];

interface Face {
  readonly file: FontName;
  readonly pkg: "source-sans-3" | "vazirmatn";
  readonly family: string;
  readonly subset: string;
  readonly weights: string;
}

const faces: readonly Face[] = [
  { file: fontNames[0], pkg: "source-sans-3", family: "Source Sans", subset: "latin", weights: "200 900" },
  { file: fontNames[1], pkg: "source-sans-3", family: "Source Sans", subset: "latin-ext", weights: "200 900" },
  { file: fontNames[2], pkg: "vazirmatn", family: "Vazirmatn", subset: "arabic", weights: "100 900" },
];

const fileOf = (pkg: string, path: string): string =>
  fileURLToPath(import.meta.resolve(`@fontsource-variable/${pkg}/${path}`));

/** The bytes of one font file. @throws when the package is not installed. */
export function readFont(name: FontName): Buffer {
  const { pkg } = faces.find(({ file }) => file === name)!;
  return readFileSync(fileOf(pkg, `files/${name}`));
}

/**
 * The rules that say where each file is and which letters it has. Last, a face of every system stretched to the measures
 * of ours, so that a line does not break elsewhere when the letters arrive.
 */
export function fontFaces(urlOf: (name: FontName) => string): string {
  const rules = faces.map(({ file, pkg, family, subset, weights }) => {
    const ranges = JSON.parse(readFileSync(fileOf(pkg, "unicode.json"), "utf8")) as Readonly<Record<string, string>>;
    return `@font-face{font-family:"${family}";font-weight:${weights};font-display:swap;src:url(${urlOf(file)}) format("woff2");unicode-range:${ranges[subset]}}`;
  });
  return `${rules.join("\n")}\n${standIn}\n`;
}

/** Measured in Chromium against Arial (and Liberation Sans, which has its widths): the same text is as wide and as high. */
const standIn = `@font-face{font-family:"Stand-in";src:local("Arial"),local("Liberation Sans"),local("Helvetica");size-adjust:92%;ascent-override:111.3%;descent-override:43.5%;line-gap-override:0%}`;

/** What a page in this language needs before it can be read; the rest comes when a letter asks for it. */
export const fontsFor = (lang: Language): readonly FontName[] =>
  lang === "ar" ? ["vazirmatn-arabic-wght-normal.woff2", fontNames[0]] : [fontNames[0]];
