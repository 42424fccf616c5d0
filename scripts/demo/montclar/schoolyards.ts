// What became of the schoolyards of Montclar: two meetings written up, and three results with their milestones.
import type { MeetingSeed, ResultSeed } from "../meeting-seed.ts";

export const schoolyardMeetings: readonly MeetingSeed[] = [
  {
    key: "kickoff",
    title: "Tallers de dibuix: on t’asseus quan fa calor?",
    body: "Un taller de quaranta minuts a cada classe de tercer i quart, amb el plànol del pati a terra.",
    day: -400,
    from: "09:30",
    to: "12:30",
    kind: "in-person",
    address: "Escola Els Freixes, carrer del Forn, 12",
    at: [41.8001, 2.0983],
    agenda: "1. Passegem pel pati amb termòmetre\n2. Dibuixem on ens asseiem\n3. Triem tres coses per classe",
    audience: "Alumnat de tercer i quart de les cinc escoles",
    about: ["mulch", "rain"],
    afterwards: {
      attendees: 412,
      organisations: "Les cinc escoles, les seves AFA i el Consell d’Infants",
      minutes: `Es van recollir **1.340 dibuixos**. El que més hi surt:

| Què | Dibuixos |
|---|---|
| Ombra o arbres | 611 |
| Aigua per jugar | 388 |
| Un racó tranquil | 204 |
| Porteries | 137 |

El Consell d’Infants demana que els dibuixos es pengin a l’Ajuntament, i així s’ha fet.`,
    },
  },
  {
    key: "review",
    title: "Un any després: què ha anat bé i què no",
    body: "Visita als cinc patis amb les mesures a la mà i berenar a l’últim.",
    day: -52,
    from: "17:00",
    to: "19:00",
    kind: "hybrid",
    address: "Escola Riu Clar",
    at: [41.8043, 2.0921],
    link: "https://montclar.example/directe",
    agenda: "1. Mesures d’un any\n2. El que s’ha trencat\n3. Què explicaríem a una altra ciutat",
    audience: "Alumnat, famílies, mestres i qui hi tingui curiositat",
    about: ["mulch", "rain", "pool"],
    afterwards: {
      attendees: 96,
      organisations: "Associació Veïnal de la Riera; Medinat al-Yasmin (per videotrucada)",
      minutes: `- **Ha anat bé:** el terra d’escorça. Quatre graus menys de mitjana i la meitat de genolls pelats.
- **No ha anat bé:** dues tapes de dipòsit obertes per l’alumnat; canviades totes per un model amb clau.
- **Ho explicaríem així:** comenceu per treure ciment. La resta ve sola.`,
    },
  },
];

export const schoolyardResults: readonly ResultSeed[] = [
  {
    title: "Escorça i sauló als cinc patis",
    body: "S’han tret **2.150 m²** de ciment. El terra que deixa passar l’aigua ha passat del 8 % al 54 %. El pati d’Els Freixes, que feia 41 °C, aquest juliol en va fer 36.",
    category: "Ombra i verd",
    days: 340,
    status: "done",
    progress: 100,
    cost: "63870",
    starts: 330,
    ends: 60,
    proposals: ["mulch"],
    meetings: ["kickoff", "review"],
    milestones: [
      {
        days: 140,
        title: "Els Freixes i Riu Clar, acabats",
        body: "Abans de final de curs, per estrenar-los.",
        progress: 40,
      },
      { days: 75, title: "Els altres tres patis, acabats", body: "Obres del 26 de juny al 30 d’agost.", progress: 95 },
      {
        days: 60,
        title: "Recepció de l’obra",
        body: "Un 4 % més cara del previst: al pati de Sant Roc hi havia dues capes de ciment.",
        progress: 100,
      },
    ],
  },
  {
    title: "Dipòsits d’aigua de pluja a tres escoles",
    body: "Nou dipòsits de mil litres. Dos ja funcionen; el tercer espera la canal nova de la teulada.",
    category: "Aigua",
    days: 338,
    status: "in-progress",
    progress: 70,
    cost: "14200",
    starts: 300,
    ends: -60,
    proposals: ["rain"],
    meetings: ["review"],
    milestones: [
      {
        days: 150,
        title: "Els Freixes ja rega amb pluja",
        body: "51 m³ recollits fins ara, segons el comptador que llegeix cinquè.",
        progress: 35,
      },
      { days: 48, title: "Tapes noves amb clau", body: "Canviades després de la reunió de valoració.", progress: 70 },
    ],
  },
  {
    title: "Polvoritzadors en lloc de piscines",
    body: "Provats a dos patis. S’aturen: l’aigua s’evapora abans d’arribar a terra i les boquilles s’embussen amb la calç. Ho deixem escrit perquè ningú més hi gasti diners sense descalcificador.",
    category: "Aigua",
    days: 335,
    status: "dropped",
    progress: 40,
    cost: "3950",
    starts: 160,
    ends: 90,
    proposals: ["pool"],
    meetings: ["review"],
    milestones: [
      { days: 90, title: "Prova aturada", body: "Motius i factures, als documents del procés.", progress: 40 },
    ],
  },
];
