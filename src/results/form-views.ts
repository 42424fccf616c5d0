// The forms of results and their milestones, and what was typed, read back.
import * as z from "zod";
import { linesOf, notANumber } from "../meetings/form-views.ts";
import { html, type Markup, nothing } from "../platform/html.ts";
import { languages } from "../platform/i18n.ts";
import { pickText } from "../platform/text.ts";
import { toLocalDate } from "../platform/time.ts";
import { type Process, processPath } from "../processes/process.ts";
import type { Category } from "../processes/queries.ts";
import { processCrumbs } from "../processes/views.ts";
import { isCurrency } from "../proposals/money.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, type Fields, form, openFields } from "../web/fields.ts";
import type { FormState, FormValues } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { bodyLengthMax, type Result, type ResultText, resultPath, resultStatuses, titleLengthMax } from "./result.ts";

export interface ResultFormProps {
  /** Null: a new one. */
  readonly result: Result | null;
  readonly process: Process;
  readonly categories: readonly Category[];
  readonly state: FormState;
}

const crumbsOf = (ctx: PageContext, process: Process) => [
  ...processCrumbs(ctx, process),
  { href: `${processPath(process)}/results`, label: ctx.t("results.title") },
];

const languageBox = (ctx: PageContext, fields: Fields, value: string): Markup =>
  fields.select("language", {
    label: ctx.t("processes.language"),
    value,
    options: languages.map((lang) => ({ value: lang, label: ctx.t.languageName(lang) })),
  });

/** Where it stands, in the form of the result and in that of a step. */
const standing = ({ t }: PageContext, fields: Fields): Markup => html`
  ${fields.radios("status", { label: t("results.status"), value: "planned", options: resultStatuses.map((status) => ({ value: status, label: t(`results.status.${status}`) })) })}
  ${fields.text("progress", { label: t("results.form.progress"), hint: t("results.form.progress-hint"), type: "number", min: 0, max: 100, inputmode: "numeric", optional: true })}`;

export function resultFormPage(ctx: PageContext, { result, process, categories, state }: ResultFormProps): Markup {
  const { t, city } = ctx;
  const fields = openFields(ctx, state);
  const list = `${processPath(process)}/results`;
  return page({
    ctx,
    title: t(result === null ? "results.new" : "results.edit"),
    lead: t(result === null ? "results.form.told" : "results.form.changed"),
    section: "processes",
    isUnlisted: true,
    crumbs: [
      ...crumbsOf(ctx, process),
      ...(result === null ? [] : [{ href: resultPath(result), label: result.title, lang: result.language }]),
    ],
    main: form(ctx, {
      action: result === null ? `${list}/new` : `${resultPath(result)}/edit`,
      submit: t(result === null ? "results.form.publish" : "results.form.save"),
      draftKey: `result ${result?.id ?? list}`,
      more: buttonLink(result === null ? list : resultPath(result), t("processes.cancel"), "quiet"),
      body: html`${fields.summary()}
        ${fields.text("title", { label: t("results.form.title"), charsMax: titleLengthMax })}
        ${fields.area("body", { label: t("results.form.body"), hint: t("processes.form.markdown"), rows: 8, charsMax: bodyLengthMax, optional: true })}
        ${standing(ctx, fields)}
        <div class="field-row">
        ${fields.text("costAmount", { label: t("card.cost"), hint: t("proposals.cost-hint"), inputmode: "decimal", charsMax: 20, optional: true })}
        ${fields.text("costCurrency", { label: t("proposals.currency"), hint: t("proposals.currency-hint"), value: "EUR", charsMax: 3, optional: true })}
        </div>
        <div class="field-row">
        ${fields.date("startsOn", { label: t("results.form.starts"), optional: true })}
        ${fields.date("endsOn", { label: t("results.form.ends"), optional: true })}
        </div>
        ${categories.length === 0 ? nothing : fields.select("category", { label: t("results.category"), none: t("meetings.form.no-category"), optional: true, options: categories.map((one) => ({ value: one.id, label: pickText(one.name, t.lang).text })) })}
        ${fields.area("proposals", { label: t("results.form.proposals"), hint: t("meetings.form.linked-hint"), rows: 3, optional: true })}
        ${fields.area("meetings", { label: t("results.form.meetings"), hint: t("meetings.form.linked-hint"), rows: 3, optional: true })}
        ${languageBox(ctx, fields, process.languages[0] ?? city.lang)}`,
    }),
  });
}

export function milestoneFormPage(
  ctx: PageContext,
  { result, process, state }: { result: Result; process: Process; state: FormState },
): Markup {
  const { t, city, now } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t("results.reach"),
    lead: t("results.form.milestone-told"),
    section: "processes",
    isUnlisted: true,
    crumbs: [...crumbsOf(ctx, process), { href: resultPath(result), label: result.title, lang: result.language }],
    main: form(ctx, {
      action: `${resultPath(result)}/milestones/new`,
      submit: t("results.form.milestone-publish"),
      draftKey: `milestone ${result.id}`,
      more: buttonLink(resultPath(result), t("processes.cancel"), "quiet"),
      body: html`${fields.summary()}
        ${fields.text("title", { label: t("results.form.milestone-title"), charsMax: titleLengthMax })}
        ${fields.date("reachedOn", { label: t("results.form.reached-on"), value: toLocalDate(now, city.timeZone) })}
        ${fields.area("body", { label: t("results.form.milestone-body"), hint: t("processes.form.markdown"), rows: 6, charsMax: bodyLengthMax, optional: true })}
        ${standing(ctx, fields)}
        ${languageBox(ctx, fields, result.language)}`,
    }),
  });
}

const percent = z
  .string()
  .trim()
  .default("")
  .transform((text) => (text === "" ? null : Number(text)))
  .pipe(z.number(notANumber).int("field.not-a-number").min(0).max(100).nullable());

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "field.not-a-day");
const optionalDay = z
  .string()
  .trim()
  .default("")
  .transform((text) => text || null)
  .pipe(day.nullable());

const resultSchema = z
  .object({
    title: z.string().trim().min(1).max(titleLengthMax),
    body: z.string().trim().max(bodyLengthMax).default(""),
    status: z.enum(resultStatuses),
    progress: percent,
    costAmount: z
      .string()
      .trim()
      .default("")
      .transform((text) => text.replace(/\s/g, "").replace(",", "."))
      .pipe(z.string().regex(/^(\d{1,14}(\.\d{1,2})?)?$/, "field.not-an-amount")),
    costCurrency: z
      .string()
      .trim()
      .default("")
      .transform((text) => text.toUpperCase())
      .refine((code) => code === "" || isCurrency(code), "field.not-a-currency"),
    startsOn: optionalDay,
    endsOn: optionalDay,
    category: z.string().default(""),
    proposals: z.string().max(40_000).default(""),
    meetings: z.string().max(40_000).default(""),
    language: z.enum(languages),
  })
  .superRefine((typed, issues) => {
    if (typed.startsOn !== null && typed.endsOn !== null && typed.endsOn < typed.startsOn) {
      issues.addIssue({ code: "custom", path: ["endsOn"], message: "field.ends-before-start" });
    }
    if (typed.costAmount !== "" && typed.costCurrency === "") {
      issues.addIssue({ code: "custom", path: ["costCurrency"], message: "field.required" });
    }
  });

/** What was typed, and the addresses it names as they were typed. @throws ZodError naming the boxes. */
export function readResultForm(values: FormValues): { text: ResultText; proposals: string[]; meetings: string[] } {
  const { category, proposals, meetings, costAmount, costCurrency, ...text } = resultSchema.parse(values);
  const cost = costAmount === "" ? { costAmount: null, costCurrency: null } : { costAmount, costCurrency };
  return {
    text: { ...text, ...cost, categoryId: category || null },
    proposals: linesOf(proposals),
    meetings: linesOf(meetings),
  };
}

export const milestoneSchema = z.object({
  title: z.string().trim().min(1).max(titleLengthMax),
  reachedOn: day,
  body: z.string().trim().max(bodyLengthMax).default(""),
  status: z.enum(resultStatuses),
  progress: percent,
  language: z.enum(languages),
});

/** A result as the form shows it. */
export function valuesOf(
  result: Result,
  links: { proposals: readonly string[]; meetings: readonly string[] },
): FormValues {
  return {
    title: result.title,
    body: result.body,
    ...standingOf(result),
    costAmount: result.costAmount ?? "",
    costCurrency: result.costCurrency ?? "EUR",
    startsOn: result.startsOn ?? "",
    endsOn: result.endsOn ?? "",
    category: result.categoryId ?? "",
    proposals: links.proposals.join("\n"),
    meetings: links.meetings.join("\n"),
    language: result.language,
  };
}

/** Where it stands now: what the form of a step starts from. */
export const standingOf = ({ status, progress }: Pick<Result, "status" | "progress">): FormValues => ({
  status,
  progress: progress === null ? "" : String(progress),
});
