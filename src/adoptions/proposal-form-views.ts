// The form that makes a draft proposal of another city's proposal or result, and what was typed into it.
import * as z from "zod";
import type { Account } from "../accounts/account.ts";
import type { MembershipRow } from "../accounts/queries.ts";
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { languages } from "../platform/i18n.ts";
import { isLanguageTag, pickText } from "../platform/text.ts";
import { defaultButton, part } from "../processes/form-parts-views.ts";
import { textOf } from "../processes/list-views.ts";
import type { Process } from "../processes/process.ts";
import type { Category } from "../processes/queries.ts";
import type { ProposalInput } from "../proposals/actions.ts";
import { bodyLengthMax, type ProposalImage, titleLengthMax } from "../proposals/proposal.ts";
import { pagePathOf, type Subject } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, type Fields, form, openFields } from "../web/fields.ts";
import type { FormState, FormValues } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState } from "../web/lists.ts";
import { namedSource, sideBySide, sourceNote } from "./form-views.ts";

/** What is adopted, whatever it is: its words, and what goes with them. */
export interface AdoptedText {
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  readonly language: string;
  readonly category: string;
  readonly images: readonly ProposalImage[];
}

export interface ProposalAdoptionProps {
  readonly source: Subject;
  readonly text: AdoptedText;
  readonly digest: string | null;
  /** Of this node, and open to proposals now. */
  readonly processes: readonly Process[];
  readonly categories: readonly Category[];
  readonly memberships: readonly MembershipRow[];
  readonly account: Account;
  readonly state: FormState;
}

export function proposalAdoptionPage(ctx: PageContext, props: ProposalAdoptionProps): Markup {
  const { t } = ctx;
  const { source, processes } = props;
  const path = pagePathOf(source);
  return page({
    ctx,
    title: t("adoptions.adopt-proposal"),
    lead: t("adoptions.adopt-proposal-lead"),
    section: "processes",
    width: "wide",
    isUnlisted: true,
    crumbs: [{ href: path, label: source.title }],
    main: html`${sourceNote(ctx, source, props.digest)}
      ${
        processes.length === 0
          ? emptyState(
              t("adoptions.nothing-open"),
              t("adoptions.nothing-open-hint"),
              buttonLink("/processes", t("processes.title"), "secondary"),
            )
          : proposalForm(ctx, props, path)
      }`,
  });
}

function proposalForm(ctx: PageContext, props: ProposalAdoptionProps, path: string): Markup {
  const { t } = ctx;
  const { text, processes, state } = props;
  const fields = openFields(ctx, state);
  const theirs = (written: string) => ({ [text.language]: written });
  const both = { wished: [text.language], lang: t.lang };
  return form(ctx, {
    action: `${path}/adoption`,
    submit: t("adoptions.save-draft"),
    more: buttonLink(path, t("proposals.cancel"), "quiet"),
    body: html`${defaultButton}${fields.summary()}${fields.hidden("once", asText(state.values, "once"))}
      ${fields.select("process", {
        label: t("adoptions.into-process"),
        options: processes.map((one) => ({ value: one.uri, label: textOf(t, one, one.title).text })),
      })}
      ${sideBySide(ctx, fields, { ...both, name: "title", isNeeded: true, label: t("proposals.form.title"), theirs: theirs(text.title), charsMax: titleLengthMax })}
      ${sideBySide(ctx, fields, { ...both, name: "body", label: t("proposals.form.body"), theirLabel: t("lineage.difference-text"), theirs: theirs(text.body), charsMax: bodyLengthMax, rows: 12 })}
      ${fields.select("language", { label: t("proposals.form.language"), value: t.lang, options: languages.map((tag) => ({ value: tag, label: t.languageName(tag) })) })}
      ${category(ctx, fields, props)}
      ${images(ctx, fields, props)}
      ${speaker(ctx, fields, props)}`,
  });
}

function category({ t }: PageContext, fields: Fields, { categories, text }: ProposalAdoptionProps): Renderable {
  if (categories.length === 0) return nothing;
  return fields.select("category", {
    label: text.category === "" ? t("proposals.category") : t("adoptions.category-theirs", { name: text.category }),
    none: t("proposals.form.no-category"),
    optional: true,
    options: categories.map(({ id, name }) => ({ value: id, label: pickText(name, t.lang).text })),
  });
}

/** Each is linked where it is. Taken along, it is kept here and its source is named. */
function images({ t }: PageContext, fields: Fields, { text, source }: ProposalAdoptionProps): Renderable {
  if (text.images.length === 0) return nothing;
  const { host } = new URL(source.uri);
  return part(
    t("proposals.form.pictures"),
    t("adoptions.pictures-hint"),
    html`${text.images.map((image, index) =>
      fields.check(`image-${index}`, {
        label: html`<a href="${href(image.url)}" rel="noopener nofollow">${t("adoptions.picture-of", { alt: image.alt || "–", host })}</a>`,
      }),
    )}`,
  );
}

function speaker({ t }: PageContext, fields: Fields, { memberships, account }: ProposalAdoptionProps): Markup {
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

const asText = (values: FormValues, name: string): string => {
  const value = values[name];
  return typeof value === "string" ? value : "";
};

const schema = z.object({
  process: z.string().min(1).max(2_048),
  title: z.string().trim().min(1).max(titleLengthMax),
  body: z
    .string()
    .max(bodyLengthMax)
    .transform((typed) => typed.replace(/\r\n?/g, "\n").trim()),
  language: z.string().refine(isLanguageTag, "field.choose-one"),
  category: z.union([z.literal(""), z.uuid()]).default(""),
  organisation: z.union([z.literal(""), z.uuid()]).default(""),
});

/** A picture to be taken along: where it is, in what words, and which box asked for it. */
export interface TakenImage {
  readonly url: string;
  readonly alt: string;
  readonly field: string;
}

/**
 * What was typed, as the action takes it, but for the pictures, which are to be fetched. A picture that is taken along says whose it is: in its words and under the text.
 * @throws ZodError naming the boxes.
 */
export function readProposalAdoption(
  values: FormValues,
  text: AdoptedText,
  { host, url }: { host: string; url: string },
): Omit<ProposalInput, "images"> & { readonly processUri: string; readonly images: readonly TakenImage[] } {
  const { process, category, organisation, body, ...words } = schema.parse(values);
  const images = text.images.flatMap((image, index) => {
    const field = `image-${index}`;
    return values[field] === "yes" ? [{ url: image.url, alt: namedSource(image.alt, host), field }] : [];
  });
  const credit = images.length === 0 ? "" : `\n\n[${host}](${url}): ${images.map(({ alt }) => alt).join("; ")}`;
  return {
    ...words,
    body: `${body}${credit}`,
    processUri: process,
    categoryId: category || null,
    organisationId: organisation || null,
    place: { address: "", point: null },
    images,
  };
}
