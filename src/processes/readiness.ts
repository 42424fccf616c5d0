// Whether a draft can be published: what it lacks, and in which step of the guide that is filled in.
// Pure: no SQL, no request, no clock.
import { seenIn } from "../platform/text.ts";
import type { Permission, Process } from "./process.ts";

/** The steps in which a process is opened, in their order. The last one publishes. */
export const steps = ["about", "texts", "phases", "rules", "publish"] as const;
export type Step = (typeof steps)[number];
/** The steps that are forms. */
export type FormStep = Exclude<Step, "publish">;

export const isFormStep = (text: string): text is FormStep => text !== "publish" && steps.includes(text as Step);

export const lacks = [
  "title",
  "summary",
  "description",
  "phases",
  "phase-ahead",
  "phase-open-for",
  "each-phase-open-for",
  "answers",
  "audience",
  "decides",
  "goals",
] as const;
export type Lack = (typeof lacks)[number];

export interface Missing {
  readonly what: Lack;
  readonly step: FormStep;
  /** The field that is to be filled in, in the form of its step. */
  readonly field: string;
  /** Without it the process cannot be published; the others only help people. */
  readonly isNeeded: boolean;
}

const hasText = (texts: Readonly<Record<string, string>>): boolean =>
  Object.values(texts).some((text) => seenIn(text) !== "");

/** What a process lacks, needed things and others, in the order of the steps. */
export function missingIn(
  process: Pick<
    Process,
    "title" | "summary" | "description" | "phases" | "audience" | "decides" | "goals" | "indicator"
  >,
  now: Date,
): Missing[] {
  const { phases } = process;
  const isOpenFor = phases.map(({ permits }) => permits.length > 0);
  const permitsSome = (what: Permission) => phases.some(({ permits }) => permits.includes(what));
  const checks: readonly (Missing & { readonly isThere: boolean })[] = [
    { what: "title", step: "about", field: "title", isNeeded: true, isThere: hasText(process.title) },
    { what: "summary", step: "about", field: "summary", isNeeded: true, isThere: hasText(process.summary) },
    {
      what: "description",
      step: "texts",
      field: "description",
      isNeeded: false,
      isThere: hasText(process.description),
    },
    { what: "phases", step: "phases", field: "phases", isNeeded: true, isThere: phases.length > 0 },
    {
      ...{ what: "phase-ahead", step: "phases", field: "phases", isNeeded: true },
      isThere: phases.length === 0 || phases.some(({ endsAt }) => endsAt > now),
    },
    {
      ...{ what: "phase-open-for", step: "phases", field: "phases", isNeeded: false },
      isThere: phases.length === 0 || phases.some(({ permits }) => permits.length > 0),
    },
    {
      // One that only lets people read may be meant so; nobody should find out by it passing.
      ...{ what: "each-phase-open-for", step: "phases", field: "phases", isNeeded: false },
      isThere: !isOpenFor.some(Boolean) || isOpenFor.every(Boolean),
    },
    {
      ...{ what: "answers", step: "phases", field: "phases", isNeeded: false },
      isThere: !permitsSome("propose") || permitsSome("answer"),
    },
    { what: "audience", step: "rules", field: "audience", isNeeded: false, isThere: hasText(process.audience) },
    { what: "decides", step: "rules", field: "decides", isNeeded: false, isThere: hasText(process.decides) },
    {
      ...{ what: "goals", step: "rules", field: "goals", isNeeded: false },
      isThere: hasText(process.goals) || process.indicator !== null,
    },
  ];
  return checks.filter(({ isThere }) => !isThere).map(({ isThere: _isThere, ...missing }) => missing);
}
