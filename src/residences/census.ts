// A census list as it comes: a CSV file read piece by piece, told person by person, refused with the line that is wrong. Pure: no SQL, no request.
import { CsvError, parse } from "csv-parse/sync";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { birthDateFrom, type CensusFact, type CensusPerson, documentNumberFrom, postCodeFrom } from "./residence.ts";

export const censusLinesMax = 500_000;
export const censusBytesMax = 40_000_000;
const lineBytesMax = 1_000;
const pieceBytesMax = 64 * 1_024;
const newline = 0x0a;

type Column = "number" | CensusFact;

/** What the columns are called, in the languages of the interface: small letters, no accents. */
const columnNames: Readonly<Record<Column, readonly string[]>> = {
  number: ["document_number", "document", "number", "dni", "documento", "numero_documento", "numero_de_document"],
  "birth-date": ["birth_date", "date_of_birth", "fecha_nacimiento", "fecha_de_nacimiento", "data_naixement"].concat(
    "data_de_naixement",
    "date_naissance",
    "date_de_naissance",
  ),
  "post-code": ["post_code", "postcode", "postal_code", "zip", "codigo_postal", "codi_postal", "code_postal"],
};

/** The names to use in a file that asks for this: for hints and refusals. */
export const columnsFor = (asks: readonly CensusFact[]): string[] =>
  (["number", ...asks] as const).map((column) => columnNames[column][0]!);

const foldedName = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .trim()
    .replace(/[^a-z]+/g, "_");

/** Lines of a file, decoded, with the number of the first of them. */
interface Piece {
  readonly text: string;
  readonly firstLine: number;
  readonly lineCount: number;
  /** Of the file, up to here. */
  readonly bytes: number;
}

/**
 * The people on a list, piece by piece: memory does not grow with the file.
 * Refusals name the line and never what stands in it.
 *
 * @throws Refused `census-encoding`, `census-columns`, `census-line`, `census-empty-line`, `census-value`, `census-empty`,
 * `census-too-long`.
 */
export async function* readCensus(
  chunks: AsyncIterable<Uint8Array>,
  asks: readonly CensusFact[],
): AsyncGenerator<{ people: CensusPerson[]; firstLine: number; bytes: number }> {
  let layout: Layout | null = null;
  let count = 0;
  for await (const piece of pieces(chunks)) {
    const delimiter: string = layout?.delimiter ?? delimiterIn(piece.text);
    const rows = rowsOf(piece, delimiter);
    let firstLine = piece.firstLine;
    if (layout === null) {
      layout = { delimiter, places: placesIn(rows.shift() ?? [], asks) };
      firstLine += 1;
    }
    const { places } = layout;
    const people = rows.map((row, at) => personIn(row, places, firstLine + at));
    count += people.length;
    refuseUnless(count <= censusLinesMax, "census-too-long", { max: censusLinesMax });
    if (people.length > 0) yield { people, firstLine, bytes: piece.bytes };
  }
  refuseUnless(count > 0, "census-empty");
}

interface Layout {
  readonly delimiter: string;
  readonly places: ReadonlyMap<Column, number>;
}

async function* pieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let rest = Buffer.alloc(0);
  let firstLine = 1;
  let bytes = 0;
  for await (const chunk of small(chunks)) {
    const held = Buffer.concat([rest, chunk]);
    const end = held.lastIndexOf(newline) + 1;
    rest = held.subarray(end);
    refuseUnless(rest.length <= lineBytesMax, "census-line", { line: firstLine + linesIn(held.subarray(0, end)) });
    if (end === 0) continue;
    const whole = held.subarray(0, end);
    bytes += end;
    yield { text: decode(whole, firstLine), firstLine, lineCount: linesIn(whole), bytes };
    firstLine += linesIn(whole);
  }
  if (rest.length === 0) return;
  yield { text: decode(rest, firstLine), firstLine, lineCount: 1, bytes: bytes + rest.length };
}

/** An uploaded file comes as one chunk of up to its whole length: read so, half a million people would fill the process's memory. */
async function* small(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += pieceBytesMax) yield chunk.subarray(at, at + pieceBytesMax);
  }
}

function linesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    return !utf8.decode(bytes).includes("\0");
  } catch {
    return false;
  }
};

/** UTF-8, with or without a byte order mark (RFC 3629). @throws Refused `census-encoding` with the first line that is not. */
function decode(bytes: Buffer, firstLine: number): string {
  if (isUtf8(bytes)) return utf8.decode(bytes);
  let line = firstLine;
  for (let from = 0; from < bytes.length; line++) {
    const found = bytes.indexOf(newline, from);
    const to = found < 0 ? bytes.length : found + 1;
    if (!isUtf8(bytes.subarray(from, to))) break;
    from = to;
  }
  throw new Refused("census-encoding", { line });
}

/** The one that stands most often in the first line. */
function delimiterIn(text: string): string {
  const first = text.split("\n", 1)[0] ?? "";
  const times = (one: string) => first.split(one).length;
  return [",", ";", "\t"].reduce((best, one) => (times(one) > times(best) ? one : best), ",");
}

/** @throws Refused `census-line` where a quote is not closed in its line: people have no line ends. */
function rowsOf(piece: Piece, delimiter: string): string[][] {
  try {
    const rows: string[][] = parse(piece.text, { delimiter, relax_column_count: true });
    if (rows.length === piece.lineCount) return rows;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
  }
  const lines = piece.text.split("\n").slice(0, piece.lineCount);
  const wrong = lines.findIndex((line) => !isOneRow(line, delimiter));
  throw new Refused("census-line", { line: piece.firstLine + Math.max(0, wrong) });
}

function isOneRow(line: string, delimiter: string): boolean {
  try {
    return parse(`${line}\n`, { delimiter, relax_column_count: true }).length === 1;
  } catch {
    return false;
  }
}

/** Nothing that is not asked for may come along. What is there instead is not repeated: it may be a person. */
function placesIn(header: readonly string[], asks: readonly CensusFact[]): Map<Column, number> {
  const wanted: readonly Column[] = ["number", ...asks];
  const names = header.map(foldedName);
  const places = new Map(
    wanted.map((column) => [column, names.findIndex((name) => columnNames[column].includes(name))] as const),
  );
  const isComplete = [...places.values()].every((place) => place >= 0) && names.length === wanted.length;
  refuseUnless(isComplete, "census-columns", { columns: columnsFor(asks).join(", "), line: 1 });
  return places;
}

function personIn(row: readonly string[], places: ReadonlyMap<Column, number>, line: number): CensusPerson {
  refuseUnless(
    row.some((cell) => cell.trim() !== ""),
    "census-empty-line",
    { line },
  );
  refuseUnless(row.length === places.size, "census-line", { line });
  const read = (column: Column, from: (text: string) => string | null): string => {
    const place = places.get(column);
    if (place === undefined) return "";
    const value = from(row[place] ?? "");
    refuseUnless(value !== null, "census-value", { line, column: columnNames[column][0]! });
    return value;
  };
  return {
    number: read("number", documentNumberFrom),
    birthDate: read("birth-date", birthDateFrom),
    postCode: read("post-code", postCodeFrom),
  };
}
