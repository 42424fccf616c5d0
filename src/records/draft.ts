// How the values of a record are written, the same in every room. Pure: no SQL, no request, no clock.

/** UTC, ISO 8601; null where there is none. */
export const timeOf = (date: Date | null): string | null => date?.toISOString() ?? null;

/** A point as GeoJSON (RFC 7946: longitude first), as a property `geometry`; nothing where there is none. */
export const geometryOf = ({ latitude, longitude }: { latitude: number | null; longitude: number | null }) =>
  latitude === null || longitude === null ? {} : { geometry: { type: "Point", coordinates: [longitude, latitude] } };
