// A process of Montclar that is over: what people asked for, what the city answered, and what became of it.
import type { Account } from "../../../src/accounts/account.ts";
import type { Meeting } from "../../../src/meetings/meeting.ts";
import { plantMeeting, plantResult } from "../meeting-seed.ts";
import type { Place } from "../place.ts";
import { type ProcessSeed, plantProcess } from "../process-seed.ts";
import { type ProposalSeed, plantProposals } from "../proposal-seed.ts";
import { schoolyardMeetings, schoolyardResults } from "./schoolyards.ts";

const schoolyards: ProcessSeed = {
  handle: "patis-oberts",
  languages: ["ca", "es"],
  title: { ca: "Patis frescos: cinc escoles", es: "Patios frescos: cinco escuelas" },
  summary: {
    ca: "Cinc patis de ciment que volíem verds. Alumnat, famílies i mestres van decidir què s’hi posava; ara expliquem què s’ha fet.",
    es: "Cinco patios de cemento que queríamos verdes. Alumnado, familias y maestros decidieron qué se ponía; ahora contamos qué se ha hecho.",
  },
  description: {
    ca: "Vam començar amb 96.000 € i una pregunta: *on t’asseus quan fa calor?* Van respondre 1.340 alumnes amb dibuixos. De les propostes, dues es van fer senceres i una a mitges.",
    es: "Empezamos con 96.000 € y una pregunta: *¿dónde te sientas cuando hace calor?* Respondieron 1.340 alumnos con dibujos. De las propuestas, dos se hicieron enteras y una a medias.",
  },
  promoter: { ca: "Regidoria d’Educació", es: "Concejalía de Educación" },
  audience: {
    ca: "Alumnat, famílies i mestres de cinc escoles",
    es: "Alumnado, familias y maestros de cinco escuelas",
  },
  decides: { ca: "En què es gasten 96.000 € en cinc patis", es: "En qué se gastan 96.000 € en cinco patios" },
  goals: {
    ca: "Que cap pati passi de 35 °C a l’hora de l’esbarjo, i que la meitat del terra deixi passar l’aigua.",
    es: "Que ningún patio pase de 35 °C a la hora del recreo, y que la mitad del suelo deje pasar el agua.",
  },
  indicator: { code: "CLI-04", name: "Terra permeable als patis", unit: "%", baseline: "8", target: "50" },
  supportLimit: 3,
  categories: ["Ombra i verd", "Entorns escolars", "Aigua"],
  phases: [
    {
      title: { ca: "Propostes", es: "Propuestas" },
      description: { ca: "A classe i aquí.", es: "En clase y aquí." },
      from: -420,
      to: -380,
      permits: ["propose", "support", "comment"],
    },
    {
      title: { ca: "Respostes", es: "Respuestas" },
      description: { ca: "Una per una.", es: "Una por una." },
      from: -380,
      to: -350,
      permits: ["comment", "answer"],
    },
    {
      title: { ca: "Obres i seguiment", es: "Obras y seguimiento" },
      description: { ca: "Obres d’estiu i un curs de mesures.", es: "Obras de verano y un curso de mediciones." },
      from: -350,
      to: -40,
      permits: ["comment"],
    },
  ],
};

const proposals: readonly ProposalSeed[] = [
  {
    key: "mulch",
    by: "berta",
    days: 410,
    title: "Treure el ciment i posar-hi escorça i sauló",
    body: "A Els Freixes el ciment és de 1974. A sota hi ha terra bona. Traiem-ne la meitat i deixem que hi creixi alguna cosa.",
    category: "Ombra i verd",
    supports: 26,
    comments: [
      {
        by: "agnes",
        days: 402,
        stance: "neutral",
        body: "I les sabates plenes de fang? Ho dic jo, que en netejo quatre parells.",
      },
    ],
    answer: {
      days: 372,
      outcome: "accepted",
      reasons: "Sí, a les cinc escoles. Sauló on es corre, escorça on es juga i ciment on plou.",
      cost: "61300",
      term: "Estiu següent",
    },
  },
  {
    key: "rain",
    by: "fatima",
    days: 405,
    title: "Recollir l’aigua de la teulada per regar",
    body: "Dipòsits de mil litres a cada baixant. A classe de matemàtiques hem calculat que n’ompliríem vint-i-dos a l’any.",
    category: "Aigua",
    supports: 21,
    answer: {
      days: 370,
      outcome: "accepted",
      reasons: "Sí, a tres escoles. A les altres dues els baixants passen per dins de la paret.",
      cost: "14200",
      term: "Estiu següent",
    },
  },
  {
    key: "pool",
    by: "ivan",
    days: 398,
    language: "es",
    title: "Una piscina pequeña en cada patio",
    body: "Para junio. Los niños dibujaron setenta piscinas; algo querrán decir.",
    category: "Aigua",
    supports: 18,
    answer: {
      days: 366,
      outcome: "rejected",
      reasons:
        "No: una piscina escolar necesita socorrista i depuradora (38.000 € l’any cada una). Hem posat polvoritzadors d’aigua, que fan riure igual.",
    },
  },
];

export async function plantFinished(place: Place, official: Account): Promise<void> {
  const process = await plantProcess(place, official, schoolyards, 421);
  const planted = await plantProposals(place, process, official, proposals);
  const meetings = new Map<string, Meeting>();
  for (const seed of schoolyardMeetings) {
    meetings.set(seed.key, await plantMeeting(place, process, official, planted.proposals, seed));
  }
  const known = { proposals: planted.proposals, meetings };
  for (const seed of schoolyardResults) await plantResult(place, process, official, known, seed);
}
