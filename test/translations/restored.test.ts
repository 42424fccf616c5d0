// A city is lost and restored: from its backup with the translations it had, and from its mirror with those it made since.
import { expect, test } from "vitest";
import { publishNews } from "../../src/processes/news-actions.ts";
import { newsTexts } from "../../src/processes/news-text-actions.ts";
import { changeResult } from "../../src/results/actions.ts";
import { resultTexts } from "../../src/results/result-text-actions.ts";
import { listTranslations } from "../../src/translations/queries.ts";
import { aProcess, aResult, aResultText } from "../support/build.ts";
import { sayIn } from "../support/other-languages.ts";
import { twoCities } from "../support/restored-city.ts";

test("translations come back word for word as they were typed, what had aged still marked, and go on from there", async () => {
  await using cities = await twoCities();
  const { bilbao, porto, now, hours } = cities;
  const { uris, administrator: by } = bilbao;
  const process = await aProcess(bilbao, { now: now() });
  const news = (title: string) =>
    publishNews(bilbao.sql, uris, by, { processUri: process.uri, title, body: "Here.", language: "en" }, now());
  const say = (door: typeof newsTexts, uri: string, language: string, title: string) =>
    sayIn({ sql: bilbao.sql, by }, door, uri, { language, now: now() }, { title, body: "**A** > B\n\n- c" });
  const old = await news("Before the backup");
  const gone = await news("Said and unsaid");
  await say(newsTexts, old, "es", "Antes");
  await say(newsTexts, gone, "es", "Se irá");
  await cities.keep(process.uri);
  await cities.backUp();

  await say(newsTexts, old, "ca", "Abans");
  await sayIn({ sql: bilbao.sql, by }, newsTexts, gone, { language: "es", now: now() }, {});
  const late = await news("After the backup");
  await say(newsTexts, late, "es", "Después");
  const result = await aResult(bilbao, { process, title: "Ten benches", now: now() });
  await say(resultTexts, result.uri, "es", "Diez bancos");
  await changeResult(bilbao.sql, by, result.uri, aResultText({ title: "Twelve benches", body: result.body }), now());
  await hours();
  const uri = [old, gone, late, result.uri];
  const before = await Promise.all(uri.map((one) => listTranslations(bilbao.sql, one)));
  expect(before[3]).toMatchObject([{ language: "es", older: ["title"] }]);

  const restored = await cities.loseAndRestore();
  expect(await Promise.all(uri.map((one) => listTranslations(restored.sql, one)))).toEqual(before);
  await sayIn(
    { sql: restored.sql, by },
    newsTexts,
    late,
    { language: "fr", now: now() },
    { title: "Après", body: "Ici." },
  );
  await hours();
  expect((await listTranslations(porto.sql, late)).map(({ language }) => language)).toEqual(["es", "fr"]);
});
