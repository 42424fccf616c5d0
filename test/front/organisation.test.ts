// The page of an organisation: who it is, and what it has opened.
import { expect, test } from "vitest";
import { openOrganisation } from "../../src/cities/actions.ts";
import { aProcess } from "../support/build.ts";
import { openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";

test("a district's page leads to what it has opened, and to nothing that is a draft", async () => {
  await using net = await openNetwork("bilbao");
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  const district = await openOrganisation(
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
