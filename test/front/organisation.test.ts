// The page of an organisation: who it is, and what it has opened.
import { expect, test } from "vitest";
import { openOrganisation } from "../../src/cities/actions.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import type { LanguageMap } from "../../src/platform/text.ts";
import { reachMilestone } from "../../src/results/actions.ts";
import type { Result } from "../../src/results/result.ts";
import { aComment, aProcess, aProposal, aResult } from "../support/build.ts";
import { type Node, openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";

const deusto = (bilbao: Node, now: Date) =>
  openOrganisation(
    bilbao.sql,
    bilbao.uris,
    bilbao.administrator,
    {
      ...{
        handle: "deusto",
        kind: "district",
        name: { en: "Deusto" },
        tagline: {},
        description: {},
        languages: ["en"],
      },
      ...{ timeZone: "Europe/Madrid", accent: "#2f5f8f", logo: null, website: "", territoryName: "", territoryIds: {} },
      ...{ territoryGeojson: null, reportChannelUrl: "" },
    },
    now,
  );

test("a district's page leads to what it has opened, and to nothing that is a draft", async () => {
  await using net = await openNetwork("bilbao");
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  const district = await deusto(bilbao, now);
  const reader = await openReader(bilbao);
  await reader.open("/organisations/deusto");
  expect(reader.all("h1")).toEqual(["Deusto"]);
  expect(reader.all("h2")).not.toContain("Processes");
  const organisationId = district.actorId;
  const process = await aProcess(bilbao, { title: "Shade in the squares", organisationId, now });
  await aProcess(bilbao, { title: "Still a draft", organisationId, isDraft: true, now });
  await aProcess(bilbao, { title: "Of the whole city", now });
  await reader.open("/organisations/deusto");
  expect(reader.all("h2")).toContain("Processes");
  expect(reader.linkTo("Shade in the squares")).toBe(new URL(process.url).pathname);
  expect(reader.text).not.toMatch(/Still a draft|Of the whole city/);
});

test("the feed of an organisation has what it does on the way, and nothing that people say through it or that is hidden", async () => {
  await using net = await openNetwork("bilbao");
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  const { actorId: organisationId } = await deusto(bilbao, now);
  const process = await aProcess(bilbao, { title: "Shade in the squares", organisationId, now });
  const step = (result: Result, title: string) => {
    const said = { resultUri: result.uri, reachedOn: "2026-05-01", title, body: "", language: "en" };
    const standing = { status: "in-progress", progress: 60 } as const;
    return reachMilestone(bilbao.sql, bilbao.uris, bilbao.administrator, { ...said, ...standing }, now);
  };
  await step(await aResult(bilbao, { process, now }), "The first ten trees stand");
  const hidden = await aResult(bilbao, { process, now });
  await step(hidden, "A step of something hidden");
  await hideSubject(bilbao.sql, bilbao.administrator, hidden.uri, "Wrong numbers", now, "other");
  const proposal = await aProposal(bilbao, { process, title: "Of a resident", now });
  await aComment(bilbao, { on: proposal, body: "Of a neighbour", now });
  const reader = await openReader(bilbao);
  await reader.open("/organisations/deusto");
  const response = await bilbao.instance.fetch(
    new Request(new URL(reader.linkTo("Feed (Atom)") ?? "", bilbao.uris.origin)),
  );
  const feed = await response.text();
  expect(feed).toContain("The first ten trees stand");
  expect(feed).not.toMatch(/A step of something hidden|Of a resident|Of a neighbour/);
});

test("a text in another language than the page's says which, and only once", async () => {
  await using net = await openNetwork("bilbao");
  const { bilbao } = net.nodes;
  const input = {
    ...{ kind: "association" as const, name: { es: "Vecinas" }, languages: ["es", "fr"], timeZone: "Europe/Madrid" },
    ...{ accent: "#2f5f8f", logo: null, website: "", territoryName: "", territoryIds: {}, territoryGeojson: null },
    reportChannelUrl: "",
  } as const;
  const notesOf = async (handle: string, texts: { tagline: LanguageMap; description: LanguageMap }) => {
    const now = net.clock.now();
    await openOrganisation(bilbao.sql, bilbao.uris, bilbao.administrator, { ...input, handle, ...texts }, now);
    const reader = await openReader(bilbao);
    await reader.open(`/organisations/${handle}`);
    return reader.all("span").filter((words) => /^in [A-Z]/.test(words));
  };
  const [es, fr, en] = [{ es: "Del barrio" }, { fr: "Du quartier" }, { en: "Of the quarter" }];
  expect(await notesOf("both", { tagline: es, description: es })).toEqual(["in Spanish"]);
  expect(await notesOf("below", { tagline: {}, description: fr })).toEqual(["in French"]);
  expect(await notesOf("each", { tagline: es, description: fr })).toEqual(["in Spanish", "in French"]);
  expect(await notesOf("ours", { tagline: en, description: en })).toEqual([]);
});
