// The archive of a person's data: a page that any browser opens without a network, the same as JSON, and their pictures.
import { readFile } from "node:fs/promises";
import { downloadZip } from "client-zip";
import { escapeHtml, href, html, type Markup, nothing, raw } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import { markdownToHtml } from "../platform/rich-text.ts";
import { findUpload } from "../platform/uploads.ts";
import { type OwnData, type OwnDataPart, type OwnRow, ownDataParts } from "./own-data.ts";

export interface ArchiveProps {
  readonly data: OwnData;
  readonly cityName: string;
  readonly host: string;
  readonly uploadsDir: string;
  readonly at: Date;
}

/**
 * The archive as it is sent: ZIP, UTF-8 names, written while it is read.
 * A picture whose file is gone is left out; its row still says that there was one.
 */
export function openArchive(t: Translator, props: ArchiveProps): ReadableStream<Uint8Array> {
  return downloadZip(files(t, props)).body!;
}

async function* files(t: Translator, { data, cityName, host, uploadsDir, at }: ArchiveProps) {
  const lastModified = at;
  yield { name: "index.html", lastModified, input: archivePage(t, data, { cityName, host, at }).toString() };
  yield { name: "data.json", lastModified, input: `${JSON.stringify({ host, at, ...data }, null, 2)}\n` };
  for (const name of new Set(data.pictures.map(({ url }) => String(url).replace(/^.*\//, "")))) {
    const found = await findUpload(uploadsDir, name);
    if (found !== null) yield { name: `pictures/${name}`, lastModified, input: await readFile(found.path) };
  }
}

/** Without a network: no reference leads out of the archive but the addresses of the person's own contributions. */
const style = `body{font:1rem/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}
h1,h2,h3{line-height:1.25}h2{margin-top:3rem;border-bottom:1px solid #ccc}article{margin:1.5rem 0;padding-inline-start:1rem;border-inline-start:3px solid #ccc}
.table{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}th,td{text-align:start;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ddd;max-width:24rem;overflow-wrap:anywhere}
.meta{color:#555;font-size:.9rem}@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}a{color:#9cc4ff}.meta{color:#aaa}}`;

function archivePage(
  t: Translator,
  data: OwnData,
  { cityName, host, at }: Pick<ArchiveProps, "cityName" | "host" | "at">,
): Markup {
  const title = t("own-data.archive-title", { city: cityName });
  const kept = ownDataParts.filter((part) => data[part].length > 0);
  return html`${raw("<!doctype html>")}
<html lang="${t.lang}" dir="${t.dir}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title>${raw(`<style>${style}</style>`)}</head><body>
<h1>${title}</h1>
<p>${t("own-data.archive-lead", { host, at: t.date(at, "dateTime") })}</p>
<ul>${kept.map((part) => html`<li><a href="${href(`#${part}`)}">${t(`own-data.part.${part}`)}</a> (${t.number(data[part].length)})</li>`)}</ul>
${kept.map((part) => html`<section id="${part}"><h2>${t(`own-data.part.${part}`)}</h2>${rows(t, part, data[part])}</section>`)}
</body></html>
`;
}

const rows = (t: Translator, part: OwnDataPart, all: readonly OwnRow[]): Markup =>
  part === "proposals" || part === "comments" ? html`${all.map((row) => text(t, row))}` : table(t, all);

/** What a person wrote, to be read. */
function text(t: Translator, row: OwnRow): Markup {
  const { url, title, about, body, language, publishedAt, writtenWith } = row;
  const others = Array.isArray(writtenWith) ? writtenWith.map(String) : [];
  const heading = String(title ?? about ?? "") || String(url);
  return html`<article lang="${String(language ?? "und")}" dir="auto"><h3>${
    publishedAt instanceof Date ? html`<a href="${href(String(url))}">${heading}</a>` : heading
  }</h3>
<p class="meta">${publishedAt instanceof Date ? t.date(publishedAt, "dateTime") : t("own-data.draft")}${others.length > 0 ? html` · ${t("coauthors.with", { names: t.list(others) })}` : nothing}</p>
${markdownToHtml(String(body))}</article>`;
}

/** Under the names that the columns have in the data file. */
function table(t: Translator, all: readonly OwnRow[]): Markup {
  const columns = Object.keys(all[0] ?? {}).filter((column) => all.some((row) => isThere(row[column])));
  return html`<div class="table"><table><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${all.map((row) => html`<tr>${columns.map((column) => html`<td dir="auto">${cell(t, row[column])}</td>`)}</tr>`)}</tbody></table></div>`;
}

const isThere = (value: unknown): boolean => value !== null && value !== undefined && value !== "";

function cell(t: Translator, value: unknown): Markup {
  if (!isThere(value)) return nothing;
  if (value instanceof Date) return html`${t.date(value, "dateTime")}`;
  return raw(escapeHtml(typeof value === "object" ? JSON.stringify(value) : String(value)));
}
