// From a posted form to an action and back: values kept, errors said beside the field, 303 when it worked.
import type { Context } from "hono";
import * as z from "zod";
import type { Markup } from "../platform/html.ts";
import type { MessageKey, Translator } from "../platform/i18n.ts";
import { Refused } from "../platform/refusal.ts";
import { withoutOverrides } from "../platform/text.ts";
import type { Flash, PageEnv } from "./context.ts";

export type FormValue = string | readonly string[] | File;
export type FormValues = Readonly<Record<string, FormValue | undefined>>;
/** What is wrong, per field name; `""` is about the whole form. */
export type FormErrors = Readonly<Record<string, string>>;

export interface FormState {
  readonly values: FormValues;
  readonly errors: FormErrors;
}

export const emptyForm: FormState = { values: {}, errors: {} };

/** Everything that was posted. A name ending in `[]` is always a list, without the brackets; an empty file is left out. */
export async function readForm(c: Context): Promise<FormValues> {
  const body = await c.req.parseBody({ all: true });
  const values: Record<string, FormValue> = Object.create(null);
  for (const [name, value] of Object.entries(body)) {
    if (name === "csrf") continue;
    if (name.endsWith("[]")) {
      const parts = [value].flat().filter((part): part is string => typeof part === "string");
      values[name.slice(0, -2)] = parts.map(harmless);
    } else {
      const single = Array.isArray(value) ? value.at(-1)! : value;
      if (typeof single === "string") values[name] = harmless(single);
      else if (single.size > 0) values[name] = single;
    }
  }
  return values;
}

/**
 * NUL comes along with what is pasted from damaged files; nobody sees it, and no text of a database can hold it. Overrides of the
 * direction would turn round what others wrote beside it.
 */
const harmless = (text: string): string => withoutOverrides(text.replaceAll("\0", ""));

export interface Outcome {
  /** The path to go to (303). */
  readonly to: string;
  /** Said once on top of that page. */
  readonly said?: string;
}

/**
 * Runs a posted form: reads it by `schema`, lets `act` do it, and goes where it says. Bad input and refusals show the form
 * again (422, or the refusal's own status) with what was typed and what is wrong; faults pass through.
 */
export async function handleForm<Schema extends z.ZodType>(
  c: Context<PageEnv>,
  form: {
    readonly schema: Schema;
    readonly act: (input: z.output<Schema>, values: FormValues) => Promise<Outcome>;
    readonly again: (state: FormState) => Markup | Promise<Markup>;
  },
): Promise<Response> {
  const values = await readForm(c);
  try {
    const { to, said } = await form.act(form.schema.parse(values), values);
    if (said !== undefined) setFlash(c, { tone: "good", text: said });
    return c.redirect(to, 303);
  } catch (error) {
    const errors = formErrors(c.get("page").t, error);
    if (errors === null) throw error;
    return c.html(await form.again({ values, errors }), error instanceof Refused ? error.status : 422);
  }
}

/** What an error means for a form; null for a fault, and for refusals that need a page of their own. */
export function formErrors(t: Translator, error: unknown): FormErrors | null {
  if (error instanceof z.ZodError) return issuesByField(t, error);
  if (!(error instanceof Refused) || ownPage.has(error.code)) return null;
  const { field = "", ...params } = error.params;
  return { [String(field)]: t(`refusal.${error.code}`, params) };
}

const ownPage: ReadonlySet<string> = new Set(["not-found", "gone", "sign-in-first", "form-expired", "not-allowed"]);

function issuesByField(t: Translator, error: z.ZodError): FormErrors {
  const errors: Record<string, string> = {};
  for (const issue of error.issues) {
    const field = String(issue.path[0] ?? "");
    errors[field] ??= issueText(t, issue);
  }
  return errors;
}

/** A schema may say its own reason with a message key: `z.string().refine(isUrl, "field.not-an-address")`. */
function issueText(t: Translator, issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith("field.")) return t(issue.message as MessageKey);
  switch (issue.code) {
    case "too_small":
      if (issue.origin === "string") {
        return Number(issue.minimum) <= 1
          ? t("field.required")
          : t("field.too-short", { count: Number(issue.minimum) });
      }
      if (issue.origin === "array") return t("field.choose-one");
      return t("field.too-low", { minimum: Number(issue.minimum) });
    case "too_big":
      if (issue.origin === "string") return t("field.too-long", { count: Number(issue.maximum) });
      return t("field.too-high", { maximum: Number(issue.maximum) });
    case "invalid_type":
      return issue.input === undefined || issue.input === "" ? t("field.required") : t("field.invalid");
    case "invalid_format":
      if (issue.format === "email") return t("field.not-an-email");
      return issue.format === "url" ? t("field.not-an-address") : t("field.invalid");
    case "invalid_value":
      return t("field.choose-one");
    default:
      return t("field.invalid");
  }
}

const flashCookie = "flash";

/** Says something once, on the next page this browser opens. */
export function setFlash(c: Context<PageEnv>, flash: Flash): void {
  c.get("cookies").setSigned(flashCookie, Buffer.from(JSON.stringify(flash)).toString("base64url"), 120);
}

/** What was to be said on this page, and no longer. */
export function takeFlash(c: Context<PageEnv>): Flash | null {
  const cookies = c.get("cookies");
  const kept = cookies.readSigned(flashCookie);
  if (kept === null) return null;
  cookies.remove(flashCookie);
  return JSON.parse(Buffer.from(kept, "base64url").toString()) as Flash;
}
