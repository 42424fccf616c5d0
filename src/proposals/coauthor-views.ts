// The pages of writing together: who writes a proposal, who was asked, and what someone reads who was.
import { attrs, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { type Process, processPath } from "../processes/process.ts";
import { processCrumbs } from "../processes/views.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, confirmForm, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { section } from "../web/lists.ts";
import { ago, langAttrs, nameIn, when } from "../web/marks.ts";
import { answerPath, type Coauthor, coauthorsMax, type Invitation } from "./coauthor.ts";
import type { OpenInvitation } from "./coauthor-queries.ts";
import { type Proposal, proposalPath } from "./proposal.ts";

export const coauthorsPath = (proposal: Pick<Proposal, "id">): string => `${proposalPath(proposal)}/coauthors`;

export interface CoauthorPageProps {
  readonly proposal: Proposal;
  readonly process: Process;
  readonly coauthors: readonly Coauthor[];
  readonly invitations: readonly Invitation[];
  /** Its author; otherwise one of the others looks at it. */
  readonly isAuthor: boolean;
  readonly accountId: string;
  /** A link that has just been made: it is shown this once. */
  readonly newLink: string | null;
  readonly state: FormState;
}

export function coauthorPage(ctx: PageContext, props: CoauthorPageProps): Markup {
  const { t } = ctx;
  const { proposal, process } = props;
  return page({
    ctx,
    title: t("coauthors.title"),
    lead: html`<span${langAttrs(t, proposal.language)}>${proposal.title || t("proposals.untitled")}</span>`,
    section: "processes",
    isUnlisted: true,
    crumbs: [
      ...processCrumbs(ctx, process),
      { href: `${processPath(process)}/proposals`, label: t("proposals.title") },
      { href: proposalPath(proposal), label: proposal.title || t("proposals.untitled") },
    ],
    main: html`<div class="prose"><p>${t("coauthors.lead")}</p></div>
      ${props.newLink === null ? nothing : newLink(ctx, props.newLink)}
      ${section(t("coauthors.who"), people(ctx, props))}
      ${props.isAuthor ? html`${waiting(ctx, props)}${section(t("coauthors.invite"), invite(ctx, props), undefined, "invite")}` : leaving(ctx, props)}`,
  });
}

const newLink = ({ t }: PageContext, url: string): Markup => html`<section class="panel" aria-labelledby="new-link">
  <h2 id="new-link">${t("coauthors.link-made")}</h2>
  <p>${t("coauthors.link-once")}</p>
  <p class="row"><code dir="ltr">${url}</code> <button class="button button-secondary" type="button" hidden${attrs({ "data-copy": url, "data-done": t("coauthors.copied") })}><span>${t("coauthors.copy")}</span></button></p>
</section>`;

function people(ctx: PageContext, { proposal, coauthors, isAuthor }: CoauthorPageProps): Markup {
  const { t } = ctx;
  return html`<ul class="link-list">
    <li><bdi>${proposal.authorName || t("proposals.someone")}</bdi> <span class="hint">${t("coauthors.author")}</span></li>
    ${coauthors.map(
      (one) =>
        html`<li class="row"><p><bdi>${one.name}</bdi> <span class="hint">${t.rich("coauthors.since", { date: when(t, one.joinedAt) })}</span></p>${
          isAuthor
            ? confirmForm(ctx, {
                action: `${coauthorsPath(proposal)}/removal`,
                label: t("coauthors.remove"),
                ask: t("coauthors.remove-ask", { name: one.name }),
                submit: t("coauthors.remove-confirm"),
                tone: "danger",
                body: html`<input type="hidden" name="who" value="${one.id}">`,
              })
            : nothing
        }</li>`,
    )}
  </ul>`;
}

function waiting(ctx: PageContext, { proposal, invitations }: CoauthorPageProps): Renderable {
  const { t, now } = ctx;
  if (invitations.length === 0) return nothing;
  return section(
    t("coauthors.waiting"),
    html`<ul class="link-list">${invitations.map(
      (one) => html`<li class="row"><p>${one.email === null ? t("coauthors.by-link") : html`<bdi>${one.email}</bdi>`}
        <span class="hint">${ago(t, one.createdAt, now)} · ${t.rich("coauthors.until", { date: when(t, one.expiresAt) })}</span></p>
        ${buttonForm(ctx, { action: `${coauthorsPath(proposal)}/revocation`, label: t("coauthors.revoke"), kind: "quiet", values: { invitation: one.id }, about: one.email ?? t("coauthors.by-link") })}</li>`,
    )}</ul>`,
  );
}

function invite(ctx: PageContext, { proposal, coauthors, state }: CoauthorPageProps): Markup {
  const { t } = ctx;
  if (coauthors.length >= coauthorsMax) return html`<p>${t("refusal.coauthor-limit", { limit: coauthorsMax })}</p>`;
  const fields = openFields(ctx, state);
  return html`<div class="stack">
    ${form(ctx, {
      action: `${coauthorsPath(proposal)}/invitation`,
      submit: t("coauthors.send"),
      body: html`${fields.summary()}${fields.text("email", { label: t("coauthors.email"), hint: t("coauthors.email-hint"), type: "email", autocomplete: "off" })}`,
    })}
    <p>${t("coauthors.or-link")}</p>
    ${buttonForm(ctx, { action: `${coauthorsPath(proposal)}/link`, label: t("coauthors.make-link"), kind: "secondary" })}
  </div>`;
}

const leaving = (ctx: PageContext, { proposal, coauthors, accountId }: CoauthorPageProps): Markup =>
  confirmForm(ctx, {
    action: `${coauthorsPath(proposal)}/removal`,
    label: ctx.t("coauthors.leave"),
    ask: ctx.t("coauthors.leave-ask"),
    submit: ctx.t("coauthors.leave-confirm"),
    tone: "danger",
    body: html`<input type="hidden" name="who" value="${coauthors.find((one) => one.accountId === accountId)?.id ?? ""}">`,
  });

/** What someone reads who opened the link. */
export function invitationPage(ctx: PageContext, invitation: OpenInvitation, state: FormState): Markup {
  const { t, account } = ctx;
  const { title, language, inviterName, processName } = invitation;
  return page({
    ctx,
    title: t("coauthors.invited-title"),
    section: "account",
    isUnlisted: true,
    main: html`${openFields(ctx, state).summary()}
      <div class="prose">
        <p>${t.rich("coauthors.invited", { name: html`<bdi>${inviterName}</bdi>`, process: nameIn(t, processName) })}</p>
        <blockquote${langAttrs(t, language)}>${title || t("proposals.untitled")}</blockquote>
        <p>${t("coauthors.invited-means")}</p>
        ${account === null ? nothing : html`<p>${t("coauthors.under-name", { name: account.publicName })}</p>`}
      </div>
      <div class="form-actions">
      ${
        account === null
          ? buttonLink(`/sign-in?back=${encodeURIComponent(answerPath)}`, t("coauthors.sign-in"))
          : buttonForm(ctx, { action: answerPath, label: t("coauthors.accept"), values: { answer: "yes" } })
      }
      ${buttonForm(ctx, { action: answerPath, label: t("coauthors.decline"), kind: "quiet", values: { answer: "no" } })}
      </div>`,
  });
}

export const noInvitationPage = (ctx: PageContext): Markup =>
  page({
    ctx,
    title: ctx.t("coauthors.over-title"),
    section: "account",
    isUnlisted: true,
    main: html`<div class="prose"><p>${ctx.t("coauthors.over")}</p></div>
      <p><a href="${href("/processes")}">${ctx.t("shell.processes")}</a></p>`,
  });
