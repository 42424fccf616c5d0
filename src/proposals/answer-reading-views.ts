// What is typed into the form of an answer, read: the same for every page that has it.
import * as z from "zod";
import { languages } from "../platform/i18n.ts";
import { reasonsCharsMax, termCharsMax } from "./answer-views.ts";
import type { AnswerInput, DraftInput } from "./answer-work.ts";
import { isCurrency } from "./money.ts";

const outcome = z.enum(["evaluating", "accepted", "rejected"]);

const costAndMore = {
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
  term: z.string().trim().max(termCharsMax).default(""),
  language: z.enum(languages),
};

interface Typed {
  readonly costAmount: string;
  readonly costCurrency: string;
}

/** No amount, no currency: the field comes filled with the usual one. */
const withCost = <Rest extends Typed>({ costAmount, costCurrency, ...rest }: Rest) => ({
  ...rest,
  costAmount: costAmount === "" ? null : costAmount,
  costCurrency: costAmount === "" ? null : costCurrency,
});

export const answerForm: z.ZodType<AnswerInput> = z
  .object({ outcome, reasons: z.string().trim().min(1).max(reasonsCharsMax), ...costAndMore })
  .transform(withCost);

export const draftForm: z.ZodType<DraftInput> = z
  .object({
    outcome: outcome.nullable().default(null),
    reasons: z.string().trim().max(reasonsCharsMax).default(""),
    ...costAndMore,
  })
  .transform(withCost);
