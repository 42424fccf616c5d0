// A map: the territory as an outline, places as numbered points and as a list. Where the city has chosen a server for
// pictures of maps, a reader who agrees sees them underneath; nobody else is asked for anything.
import { type GeoPermissibleObjects, type GeoProjection, geoArea, geoMercator, geoPath } from "d3-geo";
import { attrs, href, html, type Markup, nothing, type Renderable, raw } from "../platform/html.ts";
import type { PageContext } from "./context.ts";
import { csrfField } from "./fields.ts";
import { originOf, snapToTiles, tileSide, tilesUnder } from "./tiles.ts";

export interface PlacePoint {
  readonly longitude: number;
  readonly latitude: number;
  readonly label: string;
  readonly href: string | null;
}

const [widthUnits, heightUnits, marginUnits] = [640, 400, 28];
/** More would be neither seen nor clicked. */
export const mapPointsMax = 200;

type MapContext = Pick<PageContext, "t" | "city" | "path" | "wantsTiles" | "account" | "csrf">;

/**
 * @param territory GeoJSON of the city or the pilot area; drawn below the points. Without it a place that is not in a list has
 * no map, unless there are pictures of maps.
 */
export function placeMap(
  ctx: MapContext,
  props: {
    readonly label: string;
    readonly points: readonly PlacePoint[];
    readonly territory?: unknown;
    readonly hasList?: boolean;
  },
): Markup {
  const { t } = ctx;
  const points = props.points.slice(0, mapPointsMax);
  const drawn = drawMap(ctx, points, props.territory, props.hasList !== false);
  if (drawn === null) return nothing;
  const { projection } = drawn;
  return html`<figure class="map">
    <svg viewBox="${`0 0 ${widthUnits} ${heightUnits}`}" role="group" aria-label="${props.label}">
      ${drawn.ground}
      ${points.map((point, index) => pointMark(projection([point.longitude, point.latitude]), point, index))}
    </svg>
    ${tileNote(ctx)}
    ${
      props.hasList === false || points.length === 0
        ? nothing
        : html`<ol class="place-list">${points.map((point) => html`<li>${point.href ? html`<a href="${href(point.href)}">${point.label}</a>` : point.label}</li>`)}</ol>`
    }
    ${props.points.length > points.length ? html`<p class="hint">${t("map.more", { count: props.points.length - points.length })}</p>` : nothing}
  </figure>`;
}

/**
 * The same ground to choose a place on, for two fields of the form it stands in. Drawn by the server, brought to life by a
 * script, and hidden without one: the fields can always be typed into. Needs the script `place-picker.js`.
 */
export function placePicker(
  ctx: MapContext,
  props: { readonly territory: unknown; readonly latitude: string; readonly longitude: string },
): Markup {
  const drawn = drawMap(ctx, [], props.territory, false);
  if (drawn === null) return nothing;
  const [x, y] = drawn.projection.translate();
  const { t } = ctx;
  return html`<div class="place-picker"${attrs({
    hidden: true,
    "data-place-picker": "",
    "data-latitude": props.latitude,
    "data-longitude": props.longitude,
    "data-scale": drawn.projection.scale(),
    "data-x": x,
    "data-y": y,
    "data-said": t("map.picked", { latitude: "{latitude}", longitude: "{longitude}" }),
  })}>
    <p class="hint" id="place-picker-hint">${t("map.pick-hint")}</p>
    <figure class="map"><svg viewBox="${`0 0 ${widthUnits} ${heightUnits}`}" role="application" tabindex="0" aria-label="${t("map.pick")}" aria-describedby="place-picker-hint">
      ${drawn.ground}
    </svg>${tileNote(ctx, true)}</figure>
    <p class="hint place-picker-said" aria-live="polite"></p>
  </div>`;
}

interface DrawnMap {
  readonly projection: GeoProjection;
  /** Pictures of a map where the reader wants them, and the outline. */
  readonly ground: Renderable;
}

function drawMap(ctx: MapContext, points: readonly PlacePoint[], shape: unknown, hasList: boolean): DrawnMap | null {
  const source = ctx.wantsTiles ? (ctx.city.tiles ?? null) : null;
  const territory = shape ? (turned(shape) as GeoPermissibleObjects) : null;
  // Places are shown as large as they fit; one alone, within the area that people know.
  const isWithin = points.length === 0 || (points.length === 1 && (territory !== null || !hasList) && source === null);
  const extent = isWithin ? territory : around(points);
  if (extent === null) return null;
  const projection = geoMercator().fitExtent(
    [
      [marginUnits, marginUnits],
      [widthUnits - marginUnits, heightUnits - marginUnits],
    ],
    extent,
  );
  const size = [widthUnits, heightUnits] as const;
  const tiles =
    source === null ? [] : tilesUnder(source, projection, size, snapToTiles(projection, size, source.zoomMax));
  const outline = territory ? geoPath(projection)(territory) : null;
  return {
    projection,
    ground: html`${tiles.map(
      ({ url, x, y }) =>
        html`<image${attrs({ href: href(url), x: x.toFixed(1), y: y.toFixed(1), width: tileSide, height: tileSide })}/>`,
    )}${outline ? html`<path class="${source === null ? "map-land" : "map-edge"}" d="${raw(outline)}"/>` : nothing}`,
  };
}

/**
 * Whose pictures these are, or the choice to have them: nothing is asked of another server before.
 * @param isInForm forms do not stand in forms, so the choice is made elsewhere.
 */
function tileNote(ctx: MapContext, isInForm = false): Markup {
  const { t, city, path } = ctx;
  if (!city.tiles) return nothing;
  const { host } = new URL(originOf(city.tiles));
  const button = (tiles: "yes" | "no") =>
    html`<form class="button-form" method="post" action="/preferences">${ctx.account === null ? nothing : csrfField(ctx)}<input type="hidden" name="back" value="${path}"><button class="button button-quiet button-small" type="submit" name="tiles" value="${tiles}">${t(tiles === "yes" ? "map.show" : "map.hide")}</button></form>`;
  return ctx.wantsTiles
    ? html`<figcaption class="map-note"><span><bdi>${city.tiles.attribution}</bdi></span> <span>${t("map.comes-from", { host })}</span> ${isInForm ? nothing : button("no")}</figcaption>`
    : isInForm
      ? nothing
      : html`<figcaption class="map-note">${button("yes")} <span>${t("map.would-come-from", { host })}</span></figcaption>`;
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
