// A map without tiles and without third parties: the territory as an outline, places as numbered points and as a list.
import { type GeoPermissibleObjects, geoArea, geoMercator, geoPath } from "d3-geo";
import { attrs, href, html, type Markup, nothing, raw } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";

export interface PlacePoint {
  readonly longitude: number;
  readonly latitude: number;
  readonly label: string;
  readonly href: string | null;
}

const [widthUnits, heightUnits, marginUnits] = [640, 400, 28];
/** More would be neither seen nor clicked. */
export const mapPointsMax = 200;

/**
 * @param territory GeoJSON of the city or the pilot area; drawn below the points. Without it a place that is not in a list has no map.
 */
export function placeMap(
  t: Translator,
  props: {
    readonly label: string;
    readonly points: readonly PlacePoint[];
    readonly territory?: unknown;
    readonly hasList?: boolean;
  },
): Markup {
  const points = props.points.slice(0, mapPointsMax);
  const territory = props.territory ? (turned(props.territory) as GeoPermissibleObjects) : null;
  // Places are shown as large as they fit; one alone, within the area that people know.
  const isWithin = points.length === 0 || (points.length === 1 && (territory !== null || props.hasList === false));
  const extent = isWithin ? territory : around(points);
  if (extent === null) return nothing;
  const projection = geoMercator().fitExtent(
    [
      [marginUnits, marginUnits],
      [widthUnits - marginUnits, heightUnits - marginUnits],
    ],
    extent,
  );
  const outline = territory ? geoPath(projection)(territory) : null;
  return html`<figure class="map">
    <svg viewBox="${`0 0 ${widthUnits} ${heightUnits}`}" role="group" aria-label="${props.label}">
      ${outline ? html`<path class="map-land" d="${raw(outline)}"/>` : nothing}
      ${points.map((point, index) => pointMark(projection([point.longitude, point.latitude]), point, index))}
    </svg>
    ${
      props.hasList === false || points.length === 0
        ? nothing
        : html`<ol class="place-list">${points.map((point) => html`<li>${point.href ? html`<a href="${href(point.href)}">${point.label}</a>` : point.label}</li>`)}</ol>`
    }
    ${props.points.length > points.length ? html`<p class="hint">${t("map.more", { count: props.points.length - points.length })}</p>` : nothing}
  </figure>`;
}

interface Geometry {
  readonly type: string;
  readonly coordinates?: unknown;
  readonly geometry?: unknown;
  readonly features?: readonly unknown[];
  readonly geometries?: readonly unknown[];
}

type Ring = readonly (readonly number[])[];

/**
 * Areas as d3 draws them. RFC 7946 winds outer rings counter-clockwise, d3 clockwise on the sphere: wound the other way an
 * area is all of the world but itself. Whichever way it came, no territory is larger than half the globe.
 */
function turned(shape: unknown): unknown {
  const { type, coordinates, geometry, features, geometries } = shape as Geometry;
  if (type === "Polygon") return { type, coordinates: turnedRings(coordinates as readonly Ring[]) };
  if (type === "MultiPolygon") return { type, coordinates: (coordinates as readonly Ring[][]).map(turnedRings) };
  if (type === "Feature") return { type, properties: {}, geometry: geometry && turned(geometry) };
  if (type === "FeatureCollection") return { type, features: features?.map(turned) };
  if (type === "GeometryCollection") return { type, geometries: geometries?.map(turned) };
  return shape;
}

const turnedRings = (rings: readonly Ring[]): readonly Ring[] =>
  geoArea({ type: "Polygon", coordinates: rings as number[][][] }) > 2 * Math.PI
    ? rings.map((ring) => ring.toReversed())
    : rings;

function pointMark(at: [number, number] | null, point: PlacePoint, index: number): Markup {
  if (at === null) return nothing;
  const mark = html`<g class="map-point" transform="${`translate(${at[0].toFixed(1)} ${at[1].toFixed(1)})`}"><title>${point.label}</title><circle r="11"/><text y="4">${index + 1}</text></g>`;
  // The list below is what the keyboard walks through; these links are for the hand.
  return point.href ? html`<a${attrs({ href: href(point.href), tabindex: -1 })}>${mark}</a>` : mark;
}

/** A box of at least two hundred metres around the points, so that neighbours are not a world apart. */
function around(points: readonly PlacePoint[]): GeoPermissibleObjects {
  const padDegrees = 0.001;
  const longitudes = points.map((point) => point.longitude);
  const latitudes = points.map((point) => point.latitude);
  return {
    type: "MultiPoint",
    coordinates: [
      [Math.min(...longitudes) - padDegrees, Math.min(...latitudes) - padDegrees],
      [Math.max(...longitudes) + padDegrees, Math.max(...latitudes) + padDegrees],
    ],
  };
}
