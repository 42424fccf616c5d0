// The shapes that words and values have in records and parts, read without trust: shortened, cleaned, or left out.
import { z } from "zod";
import { refuseUnless } from "../../src/platform/refusal.ts";
import { markdownToHtml } from "../../src/platform/rich-text.ts";
import { originOf } from "../../src/platform/uris.ts";
import type { RecordDocument } from "../../src/records/record.ts";
import { contentLengthMax } from "../reading.ts";

/** What the database cannot hold: the character zero, and halves of characters. */
export const safe = (text: string): string => text.replaceAll("\0", "").toWellFormed();

export const line = (charsMax: number) =>
  z
    .string()
    .catch("")
    .transform((text) => safe(text).slice(0, charsMax).trim());
export const words = z
  .string()
  .catch("")
  .transform((text) => safe(text).slice(0, contentLengthMax));
/** Markdown, as every text in a part is. */
export const prose = words.transform((text) => String(markdownToHtml(text)));
export const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
export const day = z.string().refine((text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)));
export const language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/)
  .max(35)
  .catch("en");
const isWebAddress = (text: string): boolean => /^https?:\/\//.test(text) && URL.canParse(text);
export const address = z.string().max(2_048).refine(isWebAddress).transform(safe);
export const addresses = z
  .array(z.unknown())
  .catch([])
  .transform((list) =>
    list.filter((item): item is string => typeof item === "string" && item.length <= 2_048 && isWebAddress(item)),
  );
export const textMap = z
  .record(z.string().max(35), words)
  .catch({})
  .transform((map) => Object.fromEntries(Object.entries(map).slice(0, 50)));
export const cost = z
  .object({ amount: z.string().regex(/^\d{1,14}(\.\d{1,2})?$/), currency: z.string().regex(/^[A-Z]{3}$/) })
  .nullish()
  .catch(null);
export const source = z
  .object({
    name: line(200),
    url: address,
    id: line(200),
    license: address.optional().catch(undefined),
    counts: z.record(z.string().max(40), z.number().int().min(0).max(1e12)).catch({}),
  })
  .nullable()
  .catch(null);
export const author = z.object({ name: line(200), uri: address.nullish().catch(null) }).catch({ name: "", uri: null });
export const geometry = z
  .object({ coordinates: z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]) })
  .nullish()
  .catch(null);
export const times = { published: moment, updated: moment.nullish().catch(null) };

/** Who wrote a thing, as the record says; an actor of another server is not taken on this one's word. */
export interface Author {
  readonly name: string;
  readonly uri: string | null;
}

export const authorOf = (said: z.infer<typeof author>, document: RecordDocument): Author => ({
  name: said.name,
  uri: said.uri != null && originOf(said.uri) === originOf(document.publisher) ? said.uri : null,
});

/** Where people read it: at its own city, whatever it says. */
export const url = (data: { url?: string | undefined }, document: RecordDocument): string =>
  data.url !== undefined && originOf(data.url) === originOf(document.subject) ? data.url : document.subject;
export const point = (place: z.infer<typeof geometry>) =>
  place == null ? null : { longitude: place.coordinates[0], latitude: place.coordinates[1] };

/** @throws Refused `unsupported-object` where it does not have the shape its kind has. */
export function shaped<Shape extends z.ZodType>(shape: Shape, value: unknown): z.infer<Shape> {
  const read = shape.safeParse(value);
  refuseUnless(read.success, "unsupported-object");
  return read.data;
}

/** In a part: what nearly every kind of thing has. */
export const textPart = z.object({ title: line(300), text: prose, author });
