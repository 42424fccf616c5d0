// What an official act changed, for the audit log: the fields that differ, as they were and as they are. Pure.

/** What an act changed, as it was and as it is: only what differs, and never a text or a trait of a resident. */
export interface ActChange {
  readonly before?: Record<string, unknown> | undefined;
  readonly after?: Record<string, unknown> | undefined;
}

/** Longer texts are cut: the log says that and where a text changed, the thing itself keeps its versions. */
export const keptCharsMax = 400;

/** The named fields of two states of a thing, where they differ. `before` is null for a new thing, `after` for one that ends. */
export function changeOf<Field extends string>(
  before: Readonly<Partial<Record<Field, unknown>>> | null,
  after: Readonly<Partial<Record<Field, unknown>>> | null,
  fields: readonly Field[],
): ActChange {
  const differing = fields.filter((field) => textOf(before?.[field]) !== textOf(after?.[field]));
  const pick = (from: Readonly<Partial<Record<Field, unknown>>> | null) =>
    from === null ? undefined : Object.fromEntries(differing.map((field) => [field, clipped(from[field])]));
  return { before: pick(before), after: pick(after) };
}

const textOf = (value: unknown): string =>
  JSON.stringify(value instanceof Date ? value.toISOString() : (value ?? null));

function clipped(value: unknown): unknown {
  if (typeof value === "string") return value.length > keptCharsMax ? `${value.slice(0, keptCharsMax)}…` : value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.slice(0, 50).map(clipped);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, clipped(part)]));
  }
  return value ?? null;
}
