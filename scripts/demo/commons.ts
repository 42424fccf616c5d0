// Réseau Communs, an association of people who work on participation in many cities: French and English.
import type { NewOrganisation } from "../../src/cities/actions.ts";
import type { LanguageMap } from "../../src/platform/text.ts";
import { callForIdeas } from "./commons/process.ts";
import { ideas } from "./commons/proposals.ts";
import { enrol, type PersonSeed, type Place, person } from "./place.ts";
import { plantCategories, plantProcess } from "./process-seed.ts";
import { plantProposals } from "./proposal-seed.ts";

export const commons: NewOrganisation = {
  handle: "reseau",
  kind: "association",
  name: { fr: "Réseau Communs", en: "Commons Network" },
  tagline: { fr: "Ce qu’une ville apprend, les autres le savent", en: "What one city learns, the others know" },
  description: {
    fr: "Nous sommes 210 personnes, de trente villes, qui font de la participation leur métier ou leur combat. Notre nœud suit les processus de nos villes membres, les compare et les commente. Il n’en possède aucun.",
    en: "We are 210 people from thirty cities who make participation their trade or their struggle. Our node follows the processes of our member cities, compares them and comments on them. It owns none of them.",
  },
  languages: ["fr", "en"],
  timeZone: "Europe/Paris",
  accent: "#3f4f8f",
  logo: null,
  website: "https://commons.example",
  territoryName: "",
  territoryIds: {},
  territoryGeojson: null,
  reportChannelUrl: "https://commons.example/ethics",
};

const categories: readonly LanguageMap[] = [
  { fr: "Données ouvertes", en: "Open data" },
  { fr: "Méthodes", en: "Methods" },
  { fr: "Entraide entre villes", en: "Mutual aid between cities" },
];

const members: Readonly<Record<string, PersonSeed>> = {
  ines: { name: "Inès Laborde", role: "official" },
  paul: { name: "Paul Renard", role: "moderator" },
  thomas: {
    name: "Thomas Okafor",
    locale: "en",
    voice: { handle: "thomas", name: "Thomas Okafor" },
    knowHow: "Urban climate, street-level measurements. I can help any city read its thermometers.",
  },
  maelle: { name: "Maëlle Guivarc’h", voice: { handle: "maelle", name: "Maëlle" } },
  hugo: { name: "Hugo Lemaire" },
  anneke: { name: "Anneke de Vries", locale: "en" },
  samir: { name: "Samir Haddad" },
  chiara: { name: "Chiara Conti", locale: "en" },
};

const givenNames = ["Louise", "Adam", "Jeanne", "Noé", "Emma", "Ibrahim", "Zoé"];
const familyNames = ["Martin", "Nguyen", "Perrot", "Diallo"];
const othersCount = 16;

export async function plantCommons(place: Place): Promise<void> {
  for (const [key, seed] of Object.entries(members)) await enrol(place, key, seed);
  for (let index = 0; index < othersCount; index++) {
    const name = `${givenNames[index % givenNames.length]} ${familyNames[(index * 3) % familyNames.length]}`;
    await enrol(place, `member-${index + 1}`, { name });
  }
  const official = person(place, "ines");
  await plantCategories(place, official, categories);
  const process = await plantProcess(place, official, callForIdeas, 27);
  await plantProposals(place, process, official, ideas);
}
