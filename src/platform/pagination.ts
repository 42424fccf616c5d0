// Paging by key: a page is named by the row before it, so that page 1000 costs what page 1 costs.
import { Refused } from "./refusal.ts";

/** The sort key of a row: the values it is ordered by, the unique one last. */
export type PageKey = readonly (string | number | null)[];

export interface PageRequest {
  readonly sizeRows: number;
  /** Rows that come after this key in the list's order (the older ones), or before it; both null on the first page. */
  readonly after: PageKey | null;
  readonly before: PageKey | null;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Cursors for the neighbouring pages; null where there is none. */
  readonly older: string | null;
  readonly newer: string | null;
}

const cursorCharsMax = 400;

export const encodeKey = (key: PageKey): string => Buffer.from(JSON.stringify(key)).toString("base64url");

/** @throws Refused `not-found`: a cursor that is not ours names no page. */
export function decodeKey(cursor: string): PageKey {
  try {
    if (cursor.length > cursorCharsMax) throw new Error("cursor too long");
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const isKey =
      Array.isArray(key) &&
      key.length > 0 &&
      key.every((part) => part === null || typeof part === "string" || typeof part === "number");
    if (isKey) return key as PageKey;
  } catch (cause) {
    throw new Refused("not-found", {}, { cause });
  }
  throw new Refused("not-found");
}

/** Reads `?after=` and `?before=`. Ask the database for `sizeRows + 1` rows, so that {@link toPage} knows of a next page. */
export function readPageRequest(query: URLSearchParams, sizeRows: number): PageRequest {
  const after = query.get("after");
  const before = query.get("before");
  return {
    sizeRows,
    after: after ? decodeKey(after) : null,
    before: before && !after ? decodeKey(before) : null,
  };
}

/**
 * A page from the rows that were found: up to `sizeRows + 1`, nearest to the key first. That is the list's order,
 * except after `before`, where the query runs backwards and the rows are turned round here.
 */
export function toPage<Row>(found: readonly Row[], request: PageRequest, keyOf: (row: Row) => PageKey): Page<Row> {
  const hasMore = found.length > request.sizeRows;
  const nearest = found.slice(0, request.sizeRows);
  const rows = request.before ? nearest.reverse() : nearest;
  const first = rows[0];
  const last = rows.at(-1);
  const isFirstPage = request.after === null && (request.before === null || !hasMore);
  const isLastPage = request.before === null && !hasMore;
  return {
    rows,
    newer: first === undefined || isFirstPage ? null : encodeKey(keyOf(first)),
    older: last === undefined || isLastPage ? null : encodeKey(keyOf(last)),
  };
}
