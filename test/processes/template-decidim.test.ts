// Exported processes of Decidim in the shapes of its versions, written by hand after its serializers: 0.19 to 0.29 (steps and
// categories, settings flat or in parts), 0.30 and 0.31 (categories beside taxonomies), and what it is developed into in 2026 (phases).
import { describe, expect, test } from "vitest";
import { readTemplate } from "../../src/processes/template.ts";
import { WrongTemplate } from "../../src/processes/template-json.ts";

const read = (...processes: readonly object[]) => readTemplate(JSON.stringify(processes));

const picture = `data:image/png;base64,${"iVBORw0KGgo".repeat(30_000)}`;

/** What all of them have in common, with all that an editor there leaves in a text. */
const texts = {
  id: 31,
  title: { eu: "Auzoko parkea", es: "El parque <em>del barrio</em>", machine_translations: { en: "The park" } },
  slug: "auzoko-parkea",
  subtitle: { eu: "Denon artean", es: "" },
  short_description: { es: "<p>¿Qué parque queremos?</p>", eu: null },
  description: {
    es: `<h2>Por qué</h2><p><img src="${picture}" alt="Plano"></p><p>Porque <strong>hace falta</strong>&nbsp;sombra &amp; agua.</p><div class="editor-content-videoEmbed" data-video-embed="https://video.example/1"><div><iframe src="https://video.example/1"></iframe></div></div><ol><li><p>Uno</p></li><li><p>Dos</p></li></ol>`,
    machine_translations: { en: "<p>Because</p>" },
  },
  start_date: "2024-03-01",
  end_date: "2024-09-30",
  remote_hero_image_url: "https://decidim.example/rails/active_storage/blobs/redirect/abc/hero.jpg",
  developer_group: { es: "Área de Parques" },
  local_area: { es: "" },
  meta_scope: {},
  participatory_scope: { es: "El diseño" },
  participatory_structure: { es: "" },
  target: { es: "Todo el barrio", machine_translations: {} },
  area: { id: null, name: { eu: "", es: "" } },
  participatory_process_group: { id: null, title: { eu: "", es: "" }, description: {}, remote_hero_image_url: null },
  scope: { id: 2, name: { es: "Norte" } },
  promoted: false,
  scopes_enabled: true,
};
const attachments = {
  attachment_collections: [{ id: 1, name: { es: "Planos" }, weight: 0, description: { es: "" } }],
  files: [
    {
      ...{ id: 4, title: { es: "Plano" }, weight: 0, description: { es: "" } },
      attachment_collection: { name: null, weight: null, description: null },
      remote_file_url: "https://decidim.example/rails/active_storage/blobs/redirect/def/plano.pdf",
    },
  ],
};
const step = (id: number, position: number, title: string, dates: object) => ({
  ...{ id, title: { es: title }, description: { es: "<p>Paso</p>" }, active: position === 1, position },
  ...{ cta_path: "f/7", cta_text: position === 1 ? { es: "Proponga" } : {} },
  ...dates,
});
const days = [
  step(12, 1, "Votación", { start_date: "2024-04-16", end_date: "2024-04-30" }),
  step(11, 0, "Propuestas", { start_date: "2024-03-01", end_date: "2024-04-15" }),
];
const component = (manifest_name: string, settings: unknown) => ({
  ...{ manifest_name, id: 7, name: { es: manifest_name }, participatory_space_id: 31 },
  ...{ participatory_space_type: "Decidim::ParticipatoryProcess", settings, weight: 0, permissions: null },
  published_at: "2024-02-28 13:08:43 UTC",
});
const category = (id: number, name: string, subcategories: unknown = null) => ({
  ...{ id, name: { es: name }, description: { es: "<p>…</p>" }, parent_id: null, subcategories },
});

const early = {
  ...{ ...texts, hashtag: "parque", announcement: null, private_space: false, show_statistics: true },
  remote_banner_image_url: "https://decidim.example/uploads/banner.jpg",
  participatory_process_steps: days,
  participatory_process_categories: [category(1, "Sombra"), category(2, "Agua", [category(3, "Fuentes")])],
  attachments,
  components: [component("blogs", { announcement: { es: null }, announcement_es: null, comments_enabled: true })],
};
const inParts = {
  global: { vote_limit: "5", proposal_edit_before_minutes: 30, comments_enabled: true, announcement: {} },
  default_step: { creation_enabled: true },
  steps: {
    11: { creation_enabled: true, votes_enabled: false, proposal_answering_enabled: false },
    12: { creation_enabled: false, votes_enabled: true, votes_blocked: false, comments_blocked: true },
  },
};

describe("an exported process of Decidim 0.19 to 0.29", () => {
  test("is read whole: texts without markup that runs, days meant whole, categories with those below them", () => {
    const { template, filesLeft, cut } = read(early);
    expect(template).toMatchObject({
      ...{ slug: "auzoko-parkea", summary: { es: "¿Qué parque queremos?" }, promoter: { es: "Área de Parques" } },
      ...{ audience: { es: "Todo el barrio" }, decides: { es: "El diseño" }, callToAction: { es: "Proponga" } },
    });
    expect(template.title).toEqual({ eu: "Auzoko parkea", es: "El parque del barrio" });
    expect(template.description).toEqual({
      es: "### Por qué\n\nPorque **hace falta** sombra & agua.\n\n1. Uno\n2. Dos",
    });
    // Until the end of 15 April, and from its next day on: nothing lies between.
    expect(template.phases.map(({ title, afterDays, lastsDays }) => [title.es, afterDays, lastsDays])).toEqual([
      ["Propuestas", 0, 46],
      ["Votación", 46, 15],
    ]);
    expect(template.categories).toEqual([{ es: "Sombra" }, { es: "Agua" }, { es: "Fuentes" }]);
    expect([filesLeft, cut]).toEqual([3, []]);
  });

  test("permits in each step what its proposals are set to there; what is not said is as Decidim has it", () => {
    const { template } = read({ ...early, components: [...early.components, component("proposals", inParts)] });
    expect(template.phases.map(({ permits }) => permits)).toEqual([
      ["propose", "comment"],
      ["support", "answer"],
    ]);
    expect(template).toMatchObject({ supportLimit: 5, editWindowMinutes: 30 });
    const unsaid = { ...inParts, steps: {} };
    const { phases } = read({ ...early, components: [component("proposals", unsaid)] }).template;
    expect(phases.map(({ permits }) => permits)).toEqual([
      ["comment", "answer"],
      ["comment", "answer"],
    ]);
  });

  test("of two components for proposals each gives what it permits", () => {
    const second = { global: { vote_limit: 9 }, steps: { 12: { creation_enabled: true, comments_blocked: true } } };
    const { template } = read({ ...early, components: [inParts, second].map((one) => component("proposals", one)) });
    expect(template.supportLimit).toBe(5);
    expect(template.phases[1]!.permits).toEqual(["propose", "support", "answer"]);
  });

  test.each([
    ["all in one", { vote_limit: 4, proposal_edit_before_minutes: 5, intro: { es: "<p>…</p>" }, intro_es: "<p>…</p>" }],
    ["in a text", JSON.stringify({ vote_limit: 4, proposal_edit_before_minutes: 5 })],
  ])("with settings %s says limits, and nothing of its steps", (_how, settings) => {
    const { template } = read({ ...early, components: [component("proposals", settings)] });
    expect(template).toMatchObject({ supportLimit: 4, editWindowMinutes: 5 });
    expect(template.phases.map(({ permits }) => permits)).toEqual([[], []]);
  });

  test("may be empty wherever it can be", () => {
    const nothing = { attachment_collections: null, files: null };
    const empty = { ...texts, participatory_process_steps: null, participatory_process_categories: null };
    for (const rest of [{ attachments: nothing, components: null }, { attachments: null }, {}]) {
      const { template } = read({ ...empty, remote_hero_image_url: null, ...rest });
      expect(template).toMatchObject({ phases: [], categories: [], supportLimit: null, editWindowMinutes: 1_440 });
    }
    const bare = { title: texts.title, short_description: null, description: {}, target: "" };
    expect(read(bare)).toMatchObject({ template: { summary: {}, description: {}, slug: "" }, filesLeft: 0 });
  });
});

describe("an exported process of Decidim 0.30 and later", () => {
  const later = {
    ...{ ...texts, reference: "PARK-PART-2024-03-31", url: "https://decidim.example/processes/auzoko-parkea" },
    ...{ created_at: "2024-02-01T09:00:00.000Z", updated_at: "2024-02-02T09:00:00.000Z", follows_count: 3, weight: 1 },
    categories: [category(2, "Agua", [category(3, "Fuentes")])],
    taxonomies: { ids: [41, 42], 41: { es: "Barrios", machine_translations: {} }, 42: { es: "Mayores" } },
    ...{ attachments, access_mode: "open" },
    components: [component("proposals", { global: { vote_limit: 0, edit_time: [2, "hours"] }, steps: {} })],
  };
  const moments = days.map((one, at) => ({
    ...one,
    start_date: at === 1 ? "2024-03-01T00:00:00.000+01:00" : "2024-04-16T00:00:00.000+02:00",
    end_date: at === 1 ? "2024-04-15T23:59:00.000+02:00" : "2024-04-30T23:59:00.000+02:00",
  }));

  test.each(["participatory_process_steps", "participatory_process_phases"])("is read, with its %s", (key) => {
    const { template, filesLeft } = read({ ...later, [key]: moments });
    expect(template.phases.map(({ afterDays, lastsDays }) => [afterDays, lastsDays])).toEqual([
      [0, 46],
      [46, 15],
    ]);
    expect(template.categories.map(({ es }) => es)).toEqual(["Agua", "Fuentes", "Barrios", "Mayores"]);
    expect(template).toMatchObject({ supportLimit: null, editWindowMinutes: 120 });
    expect(filesLeft).toBe(2);
  });

  test("may leave one end of a step open", () => {
    const open = [
      { ...moments[1], end_date: null },
      { ...moments[0], end_date: null },
    ];
    const { template } = read({ ...later, participatory_process_phases: open });
    expect(template.phases.map(({ afterDays, lastsDays }) => [afterDays, lastsDays])).toEqual([
      [0, 46],
      [46, 30],
    ]);
    const ended = [moments[1]!, { ...moments[0], start_date: null }];
    const { phases } = read({ ...later, participatory_process_phases: ended }).template;
    expect(phases.map(({ afterDays, lastsDays }) => [afterDays, lastsDays])).toEqual([
      [0, 46],
      [46, 15],
    ]);
  });

  test("may let proposals be edited without end", () => {
    const endless = component("proposals", { global: { proposal_edit_time: "infinite", edit_time: [5, "minutes"] } });
    expect(read({ ...later, components: [endless] }).template.editWindowMinutes).toBe(525_600);
  });
});

test("what is too long is cut at a word, and said; of a text that is mostly a picture, the words stay", () => {
  const long = "palabra ".repeat(3_000);
  const { template, cut } = read({ ...early, description: { es: `<p>${long}</p>` }, target: { ca: "curt", es: long } });
  expect(cut).toEqual(["description.es", "target.es"]);
  expect(template.description.es).toMatch(/palabra…$/);
  expect(
    read({ ...early, description: { es: `<p>Antes<img src="${picture}">después</p>` } }).template.description,
  ).toEqual({
    es: "Antesdespués",
  });
});

describe("what cannot be read is named", () => {
  const proposals = (global: object) => ({ ...early, components: [component("proposals", { global, steps: {} })] });
  test.each([
    [
      { ...early, participatory_process_categories: [category(1, "A", [{ name: "B" }])] },
      "participatory_process_categories[0].subcategories[0].name",
      "text",
    ],
    [
      { ...early, participatory_process_categories: Array(201).fill(category(1, "A")) },
      "participatory_process_categories",
      "few",
    ],
    [{ ...early, taxonomies: { ids: [1], 1: "Barrios" } }, "taxonomies.1", "text"],
    [{ ...early, participatory_process_steps: { 0: days[0] } }, "participatory_process_steps", "list"],
    [{ ...texts, participatory_process_phases: [{ title: "Uno" }] }, "participatory_process_phases[0].title", "text"],
    [{ ...early, components: ["proposals"] }, "components[0]", "process"],
    [{ ...early, components: [component("proposals", "{")] }, "components[0].settings", "json"],
    [proposals({ vote_limit: -1 }), "components[0].settings.global.vote_limit", "number"],
    [proposals({ vote_limit: "many" }), "components[0].settings.global.vote_limit", "number"],
    [proposals({ edit_time: [5, "moons"] }), "components[0].settings.global.edit_time", "number"],
    [proposals({ edit_time: [900, "days"] }), "components[0].settings.global.edit_time", "number"],
  ] as const)("%#: %o", (process, place, expected) => {
    expect(() => read(process)).toThrow(WrongTemplate);
    expect(() => read(process)).toThrow(`${place}: expected ${expected}`);
  });
});
