// A person's ways to sign in: what there is, what can be added, where they are signed in.
import { openSessions } from "../accounts/account-views.ts";
import type { OpenSession } from "../accounts/queries.ts";
import { type SignInWay, scriptsOf, waysToSignIn } from "../accounts/sign-in-views.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { MessageKey } from "../platform/i18n.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, confirmForm, form, openFields } from "../web/fields.ts";
import { emptyForm, type FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, section } from "../web/lists.ts";
import { ago, statusPill } from "../web/marks.ts";
import { type Identity, type IdentityKind, labelLengthMax, mayRemove } from "./identity.ts";

export interface WaysProps {
  readonly email: string | null;
  readonly identities: readonly Identity[];
  readonly sessions: readonly OpenSession[];
  readonly ways: readonly SignInWay[];
  /** The browser of who looks: "Firefox, Linux". */
  readonly device: string;
  /** Where one goes on after linking another way. */
  readonly returnTo: string;
}

export const waysPath = "/account/sign-in";

const crumbs = ({ t }: PageContext) => [{ href: "/account", label: t("accounts.account-title") }];

export function waysPage(ctx: PageContext, props: WaysProps): Markup {
  const { t } = ctx;
  const { identities, ways } = props;
  return page({
    ctx,
    title: t("accounts.ways-title"),
    lead: t("identities.ways-lead"),
    section: "account",
    isUnlisted: true,
    crumbs: crumbs(ctx),
    scripts: scriptsOf(ways),
    main: html`
      ${section(t("accounts.email"), emailPart(ctx, props.email), undefined, "email")}
      ${section(
        t("identities.yours"),
        identities.length === 0
          ? emptyState(t("identities.none"), t("identities.none-help"))
          : html`<ul class="card-list">${identities.map((one) => html`<li class="card card-plain">${card(ctx, one, props)}</li>`)}</ul>`,
        undefined,
        "ways",
      )}
      ${ways.length === 0 ? nothing : section(t("identities.add"), waysToSignIn(ctx, props.returnTo, ways, props.device), undefined, "add")}
      ${section(t("accounts.sessions-title"), openSessions(ctx, props.sessions), undefined, "sessions")}`,
  });
}

function emailPart(ctx: PageContext, email: string | null): Markup {
  const { t } = ctx;
  return email === null
    ? html`<div class="stack"><p>${statusPill(t("accounts.no-email"), "waiting")} ${t("identities.email-missing")}</p>${buttonLink("/account/email", t("accounts.email-add"))}</div>`
    : html`<div class="stack"><p><strong><bdi>${email}</bdi></strong></p><p>${t("identities.email-means")}</p>${buttonLink("/account/email", t("identities.email-change"), "secondary")}</div>`;
}

const kindNames = {
  passkey: "identities.kind-passkey",
  fediverse: "identities.kind-fediverse",
  oidc: "identities.kind-oidc",
} as const satisfies Record<IdentityKind, MessageKey>;

function card(ctx: PageContext, identity: Identity, { identities, email }: WaysProps): Markup {
  const { t } = ctx;
  const used = identity.lastUsedAt;
  const path = `${waysPath}/${identity.id}`;
  return html`<div class="card-body">
    <h3 class="card-title"><bdi>${identity.label}</bdi> ${identity.blockedAt === null ? nothing : statusPill(t("identities.blocked"), "bad")}</h3>
    <p>${t(kindNames[identity.kind])}${identity.kind === "passkey" ? nothing : html` · <bdi>${identity.issuer}</bdi>`}</p>
    <p>${t.rich("identities.since", { since: ago(t, identity.createdAt, ctx.now) })}
      ${used === null ? nothing : t.rich("identities.last-used", { used: ago(t, used, ctx.now) })}</p>
    ${identity.blockedAt === null ? nothing : html`<p>${t("identities.blocked-means")}</p>`}
    <div class="form-actions">
      ${buttonLink(`${path}/name`, html`${t("identities.rename")}<span class="visually-hidden"> ${identity.label}</span>`, "secondary")}
      ${
        mayRemove(identities, identity.id, email !== null)
          ? confirmForm(ctx, {
              action: `${path}/removal`,
              label: t("identities.remove"),
              kind: "secondary",
              ask: t("identities.remove-ask", { label: identity.label }),
              submit: t("identities.remove-confirm"),
              tone: "danger",
              body: nothing,
            })
          : html`<p class="hint">${t("identities.last-one")}</p>`
      }
    </div>
  </div>`;
}

export function renamePage(ctx: PageContext, identity: Identity, state: FormState = emptyForm): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t("identities.rename-title"),
    section: "account",
    isUnlisted: true,
    crumbs: [...crumbs(ctx), { href: waysPath, label: t("accounts.ways-title") }],
    main: form(ctx, {
      action: `${waysPath}/${identity.id}/name`,
      submit: t("accounts.save"),
      body: html`${fields.summary()}
        ${fields.text("label", { label: t("identities.label"), value: identity.label, charsMax: labelLengthMax, autocomplete: "off" })}`,
      more: html`<a href="${href(waysPath)}">${t("accounts.back-to-ways")}</a>`,
    }),
  });
}
