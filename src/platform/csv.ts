// Comma-separated values as spreadsheets write them (RFC 4180): quoted cells, doubled quotes, line ends of either kind.

export interface CsvLine {
  /** The line of the file it begins on, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads all lines that hold anything. A quote that is never closed ends with the text.
 * One pass: the time grows with the length of the text alone.
 */
export function parseCsv(text: string): CsvLine[] {
  const lines: CsvLine[] = [];
  let [cells, cell, isQuoted, line, startedOn] = [[] as string[], "", false, 1, 1];
  const endLine = () => {
    cells.push(fromSafe(cell));
    if (cells.length > 1 || cell.trim() !== "") lines.push({ line: startedOn, cells });
    [cells, cell] = [[], ""];
  };
  const source = text.replace(/^\uFEFF/, "");
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at]!;
    if (char === "\n") line += 1;
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (source[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (char === '"' && cell === "") isQuoted = true;
    else if (char === ",") {
      cells.push(fromSafe(cell));
      cell = "";
    } else if (char === "\n") {
      endLine();
      startedOn = line;
    } else if (char !== "\r") cell += char;
  }
  endLine();
  return lines;
}

/** What a table program would take for a formula, and work out, begins with an apostrophe, which reading takes away again. */
const toSafe = (cell: string): string => (/^'*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);
const fromSafe = (cell: string): string => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);

/** One line of a file, with its end. */
export const csvLine = (cells: readonly string[]): string =>
  `${cells
    .map(toSafe)
    .map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(",")}\r\n`;
