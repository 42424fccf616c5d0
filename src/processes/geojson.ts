// Territories as GeoJSON (RFC 7946): only areas, only sane coordinates, so that drawing one can never fail. Pure.
import * as z from "zod";

const pointsMax = 20_000;

const position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)], z.number());
const ring = z.array(position).min(4).max(pointsMax);
const polygon = z.object({ type: z.literal("Polygon"), coordinates: z.array(ring).min(1).max(200) });
const multiPolygon = z.object({
  type: z.literal("MultiPolygon"),
  coordinates: z.array(z.array(ring).min(1).max(200)).min(1).max(500),
});
const area = z.discriminatedUnion("type", [polygon, multiPolygon]);
const feature = z.object({ type: z.literal("Feature"), geometry: area });
const territory = z.union([
  area,
  feature,
  z.object({ type: z.literal("FeatureCollection"), features: z.array(feature).min(1).max(500) }),
]);

/** Whether a text is the GeoJSON of one or more areas. */
export function isTerritory(text: string): boolean {
  try {
    return territory.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
