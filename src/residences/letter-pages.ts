// The desk's pages of letters, under /desk/residence/letters: the list, the sheets, the file, and marking them as sent.
import { Hono } from "hono";
import { requireRole } from "../accounts/viewer.ts";
import { isId } from "../platform/ids.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { readForm, setFlash } from "../web/forms.ts";
import { markLettersSent, noteLettersExported } from "./letter-actions.ts";
import { letterSheets, lettersCsv, lettersPage } from "./letter-views.ts";
import { listWaitingLetters } from "./queries.ts";
import { letterCode } from "./residence.ts";

export function letterPages({ sql, clock }: House, key: Buffer): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  const printed = async () =>
    (await listWaitingLetters(sql)).map((letter) => ({ ...letter, code: letterCode(key, letter.id) }));

  pages.get("/desk/residence/letters", async (c) => {
    requireRole(c, "official");
    c.header("cache-control", "no-store");
    return c.html(lettersPage(c.get("page"), await listWaitingLetters(sql)));
  });

  pages.get("/desk/residence/letters/sheets", async (c) => {
    requireRole(c, "official");
    c.header("cache-control", "no-store");
    return c.html(letterSheets(c.get("page"), await printed()));
  });

  pages.post("/desk/residence/letters/file", async (c) => {
    const by = requireRole(c, "official");
    const letters = await printed();
    await noteLettersExported(sql, by, letters.length, clock.now());
    return c.body(lettersCsv(letters), 200, {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="letters.csv"',
      "cache-control": "no-store",
    });
  });

  pages.post("/desk/residence/letters/sent", async (c) => {
    const by = requireRole(c, "official");
    const { letters = [] } = await readForm(c);
    const ids = [letters].flat().filter((id): id is string => typeof id === "string" && isId(id));
    const count = await markLettersSent(sql, by, ids, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("residences.letters-marked", { count }) });
    return c.redirect("/desk/residence/letters", 303);
  });
  return pages;
}
