// Pictures of maps as a grid: which square pictures cover a drawing, and where they stand in it..
import type { GeoProjection } from "d3-geo";

/** Where the pictures of maps come from. */
export interface TileSource {
  /** `https://tiles.example/{z}/{x}/{y}.png` */
  readonly template: string;
  /** Who is to be named beside the map. */
  readonly attribution: string;
  readonly zoomMax: number;
}

export interface Tile {
  readonly url: string;
  /** In the units of the drawing. */
  readonly x: number;
  readonly y: number;
}

export const tileSide = 256;
/** Closer than this shows single houses: nobody finds the way there. */
const zoomEnough = 17;

/** The one server that is asked. */
export const originOf = ({ template }: TileSource): string => new URL(template.replace(/[{}]/g, "")).origin;

const tileUrl = ({ template }: TileSource, z: number, x: number, y: number): string =>
  template.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));

/** Makes a Mercator projection as large as pictures are, and keeps what it shows in the middle. Returns the zoom. */
export function snapToTiles(projection: GeoProjection, [width, height]: readonly [number, number], zoomMax: number) {
  const middle = projection.invert?.([width / 2, height / 2]) ?? [0, 0];
  const fitting = Math.floor(Math.log2((2 * Math.PI * projection.scale()) / tileSide) + 1e-9);
  const zoom = Math.max(0, Math.min(fitting, zoomMax, zoomEnough));
  projection.scale((tileSide * 2 ** zoom) / (2 * Math.PI)).translate([0, 0]);
  const [x, y] = projection(middle) ?? [0, 0];
  projection.translate([width / 2 - x, height / 2 - y]);
  return zoom;
}

/** The pictures under a drawing whose projection was snapped. The world goes round eastwards, and ends at the poles. */
export function tilesUnder(
  source: TileSource,
  projection: GeoProjection,
  [width, height]: readonly [number, number],
  zoom: number,
): readonly Tile[] {
  const [middleX, middleY] = projection.translate();
  const half = (tileSide * 2 ** zoom) / 2;
  const [left, top] = [middleX - half, middleY - half];
  const count = 2 ** zoom;
  const tiles: Tile[] = [];
  for (let row = Math.floor(-top / tileSide); row * tileSide + top < height; row += 1) {
    if (row < 0 || row >= count) continue;
    for (let column = Math.floor(-left / tileSide); column * tileSide + left < width; column += 1) {
      const around = ((column % count) + count) % count;
      tiles.push({
        url: tileUrl(source, zoom, around, row),
        x: column * tileSide + left,
        y: row * tileSide + top,
      });
    }
  }
  return tiles;
}
