import fc from "fast-check";
import { expect, test } from "vitest";
import { accentDefault, accentUrl, checkColour, contrast, isAccent, shadesOf } from "../../src/web/accent.ts";

const channel = fc.nat(255).map((value) => value.toString(16).padStart(2, "0"));
const colour = fc.tuple(channel, channel, channel).map((parts) => `#${parts.join("")}`);

test("whatever colour a city takes, text in it and on it stays readable (WCAG 2.2, 1.4.3)", () => {
  fc.assert(
    fc.property(colour, fc.constantFrom("light" as const, "dark" as const), (accent, mode) => {
      const paper = mode === "light" ? ["#fbfaf7", "#ffffff", "#f3f1eb"] : ["#14171a", "#1b1f23", "#101316"];
      const shades = shadesOf(accent, mode);
      for (const ground of [...paper, shades.soft]) expect(contrast(shades.text, ground)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(shades.solid, shades.onSolid)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(shades.strong, shades.onSolid)).toBeGreaterThanOrEqual(4.5);
      // Bars on their track, lines beside an answer.
      const track = mode === "light" ? "#edebe4" : "#282d32";
      for (const ground of [...paper, track]) expect(contrast(shades.solid, ground)).toBeGreaterThanOrEqual(3);
    }),
    { numRuns: 500 },
  );
});

test("whatever colour is chosen, what is offered in its place can be read and seen, and stays itself where it can", () => {
  fc.assert(
    fc.property(colour, fc.constantFrom("letters" as const, "shapes" as const), (chosen, use) => {
      const min = use === "letters" ? 4.5 : 3;
      const { isEnough, nearest, onLight, onDark } = checkColour(chosen, use);
      expect(isEnough).toBe(contrast(chosen, "#fbfaf7") >= min);
      expect(onLight).toBeCloseTo(contrast(chosen, "#fbfaf7"), 10);
      expect(onDark).toBeGreaterThanOrEqual(4.5);
      if (isEnough) expect(nearest).toBe(chosen);
      expect(isAccent(nearest)).toBe(true);
      expect(checkColour(nearest, use).isEnough).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("two colours have one stylesheet under an address of their own, and a sample to look at first", async () => {
  const { accentRoutes, sampleUrl } = await import("../../src/web/accent.ts");
  const url = accentUrl("#1F4E5F", "#8a2be2");
  expect(url).not.toBe(accentUrl("#1f4e5f"));
  for (const address of [url, accentUrl("#1f4e5f"), sampleUrl("#1f4e5f", "#8a2be2"), sampleUrl("#1f4e5f", null)]) {
    const answer = await accentRoutes.request(address);
    expect([address, answer.status, answer.headers.get("content-type")]).toEqual([
      address,
      200,
      "text/css; charset=utf-8",
    ]);
  }
  const css = await (await accentRoutes.request(url)).text();
  expect(css).toContain(`--tile-1:${shadesOf("#8a2be2", "light").tiles[1]}`);
  expect(css).toContain(`--second:${shadesOf("#8a2be2", "light").solid};`);
  expect(css).toContain(`--accent:${shadesOf("#1f4e5f", "light").solid};`);
  const alone = await (await accentRoutes.request(accentUrl("#1f4e5f"))).text();
  expect(alone).toContain(`--second:${shadesOf("#1f4e5f", "light").solid};`);
  expect(css).toContain(`--tile-0:${shadesOf("#1f4e5f", "light").tiles[0]}`);
  expect((await accentRoutes.request("/assets/sample-nonsense.css")).status).toBe(404);
});

test("the words and states of the stylesheet are readable on its papers", async () => {
  const { readFileSync } = await import("node:fs");
  const css = readFileSync(new URL("../../src/web/assets/koinon.css", import.meta.url), "utf8");
  const pairs = [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)];
  expect(pairs.length).toBeGreaterThan(12);
  for (const mode of [2, 3]) {
    const tokens = Object.fromEntries(pairs.map((pair) => [pair[1]!, pair[mode]!]));
    for (const ground of ["paper", "surface", "sunken"]) {
      for (const ink of ["ink", "ink-soft"])
        expect([ink, ground, contrast(tokens[ink]!, tokens[ground]!) >= 4.5]).toEqual([ink, ground, true]);
      expect(["line-strong", ground, contrast(tokens["line-strong"]!, tokens[ground]!) >= 3]).toEqual([
        "line-strong",
        ground,
        true,
      ]);
    }
    for (const ink of ["ink", "ink-soft"]) expect(contrast(tokens[ink]!, tokens["neutral-soft"]!)).toBeGreaterThan(4.5);
    for (const tone of ["good", "bad", "waiting"]) {
      expect([tone, contrast(tokens[tone]!, tokens[`${tone}-soft`]!) >= 4.5]).toEqual([tone, true]);
    }
  }
});

test("what is no colour becomes the default", () => {
  expect(["#fff", "red", "", "#12345g"].some(isAccent)).toBe(false);
  expect(accentUrl("red")).toBe(accentUrl(accentDefault));
  expect(shadesOf("nonsense", "light")).toEqual(shadesOf(accentDefault, "light"));
});
