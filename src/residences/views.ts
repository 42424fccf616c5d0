// What people see of residence anywhere: why something needs it and how to get there, what a method proves, what was done for them at the desk.
import type { Account } from "../accounts/account.ts";
import { html, type Markup, nothing } from "../platform/html.ts";
import type { MessageKey } from "../platform/i18n.ts";
import { markdownToHtml } from "../platform/rich-text.ts";
import { pickText } from "../platform/text.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { emptyState } from "../web/lists.ts";
import { langAttrs, languageNote, statusPill, when } from "../web/marks.ts";
import { type ActKind, actKindOf } from "./assist.ts";
import type { PastAssist } from "./assist-queries.ts";
import { type Method, type MethodRow, residenceState } from "./residence.ts";

const methodNames = {
  desk: "residences.desk",
  census: "residences.census",
  claim: "residences.claim",
  post: "residences.post",
} as const satisfies Record<Method, MessageKey>;

export const methodName = ({ t }: PageContext, method: Method): string => t(methodNames[method]);

const usualExplanations = {
  desk: "residences.desk-explained",
  census: "residences.census-explained",
  claim: "residences.claim-explained",
  post: "residences.post-explained",
} as const satisfies Record<Method, MessageKey>;

/** Where one is verified, and from where one goes back to what one was doing. */
export const residencePath = (back: string): string => `/account/residence?back=${encodeURIComponent(back)}`;

interface NeededProps {
  readonly why: string;
  readonly methods: readonly MethodRow[];
  readonly account: Account;
  /** A path of this node. */
  readonly back: string;
}

/**
 * Why something cannot be done yet, and how it can: for whoever needs a resident. Names the methods of this city and leads
 * to the page where they are. Shown in the place of the button.
 *
 * @param props.why what residents alone can do here, in one sentence.
 */
export function residenceNeeded(ctx: PageContext, { why, methods, account, back }: NeededProps): Markup {
  const { t } = ctx;
  const isOver = residenceState(account, ctx.now) === "over";
  return html`<div class="stack residence-needed">
    <p class="hint">${why}</p>
    ${isOver ? html`<p class="hint">${t.rich("residences.over", { date: when(t, account.residenceExpiresAt!) })}</p>` : nothing}
    ${
      methods.length === 0
        ? html`<p class="hint">${t("residences.no-method")}</p>`
        : html`<p class="hint">${t("residences.ways", { ways: t.list(methods.map(({ method }) => methodName(ctx, method))) })}</p>
    ${buttonLink(residencePath(back), t(isOver ? "residences.renew" : "residences.verify"), "secondary")}`
    }
  </div>`;
}

/** In the city's words, where it has found some; and what the method shows of a person and what not, in ours. */
export function methodExplained(ctx: PageContext, row: MethodRow): Markup {
  const { t, city } = ctx;
  const { method, explanation: texts, validMonths } = row;
  const said = pickText(texts, t.lang, city.lang);
  return html`
    ${said.text === "" ? html`<p>${t(usualExplanations[method])}</p>` : html`${languageNote(t, said.lang)}<div class="prose"${langAttrs(t, said.lang)}>${markdownToHtml(said.text)}</div>`}
    <p class="hint">${whatItProves(ctx, row)}</p>
    ${validMonths === null ? nothing : html`<p class="hint">${t("residences.valid", { count: validMonths })}</p>`}`;
}

/** For citizens and for those who switch the method on: the same words. */
export function whatItProves({ t }: PageContext, { method, settings }: Pick<MethodRow, "method" | "settings">): string {
  switch (method) {
    case "desk":
      return t(settings.asksNumber === true ? "residences.desk-proves-number" : "residences.desk-proves");
    case "census":
      return t("residences.census-proves");
    case "claim":
      return t("residences.claim-proves");
    case "post":
      return t(settings.asksNumber === true ? "residences.post-proves-number" : "residences.post-proves");
    default:
      return method satisfies never;
  }
}

const actKindNames = {
  support: "assist.act-support",
  proposal: "assist.act-proposal",
  comment: "assist.act-comment",
  like: "assist.act-like",
  residence: "assist.act-residence",
  profile: "assist.act-profile",
  follow: "assist.act-follow",
  other: "assist.act-other",
} as const satisfies Record<ActKind, MessageKey>;

/** What was done in one session, for the person and for administrators. */
export function assistCard(ctx: PageContext, assist: PastAssist, title: Markup): Markup {
  const { t } = ctx;
  return html`<article class="card card-plain"><div class="card-body">
    <h3 class="card-title">${title}</h3>
    <p>${when(t, assist.startedAt, "dateTime")}${assist.endedAt === null ? html` ${statusPill(t("assist.running"), "waiting")}` : nothing}</p>
    <p>${t("assist.reason")}: <bdi>${assist.reason}</bdi></p>
    ${
      assist.acts.length === 0
        ? html`<p>${t("assist.no-acts")}</p>`
        : html`<ul>${assist.acts.map((act) => html`<li>${t(actKindNames[actKindOf(act.path)])} · ${t.date(new Date(act.at), "time")}</li>`)}</ul>`
    }
  </div></article>`;
}

/** The person's own page about what was done for them. */
export function ownAssistsPage(ctx: PageContext, assists: readonly PastAssist[]): Markup {
  const { t } = ctx;
  const card = (assist: PastAssist) =>
    assistCard(ctx, assist, html`${t.rich("assist.by", { name: html`<bdi>${assist.officerName}</bdi>` })}`);
  return page({
    ctx,
    title: t("assist.own-title"),
    lead: t("assist.own-lead"),
    section: "account",
    isUnlisted: true,
    crumbs: [
      { href: "/account", label: t("accounts.account-title") },
      { href: "/account/residence", label: t("residences.title") },
    ],
    main:
      assists.length === 0
        ? emptyState(t("assist.own-none"))
        : html`<h2 class="visually-hidden">${t("assist.own-title")}</h2><ul class="card-list">${assists.map((assist) => html`<li>${card(assist)}</li>`)}</ul>`,
  });
}
