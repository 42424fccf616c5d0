// The verb of translating, the same for everything official: each room says by a door of its own how its things are locked
// and vouched for. The only writer of its table, with what keeps the translations of copies.
import { type Account, holds } from "../accounts/account.ts";
import { recordEvent } from "../events.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { isLanguage } from "../platform/i18n.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { recordAct, touchSubject } from "../subjects/actions.ts";
import { changeOf } from "../subjects/change.ts";
import { findSubject, standsOpen } from "../subjects/queries.ts";
import { listTranslations } from "./queries.ts";
import {
  allCharsMax,
  digestOfTexts,
  fieldsOf,
  languagesMax,
  type Texts,
  type TranslatableKind,
  type Translation,
  tidied,
} from "./translation.ts";

/** How a room's things are translated. */
export interface TextDoor {
  readonly kind: TranslatableKind;
  /** What the thing says; null where there is none. */
  readonly read: (sql: Sql, uri: string) => Promise<Texts | null>;
  /** Nobody else changes what it says until the transaction is over. */
  readonly lock: (tx: Tx, uri: string) => Promise<void>;
  /** Writes its record anew. */
  readonly vouch: (tx: Tx, uri: string, now: Date) => Promise<void>;
}

export interface TranslationInput {
  readonly language: string;
  /** By field; what is empty is missing. All of them empty: the translation is taken away. */
  readonly typed: Readonly<Record<string, string | undefined>>;
  /** {@link digestOfTexts} of the original that was read beside it. */
  readonly seen: string;
}

/**
 * Says an official text in one more language of the site, or says it anew: from now on it is as new as its original. The thing
 * itself is changed by it, as by an edit, and nobody is notified. Saying the same again changes nothing.
 * @returns what is translated then; null where it was taken away.
 * @throws Refused `not-allowed`, `not-in-this-state` while it is hidden or stands in what is, `changed-meanwhile` where the
 * original is another than the one that was read, `invalid-input`, `too-large`.
 */
export async function translateText(
  sql: Sql,
  by: Account,
  door: TextDoor,
  uri: string,
  { language, typed, seen }: TranslationInput,
  now: Date,
): Promise<Texts | null> {
  const { kind } = door;
  const texts = tidied(kind, typed);
  const isTaken = Object.keys(texts).length === 0;
  const [first] = fieldsOf[kind];
  refuseUnless(isTaken || texts[first], "invalid-input", { field: first });
  return await withTransaction(sql, async (tx) => {
    await door.lock(tx, uri);
    const original = await door.read(tx, uri);
    const subject = await findSubject(tx, uri);
    refuseUnless(original !== null && subject?.kind === kind && subject.deletedAt === null, "not-found");
    refuseUnless(subject.origin === null && holds(by, "official", subject.processUri), "not-allowed");
    const isPublished = subject.publishedAt !== null;
    const isOpen = subject.hiddenAt === null && (!isPublished || (await standsOpen(tx, uri)));
    refuseUnless(isOpen, "not-in-this-state");
    refuseUnless(isLanguage(language) && language !== subject.language, "invalid-input", { field: "language" });
    refuseUnless(digestOfTexts(kind, original) === seen, "changed-meanwhile");
    const all = await listTranslations(tx, uri);
    const before = all.find((one) => one.language === language);
    if (isSame(before, texts)) return isTaken ? null : texts;
    const others = all.filter((one) => one !== before);
    refuseUnless(charsIn([...others.map((one) => one.texts), texts]) <= allCharsMax, "too-large", { max: allCharsMax });
    await write(tx, uri, language, isTaken ? null : texts, now);
    const change = changeOf<keyof Texts>(before?.texts ?? null, texts, fieldsOf[kind]);
    await recordAct(tx, by, "text-translated", uri, { language }, now, change);
    if (isPublished) {
      await touchSubject(tx, uri, {}, now);
      await door.vouch(tx, uri, now);
      await recordEvent(tx, { type: "SubjectTranslated", subjectUri: uri, data: { language } }, now);
    }
    return isTaken ? null : texts;
  });
}

const isSame = (before: Translation | undefined, texts: Texts): boolean => {
  const was = before?.texts ?? {};
  const fields = [...new Set([...Object.keys(was), ...Object.keys(texts)])] as (keyof Texts)[];
  return (before?.older.length ?? 0) === 0 && fields.every((field) => was[field] === texts[field]);
};

const charsIn = (all: readonly Texts[]): number =>
  all.flatMap((texts) => Object.values(texts)).reduce((sum, text) => sum + text.length, 0);

async function write(tx: Tx, uri: string, language: string, texts: Texts | null, now: Date): Promise<void> {
  if (texts === null) {
    await tx`delete from translation where subject_uri = ${uri} and language = ${language}`;
    return;
  }
  await tx`
    insert into translation (subject_uri, language, texts, translated_at)
    values (${uri}, ${language}, ${tx.json(texts as never)}, ${now})
    on conflict (subject_uri, language) do update set texts = excluded.texts, older = '{}', translated_at = excluded.translated_at`;
}

/** A thing with all that its own city, or its record, says of it in other languages. */
export interface TranslatedThing {
  readonly uri: string;
  /** Of the original. */
  readonly language: string | null;
  readonly translations?: readonly Translation[];
}

/**
 * Brings the translations of copies, or of things of ours that come back, to what was said of them last; what is not said any
 * more goes. Called after the things themselves are written.
 */
export async function replaceTranslations(tx: Tx, things: readonly TranslatedThing[], now: Date): Promise<void> {
  if (things.length === 0) return;
  const rows = things.flatMap(({ uri, language, translations = [] }) =>
    translations
      .filter((one) => one.language !== language)
      .slice(0, languagesMax)
      .map((one) => ({ uri, language: one.language, texts: one.texts, older: one.older })),
  );
  const given = tx`jsonb_to_recordset(${tx.json(rows as never)}) as given(uri text, language text, texts jsonb, older text[])`;
  await tx`
    delete from translation where subject_uri = any(${things.map(({ uri }) => uri)})
      and not exists (select from ${given} where given.uri = subject_uri and given.language = translation.language)`;
  if (rows.length === 0) return;
  await tx`
    insert into translation (subject_uri, language, texts, older, translated_at)
    select uri, language, texts, older, ${now} from ${given}
    on conflict (subject_uri, language) do update set texts = excluded.texts, older = excluded.older, translated_at = excluded.translated_at
    where (translation.texts, translation.older) is distinct from (excluded.texts, excluded.older)`;
}

/** Empties our copy's translations, with whatever else is erased of it. */
export async function eraseTranslationCopy(tx: Tx, uri: string): Promise<void> {
  await tx`
    delete from translation where subject_uri = ${uri}
      and exists (select from subject where subject.uri = ${uri} and subject.origin is not null)`;
}
