// One of everything a node can hold, in a small city: a page of every kind has something on it.
import type { Account, ReachableAccount } from "../../src/accounts/account.ts";
import { requestEmailChange } from "../../src/accounts/email-actions.ts";
import { openSession } from "../../src/accounts/sign-in-actions.ts";
import { inviteToTeam } from "../../src/desk/invitation-actions.ts";
import { closeMeeting } from "../../src/meetings/actions.ts";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { findMirror } from "../../src/mirrors/queries.ts";
import { hideSubject, reportSubject } from "../../src/moderation/actions.ts";
import { decideServer } from "../../src/moderation/peer-actions.ts";
import { makeAppeal } from "../../src/moderation/statement-actions.ts";
import { findOwnStatementOf } from "../../src/moderation/statement-queries.ts";
import { follow } from "../../src/notices/following-actions.ts";
import { askToFollowByMail } from "../../src/notices/mail-following-actions.ts";
import { mailLinkToken } from "../../src/notices/unsubscribe.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { newId } from "../../src/platform/ids.ts";
import type { LanguageMap } from "../../src/platform/text.ts";
import { dayMs } from "../../src/platform/time.ts";
import { addCategory, decidePilot } from "../../src/processes/actions.ts";
import { retireCategory } from "../../src/processes/category-actions.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { editProposal, withdrawProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { addNote, assignProposal, planAnswer, saveDraft } from "../../src/proposals/answer-work-actions.ts";
import { erasePersonalData } from "../../src/proposals/erasing-actions.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import { openAccountAtDesk, startAssist } from "../../src/residences/assist-actions.ts";
import { beginCensus, readCensusList } from "../../src/residences/census-actions.ts";
import { askForLetter } from "../../src/residences/letter-actions.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { residenceKey } from "../../src/residences/residence.ts";
import { reachMilestone } from "../../src/results/actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import {
  aComment,
  aGuest,
  aMeeting,
  aModerator,
  anAssociation,
  anOfficial,
  aPhase,
  aProcess,
  aProposal,
  aProposalText,
  aRemoteComment,
  aResident,
  aResult,
} from "./build.ts";
import type { ListeningCity } from "./listening.ts";
import { inOtherLanguages } from "./other-languages.ts";

/** Waits until the jobs that cities do by themselves have brought it. */
async function arrived<T>(ask: () => Promise<T | null | undefined>, what: string): Promise<T> {
  for (const deadline = Date.now() + 300_000; Date.now() < deadline; ) {
    const found = await ask();
    if (found !== null && found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not there in time: ${what}`);
}

/** What another city publishes, and this one keeps a copy of: ids of the process, a proposal and a result, and of the copy. */
export async function aKeptCopy(here: ListeningCity, there: ListeningCity) {
  const process = await aProcess(there, {
    handle: "streets",
    title: "Ruas para crianças",
    languages: ["en"],
    isPilot: true,
    pilotArea: "Bonfim",
    permits: ["propose", "support", "comment"],
  });
  const by = await aResident(there, { name: "Rita Sousa" });
  const proposal = await aProposal(there, { process, by, title: "Bancos à sombra", language: "en" });
  const result = await aResult(there, {
    process,
    proposalUris: [proposal.uri],
    costAmount: "48000",
    costCurrency: "EUR",
  });
  await here.instance.house.findRemote(process.actorUri!);
  const wanted = { scopeUri: process.uri, kind: "process", ownOrigin: here.uris.origin } as const;
  await keepCopy(here.sql, here.administrator, wanted, new Date());
  const id = (uri: string) =>
    arrived(
      async () => ((await findSubject(here.sql, uri))?.publishedAt ? await findSubject(here.sql, uri) : null),
      uri,
    );
  const copied = { proposal: (await id(proposal.uri)).id, result: (await id(result.uri)).id };
  const mirror = await arrived(() => findMirror(here.sql, process.uri), "the copy");
  return { ...copied, process: (await id(process.uri)).id, mirror: mirror.id };
}

const planFor = (now: Date) => [
  aPhase(now, { title: "Proposals", startsInDays: -20, endsInDays: 20 }),
  aPhase(now, { title: "Evaluation", permits: ["comment", "answer"], startsInDays: 20, endsInDays: 40 }),
];

/** A process with everything in it, and what the desk and the people of a city have besides. */
export async function aCityOfEverything(city: ListeningCity, secret: string) {
  const { sql, uris, administrator } = city;
  const now = new Date();
  const ane = await aResident(city, { name: "Ane Etxeberria", email: "ane@example.org", handle: "ane" });
  const process = await aProcess(city, {
    handle: "green-squares",
    languages: ["en", "ar"],
    title: "Twelve green squares",
    summary: { en: "Where should the next square be?", ar: "أين تكون الساحة القادمة؟" },
    description: { en: "Twelve crossings become **squares**.\n\n- trees\n- water" },
    indicator: { name: "Homes within 300 m", code: "SDG 11.7.1", unit: "%", baseline: "41", target: "70" },
    isPilot: true,
    pilotArea: "Rekalde",
    supportLimit: 3,
    phases: planFor(now),
  });
  const draft = await aProcess(city, { handle: "still-a-draft", isDraft: true, title: "Still a draft" });
  const news = await publishNews(
    sql,
    uris,
    administrator,
    { processUri: process.uri, title: "The first square is open", body: "Come **in**.", language: "en" },
    now,
  );
  const proposals = await proposalsIn(city, process, ane);
  const thread = await threadOf(city, proposals.answered, ane);
  const meeting = await aMeeting(city, { process, title: "An evening about squares", agenda: "1. Shade\n2. Water" });
  const past = await aMeeting(city, { process, title: "The walk", startsAt: new Date(+now - 2 * dayMs) });
  const over = await aMeeting(city, { process, title: "The market stall", startsAt: new Date(+now - dayMs) });
  const report = { attendeeCount: 31, organisations: "Bizi Auzoa", minutes: "We **walked**." };
  await closeMeeting(sql, uris, administrator, past.uri, report, now);
  const result = await aResult(city, {
    process,
    title: "Twenty benches",
    proposalUris: [proposals.answered.uri],
    meetingUris: [past.uri],
    costAmount: "48000.50",
    costCurrency: "EUR",
  });
  const step = await reachMilestone(
    sql,
    uris,
    administrator,
    {
      resultUri: result.uri,
      reachedOn: "2026-05-01",
      title: "Ten stand",
      body: "Half.",
      language: "en",
      status: "in-progress",
      progress: 50,
    },
    now,
  );
  const pilot = await aProcess(city, { handle: "a-pilot", isPilot: true, pilotArea: "Zorroza", title: "A pilot" });
  await decidePilot(sql, administrator, pilot.uri, { decision: "scale", reasons: "It worked." }, now);
  for (const uri of [process.uri, proposals.answered.uri]) await follow(sql, ane, uri, now);
  const invited = { email: ane.email, role: "moderator", processUri: process.uri } as const;
  await inviteToTeam(sql, city.administrator, invited, now);
  return {
    ...{ categories: await categories(city), process, draft, proposals, meeting, past, over, result, ane, ...thread },
    newsId: (await findSubject(sql, news))!.id,
    stepId: step.id,
    answerId: await inOtherLanguages(city, { news, result, answered: proposals.answered }),
    ...(await residences(city, secret)),
    ...(await letters(city, ane, secret, process)),
  };
}

/** One that is offered, another beside it, and one that is offered no more. */
async function categories({ sql, administrator }: ListeningCity) {
  const now = new Date();
  const add = (name: LanguageMap) => addCategory(sql, administrator, { name, parentId: null }, now);
  const trees = await add({ en: "Trees", ar: "الأشجار" });
  await add({ en: "Water", fr: "L’eau" });
  const retired = await add({ en: "Cars" });
  await retireCategory(sql, administrator, retired, now);
  return { trees, retired };
}

async function proposalsIn(city: ListeningCity, process: Process, ane: ReachableAccount) {
  const { sql, uris, administrator } = city;
  const now = new Date();
  const answer = {
    reasons: "We will plant **eight**.",
    costAmount: "48000",
    costCurrency: "EUR",
    term: "2027",
    language: "en",
  };
  const answered = await aProposal(city, {
    process,
    by: ane,
    title: "Shade over the playground",
    body: `In July nobody can use the slide.\n\n${"Donaudampfschifffahrt".repeat(8)}`,
    place: { address: "Plaza Rekalde 4", point: { latitude: 43.252, longitude: -2.935 } },
  });
  await editProposal(
    sql,
    ane,
    answered.uri,
    { ...aProposalText({ title: "Shade over the big playground" }), version: answered.version },
    now,
  );
  await answerProposal(sql, uris, administrator, answered.uri, { ...answer, outcome: "accepted" }, now);
  const rejected = await aProposal(city, { process, title: "A car park instead" });
  await answerProposal(sql, uris, administrator, rejected.uri, { ...answer, outcome: "rejected" }, now);
  const withdrawn = await aProposal(city, { process, by: ane, title: "Never mind" });
  await withdrawProposal(sql, ane, withdrawn.uri, now);
  const own = await aProposal(city, { process, by: ane, title: "A fountain by the market" });
  await supportProposal(sql, ane, own.uri, now);
  const draft = await aProposal(city, { process, by: ane, title: "Unfinished", isDraft: true });
  const erased = await aProposal(city, { process, by: await aResident(city), title: "Someone else's bench" });
  const arabic = await aProposal(city, {
    process,
    title: "مقاعد تحت الأشجار في كل ساحة",
    body: "مكان **للجلوس**.",
    language: "ar",
  });
  const erasing = await aProposal(city, { process, by: ane, title: "Not in my name" });
  await erasePersonalData(sql, ane, erasing.uri, now);
  const evaluator = await anOfficial(city, { name: "Iker Zabala" });
  await assignProposal(sql, administrator, own.uri, evaluator.id, now);
  await addNote(sql, administrator, own.uri, "Ask the water board.", now);
  await saveDraft(sql, administrator, own.uri, { ...answer, outcome: null, version: 0 }, now);
  await planAnswer(
    sql,
    administrator,
    arabic.uri,
    { ...answer, outcome: "accepted", version: 0, publishAt: new Date(+now + dayMs) },
    now,
  );
  return { answered, rejected, withdrawn, own, draft, erased, arabic };
}

async function threadOf(city: ListeningCity, on: { uri: string }, ane: ReachableAccount) {
  const { sql, uris, administrator } = city;
  const now = new Date();
  const comment = await aComment(city, { on, by: ane, stance: "for" });
  await aComment(city, { on: comment, body: "And **water**?" });
  await aComment(city, { on, stance: "against", language: "ar", body: "لا أظن ذلك." });
  const rude = await aRemoteComment(city, { on: comment, html: "<p>No, and no again.</p>" });
  const report = { category: "abuse", reason: "Shouts", isForwarded: false } as const;
  await reportSubject(sql, ane, { ...report, subjectUri: rude.uri }, now);
  const hidden = await aComment(city, { on, by: ane, body: "What a stupid idea" });
  await hideSubject(sql, await aModerator(city), hidden.uri, "Rude to a neighbour", now, "other");
  const statement = (await findOwnStatementOf(sql, ane, (await findSubject(sql, hidden.uri))!.id))!;
  await makeAppeal(sql, ane, statement, "It was meant kindly.", now);
  await decideServer(sql, uris, administrator, { host: "rude.example", policy: "limited", reason: "Shouts" }, now);
  return { comment, rude, hidden, statement };
}

async function residences(city: ListeningCity, secret: string) {
  const { sql, administrator } = city;
  const now = new Date();
  const key = residenceKey(secret);
  const method = { isOn: true, validMonths: 24, explanation: { en: "Bring a **letter**." } };
  await setMethod(sql, administrator, "census", { ...method, settings: { asks: ["birth-date"] } }, now);
  await setMethod(sql, administrator, "post", { ...method, settings: {} }, now);
  const census = await beginCensus(sql, administrator, 60, now);
  const list = new Blob(["document_number,birth_date\n11111111A,1980-05-31\n"]);
  const refusal = await readCensusList(sql, key, census, list.stream());
  if (refusal !== null) throw refusal;
  const waiting = await aGuest(city, { name: "Waits for a letter" });
  await askForLetter(sql, key, waiting, { address: "Waits Letter\nCalle Mayor 1\n48001 Bilbao", number: "" }, now);
  const officer = await anOfficial(city);
  const officerToken = await aSession(city, officer);
  await startAssist(sql, officer, { accountId: waiting.id, reason: "No telephone", officerToken }, now);
  await anAssociation(city, { handle: "bizi-auzoa" });
  const atDesk = (name: string, email: string) =>
    openAccountAtDesk(sql, secret, officer, { name, email, locale: "en" }, now);
  const newcomer = await atDesk("Came To The Desk", "");
  const undecided = await atDesk("Waits For A Mail", "waits.for.a.mail@example.org");
  return { census, waiting, newcomer, undecided };
}

async function letters(city: ListeningCity, ane: ReachableAccount, secret: string, process: Process) {
  const { sql } = city;
  const now = new Date();
  await requestEmailChange(sql, secret, ane, { email: "ane.new@example.org", ip: null }, now);
  const [change] = await sql<{ id: string }[]>`select id from email_change where account_id = ${ane.id}`;
  await askToFollowByMail(sql, { email: "reader@example.org", subjectUri: process.uri, locale: "en" }, now);
  const [asked] = await sql<{ id: string }[]>`select id from mail_following`;
  const passkey = newId(now);
  await sql`
    insert into identity (id, account_id, kind, issuer, subject, label, created_at)
    values (${passkey}, ${ane.id}, 'fediverse', 'social.example', 'https://social.example/users/ane', '@ane@social.example', ${now})`;
  return {
    emailChangeId: change!.id,
    confirmToken: mailLinkToken(secret, { scope: "confirmation", id: asked!.id }),
    endToken: mailLinkToken(secret, { scope: "account", id: ane.id }),
    passkey,
  };
}

/** A session of an account, as a browser holds it. */
export const aSession = ({ sql }: ListeningCity, { id }: Account): Promise<string> =>
  withTransaction(sql, (tx) => openSession(tx, id, { device: "Firefox", previousSessionToken: null }, new Date()));
