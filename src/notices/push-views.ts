// Messages of the browser as a person turns them on and off. Turning on needs a script; without one, or where the browser
// has no such messages, a sentence stands there.
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, csrfField } from "../web/fields.ts";
import { section } from "../web/lists.ts";
import { ago } from "../web/marks.ts";
import { pushHours } from "./push.ts";
import type { PushDevice } from "./push-queries.ts";

export interface PushState {
  /** What browsers are to ask their service with. */
  readonly publicKey: string;
  readonly devices: readonly PushDevice[];
}

export function pushSection(ctx: PageContext, { publicKey, devices }: PushState): Markup {
  const { t, city } = ctx;
  const isOnHere = devices.some(({ isThisOne }) => isThisOne);
  const hours = { from: pushHours.from, until: pushHours.until };
  return section(
    t("notices.push-title"),
    html`<div class="prose"><p>${t("notices.push-what", hours)}</p><p class="hint">${t("notices.push-who", { city: city.name })}</p></div>
      ${isOnHere ? nothing : turnOnForm(ctx, publicKey)}
      ${devices.length === 0 ? nothing : html`<ul class="plain-list">${devices.map((device) => deviceRow(ctx, device))}</ul>`}`,
    undefined,
    "devices",
  );
}

function turnOnForm(ctx: PageContext, publicKey: string): Markup {
  const { t } = ctx;
  return html`<p class="hint">${t("notices.push-needs-script")}</p>
  <form hidden class="form" method="post" action="${href("/notices/devices")}" novalidate${attrs({
    "data-push": publicKey,
    "data-worker": workerPath,
    "data-denied": t("notices.push-denied"),
    "data-failed": t("notices.push-failed"),
  })}>
    ${csrfField(ctx)}
    <input type="hidden" name="subscription" value="">
    <p class="error" role="alert" data-said hidden></p>
    <div class="form-actions"><button type="submit" class="button button-secondary">${t("notices.push-on")}</button></div>
  </form>`;
}

/** At the root: a worker serves no page above its own folder. */
export const workerPath = "/push-worker.js";

function deviceRow(ctx: PageContext, { id, device, createdAt, isThisOne }: PushDevice): Markup {
  const { t, now } = ctx;
  const name = device === "" ? t("accounts.unknown-device") : device;
  return html`<li><p><strong><bdi>${name}</bdi></strong>${isThisOne ? html` <span class="badge">${t("accounts.this-device")}</span>` : nothing}</p>
    <p class="hint">${t.rich("notices.push-since", { when: ago(t, createdAt, now) })}</p>
    ${buttonForm(ctx, { action: "/notices/devices/end", label: t("notices.push-off"), about: name, values: { id }, kind: "quiet" })}</li>`;
}
