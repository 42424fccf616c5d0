// Processes and their phases: what is open, when, and what each phase permits. Pure: no SQL, no request, no clock.
import { refuseUnless } from "../platform/refusal.ts";
import type { LanguageMap } from "../platform/text.ts";

export const permissions = ["propose", "support", "comment", "answer"] as const;
export type Permission = (typeof permissions)[number];

export interface Phase {
  readonly id: string;
  readonly title: LanguageMap;
  readonly description: LanguageMap;
  readonly startsAt: Date;
  /** The first moment that no longer belongs to it. */
  readonly endsAt: Date;
  readonly permits: readonly Permission[];
}

/** How success will be known. Amounts are decimal strings, never floats. */
export interface Indicator {
  readonly code: string;
  readonly name: string;
  readonly unit: string;
  readonly baseline: string;
  readonly target: string;
}

export type PilotDecision = "stop" | "adjust" | "scale";

export interface Process {
  readonly uri: string;
  readonly id: string;
  readonly origin: string | null;
  readonly url: string;
  readonly handle: string;
  readonly actorUri: string | null;
  readonly organisationId: string | null;
  readonly organisationUri: string | null;
  readonly organisationName: string | null;
  readonly languages: readonly string[];
  readonly title: LanguageMap;
  readonly summary: LanguageMap;
  readonly description: LanguageMap;
  readonly promoter: LanguageMap;
  readonly audience: LanguageMap;
  readonly decides: LanguageMap;
  readonly goals: LanguageMap;
  /** On the button that leads to taking part; empty: the words of the interface. Stays with this node. */
  readonly callToAction: LanguageMap;
  readonly indicator: Indicator | null;
  readonly isPilot: boolean;
  readonly pilotArea: string;
  readonly pilotGeojson: unknown;
  readonly pilotDecision: PilotDecision | null;
  readonly pilotReasons: string;
  readonly pilotDecidedAt: Date | null;
  readonly supportLimit: number | null;
  readonly editWindowMinutes: number;
  readonly image: string | null;
  readonly imageAlt: string;
  readonly source: { readonly name: string; readonly url: string } | null;
  readonly proposalCount: number;
  readonly resultCount: number;
  readonly meetingCount: number;
  readonly publishedAt: Date | null;
  readonly updatedAt: Date | null;
  readonly hiddenAt: Date | null;
  readonly followersCount: number;
  readonly phases: readonly Phase[];
}

/** Its page on this node: by its handle here, by an id where it is a copy of another node's. */
export const processPath = (process: Pick<Process, "origin" | "handle" | "id">): string =>
  `/processes/${process.origin === null ? process.handle : process.id}`;

/** The phase of this moment; null between phases, before the first and after the last. Phases never overlap. */
export const activePhase = (phases: readonly Phase[], now: Date): Phase | null =>
  phases.find((phase) => phase.startsAt <= now && now < phase.endsAt) ?? null;

export const nextPhase = (phases: readonly Phase[], now: Date): Phase | null =>
  phases.filter((phase) => phase.startsAt > now).sort((a, b) => +a.startsAt - +b.startsAt)[0] ?? null;

export const permits = (phases: readonly Phase[], what: Permission, now: Date): boolean =>
  activePhase(phases, now)?.permits.includes(what) ?? false;

export type ProcessState = "draft" | "upcoming" | "open" | "between" | "closed";

export function stateOf(process: Pick<Process, "publishedAt" | "phases">, now: Date): ProcessState {
  if (process.publishedAt === null) return "draft";
  if (activePhase(process.phases, now) !== null) return "open";
  const started = process.phases.some((phase) => phase.startsAt <= now);
  const more = process.phases.some((phase) => phase.startsAt > now);
  return more ? (started ? "between" : "upcoming") : process.phases.length === 0 ? "open" : "closed";
}

export type PhasePlan = Omit<Phase, "id">;

/**
 * Phases in the order of time.
 * @throws Refused `phase-ends-before-start`, `phases-overlap`, naming the phases by their place in the plan, from 1.
 */
export function checkPhases<P extends Pick<Phase, "startsAt" | "endsAt">>(phases: readonly P[]): P[] {
  for (const [index, phase] of phases.entries()) {
    refuseUnless(phase.startsAt < phase.endsAt, "phase-ends-before-start", {
      field: `phase-${index}-ends`,
      phase: index + 1,
    });
  }
  const sorted = [...phases].sort((a, b) => +a.startsAt - +b.startsAt);
  for (const [index, phase] of sorted.entries()) {
    const before = sorted[index - 1];
    refuseUnless(before === undefined || before.endsAt <= phase.startsAt, "phases-overlap", {
      field: `phase-${phases.indexOf(phase)}-starts`,
      phase: phases.indexOf(phase) + 1,
      other: before === undefined ? 0 : phases.indexOf(before) + 1,
    });
  }
  return sorted;
}
