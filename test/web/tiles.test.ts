// Which pictures lie under a map: they cover it without a gap, exist on their server, and stand where the places are.
import { geoMercator } from "d3-geo";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isTileTemplate } from "../../src/settings/setting.ts";
import { originOf, snapToTiles, tileSide, tilesUnder } from "../../src/web/tiles.ts";

const source = { template: "https://tiles.test/{z}/{x}/{y}.png", attribution: "© them", zoomMax: 19 };
const size = [640, 400] as const;

test("wherever a map looks, pictures cover it, and none is asked for that does not exist", () => {
  fc.assert(
    fc.property(
      fc.record({
        longitude: fc.double({ min: -180, max: 180, noNaN: true }),
        latitude: fc.double({ min: -70, max: 70, noNaN: true }),
        scale: fc.integer({ min: 200_000, max: 900_000_000 }),
      }),
      ({ longitude, latitude, scale }) => {
        const projection = geoMercator().scale(scale).translate([0, 0]);
        const [x, y] = projection([longitude, latitude])!;
        projection.translate([320 - x, 200 - y]);
        const zoom = snapToTiles(projection, size, source.zoomMax);
        expect(zoom).toBeLessThanOrEqual(17);
        const [middleX, middleY] = projection([longitude, latitude])!;
        // The other way round the world is the same place.
        const world = tileSide * 2 ** zoom;
        expect(Math.abs(Math.round((middleX - 320) / world) * world - (middleX - 320))).toBeLessThan(0.5);
        expect(middleY).toBeCloseTo(200, 1);
        const tiles = tilesUnder(source, projection, size, zoom);
        expect(tiles.length).toBeLessThanOrEqual(12);
        for (const [px, py] of [
          [0, 0],
          [639, 0],
          [0, 399],
          [639, 399],
          [320, 200],
        ] as const) {
          const under = tiles.filter(
            (tile) => px >= tile.x && px < tile.x + tileSide && py >= tile.y && py < tile.y + tileSide,
          );
          expect(under.length).toBe(1);
        }
        for (const { url } of tiles) {
          const [z, column, row] = url.match(/\d+/g)!.map(Number) as [number, number, number];
          expect([z === zoom, column >= 0 && column < 2 ** z, row >= 0 && row < 2 ** z]).toEqual([true, true, true]);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("a known place is on the picture that everyone numbers the same way", () => {
  // The formula of OpenStreetMap's "Slippy map tilenames".
  const [longitude, latitude] = [-2.9229, 43.2588];
  const n = 2 ** 17;
  const column = Math.floor(((longitude + 180) / 360) * n);
  const radians = (latitude * Math.PI) / 180;
  const row = Math.floor(((1 - Math.log(Math.tan(radians) + 1 / Math.cos(radians)) / Math.PI) / 2) * n);
  const projection = geoMercator().scale(30_000_000).translate([0, 0]);
  const [x, y] = projection([longitude, latitude])!;
  projection.translate([320 - x, 200 - y]);
  const zoom = snapToTiles(projection, size, 17);
  const under = tilesUnder(source, projection, size, zoom).find(
    (tile) => 320 >= tile.x && 320 < tile.x + tileSide && 200 >= tile.y && 200 < tile.y + tileSide,
  );
  expect(under?.url).toBe(`https://tiles.test/17/${column}/${row}.png`);
});

test("one origin is asked, and only addresses that name one are taken", () => {
  expect(originOf({ ...source, template: "https://tiles.test:8443/a/{z}/{x}/{y}@2x.png?key=1" })).toBe(
    "https://tiles.test:8443",
  );
  const good = ["https://tiles.test/{z}/{x}/{y}.png", "https://tiles.test/?z={z}&x={x}&y={y}"];
  const bad = [
    "http://t.test/{z}/{x}/{y}",
    "https://{z}.test/{x}/{y}",
    "https://t.test/{z}/{x}/{x}/{y}",
    "javascript:{z}{x}{y}",
    "https://t.test/{z}/{x}/{y}/{r}",
    "https://t.test;script-src/{z}/{x}/{y}",
  ];
  expect([...good, ...bad].map(isTileTemplate)).toEqual([...good.map(() => true), ...bad.map(() => false)]);
});
