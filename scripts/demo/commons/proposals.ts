// Ideas of the members of the association, in French and in English.
import type { ProposalSeed } from "../proposal-seed.ts";

export const ideas: readonly ProposalSeed[] = [
  {
    key: "thermometer",
    by: "thomas",
    days: 20,
    language: "en",
    title: "One way to measure heat at street level",
    body: `Montclar measures at 1.5 m at five in the afternoon. Medinat al-Yasmin measures on the ground at noon. Both are right, and their numbers **cannot be compared**.

I propose a two-page protocol: height, hour, shade or sun, a €35 sensor, and a table of five columns anyone can publish. I will walk both cities with their teams to test it.`,
    category: "Données ouvertes",
    supports: 15,
    likes: 4,
    comments: [
      {
        by: "maelle",
        days: 18,
        stance: "for",
        body: "À Brest nous avons douze capteurs qui dorment dans une armoire, faute de savoir où les poser. Je signe.",
      },
      { by: "hugo", days: 16, stance: "neutral", body: "Deux pages, pas vingt : je relis si on tient cette promesse." },
    ],
    answer: {
      days: 4,
      outcome: "evaluating",
      reasons:
        "Le bureau trouve l’idée mûre. Avant l’assemblée, nous demandons à Montclar et à Médinat al-Yasmin si elles testeraient le protocole cet hiver.",
    },
  },
  {
    key: "why-not",
    by: "maelle",
    days: 15,
    title: "Un recueil des « non » bien expliqués",
    body: "Nous partageons nos réussites et cachons nos refus. Or un bon « non », avec chiffres et raisons, fait gagner un an à la ville suivante. Je propose de recueillir **cent réponses négatives** exemplaires, classées par motif.\n\nPremière pièce au dossier : la réponse de Montclar sur le tunnel de l’avenue de la Gare.",
    category: "Méthodes",
    supports: 12,
    likes: 6,
    comments: [
      {
        by: "chiara",
        days: 13,
        stance: "for",
        language: "en",
        body: "Yes. Our mayor would rather lose an election than publish a no. A collection makes it normal.",
      },
    ],
  },
  {
    key: "loan",
    by: "samir",
    days: 9,
    title: "Prêter une personne pendant deux semaines",
    body: "Une agente de Médinat al-Yasmin passe deux semaines à Montclar, et l’inverse au printemps. Le réseau paie le train et le logement ; chaque échange donne un carnet public de dix pages.",
    category: "Entraide entre villes",
    supports: 9,
    likes: 2,
    comments: [
      {
        by: "anneke",
        days: 7,
        stance: "for",
        language: "en",
        body: "Utrecht did this with Gdańsk. The notebook was worth more than the conference.",
      },
    ],
  },
  {
    key: "small",
    by: "hugo",
    days: 3,
    title: "Un mode d’emploi pour les villes de 5 000 habitants",
    body: "Pas de service participation, pas de serveur, une secrétaire de mairie à mi-temps. De quoi a-t-elle besoin pour ouvrir un processus en une après-midi ? Écrivons-le avec trois d’entre elles, et payons-les pour ça.",
    category: "Méthodes",
    supports: 6,
    likes: 3,
  },
];
