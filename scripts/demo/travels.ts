// How an idea travels in the demo: the association keeps copies of both cities, Medina makes Montclar's shade its own, says
// what came of it, and what somebody took back is gone everywhere. Everything over the wire, in turns.
import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "../../src/accounts/account.ts";
import { findAccountByEmail } from "../../src/accounts/queries.ts";
import { adoptProposal, decideAdoption } from "../../src/adoptions/actions.ts";
import { findAdoptionOf } from "../../src/adoptions/queries.ts";
import { findMainOrganisation } from "../../src/cities/queries.ts";
import { deleteComment, publishComment } from "../../src/comments/actions.ts";
import type { Instance } from "../../src/instance.ts";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { findMirror } from "../../src/mirrors/queries.ts";
import { publishProposal } from "../../src/proposals/actions.ts";
import { publishResult, reachMilestone } from "../../src/results/actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import type { DemoNode } from "./cast.ts";
import { uriByTitle } from "./crosstalk.ts";

type Key = DemoNode["key"];

/** Made once and for all, so that doing it again changes nothing. */
const onceTaken = "01900000-0000-7000-8000-000000000101";

const shade = "Ombra a la plaça de l’Estació: vuit tendals i sis lledoners";
const adopted = {
  title: "ظلّ في ساحة المحطّة كما في مونتكلار، بالقصب بدل القماش",
  body: `في مونتكلار اقترحت نوريا ثمانية مظلّات من القماش وستّ شجرات، وقبلت المدينة الفكرة ونشرت كلفتها.

نأخذ منها ثلاثة أشياء:

1. **أعمدة في أصص من الإسمنت**، لا نحفر الساحة.
2. **مظلّات تُركَّب في أيار وتُرفع في تشرين الأول**.
3. **القياس قبلها وبعدها** بالطريقة نفسها، لنستطيع أن نقارن.

ونغيّر شيئًا واحدًا: القصب بدل القماش، لأن الهواء يمرّ من خلاله وقد جرّبناه في سوق الحدّادين.`,
  language: "ar",
} as const;

const result = {
  title: "ستّ مظلّات من القصب في ساحة المحطّة",
  body: "رُكّبت ستّ مظلّات في أسبوعين. الفرق عند الظهر **أربع درجات** عند المقاعد، مقيسًا بالطريقة التي اتّفقنا عليها مع مونتكلار.",
  language: "ar",
  status: "in-progress",
  progress: 70,
  costAmount: "18400.00",
  costCurrency: "TND",
} as const;

/** Does all of it. What has been done is found and not done again, so that an interrupted demo goes on. */
export async function travel(instances: ReadonlyMap<Key, Instance>, stop: AbortSignal): Promise<void> {
  const [montclar, medina, commons] = (["montclar", "medina", "commons"] as const).map((key) => instances.get(key)!);
  const copies = keepCopies(commons!, [montclar!, medina!], stop);
  const taken = sayAndTakeBack(medina!, montclar!, stop);
  const made = await adoptShade(medina!, montclar!, stop);
  await sayWhatCameOfIt(medina!, made);
  await Promise.all([copies, taken]);
}

async function keepCopies(at: Instance, of: readonly Instance[], stop: AbortSignal): Promise<void> {
  const by = await personAt(at, "claire@commons.example");
  for (const city of of) {
    const { actorUri } = (await findMainOrganisation(city.sql))!;
    const wanted = { scopeUri: actorUri, kind: "organisation", ownOrigin: at.uris.origin } as const;
    if ((await findMirror(at.sql, actorUri)) === null) await keepCopy(at.sql, by, wanted, new Date());
  }
  for (const city of of) {
    const { actorUri } = (await findMainOrganisation(city.sql))!;
    await until(`the copy of ${actorUri}`, async () => (await findMirror(at.sql, actorUri))?.state === "kept", stop);
  }
}

/** A resident of Medina adopts Montclar's proposal; Montclar says that it is glad. @returns the new proposal's URI. */
async function adoptShade(at: Instance, from: Instance, stop: AbortSignal): Promise<string> {
  const fromUri = await uriByTitle(from, shade);
  await until("the proposal to adopt", async () => (await findSubject(at.sql, fromUri)) !== null, stop);
  const by = await personAt(at, "youssef@medina.example");
  const [process] = await at.sql<{ uri: string }[]>`select uri from process where handle = 'ma-wa-dhill'`;
  const [kept] = await at.sql<
    { uri: string }[]
  >`select uri from subject where origin is null and title = ${adopted.title}`;
  const place = { point: { latitude: 35.8262, longitude: 10.6305 }, address: "ساحة المحطّة" };
  const text = { ...adopted, categoryId: null, place, images: [], organisationId: null };
  const uri =
    kept?.uri ??
    (await adoptProposal(at.sql, at.uris, by, { ...text, processUri: process!.uri, once: null, fromUri }, new Date()))
      .uri;
  await publishProposal(at.sql, by, uri, new Date());
  await until("the offer", async () => (await findAdoptionOf(from.sql, uri))?.state !== undefined, stop);
  const isRead = async () => (await findAdoptionOf(from.sql, uri))?.state !== "unread";
  await until("the offered proposal to be read", isRead, stop);
  const offer = (await findAdoptionOf(from.sql, uri))!;
  const official = await personAt(from, "merce@montclar.example");
  if (offer.state === "offered") await decideAdoption(from.sql, official, offer.id, "accepted", new Date());
  await until("the answer to the offer", async () => (await findAdoptionOf(at.sql, uri))?.state === "accepted", stop);
  return uri;
}

async function sayWhatCameOfIt(at: Instance, proposalUri: string): Promise<void> {
  const there = await at.sql`select from subject where origin is null and title = ${result.title}`;
  if (there.length > 0) return;
  const official = await personAt(at, "salma@medina.example");
  const proposal = (await findSubject(at.sql, proposalUri))!;
  const input = { ...result, startsOn: null, endsOn: null, categoryId: null, processUri: proposal.processUri! };
  const links = { proposalUris: [proposalUri], meetingUris: [] };
  const made = await publishResult(at.sql, at.uris, official, { ...input, ...links }, new Date());
  const step = {
    resultUri: made.uri,
    reachedOn: new Date().toISOString().slice(0, 10),
    title: "أوّل مظلّتين",
    body: "عند موقف الحافلة.",
    language: "ar",
    status: result.status,
    progress: result.progress,
  };
  await reachMilestone(at.sql, at.uris, official, step, new Date());
}

/** Someone leaves a telephone number where everyone can read it, and takes it back. */
async function sayAndTakeBack(at: Instance, about: Instance, stop: AbortSignal): Promise<void> {
  const targetUri = await uriByTitle(about, shade);
  await until("the proposal to speak to", async () => (await findSubject(at.sql, targetUri)) !== null, stop);
  const by = await personAt(at, "youssef@medina.example");
  const body = "Appelez-moi pour le plan des bacs : 71 555 014. — Youssef";
  const input = { targetUri, parentUri: null, stance: null, body, language: "fr", once: onceTaken };
  const comment = await publishComment(at.sql, at.uris, by, input, new Date());
  const isGone = async () => (await findSubject(about.sql, comment.uri))?.deletedAt != null;
  if ((await findSubject(at.sql, comment.uri))?.deletedAt == null) {
    await until("the comment", async () => (await findSubject(about.sql, comment.uri)) !== null, stop);
    await deleteComment(at.sql, by, comment.uri, new Date());
  }
  await until("the erasure", isGone, stop);
}

async function personAt({ sql }: Instance, email: string): Promise<Account> {
  const person = await findAccountByEmail(sql, email);
  if (person === null) throw new Error(`the demo has nobody called ${email}`);
  return person;
}

const timeoutMs = 60_000;
const askEveryMs = 150;

async function until(what: string, isSo: () => Promise<boolean>, stop: AbortSignal): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`${what} has not come within ${timeoutMs / 1_000} s`);
    await sleep(askEveryMs, undefined, { signal: stop });
  }
}
