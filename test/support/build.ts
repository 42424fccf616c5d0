// Builders: a city and what happens in it, made with the room's own verbs. Say only what matters to the test.
import type { Account, GrantableRole, ReachableAccount } from "../../src/accounts/account.ts";
import { openPublicVoice } from "../../src/accounts/actions.ts";
import { appointFirstAdministrator, grantMembership, grantRole } from "../../src/accounts/people-actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { openAccount } from "../../src/accounts/sign-in-actions.ts";
import { openActor, rememberRemoteActor } from "../../src/actors/actions.ts";
import type { Actor, RemoteActor } from "../../src/actors/actor.ts";
import { listOrganisationActors } from "../../src/actors/queries.ts";
import { type NewComment, publishComment } from "../../src/comments/actions.ts";
import type { Comment } from "../../src/comments/comment.ts";
import { getComment } from "../../src/comments/queries.ts";
import { type RemoteComment, receiveComment } from "../../src/comments/remote.ts";
import { draftMeeting, type MeetingInput, publishMeeting } from "../../src/meetings/actions.ts";
import type { Meeting } from "../../src/meetings/meeting.ts";
import { type Sql, withTransaction } from "../../src/platform/db.ts";
import { dayMs } from "../../src/platform/time.ts";
import { openUris, type Uris } from "../../src/platform/uris.ts";
import { draftProcess, type NewProcess, type ProcessText, publishProcess } from "../../src/processes/actions.ts";
import { type Permission, type PhasePlan, type Process, permissions } from "../../src/processes/process.ts";
import { draftProposal, type ProposalInput, publishProposal } from "../../src/proposals/actions.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { verifyAtDesk } from "../../src/residences/actions.ts";
import { residenceKey } from "../../src/residences/residence.ts";
import { publishResult, type ResultInput } from "../../src/results/actions.ts";
import type { Result } from "../../src/results/result.ts";

/** What a builder needs of a node; an opened instance has it too. */
export interface OpenNode {
  readonly sql: Sql;
  readonly uris: Uris;
}

export interface City extends OpenNode {
  readonly organisation: Actor;
  /** Holds every role, for the whole node. */
  readonly administrator: ReachableAccount;
}

let made = 0;
/** A number no other thing of this test file has, so that handles, addresses and names never meet. */
const next = (): number => ++made;

/** Opens the city of a node: its three standing actors, where the node has not opened them, and its administrator. */
export async function aCity(
  place: { sql: Sql; uris?: Uris },
  { handle = "bilbao", name = "Bilbao", now = new Date() } = {},
): Promise<City> {
  const { sql, uris = openUris("https://bilbao.test") } = place;
  const [there] = await listOrganisationActors(sql);
  const open = (kind: "node" | "organisation" | "residents", ownHandle: string, ownName: string) =>
    openActor(sql, uris, { kind, handle: ownHandle, name: ownName }, now);
  const organisation = there ?? (await open("organisation", handle, name));
  if (there === undefined) {
    await open("node", uris.host, uris.host);
    await open("residents", `${handle}-residents`, `Residents of ${name}`);
  }
  const opened = await openAccount(sql, { email: "admin@example.org", name: "Amaia Admin", locale: "en" }, now);
  if (opened.grants.length === 0) await appointFirstAdministrator(sql, opened.id, now);
  return { sql, uris, organisation, administrator: await reachable(sql, opened.id) };
}

const reachable = async (sql: Sql, id: string): Promise<ReachableAccount> =>
  (await getAccount(sql, id)) as ReachableAccount;

export interface AccountOptions {
  readonly name?: string;
  readonly email?: string;
  readonly locale?: string;
  /** Gives a fediverse actor of their own. */
  readonly handle?: string;
  readonly memberOf?: Actor;
  readonly now?: Date;
}

/** Someone with an account whose residence nobody has verified. */
export async function aGuest(city: City, options: AccountOptions = {}): Promise<ReachableAccount> {
  const { sql, uris, administrator } = city;
  const { name = `Guest ${next()}`, email = `person${next()}@example.org`, locale = "en", now = new Date() } = options;
  const account = await openAccount(sql, { email, name, locale }, now);
  if (options.memberOf) await grantMembership(sql, administrator, account.id, options.memberOf.id, now);
  await forgetNotices(city, account.id);
  if (options.handle) await openPublicVoice(sql, uris, account, { handle: options.handle, name }, now);
  return await reachable(sql, account.id);
}

/** Most tests are about something else than the notice of it. */
const forgetNotices = ({ sql }: City, accountId: string) =>
  sql`delete from job where kind in ('tell-resident', 'tell-account') and payload ->> 'accountId' = ${accountId}`;

const deskKey = residenceKey("a key of the builders alone");
/** Everyone has a document of their own. */
export const documentOf = ({ id }: { readonly id: string }) => ({ accountId: id, number: id.replaceAll("-", "") });

/** Someone whose residence the desk has verified: who may support. */
export async function aResident(city: City, options: AccountOptions = {}): Promise<ReachableAccount> {
  const account = await aGuest(city, { name: `Resident ${next()}`, ...options });
  await verifyAtDesk(city.sql, deskKey, city.administrator, documentOf(account), options.now ?? new Date());
  await forgetNotices(city, account.id);
  return await reachable(city.sql, account.id);
}

/** Someone who holds a role, for one process where one is named, else for the whole node. */
async function someoneWith(role: GrantableRole, city: City, options: AccountOptions & { process?: Process }) {
  const account = await aGuest(city, { name: `${role} ${next()}`, ...options });
  const processUri = options.process?.uri ?? null;
  await grantRole(city.sql, city.administrator, account.id, { role, processUri }, options.now ?? new Date());
  await forgetNotices(city, account.id);
  return await reachable(city.sql, account.id);
}

export const anOfficial = (
  city: City,
  options: AccountOptions & { process?: Process } = {},
): Promise<ReachableAccount> => someoneWith("official", city, options);

export const aModerator = (
  city: City,
  options: AccountOptions & { process?: Process } = {},
): Promise<ReachableAccount> => someoneWith("moderator", city, options);

/** An association of the node, for which its members may speak. */
export const anAssociation = (
  city: City,
  { handle = `association-${next()}`, name = "Bizi Auzoa" } = {},
): Promise<Actor> => openActor(city.sql, city.uris, { kind: "organisation", handle, name }, new Date());

/** An actor of another server, as its own server describes it. */
export async function aStranger(
  place: { sql: Sql },
  { handle = `stranger${next()}`, host = "mastodon.example", ...said }: Partial<RemoteActor> & { now?: Date } = {},
): Promise<Actor> {
  const { now = new Date(), ...rest } = said;
  const uri = `https://${host}/users/${handle}`;
  const described: RemoteActor = {
    uri,
    type: "Person",
    handle,
    host,
    name: `${handle} of ${host}`,
    summary: "",
    url: `https://${host}/@${handle}`,
    iconUrl: null,
    inboxUri: `${uri}/inbox`,
    sharedInboxUri: `https://${host}/inbox`,
    ...rest,
  };
  return await rememberRemoteActor(place.sql, described, now);
}

/** A phase around `now`, or `startsInDays` and `endsInDays` away from it. */
export function aPhase(
  now: Date,
  phase: { title?: string; permits?: readonly Permission[]; startsInDays?: number; endsInDays?: number } = {},
): PhasePlan {
  const { title = "Open", permits = permissions, startsInDays = -10, endsInDays = 10 } = phase;
  return {
    title: { en: title },
    description: {},
    startsAt: new Date(now.getTime() + startsInDays * dayMs),
    endsAt: new Date(now.getTime() + endsInDays * dayMs),
    permits,
  };
}

/** The part of a process that the desk can change later. */
export function aProcessText(process: ProcessText): ProcessText {
  const { languages, title, summary, description, promoter, audience, decides, goals, indicator } = process;
  const { isPilot, pilotArea, pilotGeojson, supportLimit, editWindowMinutes, image, imageAlt } = process;
  const texts = { languages, title, summary, description, promoter, audience, decides, goals, indicator };
  return { ...texts, isPilot, pilotArea, pilotGeojson, supportLimit, editWindowMinutes, image, imageAlt };
}

export interface ProcessOptions extends Partial<Omit<NewProcess, "title">> {
  readonly title?: string;
  /** What its one phase permits; everything when absent. `phases` says more. */
  readonly permits?: readonly Permission[];
  readonly isDraft?: boolean;
  readonly now?: Date;
}

/** A public process of the city with one open phase that permits everything. */
export async function aProcess(city: City, options: ProcessOptions = {}): Promise<Process> {
  const { title = `Green squares ${next()}`, permits, isDraft = false, now = new Date(), ...rest } = options;
  const input: NewProcess = {
    handle: `process-${next()}`,
    organisationId: city.organisation.id,
    languages: ["en"],
    title: { en: title },
    summary: { en: "Where should the next square be?" },
    description: {},
    promoter: {},
    audience: {},
    decides: {},
    goals: {},
    indicator: null,
    isPilot: false,
    pilotArea: "",
    pilotGeojson: null,
    supportLimit: null,
    editWindowMinutes: 1440,
    image: null,
    imageAlt: "",
    phases: [aPhase(now, permits ? { permits } : {})],
    categoryIds: [],
    ...rest,
  };
  const process = await draftProcess(city.sql, city.uris, city.administrator, input, now);
  return isDraft ? process : await publishProcess(city.sql, city.uris, city.administrator, process.uri, now);
}

export interface ProposalOptions extends Partial<ProposalInput> {
  readonly process?: Process;
  readonly by?: Account;
  readonly isDraft?: boolean;
  readonly now?: Date;
}

/** What a person writes in the form. */
export function aProposalText(text: Partial<ProposalInput> = {}): ProposalInput {
  return {
    title: `A bench under the trees ${next()}`,
    body: "Somewhere to **sit** in the shade.",
    language: "en",
    categoryId: null,
    place: { point: null, address: "" },
    images: [],
    organisationId: null,
    ...text,
  };
}

/** A published proposal, in a process and by a resident of its own where none are given. */
export async function aProposal(city: City, options: ProposalOptions = {}): Promise<Proposal> {
  const { process, by, isDraft = false, now = new Date(), ...text } = options;
  const author = by ?? (await aResident(city, { now }));
  const processUri = (process ?? (await aProcess(city, { now }))).uri;
  const input = { ...aProposalText(text), processUri };
  const draft = await draftProposal(city.sql, city.uris, author, input, now);
  return isDraft ? draft : await publishProposal(city.sql, author, draft.uri, now);
}

export interface CommentOptions extends Partial<Omit<NewComment, "targetUri" | "parentUri">> {
  /** What it is about: a thing, or a comment that it replies to. */
  readonly on: { readonly uri: string; readonly threadUri?: string | null };
  readonly by?: Account;
  readonly now?: Date;
}

/** A comment by a resident of its own where none is given. */
export async function aComment(city: City, { on, by, now = new Date(), ...text }: CommentOptions): Promise<Comment> {
  const author = by ?? (await aResident(city, { now }));
  const place = { targetUri: on.threadUri ?? on.uri, parentUri: on.threadUri ? on.uri : null };
  const said = { stance: null, body: `I agree, says voice ${next()}.`, language: "en", ...text };
  return await publishComment(city.sql, city.uris, author, { ...said, ...place }, now);
}

/** What another server says of a comment of one of its people. */
export function aRemoteText(
  author: Actor,
  on: { readonly uri: string },
  text: Partial<RemoteComment> & { now?: Date } = {},
): RemoteComment {
  const { now = new Date(), ...rest } = text;
  const uri = `${author.origin}/notes/${next()}`;
  const html = `<p>A voice from afar, ${next()}.</p>`;
  return { uri, url: uri, inReplyTo: on.uri, author, authorName: "", html, language: "en", publishedAt: now, ...rest };
}

/** A comment that arrived from another server, by a stranger of its own where none is given. */
export async function aRemoteComment(
  city: City,
  { on, by, now = new Date(), ...text }: Partial<RemoteComment> & { on: { uri: string }; by?: Actor; now?: Date },
): Promise<Comment> {
  const said = aRemoteText(by ?? (await aStranger(city, { now })), on, { now, ...text });
  await withTransaction(city.sql, (tx) => receiveComment(tx, said, now));
  return await getComment(city.sql, said.uri);
}

/** What an official types into the form of a meeting: tomorrow evening, in a room. */
export function aMeetingText(now: Date, text: Partial<MeetingInput> = {}): MeetingInput {
  const startsAt = text.startsAt ?? new Date(now.getTime() + dayMs);
  return {
    title: `An evening about squares ${next()}`,
    body: "Come and **look** at the plans.",
    language: "en",
    startsAt,
    endsAt: new Date(startsAt.getTime() + 2 * 3_600_000),
    isDayOnly: false,
    timeZone: "Europe/Madrid",
    kind: "in-person",
    address: "Carrer del Regomir 3",
    latitude: null,
    longitude: null,
    link: "",
    agenda: "",
    audience: "",
    categoryId: null,
    linkedUris: [],
    ...text,
  };
}

export interface MeetingOptions extends Partial<MeetingInput> {
  /** Null: in no process. One of its own where none is given. */
  readonly process?: Process | null;
  readonly isDraft?: boolean;
  readonly now?: Date;
}

/** A meeting everyone is invited to, tomorrow unless said otherwise. */
export async function aMeeting(city: City, options: MeetingOptions = {}): Promise<Meeting> {
  const { process, isDraft = false, now = new Date(), ...text } = options;
  const processUri = process === null ? null : (process ?? (await aProcess(city, { now }))).uri;
  const input = { ...aMeetingText(now, text), processUri, organisationId: city.organisation.id };
  const draft = await draftMeeting(city.sql, city.uris, city.administrator, input, now);
  return isDraft ? draft : await publishMeeting(city.sql, city.uris, city.administrator, draft.uri, now);
}

/** What an official types into the form of a result. */
export const aResultText = (text: Partial<ResultInput> = {}): ResultInput => ({
  title: `Twenty benches ${next()}`,
  body: "They stand **in the shade**.",
  language: "en",
  status: "in-progress",
  progress: 40,
  costAmount: null,
  costCurrency: null,
  startsOn: null,
  endsOn: null,
  categoryId: null,
  proposalUris: [],
  meetingUris: [],
  ...text,
});

/** A public result, in a process of its own where none is given. */
export async function aResult(
  city: City,
  { process, now = new Date(), ...text }: Partial<ResultInput> & { process?: Process; now?: Date } = {},
): Promise<Result> {
  const processUri = (process ?? (await aProcess(city, { now }))).uri;
  return await publishResult(city.sql, city.uris, city.administrator, { ...aResultText(text), processUri }, now);
}
