// What was typed into one step of the guide, read as the change it makes to the process: only its own fields.
import type { PageContext } from "../web/context.ts";
import type { FormValues } from "../web/forms.ts";
import type { ProcessChange } from "./actions.ts";
import { readProcessForm } from "./form-reading-views.ts";
import { moveAlong } from "./plan.ts";
import { checkPhases, type Process } from "./process.ts";
import type { FormStep } from "./readiness.ts";
import { siteLanguages } from "./translation.ts";

const fieldsOf = {
  about: ["languages", "title", "summary", "isPilot", "pilotArea", "pilotGeojson", "categoryIds"],
  texts: ["description", "callToAction"],
  phases: ["phases"],
  rules: ["decides", "promoter", "audience", "goals", "indicator", "supportLimit", "editWindowMinutes"],
} as const satisfies Record<FormStep, readonly (keyof ProcessChange)[]>;

/** Which posted fields belong to a step; every other is read as if it were well filled in. */
const isOfStep = (step: FormStep, name: string): boolean =>
  step === "phases"
    ? /^phase(Count$|-\d+-)/.test(name)
    : step === "about"
      ? /^(title|summary)\.|^(isPilot|pilotArea|pilotGeojson|categories)$/.test(name)
      : step === "texts"
        ? /^(description|callToAction)\./.test(name)
        : /^(decides|promoter|audience|goals)\.|^indicator|^(supportLimit|editWindow)$/.test(name);

/**
 * @param process null: a new one.
 * @throws ZodError naming the boxes.
 */
export function readStep(ctx: PageContext, step: FormStep, process: Process | null, values: FormValues): ProcessChange {
  const filled: FormValues = { [`title.${ctx.city.lang}`]: "–", phaseCount: "0", editWindow: "0" };
  const base = step === "about" ? { phaseCount: "0", editWindow: "0" } : filled;
  const own = Object.fromEntries(Object.entries(values).filter(([name]) => isOfStep(step, name)));
  const read = readProcessForm(ctx, { ...base, ...own });
  const change = Object.fromEntries(
    fieldsOf[step].map((name) => [name, read[name as keyof typeof read]]),
  ) as ProcessChange;
  if (step === "about") return { ...change, ...keptTags(process, change) };
  if (step !== "phases" || process === null || change.phases === undefined) return change;
  const reason = typeof values.reason === "string" ? values.reason : "";
  const typed = values.moveLater === "yes" ? checkedAlong(ctx, process, change.phases) : change.phases;
  return { ...change, phases: typed, reason };
}

/** Later phases go along before overlaps are looked for: they are what the moving would otherwise run into. */
const checkedAlong = (ctx: PageContext, process: Process, typed: NonNullable<ProcessChange["phases"]>) =>
  checkPhases(moveAlong(process.phases, typed, ctx.city.timeZone));

/** Languages the forms do not have, as an imported process may: their title and summary stay. */
function keptTags(process: Process | null, change: ProcessChange): ProcessChange {
  if (process === null) return {};
  const others = (name: "title" | "summary") =>
    Object.fromEntries(Object.entries(process[name]).filter(([tag]) => !siteLanguages.includes(tag)));
  const title = { ...others("title"), ...change.title };
  const languages = [...new Set([...(change.languages ?? []), ...Object.keys(title)])];
  return { title, summary: { ...others("summary"), ...change.summary }, languages };
}
