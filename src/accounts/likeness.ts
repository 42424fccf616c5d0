// Which names people would take for another's. Pure: no SQL, no request, no clock.

// What looks alike in most letters, after accents and capitals are gone (a part of Unicode UTS 39, for the scripts people here write).
const lookalikes: Readonly<Record<string, string>> = {
  ...{
    а: "a",
    в: "b",
    е: "e",
    ѕ: "s",
    і: "i",
    ј: "j",
    к: "k",
    м: "m",
    н: "h",
    о: "o",
    р: "p",
    с: "c",
    т: "t",
    у: "y",
    х: "x",
  },
  ...{ һ: "h", ԁ: "d", ԛ: "q", ԝ: "w", ь: "b", п: "n", г: "r" },
  ...{
    α: "a",
    β: "b",
    ε: "e",
    η: "n",
    ι: "i",
    κ: "k",
    μ: "u",
    ν: "v",
    ο: "o",
    ρ: "p",
    τ: "t",
    υ: "u",
    χ: "x",
    γ: "y",
    ω: "w",
  },
  ...{ ı: "i", ł: "i", ø: "o", đ: "d", ħ: "h", ɡ: "g", ɑ: "a", ß: "ss", æ: "ae", œ: "oe", ŧ: "t" },
  // Drawn alike in a page's letters: small L, capital i and one; O and nought.
  ...{ l: "i", "1": "i", "0": "o" },
};

/** Letters and digits without accents; what is taken for one sign of a name that is compared. */
const signsOf = (text: string): string[] => [...text.normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "")];

/** What is left of a name for the eye: letters and digits, without case, accents, spaces, signs and what nobody sees. */
export const likenessOf = (name: string): string =>
  [...signsOf(name).join("").toLowerCase()]
    .map((sign) => lookalikes[sign] ?? sign)
    .join("")
    .replaceAll("rn", "m");

/** Without articles and the like: of `La Riera` one is left. */
const wordsOf = (name: string): number =>
  name.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => signsOf(word).length > 3).length;

/** Shorter ones say too little to stand for anybody, alone or within another name. */
const signsMin = { alone: 3, within: 4 } as const;

/**
 * Whether a person's name reads as an institution's: it is the same to the eye, or it has the whole name of an organisation of
 * this node in it. A name of one word may be a family's as well (`Ane Bilbao`, `Núria de la Riera`), so it counts only alone.
 */
export function readsAs(name: string, known: { readonly name: string; readonly isOwnOrganisation: boolean }): boolean {
  const [given, official] = [likenessOf(name), likenessOf(known.name)];
  const { length } = [...official];
  if (length < signsMin.alone) return false;
  if (given === official) return true;
  return known.isOwnOrganisation && length >= signsMin.within && wordsOf(known.name) > 1 && given.includes(official);
}
