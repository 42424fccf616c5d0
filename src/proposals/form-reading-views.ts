// What was typed into the form of a proposal, read back as what the actions take; and a proposal as the form shows it.
import * as z from "zod";
import { isLanguageTag } from "../platform/text.ts";
import type { FormValues } from "../web/forms.ts";
import { bodyLengthMax, imagesMax, type Proposal, titleLengthMax, titleLengthMin } from "./proposal.ts";

export const addressCharsMax = 200;
export const altCharsMax = 500;

export const asText = (values: FormValues, name: string): string => {
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

/** The first step: a title that says what is proposed. @throws ZodError naming the field. */
export const readTitle = (values: FormValues): string => publicSchema.pick({ title: true }).parse(values).title;
