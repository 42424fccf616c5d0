// What Montclar is deciding now, and what its desk still keeps in the drawer.
import type { Account } from "../../../src/accounts/account.ts";
import type { LanguageMap } from "../../../src/platform/text.ts";
import type { Place } from "../place.ts";
import { type ProcessSeed, plantDraft } from "../process-seed.ts";

export const montclarCategories: readonly LanguageMap[] = [
  { ca: "Ombra i verd", es: "Sombra y verde" },
  { ca: "Entorns escolars", es: "Entornos escolares" },
  { ca: "Caminar i bicicleta", es: "Caminar y bicicleta" },
  { ca: "Aigua", es: "Agua" },
  { ca: "Convivència", es: "Convivencia" },
];

const pilotArea = {
  type: "Feature",
  properties: { name: "Superilla de la Riera" },
  geometry: {
    type: "Polygon",
    coordinates: [
      [
        [2.0962, 41.8018],
        [2.1014, 41.8032],
        [2.1036, 41.7996],
        [2.0981, 41.7979],
        [2.0962, 41.8018],
      ],
    ],
  },
};

export const superblockProcess: ProcessSeed = {
  handle: "superilla-riera",
  languages: ["ca", "es"],
  title: { ca: "Superilla de la Riera: ombra i camí escolar", es: "Supermanzana de la Riera: sombra y camino escolar" },
  summary: {
    ca: "Nou illes, tres escoles i 28 graus de mitjana al juliol. Decidim junts quins carrers tallem al trànsit de pas, on plantem ombra i com hi arriben les criatures a peu.",
    es: "Nueve manzanas, tres escuelas y 28 grados de media en julio. Decidimos juntos qué calles cerramos al tráfico de paso, dónde plantamos sombra y cómo llegan los niños y niñas a pie.",
  },
  description: {
    ca: `Entre la via del tren i el riu hi viuen **6.200 persones** i hi passen cada dia 14.000 cotxes, la meitat dels quals no hi paren.

El juliol passat, el termòmetre del pati de l’escola Els Freixes va marcar 41 °C a les cinc de la tarda. A la mateixa hora, sota els plàtans de la plaça Vella n’hi havia 33.

## Què posem sobre la taula

- **Quatre carrers** que poden deixar de ser de pas: Molí, Forn, Cadenes i Estació.
- **180.000 €** d’aquest any per a arbres, tendals, bancs i fonts.
- Un any de **prova**, amb pintura i testos, abans de fer cap obra.

## Què no hi entra

La línia d’autobús L3 i els guals existents no es toquen en la prova. L’aparcament de residents es compensa a l’antiga nau del tren.`,
    es: `Entre la vía del tren y el río viven **6.200 personas** y pasan cada día 14.000 coches, la mitad de los cuales no se detienen.

El pasado julio, el termómetro del patio de la escuela Els Freixes marcó 41 °C a las cinco de la tarde. A la misma hora, bajo los plátanos de la plaza Vella había 33.

## Qué ponemos sobre la mesa

- **Cuatro calles** que pueden dejar de ser de paso: Molí, Forn, Cadenes y Estació.
- **180.000 €** de este año para árboles, toldos, bancos y fuentes.
- Un año de **prueba**, con pintura y macetas, antes de hacer ninguna obra.

## Qué queda fuera

La línea de autobús L3 y los vados existentes no se tocan en la prueba. El aparcamiento de residentes se compensa en la antigua nave del tren.`,
  },
  promoter: {
    ca: "Regidoria d’Espai Públic i Districte de la Riera",
    es: "Concejalía de Espacio Público y Distrito de la Riera",
  },
  audience: {
    ca: "Qui hi viu, hi treballa, hi estudia o hi té la botiga, des dels 12 anys.",
    es: "Quien vive, trabaja, estudia o tiene su tienda aquí, desde los 12 años.",
  },
  decides: {
    ca: "Quins carrers entren a la prova i en què es gasten els 180.000 €. El Ple es compromet a fer el que surti o a explicar per escrit per què no.",
    es: "Qué calles entran en la prueba y en qué se gastan los 180.000 €. El Pleno se compromete a hacer lo que salga o a explicar por escrito por qué no.",
  },
  goals: {
    ca: "Quatre graus menys al carrer a les tardes de juliol, i que set de cada deu alumnes de primària arribin a peu, amb bici o amb patinet.",
    es: "Cuatro grados menos en la calle en las tardes de julio, y que siete de cada diez alumnos de primaria lleguen a pie, en bici o en patinete.",
  },
  indicator: {
    code: "MOB-12",
    name: "Alumnat de primària que arriba a peu, amb bici o amb patinet",
    unit: "%",
    baseline: "46",
    target: "70",
  },
  pilot: { area: "Nou illes entre l’avinguda de l’Estació, el carrer del Molí i el riu", geojson: pilotArea },
  supportLimit: 6,
  picture: {
    name: "superblock",
    alt: "Plànol dibuixat de dotze illes de cases; a les dues del mig els carrers són verds i tenen arbres, i una línia vermella marca el camí escolar.",
  },
  categories: ["Ombra i verd", "Entorns escolars", "Caminar i bicicleta", "Aigua", "Convivència"],
  phases: [
    {
      title: { ca: "Diagnosi", es: "Diagnóstico" },
      description: {
        ca: "Passejades amb termòmetre, enquesta a les tres escoles i comptatge de trànsit. Comenteu què hi falta.",
        es: "Paseos con termómetro, encuesta en las tres escuelas y conteo de tráfico. Comentad qué falta.",
      },
      from: -47,
      to: -24,
      permits: ["comment"],
    },
    {
      title: { ca: "Propostes i suports", es: "Propuestas y apoyos" },
      description: {
        ca: "Qualsevol persona pot proposar. Cada veí o veïna empadronada pot donar sis suports. L’equip tècnic va responent a mesura que llegeix.",
        es: "Cualquier persona puede proponer. Cada vecino o vecina empadronada puede dar seis apoyos. El equipo técnico va respondiendo a medida que lee.",
      },
      from: -24,
      to: 18,
      permits: ["propose", "support", "comment", "answer"],
    },
    {
      title: { ca: "Respostes", es: "Respuestas" },
      description: {
        ca: "Cada proposta rep resposta per escrit, amb cost i termini o amb els motius del no.",
        es: "Cada propuesta recibe respuesta por escrito, con coste y plazo o con los motivos del no.",
      },
      from: 18,
      to: 46,
      permits: ["comment", "answer"],
    },
    {
      title: { ca: "Un any de prova", es: "Un año de prueba" },
      description: {
        ca: "Pintura, testos i tendals. Mesurem cada mes la temperatura, el trànsit i com s’hi arriba a l’escola, i ho publiquem.",
        es: "Pintura, macetas y toldos. Medimos cada mes la temperatura, el tráfico y cómo se llega a la escuela, y lo publicamos.",
      },
      from: 60,
      to: 425,
      permits: ["comment"],
    },
  ],
  documents: [
    {
      title: "Mapa de temperatures del juliol, carrer per carrer",
      url: "https://montclar.example/superilla/temperatures",
    },
    { title: "Comptatge de trànsit de l’avinguda de l’Estació", url: "https://montclar.example/superilla/transit" },
  ],
  news: [
    {
      days: 30,
      title: "Ja tenim els resultats de les passejades amb termòmetre",
      body: "Hi vau venir 112 persones, de 6 a 84 anys. El punt més calent és la vorera de l’institut (43 °C); el més fresc, el pas sota la via (29 °C). El mapa sencer és als documents.",
    },
    {
      days: 4,
      title: "Medinat al-Yasmin ens explica les seves cobertes de canya",
      body: "Dimarts vam parlar per videotrucada amb l’equip de Medinat al-Yasmin, que té un barri amb la mateixa calor i la meitat del pressupost. Seguim el seu procés des d’aquesta web: en podeu llegir i comentar les propostes sense sortir de Montclar.",
    },
  ],
};

const budget: ProcessSeed = {
  handle: "pressupost-jove",
  languages: ["ca", "es"],
  title: { ca: "Pressupost jove: 60.000 € de 14 a 25", es: "Presupuesto joven: 60.000 € de 14 a 25" },
  summary: {
    ca: "Esborrany: 60.000 € que decidiran només les persones de 14 a 25 anys.",
    es: "Borrador: 60.000 € que decidirán solo las personas de 14 a 25 años.",
  },
  description: {
    ca: "Falta acordar amb els instituts les dates i com es comprova l’edat sense guardar cap document.",
    es: "Falta acordar con los institutos las fechas y cómo se comprueba la edad sin guardar ningún documento.",
  },
  promoter: { ca: "Regidoria de Joventut", es: "Concejalía de Juventud" },
  audience: { ca: "Joves de 14 a 25 anys que viuen a Montclar", es: "Jóvenes de 14 a 25 años que viven en Montclar" },
  decides: { ca: "En què es gasten 60.000 €", es: "En qué se gastan 60.000 €" },
  goals: { ca: "Que hi participi un de cada cinc", es: "Que participe uno de cada cinco" },
  categories: ["Convivència"],
  phases: [
    {
      title: { ca: "Propostes", es: "Propuestas" },
      description: { ca: "", es: "" },
      from: 75,
      to: 105,
      permits: ["propose", "support", "comment"],
    },
  ],
};

export async function plantDraftOfBudget(place: Place, official: Account): Promise<void> {
  await plantDraft(place, official, budget, 2);
}
