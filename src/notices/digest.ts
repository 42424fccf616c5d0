// A mail of notices: text that reads by itself, and the same as calm HTML without anything to load. Asks nobody anything.
import { escapeHtml } from "../platform/html.ts";
import { directionOf, type Translator } from "../platform/i18n.ts";
import { clip, pickName } from "../platform/text.ts";
import type { Mail } from "../ports.ts";
import { pathOfNotice, type ShownNotice } from "./notice.ts";
import { explainNotice, sayNotice } from "./wording.ts";

/** Notices written out in one mail; of more, how many there are. */
export const mailNoticesMax = 50;
const subjectLengthMax = 140;

export interface DigestFrame {
  readonly city: string;
  readonly origin: string;
  readonly to: string;
  readonly opening: string;
  /** Why this comes, and where it ends. */
  readonly why: string;
  readonly settings: { readonly label: string; readonly url: string } | null;
  /** Null where it does not end: what people are told in any case. */
  readonly unsubscribe: { readonly label: string; readonly url: string } | null;
}

/** @param notices at least one, the earliest first; those beyond {@link mailNoticesMax} are counted only. */
export function digestMail(t: Translator, notices: readonly ShownNotice[], frame: DigestFrame): Mail {
  const { city, origin, to, opening, unsubscribe } = frame;
  const shown = notices.slice(0, mailNoticesMax);
  const lines = shown.map((notice) => ({
    text: sayNotice(t, notice),
    more: explainNotice(t, notice),
    context: pickName(notice.processName, t.lang)?.text ?? "",
    url: absolute(origin, pathOfNotice(notice)),
  }));
  const rest = notices.length - shown.length;
  const more = rest > 0 ? t("notices.mail-more", { count: rest }) : null;
  const subject =
    lines.length === 1 && lines[0] !== undefined
      ? lines[0].text
      : t("notices.mail-subject", { count: notices.length, city });
  return {
    to,
    subject: clip(oneLine(subject), subjectLengthMax),
    text: textOf({ opening, lines, more, frame }),
    html: htmlOf(t, { opening, lines, more, frame }),
    ...(unsubscribe === null ? {} : { list: { id: listId(origin), unsubscribeUrl: unsubscribe.url } }),
  };
}

const listId = (origin: string): string => `notices.${new URL(origin).host.replace(/:\d+$/, "")}`;

interface Parts {
  readonly opening: string;
  readonly lines: readonly {
    readonly text: string;
    readonly more: readonly string[];
    readonly context: string;
    readonly url: string;
  }[];
  readonly more: string | null;
  readonly frame: DigestFrame;
}

function textOf({ opening, lines, more, frame }: Parts): string {
  const items = lines.map(({ text, more, context, url }) =>
    [
      `* ${oneLine(text)}`,
      ...(context === "" ? [] : [`  (${oneLine(context)})`]),
      ...more.map((line) => `  ${oneLine(line)}`),
      `  ${url}`,
    ].join("\n"),
  );
  const { settings, unsubscribe } = frame;
  const foot = [
    "-- ",
    frame.why,
    ...(settings === null ? [] : [`${settings.label}: ${settings.url}`]),
    ...(unsubscribe === null ? [] : [`${unsubscribe.label}: ${unsubscribe.url}`]),
  ];
  return `${[opening, ...items, ...(more === null ? [] : [more]), foot.join("\n")].join("\n\n")}\n`;
}

const style = [
  "body{margin:0;background:#fff;color:#1c1c1c;font:16px/1.55 system-ui,-apple-system,'Segoe UI',sans-serif}",
  "main{max-width:36em;margin:0 auto;padding:24px 20px}h1{font-size:18px;margin:0 0 20px}",
  "ul{list-style:none;margin:0;padding:0}li{padding:12px 0;border-top:1px solid #ddd}a{color:#0b4f8a}li p{margin:4px 0 0}",
  "small,footer{color:#555;font-size:14px}small{display:block}footer{margin-top:28px;padding-top:12px;border-top:1px solid #ddd}",
  "@media (prefers-color-scheme:dark){body{background:#161616;color:#eee}a{color:#8cc4ff}small,footer{color:#bbb}li,footer{border-color:#444}}",
].join("");

/** Written as text, since a mail is no page of ours: it brings its few rules along and asks for nothing. */
function htmlOf(t: Translator, { opening, lines, more, frame }: Parts): string {
  const link = (url: string, text: string) => `<a href="${escapeHtml(url)}">${escapeHtml(text)}</a>`;
  const items = lines.map(
    ({ text, more, context, url }) =>
      `<li>${link(url, oneLine(text))}${context === "" ? "" : `<small dir="auto">${escapeHtml(context)}</small>`}${more.map((line) => `<p>${escapeHtml(oneLine(line))}</p>`).join("")}</li>`,
  );
  const { settings, unsubscribe } = frame;
  const foot = [
    escapeHtml(frame.why),
    ...(settings === null ? [] : [link(settings.url, settings.label)]),
    ...(unsubscribe === null ? [] : [link(unsubscribe.url, unsubscribe.label)]),
  ];
  return [
    `<!doctype html><html lang="${t.lang}" dir="${directionOf(t.lang)}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">',
    `<title>${escapeHtml(opening)}</title><style>${style}</style></head><body><main><h1>${escapeHtml(opening)}</h1>`,
    `<ul>${items.join("")}</ul>${more === null ? "" : `<p>${escapeHtml(more)}</p>`}`,
    `<footer><p>${foot.join("<br>")}</p></footer></main></body></html>`,
  ].join("\n");
}

const absolute = (origin: string, path: string): string => (path.startsWith("/") ? `${origin}${path}` : path);
const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
