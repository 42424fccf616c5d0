// Parts that every form about a process is built of.
import { html, type Markup, nothing, type Renderable } from "../platform/html.ts";

export const part = (title: string, hint: string | null, body: Renderable): Markup =>
  html`<fieldset class="form-part"><legend><h2>${title}</h2></legend>${hint ? html`<p class="hint">${hint}</p>` : nothing}${body}</fieldset>`;

/** What the return key presses: saving, and not the first button of the form, which would add or show something. */
export const defaultButton = html`<button class="visually-hidden" type="submit" tabindex="-1" aria-hidden="true"></button>`;
