// The law of adoptions: plans as distances, and back to real dates; trees however they are claimed.
import fc from "fast-check";
import { expect, test } from "vitest";
import { lineageNodesMax } from "../../src/adoptions/adoption.ts";
import { type LineageNode, placeTree, sharedLanguage } from "../../src/adoptions/lineage.ts";
import { hourMs } from "../../src/platform/time.ts";
import { datesOf, relativePlan } from "../../src/processes/relative-plan.ts";

const at = (text: string) => new Date(text);

test("a plan is days after its first day, whatever hours and summer times lie between", () => {
  const phases = [
    { startsAt: at("2026-03-01T00:00:00+01:00"), endsAt: at("2026-03-31T00:00:00+02:00") },
    { startsAt: at("2026-04-10T00:00:00+02:00"), endsAt: at("2026-04-11T00:00:00+02:00") },
  ];
  expect(relativePlan(phases)).toEqual([
    { afterDays: 0, lastsDays: 30 },
    { afterDays: 40, lastsDays: 1 },
  ]);
  expect(relativePlan([])).toEqual([]);
});

test("what lasts some hours takes a day, and nothing begins before the one before it ends", () => {
  const start = at("2026-03-01T09:00:00Z");
  const hours = (from: number, until: number) => ({
    startsAt: new Date(+start + from * hourMs),
    endsAt: new Date(+start + until * hourMs),
  });
  expect(relativePlan([hours(0, 2), hours(2, 4), hours(30, 80)])).toEqual([
    { afterDays: 0, lastsDays: 1 },
    { afterDays: 1, lastsDays: 1 },
    { afterDays: 2, lastsDays: 1 },
  ]);
});

test("a plan moved to another city and back has the same distances", () => {
  const gaps = fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 200 })), { minLength: 1, maxLength: 12 });
  const starts = fc.date({ min: at("2020-01-01T00:00:00Z"), max: at("2040-01-01T00:00:00Z"), noInvalidDate: true });
  const zones = fc.constantFrom("Europe/Lisbon", "Africa/Algiers", "America/Bogota", "Pacific/Auckland");
  fc.assert(
    fc.property(gaps, starts, zones, (list, start, zone) => {
      let after = 0;
      const plan = list.map(([gap, lastsDays], index) => {
        const relative = { afterDays: index === 0 ? 0 : after + gap, lastsDays };
        after = relative.afterDays + lastsDays;
        return relative;
      });
      const day = start.toISOString().slice(0, 10);
      const dated = plan.map((relative) => datesOf(day, relative, zone)!);
      for (const { startsAt, endsAt } of dated) expect(+endsAt).toBeGreaterThan(+startsAt);
      expect(relativePlan(dated)).toEqual(plan);
    }),
  );
});

test("what is no day has no dates", () => {
  for (const day of ["", "2026-02-30x", "tomorrow", "2026-13-01", "99999-01-01"]) {
    expect(datesOf(day, { afterDays: 0, lastsDays: 1 }, "Europe/Madrid")).toBeNull();
  }
  expect(datesOf("2026-03-01", { afterDays: 0, lastsDays: 1 }, "Europe/Madrid")).toEqual({
    startsAt: at("2026-03-01T00:00:00+01:00"),
    endsAt: at("2026-03-02T00:00:00+01:00"),
  });
});

const node = (uri: string, parentUri: string | null): LineageNode => ({
  ...{ uri, parentUri, path: null, facts: null, standing: "read", isAccepted: null },
});

test("each stands under what it was made from, wherever one looks from", () => {
  const nodes = [node("c", "b"), node("a", null), node("b", "a"), node("d", "a")];
  for (const from of ["a", "b", "c", "d"]) {
    expect(placeTree(nodes, from).map(({ uri, depth, parentLine }) => [uri, depth, parentLine])).toEqual([
      ["a", 0, null],
      ["b", 1, 0],
      ["c", 2, 1],
      ["d", 1, 0],
    ]);
  }
});

test("a ring ends, and no tree is drawn without end", () => {
  const ring = [node("a", "c"), node("b", "a"), node("c", "b")];
  expect(
    placeTree(ring, "a")
      .map(({ uri }) => uri)
      .toSorted(),
  ).toEqual(["a", "b", "c"]);
  const many = [node("0", null), ...Array.from({ length: 1_000 }, (_, index) => node(`${index + 1}`, "0"))];
  expect(placeTree(many, "0")).toHaveLength(lineageNodesMax);
  const deep = Array.from({ length: 500 }, (_, index) => node(`${index}`, index === 0 ? null : `${index - 1}`));
  expect(placeTree(deep, "0").length).toBeLessThan(50);
});

test("two texts are compared in a language both have", () => {
  expect(sharedLanguage({ ca: "Carrers", en: "Streets" }, { en: "Roads", fr: "Rues" }, "fr")).toBe("en");
  expect(sharedLanguage({ ca: "Carrers" }, { fr: "Rues" }, "fr")).toBeNull();
  expect(sharedLanguage({ ca: "a", en: "b" }, { ca: "c", en: "d" }, "en")).toBe("en");
});
