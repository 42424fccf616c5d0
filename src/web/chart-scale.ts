// Where the parts of a chart stand, as shares of its frame from 0 to 1; text has room in letters (em). Pure.
//
// Ticks are our own: a library's may be halves, where only whole things are counted, and need not end at the top of the frame.

const steps = [1, 2, 5, 10] as const;

/** From 0 to what is at least `most`, in whole steps of 1, 2 or 5 with as many noughts as it takes. */
export function niceTicks(most: number, stepsMax = 4): number[] {
  const [wanted, stepCount] = [Math.max(1, Math.ceil(most)), Math.max(1, stepsMax)];
  const power = 10 ** Math.floor(Math.log10(Math.max(1, wanted / stepCount)));
  const step = power * (steps.find((one) => one * power * stepCount >= wanted) ?? 10);
  return Array.from({ length: Math.ceil(wanted / step) + 1 }, (_, index) => index * step);
}

export interface Part {
  /** Which series it belongs to. */
  readonly part: number;
  /** Where it begins, from the foot of its bar, and how long it is. */
  readonly from: number;
  readonly length: number;
}

/** What is there can be seen, however much there is of something else. */
export const lengthLeast = 0.01;

/** A bar of several counts on a scale that ends at `top`: zero has no part, and no bar leaves the frame. */
export function stack(counts: readonly number[], top: number): Part[] {
  const lengths = counts.map((count) => (count > 0 ? Math.max(lengthLeast, count / Math.max(1, top)) : 0));
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  const fit = whole > 1 ? 1 / whole : 1;
  let at = 0;
  return lengths.flatMap((length, part) => {
    if (length === 0) return [];
    const from = at;
    at += length * fit;
    return [{ part, from, length: Math.min(length * fit, 1 - from) }];
  });
}

/** A column alone is no wall. */
const columnWidthMax = 0.12;
const columnShare = 0.8;

/** Where one of `count` columns stands across the frame. */
export function columnAt(index: number, count: number): { readonly from: number; readonly width: number } {
  const band = 1 / count;
  const width = Math.min(band * columnShare, columnWidthMax);
  return { from: index * band + (band - width) / 2, width };
}

/** From the side the page is read from: in Arabic, time runs from right to left, as the line of phases does. */
export const fromStart = (from: number, width: number, isMirrored: boolean): number =>
  isMirrored ? 1 - from - width : from;

export interface Label {
  /** Which column it is the label of. */
  readonly index: number;
  /** Which of the {@link rooms} it takes, by its place among them. */
  readonly level: number;
}

/** How many letters wide (em) a frame is at least: on the narrowest phone with letters twice as big, on a phone, on a desk. */
export const rooms = [7, 16, 34] as const;
/** Digits and short names of months in our letters, and the gap to the next label. */
const [letterEm, gapEm] = [0.56, 1];
export const widthOf = (label: string): number => label.length * letterEm + gapEm;

/**
 * Which columns carry a label, which begins where its column begins: the first one always, the others evenly, and each only
 * where it fits.
 */
export function labelsFor(labels: readonly string[]): Label[] {
  const { length } = labels;
  if (length === 0) return [];
  const widest = Math.max(...labels.map(widthOf));
  const chosen = new Map([[0, 0]]);
  for (const [level, room] of rooms.entries()) {
    const fits = Math.max(1, Math.floor(room / widest));
    // Every second, fourth, … column, so that those of a narrow frame stand in a wide one too.
    let every = 1;
    while (Math.ceil(length / every) > fits) every *= 2;
    for (let index = 0; index < length; index += every) {
      const isWithin = columnAt(index, length).from * room + widest - gapEm <= room;
      if (isWithin && !chosen.has(index)) chosen.set(index, level);
    }
  }
  return [...chosen].map(([index, level]) => ({ index, level })).sort((a, b) => a.index - b.index);
}
