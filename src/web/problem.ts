// What a person sees when something does not work: what happened, and what to do next.
import { attrs, href, html, type Markup, nothing, type Renderable, raw } from "../platform/html.ts";
import type { MessageKey, Translator } from "../platform/i18n.ts";
import type { Refused } from "../platform/refusal.ts";
import { accentDefault, accentUrl } from "./accent.ts";
import { assetUrl } from "./assets.ts";
import type { PageContext } from "./context.ts";
import { buttonLink, form } from "./fields.ts";
import type { FormValues } from "./forms.ts";
import { page } from "./layout.ts";
import { searchBox } from "./lists.ts";

/** The page of a refusal that no form could show. */
export function refusalPage(ctx: PageContext, refused: Refused): Markup {
  const { t } = ctx;
  const { status } = refused;
  const isMissing = status === 404 || status === 410;
  return problem(ctx, {
    code: status,
    title: t(titleOf(status)),
    text: t(`refusal.${refused.code}`, refused.params),
    more: isMissing ? searchBox(t, "/search", "") : wayOn(ctx, refused),
  });
}

/** Who is not a resident yet is led to where one becomes one, and from there back. */
const wayOn = ({ t, path }: PageContext, { code }: Refused): Markup =>
  code === "not-verified"
    ? buttonLink(`/account/residence?back=${encodeURIComponent(path)}`, t("residences.verify"))
    : buttonLink("/", t("problem.home"), "secondary");

function titleOf(status: number): MessageKey {
  if (status === 404) return "problem.missing";
  if (status === 410) return "problem.gone";
  if (status === 401 || status === 403) return "problem.not-yours";
  if (status === 429) return "problem.slow-down";
  return status >= 500 ? "problem.elsewhere" : "problem.not-now";
}

/** A fault of ours: an apology, and a number that finds it in the log. */
export const faultPage = (ctx: PageContext, requestId: string, code: 500 | 503): Markup =>
  problem(ctx, {
    code,
    title: ctx.t("problem.fault"),
    text: ctx.t("problem.fault-text"),
    more: html`<p class="hint">${ctx.t("problem.request", { id: requestId })}</p>`,
  });

/** The same when not even the city's name can be read, as while its database is away: no header, no menu. */
export const bareFaultPage = (t: Translator, requestId: string): Markup => html`${raw("<!doctype html>")}
<html lang="${t.lang}" dir="${t.dir}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${t("problem.fault")}</title><link rel="stylesheet" href="${href(assetUrl("koinon.css"))}"><link rel="stylesheet" href="${href(accentUrl(accentDefault))}"></head>
<body><main class="main"><h1>${t("problem.fault")}</h1>
<div class="problem"><p class="problem-text">${t("problem.fault-text")}</p><p class="hint">${t("problem.request", { id: requestId })}</p></div></main></body>
</html>`;

interface Kept {
  readonly values: FormValues;
  readonly action: string;
  readonly isOwnForm: boolean;
}

/**
 * The form came too late. What was typed is shown, and can be sent again with a fresh token when the browser vouches
 * that the form was one of ours; otherwise it can only be copied, lest another site sends it by this door.
 */
export const expiredPage = (ctx: PageContext, props: Kept): Markup =>
  problem(ctx, {
    code: 403,
    title: ctx.t("problem.expired"),
    text: ctx.t("refusal.form-expired"),
    more: whatWasTyped(ctx, props, ctx.t("problem.send-again")),
  });

/** Signed out while writing: what was typed is shown, and can be sent again after signing in beside it. */
export const signedOutPage = (ctx: PageContext, props: Kept): Markup =>
  problem(ctx, {
    code: 401,
    title: ctx.t("problem.signed-out"),
    text: ctx.t("problem.signed-out-text"),
    more: html`<p><a class="button" href="/sign-in" target="_blank" rel="noopener">${ctx.t("problem.sign-in-beside")}</a></p>${whatWasTyped(ctx, props, ctx.t("problem.send-again"))}`,
  });

/** Its files were too large to be taken in: the rest can be sent without them, on the same terms. */
export const oversizePage = (ctx: PageContext, refused: Refused, props: Kept): Markup =>
  problem(ctx, {
    code: refused.status,
    title: ctx.t("problem.too-large"),
    text: ctx.t("problem.too-large-text", { megabytes: refused.params.megabytes ?? 0 }),
    more: whatWasTyped(ctx, props, ctx.t("problem.send-without-files")),
  });

const isWritten = (text: string): boolean => /\s/.test(text.trim()) || (text.length > 20 && /[^\x21-\x7e]/.test(text));

/** The form again with everything in it, and the long texts in sight. */
export function whatWasTyped(ctx: PageContext, props: Kept, submit: string): Markup {
  const { t } = ctx;
  const typed = Object.entries(props.values).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : Array.isArray(value) ? value : []).map((text: string) => ({
      name: Array.isArray(value) ? `${name}[]` : name,
      text,
    })),
  );
  // What can be sent again needs no names of things and of forms to be shown, only what somebody wrote.
  const texts = typed.filter(({ text }) => (props.isOwnForm ? isWritten(text) : text.length > 20 || isWritten(text)));
  const kept = texts.map(
    ({ text }, index) =>
      html`<div class="field"><label for="${`kept-${index}`}">${t("problem.you-wrote", { number: index + 1 })}</label><textarea id="${`kept-${index}`}" rows="5" dir="auto" readonly>
${text}</textarea></div>`,
  );
  const hidden = typed.map(({ name, text }) => html`<input${attrs({ type: "hidden", name, value: text })}>`);
  return props.isOwnForm
    ? html`${form(ctx, { action: props.action, submit, body: hidden })}${kept}`
    : html`${kept}<p><a href="${href(ctx.path)}">${t("problem.open-form")}</a></p>`;
}

const problem = (
  ctx: PageContext,
  props: { readonly code: number; readonly title: string; readonly text: string; readonly more?: Renderable },
): Markup =>
  page({
    ctx,
    title: props.title,
    kicker: ctx.t("problem.code", { code: String(props.code) }),
    isUnlisted: true,
    main: html`<div class="problem"><p class="problem-text">${props.text}</p>${props.more ?? nothing}</div>`,
  });
