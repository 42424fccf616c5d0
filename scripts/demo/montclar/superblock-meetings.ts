// Meetings about the superblock: one that is over and one that everybody is invited to.
import type { MeetingSeed } from "../meeting-seed.ts";

export const superblockMeetings: readonly MeetingSeed[] = [
  {
    key: "walk",
    title: "Passejada amb termòmetre pel barri",
    body: "Sortim a les cinc de la tarda, quan fa més calor. Portem vint termòmetres; qui en tingui, que el porti.",
    day: -31,
    from: "17:00",
    to: "19:00",
    kind: "in-person",
    address: "Porta del CAP de la Riera",
    at: [41.7992, 2.1011],
    agenda: "1. Sis parades, una mesura a cada una\n2. On ens aturaríem a seure?\n3. Berenar sota la via",
    audience: "Tothom, amb cadires de rodes i cotxets: el recorregut és pla",
    afterwards: {
      attendees: 112,
      organisations: "Les tres AFA, el CAP, l’Associació Veïnal de la Riera",
      minutes: `| Parada | Sol | Ombra |
|---|---|---|
| Institut | 43 °C | no n’hi ha |
| Plaça de l’Estació | 41 °C | no n’hi ha |
| Plaça Vella | 38 °C | 33 °C |
| Pas sota la via | – | 29 °C |

**El que més es va sentir:** «aquí no hi ha on seure». Trenta-una persones ho van dir a la mateixa cantonada.`,
    },
  },
  {
    key: "workshop",
    title: "Taller: el plànol a terra, i triem els colors",
    body: "Posem un plànol de sis metres a terra i hi movem arbres, bancs i tendals de cartró. Hi haurà qui cuida criatures i intèrpret de llengua de signes.",
    day: 9,
    from: "18:00",
    to: "20:00",
    kind: "hybrid",
    address: "Casal de la Riera, sala gran",
    at: [41.8014, 2.1005],
    link: "https://montclar.example/taller-riera",
    agenda:
      "1. Què ha respost l’Ajuntament fins avui (15 min)\n2. El plànol a terra (60 min)\n3. Colors dels tendals: votem amb gomets (20 min)\n4. Preguntes",
    audience: "Veïnes i veïns de la Riera, escoles i botigues",
    about: ["shade", "school-street", "water"],
  },
];
