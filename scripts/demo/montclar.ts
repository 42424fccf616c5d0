// Montclar, a city of 74,000 in Catalonia, Catalan and Spanish: who lives there and what is going on.
import { type NewOrganisation, openOrganisation } from "../../src/cities/actions.ts";
import { plantAfterwards } from "./montclar/afterwards.ts";
import { plantFinished } from "./montclar/finished.ts";
import { montclarCategories, plantDraftOfBudget, superblockProcess } from "./montclar/processes.ts";
import { superblockProposals } from "./montclar/proposals.ts";
import { ago, enrol, type PersonSeed, type Place, person } from "./place.ts";
import { plantCategories, plantProcess } from "./process-seed.ts";
import { plantProposals } from "./proposal-seed.ts";

const shared = {
  languages: ["ca", "es"],
  timeZone: "Europe/Madrid",
  logo: null,
  reportChannelUrl: "",
  territoryGeojson: null,
} as const;

export const montclar: NewOrganisation = {
  ...shared,
  handle: "montclar",
  kind: "city",
  name: { ca: "Ajuntament de Montclar", es: "Ayuntamiento de Montclar" },
  tagline: { ca: "La ciutat que decidim entre totes", es: "La ciudad que decidimos entre todas" },
  description: {
    ca: "Montclar té 74.000 habitants, un riu que s’asseca a l’estiu i moltes ganes de parlar-ne. Aquí publiquem els processos participatius de la ciutat: què es decideix, quan i amb quins diners, i què se n’ha fet després.",
    es: "Montclar tiene 74.000 habitantes, un río que se seca en verano y muchas ganas de hablar de ello. Aquí publicamos los procesos participativos de la ciudad: qué se decide, cuándo y con qué dinero, y qué se ha hecho después.",
  },
  accent: "#a63d2f",
  website: "https://montclar.example",
  territoryName: "Montclar",
  territoryIds: { nuts: "ES511" },
  territoryGeojson: {
    type: "Polygon",
    coordinates: [
      [
        [2.071, 41.815],
        [2.112, 41.822],
        [2.139, 41.804],
        [2.131, 41.781],
        [2.094, 41.776],
        [2.066, 41.793],
        [2.071, 41.815],
      ],
    ],
  },
  reportChannelUrl: "https://montclar.example/bustia-etica",
};

const district = (handle: string, name: string, ca: string, es: string): NewOrganisation => ({
  ...shared,
  handle,
  kind: "district",
  name: { ca: name, es: name },
  tagline: { ca, es },
  description: { ca, es },
  accent: montclar.accent,
  website: "",
  territoryName: name,
  territoryIds: {},
});

const districts = [
  district(
    "nucli-antic",
    "Nucli Antic",
    "Carrers estrets, dues escoles i el mercat de dissabte.",
    "Calles estrechas, dos escuelas y el mercado del sábado.",
  ),
  district(
    "la-riera",
    "La Riera",
    "El barri nou, entre la via del tren i el riu.",
    "El barrio nuevo, entre la vía del tren y el río.",
  ),
];

const association: NewOrganisation = {
  ...shared,
  handle: "veinat-riera",
  kind: "association",
  name: { ca: "Associació Veïnal de la Riera", es: "Asociación Vecinal de la Riera" },
  tagline: { ca: "Des de 1978, fent barri", es: "Desde 1978, haciendo barrio" },
  description: {
    ca: "Som 640 famílies. Ens trobem el primer dimecres de mes al casal.",
    es: "Somos 640 familias. Nos reunimos el primer miércoles de mes en el casal.",
  },
  accent: "#2f6f73",
  website: "https://veinat-riera.example",
  territoryName: "La Riera",
  territoryIds: {},
};

/** Those who write; the others only support. */
const writers: Readonly<Record<string, PersonSeed>> = {
  jordi: { name: "Jordi Casals", role: "official", knowHow: "Tècnic de participació de l’Ajuntament de Montclar." },
  laia: { name: "Laia Ferrer", role: "moderator" },
  nuria: {
    name: "Núria Balaguer",
    voice: { handle: "nuria", name: "Núria de la Riera" },
    knowHow: "Arquitecta. He treballat en patis escolars i en espais d’ombra.",
  },
  omar: { name: "Omar El Amrani", voice: { handle: "omar", name: "Omar" } },
  pilar: { name: "Pilar Sánchez", locale: "es" },
  marti: { name: "Martí Roca" },
  agnes: { name: "Agnès Vidal" },
  joan: { name: "Joan Torrents" },
  fatima: { name: "Fàtima Bouzid" },
  quim: { name: "Quim Serra" },
  rosa: { name: "Rosa Maria Planas" },
  ivan: { name: "Iván Delgado", locale: "es" },
  berta: { name: "Berta Coll" },
  nil: { name: "Nil Prat", isGuest: true },
};

const givenNames = [
  "Anna",
  "Pau",
  "Carme",
  "Marc",
  "Teresa",
  "Oriol",
  "Dolors",
  "Gerard",
  "Montse",
  "Aleix",
  "Lídia",
  "Biel",
];
const familyNames = ["Soler", "Vila", "Riba", "Mas", "Font", "Costa", "Grau", "Pons"];
const supportersCount = 34;

async function peopleOf(place: Place): Promise<void> {
  const riera = await openOrganisation(place.tx, place.uris, place.administrator, association, ago(place, 500));
  for (const seed of districts)
    await openOrganisation(place.tx, place.uris, place.administrator, seed, ago(place, 500));
  for (const [key, seed] of Object.entries(writers)) await enrol(place, key, seed);
  await enrol(place, "eulalia", { name: "Eulàlia Bosch", speaksFor: riera });
  for (let index = 0; index < supportersCount; index++) {
    const name = `${givenNames[index % givenNames.length]} ${familyNames[(index * 5) % familyNames.length]}`;
    await enrol(place, `resident-${index + 1}`, { name });
  }
}

export async function plantMontclar(place: Place): Promise<void> {
  await peopleOf(place);
  const official = person(place, "jordi");
  await plantCategories(place, official, montclarCategories);
  await plantFinished(place, official);
  const process = await plantProcess(place, official, superblockProcess, 48);
  const planted = await plantProposals(place, process, official, superblockProposals);
  await plantAfterwards(place, official, process, planted);
  await plantDraftOfBudget(place, official);
}
