// Reading a process in another language than one's own: which there are, and the page in the one that was chosen.
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import type { LanguageMap } from "../platform/text.ts";
import type { PageContext } from "../web/context.ts";
import { icon } from "../web/icons.ts";
import { textOf } from "./list-views.ts";
import { type Process, processPath } from "./process.ts";
import { languagesOf, missingTexts, slotsOf } from "./translation.ts";

/** The texts of a process in one language where they exist in it; the others stay as they are, in all theirs. */
export function readInLanguage(process: Process, lang: string | null): Process {
  if (lang === null || !languagesOf(process).includes(lang)) return process;
  const only = (texts: LanguageMap): LanguageMap => (texts[lang] ? { [lang]: texts[lang] } : texts);
  const { title, summary, description, decides, audience, promoter, goals, callToAction } = process;
  return {
    ...process,
    ...{ title: only(title), summary: only(summary), description: only(description), decides: only(decides) },
    ...{ audience: only(audience), promoter: only(promoter), goals: only(goals) },
    callToAction: only(callToAction),
    phases: process.phases.map((phase) => ({
      ...phase,
      title: only(phase.title),
      description: only(phase.description),
    })),
  };
}

/** In which other languages the process can be read, and which of them are not complete. Nothing where there is only one. */
export function translationsNote(
  ctx: PageContext,
  props: { readonly process: Process; readonly readIn?: string | null; readonly path?: string },
): Markup {
  const { t } = ctx;
  const { process, readIn = null } = props;
  const written = languagesOf(process);
  const shown = textOf(t, readInLanguage(process, readIn), readInLanguage(process, readIn).title).lang;
  const others = written.filter((lang) => lang !== shown);
  if (others.length === 0) return nothing;
  const slots = slotsOf(process);
  const path = props.path ?? processPath(process);
  return html`<p class="hint translations">${icon("language")} ${t("processes.also-in")} ${others.map((lang, index) => {
    const isPart = missingTexts(slots, lang) > 0;
    return html`${index > 0 ? " · " : nothing}<a${attrs({ hreflang: lang, rel: "alternate nofollow" })} href="${href(`${path}?lang=${encodeURIComponent(lang)}`)}">${t.languageName(lang)}</a>${isPart ? html` (${t("processes.in-part")})` : nothing}`;
  })}</p>`;
}
