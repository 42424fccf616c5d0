// What pages of other rooms show of adoptions: where a thing came from, who made theirs from it, and the way to make it one's own.
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { pickText } from "../platform/text.ts";
import { pagePathOf } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink } from "../web/fields.ts";
import { icon } from "../web/icons.ts";
import { ago, langAttrs } from "../web/marks.ts";
import type { AdoptionNote } from "./queries.ts";
import type { WaitingAdoption } from "./waiting-queries.ts";

/**
 * @param may.adopt whether this reader may make a draft of it: an official of a process, anyone signed in of a proposal.
 * @param may.answer whether they may take one off the list again.
 */
export function adoptionNote(
  ctx: PageContext,
  note: AdoptionNote,
  may: { readonly adopt: boolean; readonly answer: boolean },
): Renderable {
  const { t } = ctx;
  const { subject, from, adoptedBy, adoptedByCount, hasLineage } = note;
  const path = pagePathOf(subject);
  const isCopy = subject.origin !== null;
  if (from === null && adoptedByCount === 0 && !hasLineage && !(isCopy && may.adopt)) return nothing;
  return html`<section class="section panel adoption-note" aria-labelledby="adoption-title"><h2 id="adoption-title">${t("adoptions.note-title")}</h2>
    ${
      from === null
        ? nothing
        : html`<p>${icon("network")} ${t.rich("adoptions.made-from", {
            title: html`<a href="${href(from.path)}">${from.title || from.path}</a>`,
            host: html`<bdi>${new URL(from.uri).host}</bdi>`,
          })}${from.names.length === 0 ? nothing : html` ${t.rich("adoptions.written-by", { names: t.listOf(from.names, (name) => html`<bdi>${name}</bdi>`) })}`}${offerState(ctx, note)}</p>`
    }
    ${
      adoptedByCount === 0
        ? nothing
        : html`<p>${t("adoptions.adopted-by", { count: adoptedByCount })}</p>
          <ul class="link-list">${adoptedBy.map((one) => {
            const title = one.title === null ? { text: one.host, lang: "und" } : pickText(one.title, t.lang);
            return html`<li><a href="${href(one.url)}"${langAttrs(t, title.lang)}>${title.text}</a> <span class="hint"><bdi>${one.host}</bdi></span>${may.answer ? buttonForm(ctx, { action: `/adoptions/${one.id}/refusal`, label: t("adoptions.take-off"), kind: "quiet", about: title.text }) : nothing}</li>`;
          })}</ul>`
    }
    <p class="row">${hasLineage || from !== null ? buttonLink(`${path}/lineage`, t("lineage.title"), "secondary") : nothing}${
      isCopy && may.adopt ? buttonLink(`${path}/adoption`, t("adoptions.adopt-here"), "secondary") : nothing
    }</p></section>`;
}

function offerState({ t }: PageContext, { offer, subject, from }: AdoptionNote): Renderable {
  if (subject.origin !== null || from === null) return nothing;
  const host = new URL(from.uri).host;
  if (offer === null)
    return subject.publishedAt === null
      ? html` <span class="hint">${t("adoptions.told-later", { host })}</span>`
      : nothing;
  if (offer.state === "accepted") return html` <strong>${t("adoptions.accepted-by", { host })}</strong>`;
  return offer.state === "declined" ? nothing : html` <span class="hint">${t("adoptions.waits-for", { host })}</span>`;
}

/** Offers that wait for an official: what, from where, what of ours; with both answers. */
export function waitingAdoptions(ctx: PageContext, waiting: readonly WaitingAdoption[]): Markup {
  const { t, now } = ctx;
  return html`<ul class="card-list">${waiting.map(
    ({ adoption, ...one }) => html`<li><article class="panel stack">
      <h3><a href="${href(one.url)}"${langAttrs(t, one.title.lang)} rel="noopener">${one.title.text}</a></h3>
      <p>${t.rich("adoptions.offered", {
        host: html`<bdi>${adoption.host}</bdi>`,
        object: html`<a href="${href(one.objectPath)}">${one.objectTitle}</a>`,
        when: ago(t, adoption.at, now),
      })} <a href="${href(`${one.objectPath}/lineage?compare=${encodeURIComponent(adoption.subjectUri)}#difference`)}">${t("lineage.compare")}<span class="visually-hidden">: ${one.title.text}</span></a></p>
      <div class="row">${buttonForm(ctx, { action: `/adoptions/${adoption.id}/acceptance`, label: t("adoptions.accept"), about: one.title.text })}${buttonForm(ctx, { action: `/adoptions/${adoption.id}/refusal`, label: t("adoptions.decline"), kind: "secondary", about: one.title.text })}</div>
    </article></li>`,
  )}</ul>`;
}
