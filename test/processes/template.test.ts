// Templates: a file goes out and comes back the same, Decidim's own export is read, and a wrong file is refused at its place.
import { describe, expect, test } from "vitest";
import { moveAlong, planChange } from "../../src/processes/plan.ts";
import type { Process } from "../../src/processes/process.ts";
import { readTemplate, templateOf, writeTemplate } from "../../src/processes/template.ts";
import { WrongTemplate } from "../../src/processes/template-json.ts";
import { missingTexts, slotsOf, translated } from "../../src/processes/translation.ts";

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const phase = (id: string, from: string, to: string, permits: Process["phases"][number]["permits"] = []) => ({
  ...{ id, title: { en: `Phase ${id}`, ar: "مرحلة" }, description: { en: "Line <one> & more\nline two" } },
  ...{ startsAt: day(from), endsAt: day(to), permits },
});
const process = {
  handle: "squares",
  languages: ["en"],
  title: { en: "Squares & <streets>", ar: "الساحات" },
  summary: { en: "Where?\nAnd when?" },
  description: { en: "Some **bold** words.\n\n- one\n- two" },
  promoter: { en: "Parks" },
  audience: { en: "Everyone" },
  decides: { en: "The council" },
  goals: { en: "More *shade*" },
  callToAction: { en: "Name a street" },
  indicator: { code: "S1", name: "Shade", unit: "%", baseline: "12.5", target: "20" },
  isPilot: true,
  supportLimit: 5,
  editWindowMinutes: 60,
  phases: [
    phase("a", "2026-03-01", "2026-03-11", ["propose", "comment"]),
    phase("b", "2026-03-11", "2026-03-31", ["support", "answer"]),
  ],
} as unknown as Process;

test("a process goes into a file and comes back: texts, rules, categories, and its plan as days", () => {
  const template = templateOf(process, [{ name: { en: "Mobility" } }]);
  const file = writeTemplate(template, process);
  expect(readTemplate(file)).toEqual({ template, filesLeft: 0, cut: [] });
  expect(template.phases.map(({ afterDays, lastsDays }) => [afterDays, lastsDays])).toEqual([
    [0, 10],
    [10, 20],
  ]);
  const [written] = JSON.parse(file);
  expect(Object.keys(written)).toEqual(
    expect.arrayContaining(["title", "slug", "subtitle", "description", "participatory_process_steps", "components"]),
  );
  expect(file).not.toContain("mail");
});

const decidim = {
  id: 7,
  title: { ca: "Pressupostos", es: "Presupuestos", machine_translations: { en: "Budgets" } },
  subtitle: { ca: "Decidim junts" },
  slug: "pressupostos-2025",
  hashtag: "",
  short_description: { ca: "<p>Tria <strong>projectes</strong></p><script>alert(1)</script>" },
  description: {
    ca: '<p>Hola <a href="javascript:alert(1)" onclick="x()">aquí</a> <img src=x onerror=alert(1)></p><ul><li>un</li></ul>',
  },
  announcement: {},
  start_date: "2025-01-01",
  end_date: "2025-06-30",
  developer_group: { ca: "Àrea de participació" },
  participatory_process_steps: [
    {
      id: 2,
      title: { ca: "Votació" },
      description: { ca: "<p>Voteu</p>" },
      start_date: "2025-02-01T00:00:00.000Z",
      end_date: "2025-03-01T00:00:00.000Z",
      active: false,
      position: 1,
    },
    {
      id: 1,
      title: { ca: "Propostes" },
      description: null,
      start_date: "2025-01-01T00:00:00.000Z",
      end_date: "2025-02-01T00:00:00.000Z",
      active: true,
      position: 0,
    },
  ],
  participatory_process_categories: [{ id: 3, name: { ca: "Mobilitat" }, description: {}, parent_id: null }],
  components: [
    {
      manifest_name: "proposals",
      name: { ca: "Propostes" },
      settings: {
        global: { vote_limit: 3 },
        steps: {
          1: { creation_enabled: true, comments_blocked: false, proposal_answering_enabled: false },
          2: { votes_enabled: true, votes_blocked: false, comments_blocked: true, proposal_answering_enabled: false },
        },
      },
    },
  ],
};

test("Decidim's own export is read: steps by position, what each permits, and nothing that runs", () => {
  const { template: read } = readTemplate(JSON.stringify([decidim]));
  expect(read.title).toEqual({ ca: "Pressupostos", es: "Presupuestos" });
  expect(read.summary.ca).toBe("Tria projectes");
  expect(read.description.ca).toContain("- un");
  expect(read.description.ca).not.toMatch(/javascript|onerror|<img|onclick/);
  expect(read.phases).toMatchObject([
    { title: { ca: "Propostes" }, afterDays: 0, lastsDays: 31, permits: ["propose", "comment"] },
    { title: { ca: "Votació" }, afterDays: 31, lastsDays: 28, permits: ["support"] },
  ]);
  expect(read.supportLimit).toBe(3);
  expect(read.categories).toEqual([{ ca: "Mobilitat" }]);
});

test("steps without dates follow each other, thirty days each", () => {
  const undated = decidim.participatory_process_steps.map((step) => ({ ...step, start_date: null, end_date: null }));
  const { phases } = readTemplate(JSON.stringify({ ...decidim, participatory_process_steps: undated })).template;
  expect(phases.map(({ afterDays, lastsDays }) => [afterDays, lastsDays])).toEqual([
    [0, 30],
    [30, 30],
  ]);
});

describe("a wrong file is refused at its place", () => {
  const steps = decidim.participatory_process_steps;
  test.each([
    ["{", "", "json"],
    ["3", "", "process"],
    ["[]", "", "process"],
    [JSON.stringify([decidim, decidim]), "", "process"],
    [JSON.stringify({}), "title", "text"],
    [JSON.stringify({ ...decidim, title: "Plain" }), "title", "text"],
    [JSON.stringify({ ...decidim, title: { ca: 3 } }), "title.ca", "text"],
    [JSON.stringify({ ...decidim, title: { ca: "x".repeat(151) } }), "title.ca", "short"],
    [JSON.stringify({ ...decidim, components: {} }), "components", "list"],
    [
      JSON.stringify({ ...decidim, participatory_process_steps: [...steps, { title: {} }] }),
      "participatory_process_steps[2].title",
      "text",
    ],
    [
      JSON.stringify({ title: { en: "A" }, steps: [{ title: { en: "B" }, start_date: "soon" }] }),
      "steps[0].start_date",
      "days",
    ],
    [
      JSON.stringify({ title: { en: "A" }, steps: [{ title: { en: "B" }, after_days: -1 }] }),
      "steps[0].after_days",
      "days",
    ],
    [JSON.stringify({ title: { en: "A" }, steps: Array(21).fill({ title: { en: "B" } }) }), "steps", "few"],
    [
      JSON.stringify({
        title: { en: "A" },
        steps: [
          { title: { en: "B" }, after_days: 0, lasts_days: 9 },
          { title: { en: "C" }, after_days: 5, lasts_days: 9 },
        ],
      }),
      "steps[1].after_days",
      "after",
    ],
  ])("%.60s", (text, place, expected) => {
    expect(() => readTemplate(text)).toThrow(WrongTemplate);
    try {
      readTemplate(text);
    } catch (error) {
      expect(error).toMatchObject({ place, expected });
    }
  });
});

test("later phases go along by as many days, over the change of summer time, and only those left alone", () => {
  const at = (from: string, to: string) => ({ startsAt: new Date(from), endsAt: new Date(to) });
  const before = [
    at("2026-03-01T23:00:00Z", "2026-03-09T23:00:00Z"),
    at("2026-03-09T23:00:00Z", "2026-03-19T23:00:00Z"),
    at("2026-03-19T23:00:00Z", "2026-04-19T22:00:00Z"),
  ];
  const typed = [before[0]!, at("2026-03-09T23:00:00Z", "2026-03-29T22:00:00Z"), before[2]!];
  const moved = moveAlong(before, typed, "Europe/Madrid");
  expect(moved[0]).toEqual(before[0]);
  expect(moved[2]).toEqual(at("2026-03-29T22:00:00Z", "2026-04-29T22:00:00Z"));
  expect(moveAlong(before, typed.slice(1), "Europe/Madrid")).toEqual(typed.slice(1));
});

test("a plan has changed when a date has, and not when only seconds or words have", () => {
  const [a, b] = process.phases as [Process["phases"][number], Process["phases"][number]];
  expect(planChange([a, b], [{ ...a, startsAt: new Date(+a.startsAt + 5_000), title: { en: "Other" } }, b])).toBeNull();
  const later = { ...b, endsAt: day("2026-04-05") };
  expect(planChange([a, b], [a, later])).toEqual({ dated: [later], dropped: [] });
  expect(planChange([a, b], [a])).toEqual({ dated: [], dropped: [b] });
});

test("a translation changes one language and says what is missing", () => {
  const slots = slotsOf(process);
  expect(missingTexts(slots, "en")).toBe(0);
  expect(missingTexts(slots, "ar")).toBe(9);
  const change = translated(process, "ar", { summary: " أين؟ ", "phase-1-title": "" });
  expect(change.summary).toEqual({ en: "Where?\nAnd when?", ar: "أين؟" });
  expect(change.phases[1]!.title).toEqual({ en: "Phase b" });
  expect(change.phases[0]!.title).toEqual({ en: "Phase a", ar: "مرحلة" });
  expect(change.languages).toEqual(["en", "ar"]);
});
