// Paging by key, clock faces, text as typed, and the pace of requests: pure and small.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newId } from "../../src/platform/ids.ts";
import {
  decodeKey,
  encodeKey,
  type PageKey,
  type PageRequest,
  readPageRequest,
  toPage,
} from "../../src/platform/pagination.ts";
import { openRateLimit } from "../../src/platform/ratelimit.ts";
import { Refused } from "../../src/platform/refusal.ts";
import {
  clip,
  countCharacters,
  initials,
  isLanguageTag,
  pickText,
  slugOf,
  tidyLine,
  tidyText,
} from "../../src/platform/text.ts";
import { daysUntil, fromLocal, isTimeZone, toLocal, toLocalDate } from "../../src/platform/time.ts";

/** A table of numbers from high to low, asked the way a query would ask. */
function ask(rows: readonly number[], request: PageRequest): number[] {
  const sorted = rows.toSorted((a, b) => b - a);
  const { after, before } = request;
  if (after) return sorted.filter((row) => row < Number(after[0])).slice(0, request.sizeRows + 1);
  if (before)
    return sorted
      .filter((row) => row > Number(before[0]))
      .reverse()
      .slice(0, request.sizeRows + 1);
  return sorted.slice(0, request.sizeRows + 1);
}

describe("paging", () => {
  const walk = (rows: readonly number[], sizeRows: number) => {
    const page = (query: string) => {
      const request = readPageRequest(new URLSearchParams(query), sizeRows);
      return toPage(ask(rows, request), request, (row) => [row]);
    };
    const pages = [page("")];
    for (let at = pages[0]!; at.older !== null; at = pages.at(-1)!) pages.push(page(`after=${at.older}`));
    return { pages, page };
  };

  test("older pages show every row once, in order, and newer leads back the same way", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(10_000), { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (rows, sizeRows) => {
          const { pages, page } = walk(rows, sizeRows);
          expect(pages.flatMap(({ rows: shown }) => shown)).toEqual(rows.toSorted((a, b) => b - a));
          expect(pages[0]!.newer).toBeNull();
          for (let index = pages.length - 1; index > 0; index -= 1) {
            const back = page(`before=${pages[index]!.newer}`);
            expect(back.rows).toEqual(pages[index - 1]!.rows);
            expect(back.newer === null).toBe(index === 1);
            expect(back.older).not.toBeNull();
          }
        },
      ),
    );
  });

  test("a cursor keeps its key, and anything else is no page", () => {
    const key = fc.array(fc.oneof(fc.string({ maxLength: 20 }), fc.integer(), fc.constant(null)), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(key, (one) => {
        expect(decodeKey(encodeKey(one as PageKey))).toEqual(one);
      }),
    );
    for (const cursor of ["x", "", "e30", encodeKey([]), "A".repeat(500)])
      expect(() => decodeKey(cursor)).toThrow(Refused);
  });
});

test("ids of several moments that are made by turns stand in the order of their moments, then as they were made", () => {
  const [early, late] = [new Date("2026-03-01T10:00:00.001Z"), new Date("2026-03-01T10:00:00.002Z")];
  const turns = Array.from({ length: 20 }, () => [newId(late), newId(early)] as const);
  const made = [...turns.map(([, id]) => id), ...turns.map(([id]) => id)];
  expect(made.toSorted()).toEqual(made);
});

describe("clock faces", () => {
  test("a form's time is the city's, there and back", () => {
    expect(fromLocal("2026-07-01T18:00", "Europe/Madrid")?.toISOString()).toBe("2026-07-01T16:00:00.000Z");
    expect(toLocal(new Date("2026-07-01T16:00:00Z"), "Europe/Madrid")).toBe("2026-07-01T18:00");
    expect(toLocalDate(new Date("2026-07-01T23:00:00Z"), "Europe/Madrid")).toBe("2026-07-02");
    expect(fromLocal("2026-07-01", "Europe/Madrid")?.toISOString()).toBe("2026-06-30T22:00:00.000Z");
  });

  test("an hour that summer time skips is read as the one after it", () => {
    expect(fromLocal("2026-03-29T02:30", "Europe/Madrid")?.toISOString()).toBe("2026-03-29T01:30:00.000Z");
  });

  test("nonsense is no date", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const moment = fromLocal(text, "Europe/Madrid");
        if (moment !== null) expect(Number.isNaN(moment.getTime())).toBe(false);
      }),
    );
    expect(fromLocal("2026-02-30T10:00", "Europe/Madrid")).toBeNull();
    expect(fromLocal("", "Europe/Madrid")).toBeNull();
  });

  test("days are counted on the city's calendar", () => {
    const evening = new Date("2026-03-01T22:30:00Z");
    expect(daysUntil(new Date("2026-03-01T23:30:00Z"), evening, "Europe/Madrid")).toBe(1);
    expect(daysUntil(new Date("2026-03-01T23:30:00Z"), evening, "America/Bogota")).toBe(0);
    expect(daysUntil(new Date("2026-02-20T12:00:00Z"), evening, "Europe/Madrid")).toBe(-9);
  });

  test("time zones are known by name", () => {
    expect(["Europe/Madrid", "Africa/Tunis", "UTC"].every(isTimeZone)).toBe(true);
    expect(["Europe/Atlantis", "", "x"].some(isTimeZone)).toBe(false);
  });
});

describe("text as typed", () => {
  test("tidying is done once and for all", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(tidyText(tidyText(text))).toBe(tidyText(text));
        expect(tidyLine(tidyLine(text))).toBe(tidyLine(text));
        expect(tidyLine(text)).not.toMatch(/[\n\r\t]/);
      }),
    );
    expect(tidyText(" a\r\nb\u0000\u200b\tc ")).toBe("a\nb\tc");
  });

  test("clipping never makes longer, and keeps whole characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), fc.integer({ min: 1, max: 40 }), (text, charsMax) => {
        const clipped = clip(text, charsMax);
        if (clipped !== text) expect(countCharacters(clipped)).toBeLessThanOrEqual(charsMax);
      }),
    );
    expect(clip("one two three four", 10)).toBe("one two…");
    expect(clip("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2)).toBe("👩‍👩‍👧‍👦…");
  });

  test("the wished language wins, and something is better than nothing", () => {
    const texts = { ca: "Bon dia", es: "" };
    expect(pickText(texts, "es", "ca")).toEqual({ text: "Bon dia", lang: "ca" });
    expect(pickText(texts, "fr")).toEqual({ text: "Bon dia", lang: "ca" });
    expect(pickText({}, "fr")).toEqual({ text: "", lang: "fr" });
  });

  test("names, handles and tags", () => {
    expect(["Núria Soler i Vidal", "Porto", "سلمى بن علي", "المنصف القروي", "—"].map(initials)).toEqual([
      "NV",
      "P",
      "سع",
      "مق",
      "·",
    ]);
    expect(slugOf("L’Hospitalet: Pla d'Ací & d'Allà")).toBe("l-hospitalet-pla-d-aci-d-alla");
    expect(["ca", "pt-BR", "zh-Hant-TW"].every(isLanguageTag)).toBe(true);
    expect(["", "x", "ca_ES", "c a"].some(isLanguageTag)).toBe(false);
  });
});

describe("the pace of requests", () => {
  const at = (ms: number) => new Date(1_000_000 + ms);

  test("a burst up to the limit passes, then one per share of the window", () => {
    const limit = openRateLimit({ limit: 3, windowMs: 3_000 });
    expect([0, 0, 0].map((ms) => limit.take("a", at(ms)))).toEqual([null, null, null]);
    expect(limit.take("a", at(0))).toBe(1);
    expect(limit.take("b", at(0))).toBeNull();
    expect(limit.take("a", at(1_000))).toBeNull();
    expect(limit.take("a", at(1_001))).toBe(1);
  });

  test("never lets more through in a window than twice its limit, whatever the times", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 200 }), (gaps) => {
        const limit = openRateLimit({ limit: 5, windowMs: 1_000 });
        let now = 0;
        const passed = gaps.flatMap((gap) => {
          now += gap;
          return limit.take("a", at(now)) === null ? [now] : [];
        });
        for (const start of passed) {
          expect(passed.filter((one) => one >= start && one < start + 1_000).length).toBeLessThanOrEqual(10);
        }
      }),
    );
  });

  test("forgets the longest unseen rather than grow", () => {
    const limit = openRateLimit({ limit: 1, windowMs: 60_000, sourcesMax: 2 });
    limit.take("a", at(0));
    limit.take("b", at(0));
    limit.take("c", at(0));
    expect(limit.take("c", at(1))).not.toBeNull();
    expect(limit.take("a", at(1))).toBeNull();
  });
});
