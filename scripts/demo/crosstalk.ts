// What people of one node say about what another one publishes, and the answers that come back: over the wire, in turns.
import { setTimeout as sleep } from "node:timers/promises";
import { findAccountByEmail } from "../../src/accounts/queries.ts";
import { publishComment } from "../../src/comments/actions.ts";
import type { Instance } from "../../src/instance.ts";
import { likeSubject } from "../../src/subjects/like-actions.ts";
import type { Stance } from "../../src/subjects/subject.ts";
import type { DemoNode } from "./cast.ts";

interface Voice {
  /** Made once and for all, so that saying it again changes nothing. */
  readonly once: string;
  readonly from: DemoNode["key"];
  readonly email: string;
  /** The title of what is spoken to, and the node that published it. */
  readonly about: { readonly node: DemoNode["key"]; readonly title: string };
  readonly stance?: Stance;
  /** Of the voice this one replies to. */
  readonly repliesTo?: string;
  readonly language: string;
  readonly body: string;
}

const id = (last: number) => `01900000-0000-7000-8000-${String(last).padStart(12, "0")}`;
const rain = { node: "medina", title: "خزّانات لماء المطر تحت ساحات المدارس الأربع" } as const;
const shade = { node: "montclar", title: "Ombra a la plaça de l’Estació: vuit tendals i sis lledoners" } as const;
const thermometer = { node: "commons", title: "One way to measure heat at street level" } as const;

/** In the order in which they are said; a reply waits until what it answers has arrived where it is written. */
const voices: readonly Voice[] = [
  {
    once: id(1),
    from: "montclar",
    email: "nuria@montclar.example",
    about: rain,
    language: "ca",
    body: "Us escric des de Montclar: aquí vam posar dipòsits a tres escoles i el que més va costar va ser la tapa, que les criatures no la poguessin obrir. Si us serveix, us passem el plànol.",
  },
  {
    once: id(2),
    from: "commons",
    email: "thomas@commons.example",
    about: rain,
    language: "en",
    body: "Have you measured how warm the stored water gets by August? In Seville a tank that shallow reached 28 °C, which is fine for trees but not for misting near children.",
  },
  {
    once: id(3),
    from: "commons",
    email: "hugo@commons.example",
    about: shade,
    stance: "for",
    language: "fr",
    body: "Bravo pour la réponse : un oui avec le coût de l’entretien, c’est rare. Médinat al-Yasmin a choisi le roseau plutôt que la toile, leurs mesures vous intéresseront.",
  },
  {
    once: id(4),
    from: "medina",
    email: "youssef@medina.example",
    about: shade,
    language: "ar",
    body: "تحيّة من مدينة الياسمين. جرّبنا القماش قبل القصب: الفرق عند الظهر ثلاث درجات لصالح القصب، لأنه يترك الهواء يمرّ. هل قستم تحت القماش؟",
  },
  {
    once: id(5),
    from: "medina",
    email: "youssef@medina.example",
    about: rain,
    repliesTo: id(1),
    language: "fr",
    body: "Merci Núria ! Oui, envoyez-nous le plan du couvercle : c’est exactement ce qui nous manquait. Je vous réponds en français, le catalan me résiste encore.",
  },
  {
    once: id(6),
    from: "montclar",
    email: "nuria@montclar.example",
    about: shade,
    repliesTo: id(4),
    language: "es",
    body: "Gracias, Youssef. No lo hemos medido todavía; lo haremos en mayo con el mismo método que vosotros y lo publicaremos aquí.",
  },
  {
    once: id(7),
    from: "montclar",
    email: "jordi@montclar.example",
    about: thermometer,
    stance: "for",
    language: "ca",
    body: "Montclar s’hi apunta. Tenim 14 sensors i un institut amb ganes de fer-ne el seguiment.",
  },
];

const arrivalTimeoutMs = 20_000;
const askEveryMs = 100;

/**
 * Says all of it, each voice on its own node.
 * @throws Error where something does not arrive within {@link arrivalTimeoutMs}.
 */
export async function speakAcross(instances: ReadonlyMap<DemoNode["key"], Instance>, stop: AbortSignal): Promise<void> {
  const at = (key: DemoNode["key"]) => instances.get(key) as Instance;
  // First everyone has what is spoken about: a comment on what a node does not have yet would be lost on it.
  for (const { node, title } of [rain, shade, thermometer]) {
    const uri = await uriByTitle(at(node), title);
    await Promise.all([...instances.values()].map((instance) => arrived(instance, uri, stop)));
  }
  const said = new Map<string, string>();
  for (const { about, repliesTo, from, email, once, stance, language, body } of voices) {
    const { sql, uris } = at(from);
    const targetUri = await uriByTitle(at(about.node), about.title);
    const parentUri = repliesTo === undefined ? null : (said.get(repliesTo) as string);
    await arrived(at(from), parentUri ?? targetUri, stop);
    const by = await findAccountByEmail(sql, email);
    if (by === null) throw new Error(`nobody in ${from} is called ${email}`);
    const input = { targetUri, parentUri, stance: stance ?? null, body, language, once };
    const comment = await publishComment(sql, uris, by, input, new Date());
    said.set(once, comment.uri);
    if (parentUri === null && by.actorId !== null) await likeSubject(sql, uris, by, targetUri, new Date());
    await arrived(at(about.node), comment.uri, stop);
  }
}

export async function uriByTitle({ sql }: Instance, title: string): Promise<string> {
  const [row] = await sql<{ uri: string }[]>`
    select uri from subject where kind = 'proposal' and origin is null and title = ${title}`;
  if (row === undefined) throw new Error(`the demo has no proposal «${title}»`);
  return row.uri;
}

async function arrived({ sql, uris }: Instance, uri: string, stop: AbortSignal): Promise<void> {
  const deadline = Date.now() + arrivalTimeoutMs;
  while ((await sql`select from subject where uri = ${uri} and published_at is not null`).length === 0) {
    if (Date.now() > deadline) throw new Error(`${uri} has not arrived at ${uris.origin}`);
    await sleep(askEveryMs, undefined, { signal: stop });
  }
}
