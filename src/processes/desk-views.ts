// What the desk fills in about a process besides its form: publication, news, documents, the end of an experiment.
import { href, html, type Markup, nothing } from "../platform/html.ts";
import { languages } from "../platform/i18n.ts";
import { imageTypesAccepted } from "../platform/uploads.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, factList, section } from "../web/lists.ts";
import { langAttrs } from "../web/marks.ts";
import { timeLeft } from "../web/phases.ts";
import { textOf } from "./list-views.ts";
import { activePhase, nextPhase, type Process, processPath } from "./process.ts";
import type { ProcessDocument } from "./queries.ts";
import { missingIn } from "./readiness.ts";
import { missingNote, stepList } from "./step-views.ts";
import { addressOfProcess, processCrumbs } from "./views.ts";

export const newsTitleCharsMax = 150;
export const newsBodyCharsMax = 20_000;
export const reasonsCharsMax = 10_000;
export const documentTitleCharsMax = 200;

/** Asks once more, and says what can never be undone. */
export function publicationPage(ctx: PageContext, process: Process, state: FormState): Markup {
  const { t, now } = ctx;
  const fields = openFields(ctx, state);
  const [phase, next] = [activePhase(process.phases, now), nextPhase(process.phases, now)];
  return page({
    ctx,
    title: t("processes.publish-title"),
    lead: textOf(t, process, process.title).text,
    section: "processes",
    isUnlisted: true,
    crumbs: processCrumbs(ctx, process),
    main: html`<div class="stack"><div class="prose"><ul>
        <li>${t("processes.publish-public")}</li>
        <li>${t.rich("processes.publish-handle", { handle: html`<bdi class="handle">${addressOfProcess(process)}</bdi>` })}</li>
        <li>${t("processes.publish-told", { organisation: process.organisationName ?? ctx.city.name })}</li>
        <li>${t("processes.publish-phases")}</li>
      </ul></div>
      ${factList([
        [
          t("processes.publish-now"),
          phase === null
            ? t("processes.publish-nothing-open")
            : `${textOf(t, process, phase.title).text} · ${timeLeft(t, phase.endsAt, now)}`,
        ],
        [
          t("processes.publish-next"),
          next === null ? null : `${textOf(t, process, next.title).text} · ${t.date(next.startsAt)}`,
        ],
      ])}
      ${missingNote(ctx, process)}
      <p>${t("processes.preview")}: ${buttonLink(`${processPath(process)}/preview?as=guest`, t("processes.preview-as.guest"), "secondary")} ${buttonLink(`${processPath(process)}/preview?as=resident`, t("processes.preview-as.resident"), "secondary")}</p>
      ${
        missingIn(process, now).some(({ isNeeded }) => isNeeded)
          ? html`${fields.summary()}<p>${t("processes.publish-not-yet")}</p><p>${buttonLink(processPath(process), t("processes.publish-later"), "quiet")}</p>`
          : form(ctx, {
              action: `${processPath(process)}/publication`,
              submit: t("processes.publish-confirm"),
              body: fields.summary(),
              more: buttonLink(processPath(process), t("processes.publish-later"), "quiet"),
            })
      }</div>`,
    aside: stepList(ctx, process, "publish"),
  });
}

const languageOptions = ({ t }: PageContext) => languages.map((lang) => ({ value: lang, label: t.languageName(lang) }));

export function newsFormPage(ctx: PageContext, process: Process, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t("processes.write-news"),
    lead: t("processes.news-told", { handle: addressOfProcess(process) }),
    section: "processes",
    isUnlisted: true,
    crumbs: processCrumbs(ctx, process),
    main: form(ctx, {
      action: `${processPath(process)}/news/new`,
      submit: t("processes.news-publish"),
      draftKey: `news ${process.id}`,
      more: buttonLink(processPath(process), t("processes.cancel"), "quiet"),
      body: html`${fields.summary()}
        ${fields.text("title", { label: t("processes.form.title"), charsMax: newsTitleCharsMax })}
        ${fields.area("body", { label: t("processes.news-body"), hint: t("processes.form.markdown"), rows: 10, charsMax: newsBodyCharsMax })}
        ${fields.select("language", { label: t("processes.language"), value: process.languages[0] ?? ctx.city.lang, options: languageOptions(ctx) })}`,
    }),
  });
}

export function documentsPage(
  ctx: PageContext,
  props: { readonly process: Process; readonly documents: readonly ProcessDocument[]; readonly state: FormState },
): Markup {
  const { t } = ctx;
  const { process, documents, state } = props;
  const fields = openFields(ctx, state);
  const path = `${processPath(process)}/documents`;
  return page({
    ctx,
    title: t("processes.documents"),
    section: "processes",
    isUnlisted: true,
    crumbs: processCrumbs(ctx, process),
    main: html`${
      documents.length === 0
        ? emptyState(t("processes.documents-none"))
        : html`<ul class="link-list">${documents.map(
            (document) =>
              html`<li class="row"><a href="${href(document.url)}"${langAttrs(t, document.language)}>${document.title}</a>${buttonForm(ctx, { action: `${path}/${document.id}/removal`, label: t("processes.document-remove"), about: document.title, kind: "quiet" })}</li>`,
          )}</ul>`
    }
      ${section(
        t("processes.document-add"),
        form(ctx, {
          action: path,
          submit: t("processes.document-add"),
          hasFiles: true,
          body: html`${fields.summary()}
            ${fields.text("title", { label: t("processes.form.title"), charsMax: documentTitleCharsMax })}
            ${fields.select("language", { label: t("processes.language"), value: process.languages[0] ?? ctx.city.lang, options: languageOptions(ctx) })}
            ${fields.file("file", { label: t("processes.document-file"), hint: t("processes.document-file-hint"), accept: `.pdf,.odt,.ods,.odp,.docx,.xlsx,.pptx,.txt,.csv,${imageTypesAccepted}`, optional: true })}
            ${fields.text("url", { label: t("processes.document-url"), hint: t("processes.document-url-hint"), type: "url", charsMax: 2_000, optional: true })}`,
        }),
      )}`,
  });
}

export function pilotDecisionPage(ctx: PageContext, process: Process, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t("processes.pilot-decide"),
    lead: t("processes.pilot-decide-lead"),
    section: "processes",
    isUnlisted: true,
    crumbs: processCrumbs(ctx, process),
    main: form(ctx, {
      action: `${processPath(process)}/pilot-decision`,
      submit: t("processes.pilot-decide-save"),
      more: buttonLink(processPath(process), t("processes.cancel"), "quiet"),
      body: html`${fields.summary()}
        ${fields.radios("decision", {
          label: t("processes.pilot-decision"),
          value: process.pilotDecision,
          options: (["stop", "adjust", "scale"] as const).map((one) => ({
            value: one,
            label: t(`processes.pilot.${one}`),
            hint: t(`processes.pilot-means.${one}`),
          })),
        })}
        ${fields.area("reasons", { label: t("processes.pilot-reasons"), hint: t("processes.form.markdown"), value: process.pilotReasons, rows: 8, charsMax: reasonsCharsMax })}
        ${process.pilotDecidedAt ? html`<p class="hint">${t("processes.pilot-decided-before", { date: t.date(process.pilotDecidedAt) })}</p>` : nothing}`,
    }),
  });
}
