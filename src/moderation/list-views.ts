// A city's lists of words and servers: what is on them, what an import would change, and what can be undone.
import { href, html, type Markup, nothing } from "../platform/html.ts";
import { languages } from "../platform/i18n.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, csrfField, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { emptyState, section } from "../web/lists.ts";
import { ago, statusPill } from "../web/marks.ts";
import { deskTabs } from "./desk-views.ts";
import type { HostChange, KeptWord, ListImport, Preview, WordChange } from "./list-queries.ts";
import { phraseLengthMax, type Word, wordsMax } from "./word.ts";

export type ListKind = "words" | "hosts";

export interface ListsProps {
  readonly words: readonly KeptWord[];
  readonly imports: readonly ListImport[];
  /** Of the form named, what was typed and what was wrong. */
  readonly states: Readonly<Record<"word" | ListKind, FormState>>;
}

export function listsView(ctx: PageContext, { words, imports, states }: ListsProps): Markup {
  const { t } = ctx;
  return html`${deskTabs(ctx, "lists")}
    ${section(
      t("lists.words"),
      html`<div class="stack"><p>${t("lists.words-mean", { max: t.number(wordsMax) })}</p>
      ${words.length === 0 ? emptyState(t("lists.no-words")) : wordList(ctx, words)}
      ${wordForm(ctx, states.word)}
      ${importForm(ctx, "words", states.words)}
      <p>${buttonLink("/moderation/lists/words.csv", t("lists.export-words"), "secondary")}</p></div>`,
      undefined,
      "words",
    )}
    ${section(
      t("lists.hosts"),
      html`<div class="stack"><p>${t("lists.hosts-mean")} <a href="/network/peers">${t("peers.title")}</a></p>
      ${importForm(ctx, "hosts", states.hosts)}
      <p>${buttonLink("/moderation/lists/hosts.csv", t("lists.export-hosts"), "secondary")}</p></div>`,
      undefined,
      "hosts",
    )}
    ${imports.length === 0 ? nothing : section(t("lists.imports"), html`<ul class="plain-list">${imports.map((one) => importRow(ctx, one))}</ul>`)}`;
}

const wordList = (ctx: PageContext, words: readonly KeptWord[]): Markup => {
  const { t } = ctx;
  return html`<ul class="plain-list">${words.map(
    (
      word,
    ) => html`<li><p class="card-marks"><strong><bdi>${word.phrase}</bdi></strong> <span>${languageOf(ctx, word)}</span> <span>${t(word.isWhole ? "lists.whole" : "lists.part")}</span> ${statusPill(t(`lists.${word.action}`), word.action === "refuse" ? "bad" : "waiting")}</p>
      ${buttonForm(ctx, { action: "/moderation/lists/words/removal", label: t("lists.remove"), values: { id: word.id }, kind: "quiet", about: word.phrase })}</li>`,
  )}</ul>`;
};

const languageOf = ({ t }: PageContext, { language }: Word): string =>
  language === null ? t("lists.every-language") : t.languageName(language);

function wordForm(ctx: PageContext, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return form(ctx, {
    action: "/moderation/lists/words",
    submit: t("lists.add"),
    body: html`${fields.summary()}
      ${fields.text("phrase", { label: t("lists.phrase"), hint: t("lists.phrase-hint"), charsMax: phraseLengthMax, spellcheck: false })}
      ${fields.select("language", { label: t("lists.language"), none: t("lists.every-language"), optional: true, options: languages.map((value) => ({ value, label: t.languageName(value) })) })}
      ${fields.radios("match", {
        label: t("lists.match"),
        value: "whole",
        options: [
          { value: "whole", label: t("lists.whole") },
          { value: "part", label: t("lists.part") },
        ],
      })}
      ${fields.radios("action", {
        label: t("lists.action"),
        value: "hold",
        options: [
          { value: "hold", label: t("lists.hold") },
          { value: "refuse", label: t("lists.refuse") },
        ],
      })}`,
  });
}

function importForm(ctx: PageContext, kind: ListKind, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const isOpen = Object.keys(state.errors).length > 0;
  return html`<details${isOpen ? html` open` : nothing}><summary class="button button-secondary">${t(`lists.import-${kind}`)}</summary>${form(
    ctx,
    {
      action: `/moderation/lists/${kind}/preview`,
      submit: t(`lists.preview-${kind}`),
      hasFiles: true,
      body: html`${fields.summary()}
      ${fields.file(`${kind}File`, { label: t(`lists.file-${kind}`), hint: t(`lists.file-hint-${kind}`), optional: true, accept: "text/csv,.csv" })}
      ${fields.area(`${kind}Csv`, { label: t(`lists.csv-${kind}`), rows: 4, optional: true })}`,
    },
  )}</details>`;
}

const importRow = (ctx: PageContext, one: ListImport): Markup => {
  const { t, now } = ctx;
  const undo = buttonForm(ctx, {
    action: `/moderation/lists/imports/${one.id}/undoing`,
    label: t("lists.undo"),
    kind: "secondary",
    about: t("lists.changed", { count: one.count }),
  });
  return html`<li class="stack"><p class="card-marks"><strong>${t(`lists.${one.kind}`)}</strong> ${t("lists.changed", { count: one.count })} <bdi>${one.byName}</bdi> ${ago(t, one.at, now)} ${one.undoneAt === null ? nothing : statusPill(t("lists.undone"))}</p>
    ${one.undoneAt === null ? undo : nothing}</li>`;
};

const previewRowsMax = 500;

export interface PreviewProps {
  readonly kind: ListKind;
  readonly csv: string;
  readonly preview: Preview<WordChange> | Preview<HostChange>;
}

/** What would change, line by line; nothing has yet. */
export function previewView(ctx: PageContext, { kind, csv, preview }: PreviewProps): Markup {
  const { t } = ctx;
  const { changes, unchanged } = preview;
  const rows = changes
    .slice(0, previewRowsMax)
    .map((change) => ("host" in change ? hostRow(ctx, change) : wordRow(ctx, change)));
  return html`<p>${t("lists.preview-count", { count: changes.length })} ${t("lists.preview-same", { count: unchanged })}</p>
    ${
      changes.length === 0
        ? nothing
        : html`<section class="table-wrap" aria-label="${t("lists.preview-title")}" tabindex="0"><table class="table">
      <thead><tr><th scope="col">${t(kind === "hosts" ? "peers.host" : "lists.phrase")}</th><th scope="col">${t("lists.before")}</th><th scope="col">${t("lists.after")}</th></tr></thead>
      <tbody>${rows}</tbody></table></section>`
    }
    ${changes.length > previewRowsMax ? html`<p>${t("lists.preview-more", { count: changes.length - previewRowsMax })}</p>` : nothing}
    ${
      changes.length === 0
        ? nothing
        : html`<form class="form" method="post" action="${href(`/moderation/lists/${kind}/import`)}">${csrfField(ctx)}
      <input type="hidden" name="${`${kind}Csv`}" value="${csv}">
      <div class="form-actions"><button type="submit" class="button">${t("lists.import-now")}</button></div></form>`
    }
    <p>${buttonLink("/moderation/lists", t("lists.back"), "secondary")}</p>`;
}

const wordRow = (ctx: PageContext, { before, after }: WordChange): Markup => {
  const { t } = ctx;
  return html`<tr><th scope="row"><bdi>${after.phrase}</bdi> <span class="hint">${languageOf(ctx, after)} · ${t(after.isWhole ? "lists.whole" : "lists.part")}</span></th><td>${before === null ? "–" : t(`lists.${before.action}`)}</td><td>${t(`lists.${after.action}`)}</td></tr>`;
};

const hostRow = ({ t }: PageContext, { host, before, after }: HostChange): Markup =>
  html`<tr><th scope="row"><bdi dir="ltr">${host}</bdi></th><td>${before === null ? "–" : t(`peers.${before.policy}`)}</td><td>${t(`peers.${after.policy}`)}${after.reason === "" ? nothing : html` <span class="hint" dir="auto">${after.reason}</span>`}</td></tr>`;
