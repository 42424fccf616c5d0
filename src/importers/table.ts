// Tables of other systems: CSV read cell by cell, so that a wrong file is refused with the place and what was expected.
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { CsvError, parse } from "csv-parse/sync";

/** A file that is not what it should be; the message says where and why. */
export class WrongFile extends Error {
  readonly file: string;
  /** From 1; 0 where the file as a whole is meant. */
  readonly line: number;
  readonly column: string | null;
  readonly expected: string;

  constructor(
    place: { readonly file: string; readonly line: number; readonly column?: string },
    expected: string,
    found: string | null,
    options?: ErrorOptions,
  ) {
    const { file, line, column = null } = place;
    const where = [
      basename(file),
      ...(line === 0 ? [] : [`line ${line}`]),
      ...(column === null ? [] : [`column “${column}”`]),
    ];
    super(
      `${where.join(", ")}: expected ${expected}${found === null ? "" : `, found “${found.slice(0, 80)}”`}`,
      options,
    );
    this.name = "WrongFile";
    this.file = file;
    this.line = line;
    this.column = column;
    this.expected = expected;
  }
}

/** How one column is read: undefined from `read` means that the cell is not what is expected. */
export interface Cell<Value> {
  readonly expected: string;
  readonly read: (text: string) => Value | undefined;
}

export type Columns = Readonly<Record<string, readonly [header: string, cell: Cell<unknown>]>>;
export type RowOf<Of extends Columns> = {
  readonly [Name in keyof Of]: Of[Name][1] extends Cell<infer Value> ? Value : never;
};

const fileBytesMax = 200_000_000;

/**
 * Reads a whole table or nothing of it.
 * @param unique the column that tells the rows apart.
 * @throws WrongFile with line and column, for the first cell that does not fit.
 */
export async function readTable<const Of extends Columns>(
  file: string,
  columns: Of,
  { unique }: { unique: keyof Of },
): Promise<RowOf<Of>[]> {
  const records = parseCsv(file, await readText(file));
  const [header] = records;
  if (header === undefined) throw new WrongFile({ file, line: 1 }, "a line with the names of the columns", "");
  const places = Object.entries(columns).map(([name, [title, cell]]) => {
    const index = header.record.findIndex((found) => found.trim() === title);
    if (index < 0)
      throw new WrongFile({ file, line: 1, column: title }, "a column of this name", header.record.join(", "));
    return { name, title, cell, index };
  });
  const seen = new Map<unknown, number>();
  return records.slice(1).map(({ record, line }) => {
    const row: Record<string, unknown> = {};
    for (const { name, title, cell, index } of places) {
      const text = record[index] ?? "";
      const value = cell.read(text);
      if (value === undefined) throw new WrongFile({ file, line, column: title }, cell.expected, text);
      row[name] = value;
    }
    const key = row[unique as string];
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      throw new WrongFile(
        { file, line, column: columns[unique]![0] },
        `a value of its own (line ${earlier} has it)`,
        String(key),
      );
    }
    seen.set(key, line);
    return row as RowOf<Of>;
  });
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: Error) => {
    throw new WrongFile({ file, line: 0 }, "a file that can be read", null, { cause });
  });
  if (bytes.length > fileBytesMax)
    throw new WrongFile({ file, line: 0 }, `at most ${fileBytesMax} bytes`, String(bytes.length));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new WrongFile({ file, line: lineOfBadByte(bytes) }, "text in UTF-8", null, { cause });
  }
}

/** The line up to which the bytes can be read. */
function lineOfBadByte(bytes: Buffer): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const lines = bytes.toString("latin1").split("\n");
  const bad = lines.findIndex((line) => {
    try {
      decoder.decode(Buffer.from(line, "latin1"));
      return false;
    } catch {
      return true;
    }
  });
  return bad + 1;
}

/** Records with the line each begins on: cells may hold line ends of their own. */
function parseCsv(file: string, text: string): { record: string[]; line: number }[] {
  try {
    const parsed = parse(text, { bom: true, raw: true, skip_empty_lines: true }) as unknown as {
      record: string[];
      raw: string;
    }[];
    let line = 1;
    return parsed.map(({ record, raw }) => {
      const begins = line;
      // The parser's own count takes a CR LF inside a cell for two lines (csv-parse 7.0.3).
      line += raw.match(/\r\n|\r|\n/g)?.length ?? 0;
      return { record, line: begins };
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number((error as { lines?: number }).lines ?? 1);
    throw new WrongFile({ file, line }, "cells as in the first line, quoted where they hold commas", error.message, {
      cause: error,
    });
  }
}

export const anyText: Cell<string> = { expected: "a text", read: (text) => text };

export const someText: Cell<string> = {
  expected: "a text that is not empty",
  read: (text) => (text.trim() === "" ? undefined : text),
};

export const count: Cell<number> = {
  expected: "a whole number",
  read: (text) => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined),
};

/** Empty where the source has no number. */
export const optionalCount: Cell<number | null> = {
  expected: "a whole number, or nothing",
  read: (text) => (text.trim() === "" ? null : count.read(text)),
};

export const webAddress: Cell<string> = {
  expected: "an address that starts with https://",
  read: (text) => (/^https?:\/\//.test(text.trim()) && URL.canParse(text.trim()) ? text.trim() : undefined),
};

/** `09/02/2016` → `2016-02-09`. */
export const dayMonthYear: Cell<string> = {
  expected: "a date as 31/12/2016",
  read: (text) => {
    const [, day, month, year] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text.trim()) ?? [];
    const iso = `${year}-${month}-${day}`;
    const moment = new Date(`${iso}T00:00:00Z`);
    return !Number.isNaN(+moment) && moment.toISOString().startsWith(iso) ? iso : undefined;
  },
};
