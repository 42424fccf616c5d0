// The law of phases, as properties: a plan is in order or refused by name, and a moment is in one phase or in none.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Refused } from "../../src/platform/refusal.ts";
import { hourMs } from "../../src/platform/time.ts";
import {
  activePhase,
  checkPhases,
  nextPhase,
  type Phase,
  permissions,
  permits,
  stateOf,
} from "../../src/processes/process.ts";

const start = Date.UTC(2026, 0, 1);
const at = (hour: number): Date => new Date(start + hour * hourMs);

const phase = (from: number, to: number, permitted: readonly (typeof permissions)[number][] = []): Phase => ({
  id: `${from}-${to}`,
  title: { en: "Phase" },
  description: {},
  startsAt: at(from),
  endsAt: at(to),
  permits: permitted,
});

/** Any two hours: in order, the same, or the wrong way round. */
const anyPhase = fc
  .tuple(fc.nat(48), fc.nat(48), fc.subarray([...permissions]))
  .map(([from, to, permitted]) => phase(from, to, permitted));

/** Phases that follow each other, with gaps or without, in any order of listing. */
const plan = fc
  .uniqueArray(fc.nat(200), { minLength: 2, maxLength: 12 })
  .map((hours) => hours.sort((a, b) => a - b))
  .map((hours) =>
    hours.slice(1).map((hour, index) => phase(hours[index]!, hour, index % 2 ? ["comment"] : ["propose"])),
  )
  .chain((phases) => fc.shuffledSubarray(phases));

const refusalOf = (work: () => unknown): Refused | null => {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
};

describe("a plan", () => {
  test("is accepted exactly when each phase ends after its start and no two share a moment", () => {
    fc.assert(
      fc.property(fc.array(anyPhase, { maxLength: 6 }), (phases) => {
        const isBackwards = phases.some((one) => one.endsAt <= one.startsAt);
        const overlaps = phases.some((one, index) =>
          phases.slice(index + 1).some((other) => one.startsAt < other.endsAt && other.startsAt < one.endsAt),
        );
        const refused = refusalOf(() => checkPhases(phases));
        expect(refused?.code ?? null).toBe(
          isBackwards ? "phase-ends-before-start" : overlaps ? "phases-overlap" : null,
        );
      }),
    );
  });

  test("that is accepted comes back in the order of time, with nothing lost", () => {
    fc.assert(
      fc.property(plan, (phases) => {
        const sorted = checkPhases(phases);
        expect(new Set(sorted)).toEqual(new Set(phases));
        for (const [index, one] of sorted.slice(1).entries())
          expect(+sorted[index]!.endsAt).toBeLessThanOrEqual(+one.startsAt);
      }),
    );
  });

  test("that is refused names the phases by their place in the form", () => {
    const overlapping = [phase(10, 20), phase(0, 5), phase(15, 30)];
    expect(refusalOf(() => checkPhases(overlapping))).toMatchObject({
      code: "phases-overlap",
      params: { phase: 3, other: 1, field: "phase-2-starts" },
    });
    expect(refusalOf(() => checkPhases([phase(0, 1), phase(5, 5)]))).toMatchObject({
      code: "phase-ends-before-start",
      params: { phase: 2, field: "phase-1-ends" },
    });
  });
});

describe("a moment", () => {
  test("is in one phase or in none, and the first moment after the end is not in it", () => {
    fc.assert(
      fc.property(plan, fc.nat(210), (phases, hour) => {
        const containing = phases.filter((one) => one.startsAt <= at(hour) && at(hour) < one.endsAt);
        expect(containing.length).toBeLessThanOrEqual(1);
        expect(activePhase(phases, at(hour))).toBe(containing[0] ?? null);
        for (const one of phases) expect(activePhase(phases, one.endsAt)).not.toBe(one);
        for (const one of phases) expect(activePhase(phases, one.startsAt)).toBe(one);
      }),
    );
  });

  test("permits what its phase permits and nothing between phases", () => {
    fc.assert(
      fc.property(plan, fc.nat(210), fc.constantFrom(...permissions), (phases, hour, what) => {
        expect(permits(phases, what, at(hour))).toBe(activePhase(phases, at(hour))?.permits.includes(what) ?? false);
      }),
    );
  });

  test("has the nearest later phase as its next", () => {
    fc.assert(
      fc.property(plan, fc.nat(210), (phases, hour) => {
        const next = nextPhase(phases, at(hour));
        const later = phases.filter((one) => one.startsAt > at(hour));
        const nearest = later.length === 0 ? null : Math.min(...later.map((one) => +one.startsAt));
        expect(next === null ? null : +next.startsAt).toBe(nearest);
      }),
    );
  });

  test("of a process is a draft, upcoming, open, between or closed, as its phases say", () => {
    const [first, second] = [phase(10, 20), phase(30, 40)];
    const state = (hour: number) => stateOf({ publishedAt: at(0), phases: [second, first] }, at(hour));
    expect([0, 9, 10, 19, 20, 29, 30, 39, 40, 99].map(state)).toEqual([
      "upcoming",
      "upcoming",
      "open",
      "open",
      "between",
      "between",
      "open",
      "open",
      "closed",
      "closed",
    ]);
    expect(stateOf({ publishedAt: null, phases: [first] }, at(15))).toBe("draft");
  });
});
