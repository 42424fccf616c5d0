// Who plays in the demo: the three nodes and, on each, the two people one can sign in as with a click.
import { openUris, type Uris } from "../../src/platform/uris.ts";

export interface Player {
  readonly email: string;
  readonly name: string;
}

export interface DemoNode {
  /** Names its database and its folder. */
  readonly key: "montclar" | "medina" | "commons";
  /** As the live log calls it. */
  readonly name: string;
  readonly about: string;
  readonly locale: string;
  readonly port: number;
  readonly origin: string;
  readonly uris: Uris;
  readonly administrator: Player;
  readonly resident: Player;
}

const cast = [
  {
    key: "montclar",
    name: "Montclar",
    about: "a city in Catalan and Spanish",
    locale: "ca",
    administrator: { email: "merce@montclar.example", name: "Mercè Puigdomènech" },
    resident: { email: "nuria@montclar.example", name: "Núria Balaguer" },
  },
  {
    key: "medina",
    name: "Medina",
    about: "Medinat al-Yasmin, a city in Arabic and French",
    locale: "ar",
    administrator: { email: "salma@medina.example", name: "سلمى الإدريسي" },
    resident: { email: "youssef@medina.example", name: "يوسف بنعلي" },
  },
  {
    key: "commons",
    name: "Commons",
    about: "Réseau Communs, an association in French and English",
    locale: "fr",
    administrator: { email: "claire@commons.example", name: "Claire Vasseur" },
    resident: { email: "thomas@commons.example", name: "Thomas Okafor" },
  },
] as const;

/** The nodes at their ports, in the order of the cast. */
export function nodesAt(ports: readonly number[]): DemoNode[] {
  return cast.map((member, index) => {
    const port = ports[index] as number;
    const origin = `http://localhost:${port}`;
    return { ...member, port, origin, uris: openUris(origin) };
  });
}
