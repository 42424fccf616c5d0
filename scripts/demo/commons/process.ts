// The call for ideas of the association: what its members want to share with each other.
import type { ProcessSeed } from "../process-seed.ts";

export const callForIdeas: ProcessSeed = {
  handle: "donnees-communes",
  languages: ["fr", "en"],
  title: { fr: "Appel à idées : nos données en commun", en: "Call for ideas: our data in common" },
  summary: {
    fr: "Trente villes mesurent la chaleur, les budgets et la participation, chacune à sa façon. Que voulons-nous mesurer pareil, et que faisons-nous des résultats ?",
    en: "Thirty cities measure heat, budgets and participation, each in its own way. What do we want to measure alike, and what do we do with the results?",
  },
  description: {
    fr: `L’assemblée générale de l’an dernier a voté **40 000 €** pour un chantier commun. Cet appel décide lequel.

Trois règles, votées elles aussi :

1. ce qui est produit est libre, textes et code ;
2. une ville de 5 000 habitants doit pouvoir s’en servir ;
3. aucune donnée sur une personne ne quitte sa ville.`,
    en: `Last year’s general assembly voted **€40,000** for one common project. This call decides which.

Three rules, voted as well:

1. what is made is free, texts and code;
2. a town of 5,000 must be able to use it;
3. no data about a person leaves their city.`,
  },
  promoter: { fr: "Le bureau du Réseau Communs", en: "The board of the Commons Network" },
  audience: { fr: "Les membres, et toute ville qui veut le devenir", en: "Members, and any city that wants to join" },
  decides: {
    fr: "Le chantier commun de l’année et ses 40 000 €",
    en: "The common project of the year and its €40,000",
  },
  goals: {
    fr: "Qu’au moins dix villes publient la même mesure, au même format, avant un an.",
    en: "At least ten cities publish the same measurement, in the same format, within a year.",
  },
  supportLimit: 3,
  picture: {
    name: "shared-data",
    alt: "Neuf cercles de couleur reliés par des fils ; chacun contient un petit graphique en bâtons.",
  },
  categories: ["Données ouvertes", "Méthodes", "Entraide entre villes"],
  phases: [
    {
      title: { fr: "Idées", en: "Ideas" },
      description: {
        fr: "Proposez et soutenez. Les villes que nous suivons peuvent commenter depuis chez elles.",
        en: "Propose and support. The cities we follow can comment from home.",
      },
      from: -26,
      to: 9,
      permits: ["propose", "support", "comment", "answer"],
    },
    {
      title: { fr: "Assemblée", en: "Assembly" },
      description: {
        fr: "Les trois idées les plus soutenues sont défendues en assemblée.",
        en: "The three ideas with most support are argued in assembly.",
      },
      from: 16,
      to: 17,
      permits: ["comment", "answer"],
    },
  ],
};
