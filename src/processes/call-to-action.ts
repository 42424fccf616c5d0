// The words with which a process calls people to take part: on its own page a button, on a copy's a link to where it lives. Pure.
import type { LanguageMap } from "../platform/text.ts";

/** A button has room for a few words. */
export const callToActionCharsMax = 40;

/** `https:`, `javascript:`, `//…`, `www.…`, `example.org/…`: words on a button lead where the button does, and say nothing else. */
const address = /[a-z][a-z0-9+.-]*:\S|\/\/|\bwww\.|[\p{L}\p{N}]\.\p{L}{2,}\//iu;
/** What breaks a line, or turns the words around it; joiners stand inside words. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/u;

export const isCallToAction = (text: string): boolean =>
  text.length <= callToActionCharsMax && !address.test(text) && !unseen.test(text);

/** What another node says its process calls for, in the languages in which that can stand on a link. */
export const callsIn = (texts: LanguageMap): LanguageMap =>
  Object.fromEntries(
    Object.entries(texts)
      .map(([lang, text]) => [lang, text.trim()] as const)
      .filter(([, text]) => text !== "" && isCallToAction(text)),
  );
