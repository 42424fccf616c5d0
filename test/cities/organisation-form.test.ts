// What an administrator types of a city, a district or an association.
import { expect, test } from "vitest";
import { openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";

test("a colour that nobody could read is refused in words, and what was typed stays", async () => {
  await using net = await openNetwork("bilbao");
  const { bilbao } = net.nodes;
  const reader = await openReader(bilbao, bilbao.administrator);
  await reader.open("/settings/organisations/new");
  reader.fill("Colour", "#ffff00").fill("Website", "https://bilbao.example/");
  await reader.press("Open");
  expect(reader.status).toBe(422);
  expect(reader.text).toContain("too pale to be read on light paper");
  expect([reader.value("Colour"), reader.value("Website")]).toEqual(["#ffff00", "https://bilbao.example/"]);
});
