// The composition root: one node, as a value that can be opened many times in one process. The only file of src/ that
// knows federation.
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { type FederationDoor, openFederation } from "../federation/federation.ts";
import { scheduleSweep } from "../federation/kv.ts";
import { scheduleReceivedSweep } from "../federation/received.ts";
import { scheduleThreadRounds } from "../federation/threads/jobs.ts";
import { keepingOutBlocked } from "../federation/trust/keeping-out.ts";
import packageJson from "../package.json" with { type: "json" };
import { accountHandlers, scheduleAccountJobs } from "./accounts/jobs.ts";
import { chronicleHandlers, scheduleChronicle } from "./chronicle/jobs.ts";
import { findMainOrganisation } from "./cities/queries.ts";
import { forgetCommenter } from "./comments/actions.ts";
import type { Config } from "./config.ts";
import { categoryHandlers } from "./desk/category-jobs.ts";
import { forgetRoleInvitations } from "./desk/invitation-actions.ts";
import { roleInvitationHandlers } from "./desk/invitation-jobs.ts";
import { forgetAsker, openErasure, scheduleErasedSweep } from "./erasures/actions.ts";
import { whatArrived, whatIsTold } from "./front/told-queries.ts";
import { scheduleUploadSweep, uploadHandlers } from "./front/upload-actions.ts";
import { forgetIdentities } from "./identities/actions.ts";
import { identityHandlers, scheduleIdentityJobs } from "./identities/jobs.ts";
import { moderationHandlers, scheduleModerationJobs } from "./moderation/jobs.ts";
import { forgetReporter } from "./moderation/reporter-actions.ts";
import { forgetAppellant } from "./moderation/statement-actions.ts";
import { notify } from "./notices/actions.ts";
import { forgetFollower } from "./notices/following-actions.ts";
import { noticeHandlers, pushHandlers, scheduleNoticeJobs } from "./notices/jobs.ts";
import { pushKeysOf } from "./notices/push.ts";
import { isDatabaseAway, type Pool } from "./platform/db.ts";
import { openFetchPicture } from "./platform/fetch-picture.ts";
import { type GuardedFetchOptions, openGuardedFetch } from "./platform/guarded-fetch.ts";
import type { Language } from "./platform/i18n.ts";
import { newId } from "./platform/ids.ts";
import { type DrainOptions, drain } from "./platform/job-drain.ts";
import { runJobs } from "./platform/job-worker.ts";
import type { Handlers } from "./platform/jobs.ts";
import { type Mailbox, openMailbox, openSmtpMailer } from "./platform/mail.ts";
import { openSignInServers } from "./platform/mastodon-api.ts";
import { migrate } from "./platform/migrate.ts";
import { openNodeDatabase } from "./platform/node-database.ts";
import { openOpenIdProvider } from "./platform/openid.ts";
import { pickText } from "./platform/text.ts";
import { openUris, type Uris } from "./platform/uris.ts";
import { type Clock, type House, type Mailer, systemClock } from "./ports.ts";
import { forgetOfficer } from "./proposals/answer-work-actions.ts";
import { coauthorHandlers } from "./proposals/coauthor-jobs.ts";
import { forgetProposer } from "./proposals/forget-proposer.ts";
import { proposalHandlers } from "./proposals/jobs.ts";
import { weightHandlers } from "./proposals/weight-actions.ts";
import { releaseResidence } from "./residences/actions.ts";
import { emailCodeHandlers } from "./residences/email-code-jobs.ts";
import { residenceHandlers, scheduleResidenceRounds } from "./residences/jobs.ts";
import { keepTerms } from "./settings/agreement-actions.ts";
import { openApp } from "./web/app.ts";

const log = getLogger(["koinon"]);
const migrationsDir = join(import.meta.dirname, "..", "migrations");
const jobsAtOnce = 8;
const deliveriesAtOnce = 32;

/** What tests replace, one piece at a time. */
export interface Overrides {
  readonly clock?: Clock;
  readonly mailer?: Mailer;
  /** In place of the network, for several nodes in one process. */
  readonly transport?: GuardedFetchOptions["transport"];
  readonly lookup?: GuardedFetchOptions["lookup"];
  /** Shorter ones, for tests that would wait too long. */
  readonly fetchLimits?: GuardedFetchOptions["limits"];
}

export interface Instance extends AsyncDisposable {
  readonly config: Config;
  readonly uris: Uris;
  readonly sql: Pool;
  readonly house: House;
  readonly mailbox: Mailbox | null;
  fetch(request: Request, env?: unknown): Promise<Response>;
  /** Does jobs until the signal, then lets those under way finish. */
  startWorkers(signal: AbortSignal): Promise<void>;
  /** Does every job that is due, and those they promise, and says how many: for tests. */
  drain(options?: Pick<DrainOptions, "toleratesFailures">): Promise<number>;
}

/**
 * Opens a node: its database (migrated), its rooms, its doors. Nothing listens and no job is done until asked.
 * @throws Error with one line that says what to set, where a part cannot be had.
 */
export async function openInstance(config: Config, overrides: Overrides = {}): Promise<Instance> {
  const database = await openNodeDatabase(config);
  const { sql } = database;
  const uris = openUris(config.origin);
  const clock = overrides.clock ?? systemClock;
  const version = packageJson.version;
  const client = openGuardedFetch({
    permittedOrigins: config.federationTestPeers,
    userAgent: `Koinon/${version} (+${config.origin})`,
    transport: overrides.transport,
    lookup: overrides.lookup,
    limits: overrides.fetchLimits,
  });
  const mailbox =
    overrides.mailer === undefined && config.smtpUrl === null ? openMailbox(() => clock.now(), announceMail) : null;
  const mailer = overrides.mailer ?? mailbox ?? openSmtpMailer({ url: config.smtpUrl!, from: config.mailFrom });
  const door = openFederation({
    sql,
    uris,
    clock,
    client,
    permittedOrigins: [config.origin, ...config.federationTestPeers].filter(isPlain),
    version,
  });
  const { findRemote } = door;
  const fetchPicture = openFetchPicture({ fetch: keepingOutBlocked(sql, client) });
  const house: House = { sql, uris, clock, mailer, findRemote, fetchPicture, uploadsDir: config.uploadsDir };
  const app = openApp(house, {
    ...config,
    mailbox,
    version,
    servers: openSignInServers({ client, permittedOrigins: config.federationTestPeers }),
    provider: config.oidc === null ? null : openOpenIdProvider(client, config.oidc),
    forgetAuthor: [
      forgetAppellant,
      forgetReporter,
      forgetProposer,
      forgetOfficer,
      forgetCommenter,
      forgetAsker,
      forgetIdentities,
      forgetFollower,
      releaseResidence,
      forgetRoleInvitations,
    ],
    noteClosedVoice: (tx, { actorUri, accountId }, now) =>
      openErasure(tx, { subjectUri: actorUri, kind: "account", accountId }, now),
    postsPerMinute: 60,
    health: { migrationsDir, doesJobs: config.role !== "web" },
  });
  const noticeHouse = {
    ...{ ...house, secret: config.secret, whatIsTold, whatArrived },
    findCity: async (lang: Language) => {
      const city = await findMainOrganisation(sql);
      const name = city === null ? uris.host : pickText(city.name, lang, ...city.languages).text;
      return { name, timeZone: city?.timeZone ?? "UTC" };
    },
  };
  const handlers: Handlers = {
    ...accountHandlers({ ...house, secret: config.secret }),
    ...identityHandlers(house),
    ...proposalHandlers(house),
    ...coauthorHandlers({ ...house, secret: config.secret }),
    ...roleInvitationHandlers(house),
    ...uploadHandlers(house),
    ...chronicleHandlers(sql, () => clock.now()),
    ...categoryHandlers(house),
    ...noticeHandlers(noticeHouse),
    ...emailCodeHandlers({ ...house, secret: config.secret }),
    ...residenceHandlers({ sql, clock, tell: (tx, news, at) => notify(tx, { ...news, subjectUri: null }, at) }),
    ...weightHandlers({ sql }),
    ...moderationHandlers(house),
    ...door.handlers,
  };
  // With what else waits for other servers: one that is slow holds up no sign-in mail.
  const deliveries: Handlers = {
    ...door.deliveries,
    ...pushHandlers({ ...noticeHouse, pushKeys: pushKeysOf(config.secret), fetch: client.fetch }),
  };
  const close = async () => {
    await client.close();
    await database.close();
  };
  try {
    await migrate(sql, migrationsDir);
    await refuseMovedCity(sql, config.origin);
    await door.recover();
    await scheduleAccountJobs(sql, clock.now());
    await scheduleResidenceRounds(sql, clock.now());
    await scheduleIdentityJobs(sql, clock.now());
    await scheduleSweep(sql, clock.now());
    await scheduleReceivedSweep(sql, clock.now());
    await scheduleErasedSweep(sql, clock.now());
    await scheduleUploadSweep(sql, clock.now());
    await scheduleChronicle(sql, clock.now());
    await scheduleThreadRounds(sql, clock.now());
    await scheduleNoticeJobs(noticeHouse);
    await scheduleModerationJobs(sql, uris, clock.now());
    await keepTerms(sql, clock.now());
  } catch (error) {
    // Open connections would keep a process alive that has given up.
    await close();
    throw error;
  }
  return {
    config,
    uris,
    sql,
    house,
    mailbox,
    fetch: async (request, env) =>
      refuseUnreadable(request) ?? (await answerServer(door, request)) ?? (await app.fetch(request, env as never)),
    startWorkers: async (signal) => {
      const common = { signal, log, notify: config.databasePrepare, otherKinds: "any" } as const;
      await Promise.all([
        runJobs(sql, handlers, { ...common, concurrency: jobsAtOnce }),
        runJobs(sql, deliveries, { ...common, concurrency: deliveriesAtOnce }),
      ]);
    },
    drain: async (options) => await drain(sql, { ...handlers, ...deliveries }, { ...options, now: clock.now() }),
    [Symbol.asyncDispose]: close,
  };
}

/** No text of a database can hold a NUL, and nobody types one: such an address is answered before anything reads it. */
function refuseUnreadable(request: Request): Response | null {
  if (!/%00/.test(request.url)) return null;
  return new Response("This address cannot be read.\n", {
    status: 400,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  });
}

/** A fault while another server asks: after a 5xx it comes again, and what it sent has had no effect yet. */
async function answerServer(door: FederationDoor, request: Request): Promise<Response | null> {
  try {
    return await door.fetch(request);
  } catch (error) {
    const requestId = newId();
    const { pathname } = new URL(request.url);
    log.error("Request {requestId} to {path} failed: {error}", { requestId, path: pathname, error });
    const headers = {
      "content-type": "text/plain; charset=utf-8",
      ...(isDatabaseAway(error) ? { "retry-after": "30" } : {}),
    };
    const text = `Something broke on our side; nothing was done halfway. Number of this request: ${requestId}\n`;
    return new Response(text, { status: isDatabaseAway(error) ? 503 : 500, headers });
  }
}

/** Every URI a node has minted starts with its origin, so the same data cannot go on under another one. */
async function refuseMovedCity(sql: Pool, origin: string): Promise<void> {
  const city = await findMainOrganisation(sql);
  if (city === null || new URL(city.actorUri).origin === origin) return;
  throw new Error(
    `This database belongs to ${new URL(city.actorUri).origin}: set ORIGIN to that, or use another database`,
  );
}

const announceMail = (subject: string) => log.info("Mail in /mailbox: {subject}", { subject });
const isPlain = (origin: string) => origin.startsWith("http:");
