// The form of a proposal: what a person writes, and what was typed read back as what the actions take.
import type { Account } from "../accounts/account.ts";
import type { MembershipRow } from "../accounts/queries.ts";
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import { languages } from "../platform/i18n.ts";
import { pickText } from "../platform/text.ts";
import { imageTypesAccepted } from "../platform/uploads.ts";
import { type Process, processPath } from "../processes/process.ts";
import type { Category } from "../processes/queries.ts";
import { processCrumbs } from "../processes/views.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, confirmForm, type Fields, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { section } from "../web/lists.ts";
import { placePicker } from "../web/map.ts";
import { addressCharsMax, altCharsMax, asText } from "./form-reading-views.ts";
import { wordDiff } from "./history-views.ts";
import { bodyLengthMax, imagesMax, type Proposal, proposalPath, titleLengthMax } from "./proposal.ts";
import { type Alike, similarBox } from "./similar-views.ts";

export interface ProposalFormProps {
  readonly process: Process;
  /** Null: a new one, not even a draft yet. */
  readonly proposal: Proposal | null;
  readonly account: Account;
  readonly memberships: readonly MembershipRow[];
  readonly categories: readonly Category[];
  /** Others like it, here and in other cities. */
  readonly alike: Alike;
  /** The reader is its author; one who writes it along cannot publish it. */
  readonly isAuthor: boolean;
  /** Until when a published one may be changed; null for a draft. */
  readonly editableUntil: Date | null;
  /** Someone changed it meanwhile: what stands now, beside what was typed. */
  readonly standsNow: Proposal | null;
  readonly state: FormState;
  /** GeoJSON of the area the place can be chosen on. */
  readonly territory?: unknown;
}

export function proposalFormPage(ctx: PageContext, props: ProposalFormProps): Markup {
  const { t } = ctx;
  const { process, proposal, isAuthor, state } = props;
  const isPublished = proposal !== null && proposal.state !== "draft";
  const fields = openFields(ctx, state);
  const action = proposal === null ? `${processPath(process)}/proposals/new` : `${proposalPath(proposal)}/edit`;
  return page({
    ctx,
    title: t(proposal === null ? "proposals.new" : "proposals.edit"),
    lead: editNote(ctx, props),
    section: "processes",
    isUnlisted: true,
    scripts: isPublished ? ["place-picker.js"] : ["writing.js", "place-picker.js"],
    crumbs: [
      ...processCrumbs(ctx, process),
      { href: `${processPath(process)}/proposals`, label: t("proposals.title") },
      ...(proposal === null
        ? []
        : [
            { href: proposalPath(proposal), label: proposal.title || t("proposals.untitled"), lang: proposal.language },
          ]),
    ],
    main: html`
      ${props.standsNow === null ? nothing : otherVersion(ctx, props.standsNow, state)}
      ${form(ctx, {
        action,
        submit: t(isPublished ? "proposals.save-public" : isAuthor ? "proposals.publish" : "proposals.save-draft"),
        hasFiles: true,
        ...(isPublished ? {} : { data: autosave(ctx, props) }),
        more: html`${
          isPublished
            ? buttonLink(proposalPath(proposal), t("proposals.cancel"), "quiet")
            : html`${isAuthor ? wish("draft", t("proposals.save-draft")) : nothing}${wish("preview", t("proposals.preview"))}`
        }`,
        body: html`${defaultButton}${fields.summary()}${text(ctx, fields, props)}${where(ctx, fields, props.territory ?? null)}${pictures(ctx, fields, state)}${speaker(ctx, fields, props)}${isPublished ? nothing : savedLine(ctx, proposal)}`,
      })}
      ${proposal !== null && !isPublished && isAuthor ? discard(ctx, proposal) : nothing}`,
  });
}

const wish = (what: string, label: string): Markup =>
  html`<button class="button button-secondary" type="submit" name="do" value="${what}">${label}</button>`;

/** For the script that saves a draft while it is written: whose it is, and what it says. */
const autosave = ({ t }: PageContext, { process, proposal, account }: ProposalFormProps) => ({
  "data-autosave": `${account.id} ${proposal?.id ?? process.id}`,
  "data-saving": t("proposals.autosave.saving"),
  "data-unsaved": t("proposals.autosave.offline"),
  "data-signed-out": t("proposals.autosave.signed-out"),
  "data-sign-in": t("proposals.autosave.sign-in"),
  "data-changed": t("proposals.autosave.changed"),
  "data-restored": t("proposals.autosave.restored"),
});

/** When it was last saved; a script keeps it true. */
export const savedLine = ({ t }: PageContext, proposal: Proposal | null): Markup =>
  html`<p class="draft-note" role="status" data-autosave-status>${
    proposal?.editedAt ? t("proposals.autosave.saved", { time: t.date(proposal.editedAt, "time") }) : nothing
  }</p>`;

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
  { process, proposal, categories, alike, state }: ProposalFormProps,
): Markup => {
  const { t, city } = ctx;
  const isPublished = proposal !== null && proposal.state !== "draft";
  const tags = [...new Set([...process.languages, t.lang, ...languages, ...(proposal ? [proposal.language] : [])])];
  return html`${fields.hidden("once", asText(state.values, "once"))}${fields.hidden("version", asText(state.values, "version") || String(proposal?.version ?? ""))}${isPublished ? nothing : fields.hidden("stage", "draft")}
    ${fields.text("title", { label: t("proposals.form.title"), hint: `${t("proposals.form.title-hint")} ${isPublished ? "" : t("proposals.similar-later")}`.trim(), charsMax: titleLengthMax })}
    ${
      isPublished
        ? nothing
        : html`<p class="under-field"><button class="button button-quiet" type="submit" name="do" value="similar">${t("proposals.look-similar")}</button></p>
    ${similarBox(ctx, alike, { title: asText(state.values, "title"), process, proposal, mayKeep: true })}`
    }
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

const where = (ctx: PageContext, fields: Fields, territory: unknown): Markup => {
  const { t } = ctx;
  return html`<fieldset class="form-part"><legend><h2>${t("proposals.place")}</h2></legend>
  ${fields.text("address", { label: t("proposals.form.address"), hint: t("proposals.form.address-hint"), charsMax: addressCharsMax, optional: true, autocomplete: "off" })}
  ${placePicker(ctx, { territory, latitude: "latitude", longitude: "longitude" })}
  <div class="field-row">
  ${fields.text("latitude", { label: t("proposals.form.latitude"), hint: t("proposals.form.latitude-hint"), inputmode: "decimal", charsMax: 20, optional: true })}
  ${fields.text("longitude", { label: t("proposals.form.longitude"), hint: t("proposals.form.longitude-hint"), inputmode: "decimal", charsMax: 20, optional: true })}
  </div></fieldset>`;
};

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
  if (isPublished || !props.isAuthor) return nothing;
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
