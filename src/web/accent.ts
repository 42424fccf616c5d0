// A city's colour, turned into shades that stay readable in light and dark. Conversions after Björn Ottosson's OKLab (2020).
import { Hono } from "hono";
import { answerFile, contentHash, immutable } from "./assets.ts";

export const accentDefault = "#1f4e5f";
const textContrastMin = 5;

/** The paper and ink of koinon.css, against which shades are checked. */
const paper = { light: "#fbfaf7", dark: "#14171a" } as const;

export const isAccent = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text);

interface Oklch {
  readonly lightness: number;
  readonly chroma: number;
  readonly hue: number;
}

/** The shades of one colour: `solid` carries white or ink (`onSolid`), `text` is readable on paper, the others are tints. */
export function shadesOf(accent: string, mode: "light" | "dark") {
  const base = toOklch(isAccent(accent) ? accent : accentDefault);
  const tint = (lightness: number, chromaMax: number) =>
    toHex({ ...base, lightness, chroma: Math.min(base.chroma, chromaMax) });
  if (mode === "light") {
    const text = shadeUntil(
      base,
      -0.01,
      (hex) => contrast(hex, paper.light) >= textContrastMin && contrast(hex, tint(0.95, 0.03)) >= 4.5,
    );
    const solid = shadeUntil(base, -0.01, (hex) => contrast(hex, "#ffffff") >= textContrastMin);
    return {
      solid,
      onSolid: "#ffffff",
      text,
      strong: toHex({ ...toOklch(solid), lightness: Math.max(0.2, toOklch(solid).lightness - 0.09) }),
      soft: tint(0.955, 0.025),
      line: tint(0.86, 0.05),
      tiles: [tint(0.93, 0.04), tint(0.83, 0.09), tint(0.7, 0.13), solid, tint(0.36, 0.09)],
    } as const;
  }
  const lifted = { ...base, lightness: Math.max(base.lightness, 0.72) };
  const text = shadeUntil(lifted, 0.01, (hex) => contrast(hex, "#22272c") >= textContrastMin);
  return {
    solid: text,
    onSolid: "#101214",
    text,
    strong: toHex({ ...toOklch(text), lightness: Math.min(0.95, toOklch(text).lightness + 0.07) }),
    soft: tint(0.265, 0.028),
    line: tint(0.42, 0.06),
    tiles: [tint(0.25, 0.04), tint(0.33, 0.06), tint(0.46, 0.09), tint(0.62, 0.12), tint(0.75, 0.1)],
  } as const;
}

function shadeUntil(from: Oklch, step: number, isEnough: (hex: string) => boolean): string {
  for (let { lightness } = from; lightness >= 0 && lightness <= 1; lightness += step) {
    const hex = toHex({ ...from, lightness });
    if (isEnough(hex)) return hex;
  }
  return step < 0 ? "#000000" : "#ffffff";
}

/** The first colour is for what people can do, the second for what the institution says and what came of it. */
function declarations(accent: string, second: string | null, mode: "light" | "dark"): string {
  const { solid, onSolid, text, strong, soft, line, tiles } = shadesOf(accent, mode);
  const other = shadesOf(second ?? accent, mode);
  const tileText = tiles.map((tile, at) => `--tile-${at}:${at % 2 === 1 ? other.tiles[at] : tile}`).join(";");
  return `--accent:${solid};--on-accent:${onSolid};--accent-text:${text};--accent-strong:${strong};--accent-soft:${soft};--accent-line:${line};--second:${other.solid};--second-text:${other.text};${tileText}`;
}

function accentCss(accent: string, second: string | null): string {
  const declare = (mode: "light" | "dark") => declarations(accent, second, mode);
  return [
    `:root{${declare("light")}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme="light"]){${declare("dark")}}}`,
    `:root[data-theme="dark"]{${declare("dark")}}`,
    `@media print{:root,:root[data-theme]{${declare("light")}}}`,
  ].join("\n");
}

/** The stylesheet of one colour, or of two; its address changes when the shades do. */
export function accentUrl(accent: string, second: string | null = null): string {
  const colour = isAccent(accent) ? accent.slice(1).toLowerCase() : accentDefault.slice(1);
  const other = second !== null && isAccent(second) ? second.toLowerCase() : null;
  const hash = contentHash(accentCss(`#${colour}`, other));
  return `/assets/accent-${colour}${other === null ? "" : `-${other.slice(1)}`}-${hash}.css`;
}

/** The stylesheet that shows two colours side by side in light and dark, before they are anyone's. */
export const sampleUrl = (accent: string, second: string | null): string =>
  `/assets/sample-${accent.slice(1).toLowerCase()}${second === null ? "" : `-${second.slice(1).toLowerCase()}`}.css`;

function sampleCss(accent: string, second: string | null): string {
  return (["light", "dark"] as const)
    .map((mode) => `.colour-sample-${mode}{color-scheme:${mode};${declarations(accent, second, mode)}}`)
    .join("\n");
}

const hexPattern = "[0-9a-f]{6}";

export const accentRoutes = new Hono()
  .get(`/assets/:file{accent(-${hexPattern}){1,2}-[0-9a-f]{12}\\.css}`, (c) => {
    const [, colour = "", other = ""] = c.req.param("file").split("-");
    const body = accentCss(`#${colour}`, other.length === 6 ? `#${other}` : null);
    return answerFile(c, { body, type: "text/css; charset=utf-8", hash: contentHash(body) }, immutable);
  })
  .get(`/assets/:file{sample(-${hexPattern}){1,2}\\.css}`, (c) => {
    const [, colour = "", other] = c.req.param("file").replace(".css", "").split("-");
    const body = sampleCss(`#${colour}`, other === undefined ? null : `#${other}`);
    return answerFile(c, { body, type: "text/css; charset=utf-8", hash: contentHash(body) }, "no-cache");
  });

/** What colours are held against: letters need 4.5, shapes 3 (WCAG 2.2, 1.4.3 and 1.4.11). */
export const contrastMin = { letters: 4.5, shapes: 3 } as const;

export interface ColourCheck {
  /** Contrast ratios, 1 to 21: of the colour itself on light paper and under white letters, and of its lighter shade on dark paper. */
  readonly onLight: number;
  readonly underWhite: number;
  readonly onDark: number;
  readonly isEnough: boolean;
  /** The nearest colour of the same hue that is enough; the colour itself where it is. */
  readonly nearest: string;
}

/**
 * Whether people can read or see what is in a colour. On dark paper a lighter shade stands for it, which is made to be enough.
 * @param use letters for links and buttons, shapes for patterns.
 */
export function checkColour(colour: string, use: keyof typeof contrastMin): ColourCheck {
  const isEnough = (hex: string) => contrast(hex, paper.light) >= contrastMin[use];
  const hex = colour.toLowerCase();
  return {
    onLight: contrast(hex, paper.light),
    underWhite: contrast(hex, "#ffffff"),
    onDark: contrast(shadesOf(hex, "dark").text, paper.dark),
    isEnough: isEnough(hex),
    nearest: isEnough(hex) ? hex : shadeUntil(toOklch(hex), -0.005, isEnough),
  };
}

/** Contrast ratio of two colours (WCAG 2.2, 1 to 21). */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const luminance = (hex: string): number => {
  const [r, g, b] = linearRgb(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

function linearRgb(hex: string): [number, number, number] {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function toOklch(hex: string): Oklch {
  const [r, g, b] = linearRgb(hex);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const across = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const along = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return {
    lightness: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    chroma: Math.hypot(across, along),
    hue: Math.atan2(along, across),
  };
}

/** The nearest colour a screen has: chroma gives way before lightness, which carries the contrast. */
function toHex({ lightness, chroma, hue }: Oklch): string {
  for (let kept = chroma; ; kept -= 0.005) {
    const channels = toLinear(lightness, Math.max(kept, 0), hue);
    const isShown = channels.every((value) => value >= -0.0005 && value <= 1.0005);
    if (isShown || kept <= 0) return `#${channels.map(toByte).join("")}`;
  }
}

function toLinear(lightness: number, chroma: number, hue: number): [number, number, number] {
  const [across, along] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const l = (lightness + 0.3963377774 * across + 0.2158037573 * along) ** 3;
  const m = (lightness - 0.1055613458 * across - 0.0638541728 * along) ** 3;
  const s = (lightness - 0.0894841775 * across - 1.291485548 * along) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

const toByte = (linear: number): string => {
  const bounded = Math.min(1, Math.max(0, linear));
  const value = bounded <= 0.0031308 ? 12.92 * bounded : 1.055 * bounded ** (1 / 2.4) - 0.055;
  return Math.round(value * 255)
    .toString(16)
    .padStart(2, "0");
};
