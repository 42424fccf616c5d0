// Reads of translations: of one thing, of many, of many in one language.
import type { Sql } from "../platform/db.ts";
import { listedIn, type Texts, type TranslatableKind, type Translation } from "./translation.ts";

type Row = Translation & { readonly subjectUri: string };

/** All translations of some things, by address, in the order of their languages. */
export async function listTranslationsOf(
  sql: Sql,
  uris: readonly string[],
): Promise<ReadonlyMap<string, readonly Translation[]>> {
  if (uris.length === 0) return new Map();
  const rows = await sql<Row[]>`
    select subject_uri, language, texts, older from translation
    where subject_uri = any(${uris as string[]}) order by subject_uri, language`;
  return Map.groupBy(rows, ({ subjectUri }) => subjectUri);
}

export const listTranslations = async (sql: Sql, uri: string): Promise<readonly Translation[]> =>
  (await listTranslationsOf(sql, [uri])).get(uri) ?? [];

/** Things of a list in the language of whoever reads it, those that stand in it. */
export async function inLanguage<
  Thing extends Texts & { readonly uri: string; readonly origin: string | null; readonly language: string | null },
>(sql: Sql, kind: TranslatableKind, lang: string, things: readonly Thing[]): Promise<Thing[]> {
  const others = things.filter(({ language }) => language !== lang).map(({ uri }) => uri);
  if (others.length === 0) return [...things];
  const rows = await sql<Row[]>`
    select subject_uri, language, texts, older from translation
    where subject_uri = any(${others}) and language = ${lang}`;
  const found = new Map(rows.map((row) => [row.subjectUri, row]));
  return things.map((thing) => listedIn(kind, thing, found.get(thing.uri)));
}
