// The form of a proposal: what a person writes, and what was typed read back as what the actions take.
import * as z from "zod";
import type { Account } from "../accounts/account.ts";
import type { MembershipRow } from "../accounts/queries.ts";
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import { languages } from "../platform/i18n.ts";
import { isLanguageTag, pickText } from "../platform/text.ts";
import { imageTypesAccepted } from "../platform/uploads.ts";
import { type Process, processPath } from "../processes/process.ts";
import type { Category } from "../processes/queries.ts";
import { processCrumbs } from "../processes/views.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, confirmForm, type Fields, form, openFields } from "../web/fields.ts";
import type { FormState, FormValues } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { section } from "../web/lists.ts";
import { langAttrs } from "../web/marks.ts";
import { wordDiff } from "./history-views.ts";
import { bodyLengthMax, imagesMax, type Proposal, proposalPath, titleLengthMax, titleLengthMin } from "./proposal.ts";
import type { Tried } from "./tried-queries.ts";
import { triedElsewhere } from "./tried-views.ts";

const addressCharsMax = 200;
const altCharsMax = 500;

export interface ProposalFormProps {
  readonly process: Process;
  /** Null: a new one, not even a draft yet. */
  readonly proposal: Proposal | null;
  readonly account: Account;
  readonly memberships: readonly MembershipRow[];
  readonly categories: readonly Category[];
  /** Others that share words with the title. */
  readonly similar: readonly Proposal[];
  /** Those of other cities, with what became of them. */
  readonly tried: readonly Tried[];
  /** Until when a published one may be changed; null for a draft. */
  readonly editableUntil: Date | null;
  /** Someone changed it meanwhile: what stands now, beside what was typed. */
  readonly standsNow: Proposal | null;
  readonly state: FormState;
}

export function proposalFormPage(ctx: PageContext, props: ProposalFormProps): Markup {
  const { t } = ctx;
  const { process, proposal, state } = props;
  const isPublished = proposal !== null && proposal.state !== "draft";
  const fields = openFields(ctx, state);
  const action = proposal === null ? `${processPath(process)}/proposals/new` : `${proposalPath(proposal)}/edit`;
  return page({
    ctx,
    title: t(proposal === null ? "proposals.new" : "proposals.edit"),
    lead: editNote(ctx, props),
    section: "processes",
    isUnlisted: true,
    crumbs: [
      ...processCrumbs(ctx, process),
      { href: `${processPath(process)}/proposals`, label: t("proposals.title") },
    ],
    main: html`
      ${props.standsNow === null ? nothing : otherVersion(ctx, props.standsNow, state)}
      ${form(ctx, {
        action,
        submit: t(isPublished ? "proposals.save-public" : "proposals.publish"),
        hasFiles: true,
        ...(proposal === null ? { draftKey: `proposal ${process.id}` } : {}),
        more: html`${
          isPublished
            ? buttonLink(proposalPath(proposal), t("proposals.cancel"), "quiet")
            : html`<button class="button button-secondary" type="submit" name="do" value="draft">${t("proposals.save-draft")}</button>`
        }`,
        body: html`${defaultButton}${fields.summary()}${text(ctx, fields, props)}${where(ctx, fields)}${pictures(ctx, fields, state)}${speaker(ctx, fields, props)}`,
      })}
      ${proposal !== null && !isPublished ? discard(ctx, proposal) : nothing}`,
  });
}

/** The return key saves or publishes as the main button does; looking for similar ones is a button of its own. */
const defaultButton = html`<button class="visually-hidden" type="submit" tabindex="-1" aria-hidden="true"></button>`;

function editNote({ t, now }: PageContext, { proposal, process, editableUntil }: ProposalFormProps): string {
  if (proposal === null) return t("proposals.new-lead");
  if (editableUntil === null) return t("proposals.draft-note");
  return t("proposals.edit-until", {
    date: t.date(editableUntil, "dateTime"),
    left: t.relative(editableUntil, now),
    process: pickText(process.title, t.lang, ...process.languages).text,
  });
}

/** What was typed stays in the form; this shows how what stands now differs from it. */
function otherVersion({ t }: PageContext, standsNow: Proposal, { values }: FormState): Markup {
  const typed = (name: string) => (typeof values[name] === "string" ? (values[name] as string) : "");
  return section(
    t("proposals.changed-title"),
    html`<p>${t("proposals.changed-text")}</p>
      <div class="panel">${wordDiff(t, typed("title"), standsNow.title, standsNow.language)}${wordDiff(t, typed("body"), standsNow.body, standsNow.language)}</div>`,
    undefined,
    "changed",
  );
}

const text = (
  ctx: PageContext,
  fields: Fields,
  { process, proposal, categories, similar, tried, state }: ProposalFormProps,
): Markup => {
  const { t, city } = ctx;
  const isPublished = proposal !== null && proposal.state !== "draft";
  const tags = [...new Set([...process.languages, t.lang, ...languages, ...(proposal ? [proposal.language] : [])])];
  return html`${fields.hidden("once", asText(state.values, "once"))}${proposal === null ? nothing : fields.hidden("version", asText(state.values, "version") || String(proposal.version))}
    ${fields.text("title", { label: t("proposals.form.title"), hint: `${t("proposals.form.title-hint")} ${isPublished ? "" : t("proposals.similar-later")}`.trim(), charsMax: titleLengthMax })}
    <p class="under-field"><button class="button button-quiet" type="submit" name="do" value="similar">${t("proposals.look-similar")}</button></p>
    ${isPublished ? nothing : html`${similarList(ctx, similar, asText(state.values, "title"))}${triedElsewhere(ctx, tried)}`}
    ${fields.area("body", { label: t("proposals.form.body"), hint: t("proposals.form.body-hint"), rows: 10, charsMax: bodyLengthMax })}
    ${fields.select("language", { label: t("proposals.form.language"), hint: t("proposals.form.language-hint", { city: city.name }), value: t.lang, options: tags.map((tag) => ({ value: tag, label: t.languageName(tag) })) })}
    ${
      categories.length === 0
        ? nothing
        : fields.select("category", {
            label: t("proposals.category"),
            none: t("proposals.form.no-category"),
            optional: true,
            options: categories.map(({ id, name }) => ({ value: id, label: pickText(name, t.lang).text })),
          })
    }`;
};

const where = (
  { t }: PageContext,
  fields: Fields,
): Markup => html`<fieldset class="form-part"><legend><h2>${t("proposals.place")}</h2></legend>
  ${fields.text("address", { label: t("proposals.form.address"), hint: t("proposals.form.address-hint"), charsMax: addressCharsMax, optional: true, autocomplete: "off" })}
  <div class="field-row">
  ${fields.text("latitude", { label: t("proposals.form.latitude"), hint: t("proposals.form.latitude-hint"), inputmode: "decimal", charsMax: 20, optional: true })}
  ${fields.text("longitude", { label: t("proposals.form.longitude"), hint: t("proposals.form.longitude-hint"), inputmode: "decimal", charsMax: 20, optional: true })}
  </div></fieldset>`;

function pictures(ctx: PageContext, fields: Fields, state: FormState): Markup {
  const { t } = ctx;
  const slots = Array.from({ length: imagesMax }, (_, index) => index);
  const isOpen = slots.some((index) => asText(state.values, `image-${index}-name`) || hasError(state, index));
  return html`<details class="form-part"${attrs({ open: isOpen })}><summary><h2>${t("proposals.form.pictures")} <span class="optional">${t("field.optional")}</span></h2></summary>
    <p class="hint">${t("proposals.form.pictures-hint")}</p>
    ${slots.map((index) => pictureSlot(ctx, fields, state, index))}</details>`;
}

const hasError = ({ errors }: FormState, index: number): boolean =>
  Object.keys(errors).some((name) => name === `image-${index}` || name.startsWith(`image-${index}-`));

function pictureSlot({ t }: PageContext, fields: Fields, state: FormState, index: number): Markup {
  const kept = asText(state.values, `image-${index}-name`);
  const number = index + 1;
  return html`<div class="panel picture-slot">${
    kept === ""
      ? nothing
      : html`<img class="kept-picture" src="${href(`/uploads/${kept}`)}" alt="">${fields.hidden(`image-${index}-name`, kept)}${fields.check(`image-${index}-removed`, { label: t("proposals.form.picture-remove", { number }) })}`
  }
    ${fields.file(`image-${index}`, { label: t(kept === "" ? "proposals.form.picture" : "proposals.form.picture-other", { number }), accept: imageTypesAccepted, optional: true })}
    ${fields.text(`image-${index}-alt`, { label: t("proposals.form.picture-alt", { number }), hint: t("proposals.form.picture-alt-hint"), charsMax: altCharsMax, optional: true })}
  </div>`;
}

function speaker({ t }: PageContext, fields: Fields, props: ProposalFormProps): Markup {
  const { memberships, proposal, account } = props;
  const isPublished = proposal !== null && proposal.state !== "draft";
  if (isPublished) return nothing;
  if (memberships.length === 0)
    return html`<p class="hint">${t("proposals.form.your-name", { name: account.publicName })}</p>`;
  return fields.radios("organisation", {
    label: t("proposals.form.speaks"),
    value: "",
    options: [
      { value: "", label: t("proposals.form.speaks-self", { name: account.publicName }) },
      ...memberships.map(({ actorId, name }) => ({ value: actorId, label: name })),
    ],
  });
}

const discard = (ctx: PageContext, proposal: Proposal): Markup =>
  confirmForm(ctx, {
    action: `${proposalPath(proposal)}/discard`,
    label: ctx.t("proposals.discard"),
    ask: ctx.t("proposals.discard-ask"),
    submit: ctx.t("proposals.discard-confirm"),
    body: nothing,
    tone: "danger",
  });

/** Under the title, where it can still change what one writes. */
function similarList({ t }: PageContext, similar: readonly Proposal[], title: string): Markup {
  if (title.trim() === "") return nothing;
  if (similar.length === 0) return html`<p class="hint">${t("proposals.similar-none")}</p>`;
  return html`<section class="panel" aria-labelledby="similar-title"><h2 id="similar-title">${t("proposals.similar")}</h2>
    <p class="hint">${t("proposals.similar-hint")}</p>
    <ul class="link-list">${similar.map(
      (one) =>
        html`<li><a href="${href(proposalPath(one))}"${langAttrs(t, one.language)}>${one.title}</a> <span class="hint">${t("proposals.supports-short", { count: one.supportCount })}</span></li>`,
    )}</ul></section>`;
}

const asText = (values: FormValues, name: string): string => {
  const value = values[name];
  return typeof value === "string" ? value : "";
};

const degrees = (max: number) =>
  z
    .string()
    .trim()
    .default("")
    .transform((text) => (text === "" ? null : Number(text.replace(",", "."))))
    .pipe(
      z
        .number({ error: ({ code }) => (code === "invalid_type" ? "field.not-a-number" : undefined) })
        .min(-max)
        .max(max)
        .nullable(),
    );

const draftSchema = z.object({
  title: z.string().trim().max(titleLengthMax),
  body: z
    .string()
    .max(bodyLengthMax)
    .transform((typed) => typed.replace(/\r\n?/g, "\n").trim()),
  language: z.string().refine(isLanguageTag, "field.choose-one"),
  category: z.union([z.literal(""), z.uuid()]).default(""),
  organisation: z.union([z.literal(""), z.uuid()]).default(""),
  address: z.string().trim().max(addressCharsMax).default(""),
  latitude: degrees(90),
  longitude: degrees(180),
});

const publicSchema = draftSchema.extend({
  title: z.string().trim().min(titleLengthMin).max(titleLengthMax),
  body: z
    .string()
    .trim()
    .min(1)
    .max(bodyLengthMax)
    .transform((typed) => typed.replace(/\r\n?/g, "\n")),
});

/** A picture of the form, by the name it was kept under. */
export interface PictureTyped {
  readonly slot: number;
  readonly name: string;
  readonly alt: string;
}

/** The pictures a form names, without those marked to be taken out. */
export const picturesOf = (values: FormValues): PictureTyped[] =>
  Array.from({ length: imagesMax }, (_, slot) => ({
    slot,
    name: asText(values, `image-${slot}-removed`) === "yes" ? "" : asText(values, `image-${slot}-name`),
    alt: asText(values, `image-${slot}-alt`).trim().slice(0, altCharsMax),
  })).filter(({ name }) => name !== "");

/**
 * What was typed, as the actions take it, but for the pictures.
 * @param isForAll it is to be published: then title, text and the words for pictures must be there.
 * @throws ZodError naming the fields.
 */
export function readProposalForm(values: FormValues, isForAll: boolean) {
  const parsed = (isForAll ? publicSchema : draftSchema).safeParse(values);
  const issues: z.core.$ZodIssue[] = [...(parsed.error?.issues ?? [])];
  if (isForAll) {
    for (const { slot } of picturesOf(values).filter(({ alt }) => alt === "")) {
      issues.push({ code: "custom", path: [`image-${slot}-alt`], message: "field.required", input: "" });
    }
  }
  const one = asText(values, "latitude").trim() === "";
  if (one !== (asText(values, "longitude").trim() === "")) {
    issues.push({ code: "custom", path: [one ? "latitude" : "longitude"], message: "field.required", input: "" });
  }
  if (!parsed.success || issues.length > 0) throw new z.ZodError(issues);
  const { latitude, longitude, address, category, organisation, ...words } = parsed.data;
  return {
    ...words,
    categoryId: category || null,
    organisationId: organisation || null,
    place: { address, point: latitude === null || longitude === null ? null : { latitude, longitude } },
  };
}

/** A proposal as the form shows it. */
export function valuesOf(proposal: Proposal): FormValues {
  const values: Record<string, string> = {
    title: proposal.title,
    body: proposal.body,
    language: proposal.language,
    category: proposal.categoryId ?? "",
    organisation: proposal.organisationId ?? "",
    address: proposal.address,
    latitude: proposal.latitude === null ? "" : String(proposal.latitude),
    longitude: proposal.longitude === null ? "" : String(proposal.longitude),
    version: String(proposal.version),
  };
  for (const [index, image] of proposal.images.entries()) {
    values[`image-${index}-name`] = image.url.split("/").at(-1) ?? "";
    values[`image-${index}-alt`] = image.alt;
  }
  return values;
}
