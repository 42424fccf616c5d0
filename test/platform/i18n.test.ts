import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { html } from "../../src/platform/html.ts";
import { chooseLanguage, directionOf, languages, openTranslator } from "../../src/platform/i18n.ts";

const [en, es, fr, ar] = (["en", "es", "fr", "ar"] as const).map((lang) => openTranslator(lang, "Europe/Madrid"));
const plain = (text: string) => text.replace(/[\u00a0\u202f\u200f]/g, " ");

test("plural forms follow the language", () => {
  expect(en!("card.comments", { count: 1 })).toBe("1 comment");
  expect(en!("card.comments", { count: 0 })).toBe("0 comments");
  expect(fr!("card.comments", { count: 0 })).toBe("0 commentaire");
  expect([0, 1, 2, 3, 11, 100].map((count) => ar!("card.comments", { count }))).toEqual([
    "لا تعليقات بعد",
    "تعليق واحد",
    "تعليقان",
    "3 تعليقات",
    "11 تعليقًا",
    "100 تعليق",
  ]);
  expect(plain(es!("card.comments", { count: 1_000_000 }))).toBe("1.000.000 comentarios");
});

test("a value is put in once: what looks like a placeholder inside it stays text", () => {
  expect(en!("card.from", { name: "{name} $& $1" })).toBe("from {name} $& $1");
});

test("rich messages escape text and keep markup", () => {
  expect(en!.rich("card.from", { name: html`<b>${"<i>"}</b>` }).toString()).toBe("from <b>&lt;i&gt;</b>");
  expect(en!.rich("card.from", { name: "<i>" }).toString()).toBe("from &lt;i&gt;");
});

test("in French and Catalan a name that begins with a vowel shortens the word before it, marked up or not", () => {
  const ca = openTranslator("ca", "Europe/Madrid");
  expect(fr!("card.from", { name: "Ajuntament de Barcelona" })).toBe("d’Ajuntament de Barcelona");
  expect(fr!("comments.title", { name: "Élodie" })).toBe("Commentaire d’Élodie");
  expect(ca("card.from", { name: "Hospitalet" })).toBe("d’Hospitalet");
  expect(fr!("card.from", { name: "Porto" })).toBe("de Porto");
  expect(es!("card.from", { name: "Ane" })).toBe("de Ane");
  expect(String(fr!.rich("card.from", { name: html`<bdi>Ane</bdi>` }))).toBe("d’<bdi>Ane</bdi>");
});

test("dates are said in the city's time zone", () => {
  const lateEvening = new Date("2026-03-01T23:30:00Z");
  expect(en!.date(lateEvening)).toBe("March 2, 2026");
  expect(openTranslator("en", "America/Bogota").date(lateEvening)).toBe("March 1, 2026");
});

test("relative times take the nearest unit", () => {
  const now = new Date("2026-03-10T12:00:00Z");
  expect(en!.relative(new Date("2026-03-07T12:00:00Z"), now)).toBe("3 days ago");
  expect(en!.relative(new Date("2026-03-10T14:00:00Z"), now)).toBe("in 2 hours");
  expect(en!.relative(now, now)).toBe("now");
});

describe("money", () => {
  test("shows cents only where there are some, and knows currencies without them", () => {
    expect(en!.money(184_000_00, "EUR")).toBe("€184,000");
    expect(en!.money(12_50, "EUR")).toBe("€12.50");
    expect(en!.money(-5, "EUR")).toBe("-€0.05");
    expect(en!.money(1500, "JPY")).toBe("¥1,500");
    expect(plain(fr!.money(12_50, "EUR"))).toBe("12,50 €");
  });

  test("keeps every cent of amounts a double cannot hold", () => {
    expect(en!.money(9_007_199_254_740_993_07n, "EUR")).toBe("€9,007,199,254,740,993.07");
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), (cents) => {
        const digits = en!.money(cents, "EUR").replace(/[^\d.]/g, "");
        const [whole = "", part = "00"] = digits.split(".");
        expect(BigInt(whole + part)).toBe(cents);
      }),
    );
  });
});

describe("the language of a page", () => {
  const wishes = { account: null, cookie: null, header: null, city: "ca" } as const;
  test("account, then cookie, then browser, then city", () => {
    expect(chooseLanguage({ ...wishes, account: "fr", cookie: "ar", header: "en" })).toBe("fr");
    expect(chooseLanguage({ ...wishes, cookie: "ar", header: "en" })).toBe("ar");
    expect(chooseLanguage({ ...wishes, header: "de-AT, es-MX;q=0.8, en;q=0.9" })).toBe("en");
    expect(chooseLanguage({ ...wishes, header: "de" })).toBe("ca");
    expect(chooseLanguage({ ...wishes, header: "en;q=0, fr;q=0.1" })).toBe("fr");
    expect(chooseLanguage(wishes)).toBe("ca");
  });

  test("whatever a browser sends, the answer is a language there is", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (header, cookie) => {
        expect(languages).toContain(chooseLanguage({ ...wishes, header, cookie }));
      }),
    );
  });

  test("direction follows the language, not the region", () => {
    expect(["ar", "ar-TN", "he", "fa"].map(directionOf)).toEqual(["rtl", "rtl", "rtl", "rtl"]);
    expect(["en", "ca-ES", "arn"].map(directionOf)).toEqual(["ltr", "ltr", "ltr"]);
  });
});

test("languages are named in the reader's language, and nonsense stays itself", () => {
  expect(en!.languageName("ca")).toBe("Catalan");
  expect(es!.languageName("ca")).toBe("catalán");
  expect(en!.languageName("not a tag")).toBe("not a tag");
});
