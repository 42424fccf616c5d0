// The pages of a node: the shell, and every room mounted on it. Rules live in the rooms; this is who is in the house.
import { getLogger } from "@logtape/logtape";
import type { Hono } from "hono";
import { holds } from "../accounts/account.ts";
import { rememberLanguage } from "../accounts/actions.ts";
import { type AccountSettings, accountPages } from "../accounts/pages.ts";
import { loadViewer } from "../accounts/queries.ts";
import type { SignInWay } from "../accounts/sign-in-views.ts";
import { adoptionPages, showAdoptions } from "../adoptions/pages.ts";
import { chroniclePages } from "../chronicle/pages.ts";
import { cityPages } from "../cities/pages.ts";
import { findMainOrganisation } from "../cities/queries.ts";
import { identityOf } from "../cities/views.ts";
import { commentPages, threadOn } from "../comments/pages.ts";
import { readCommentTexts } from "../comments/queries.ts";
import { workDeskPages } from "../desk/pages.ts";
import { erasurePages } from "../erasures/pages.ts";
import { actorPages } from "../front/actor-pages.ts";
import { copyErasers } from "../front/copy-erasers.ts";
import { feedPages } from "../front/feed-pages.ts";
import { homePages } from "../front/home-pages.ts";
import { ownDataPages, showLeftBehind } from "../front/own-data-pages.ts";
import { listOwnLinksOf } from "../front/own-links-queries.ts";
import type { ClaimsSaid, OnClaims } from "../identities/arrival-actions.ts";
import { type ElsewhereSettings, elsewherePages, elsewhereWays } from "../identities/elsewhere-pages.ts";
import { identityPages } from "../identities/pages.ts";
import { relyingPartyOf } from "../identities/passkey.ts";
import { passkeyWay } from "../identities/passkey-views.ts";
import { spokenAt } from "../meetings/list-views.ts";
import { meetingPages } from "../meetings/pages.ts";
import { listMeetingsAbout, readMeetingTexts } from "../meetings/queries.ts";
import { mirrorPages, showCopy, showMirrored } from "../mirrors/pages.ts";
import { moderationPages } from "../moderation/pages.ts";
import { noticePages, oneClickRoutes, showFollow } from "../notices/pages.ts";
import { pushWorkerRoutes } from "../notices/push-pages.ts";
import { countUnread } from "../notices/queries.ts";
import { nothing } from "../platform/html.ts";
import type { House } from "../ports.ts";
import { processCardOf } from "../processes/list-views.ts";
import { processPages, type ShowFollow } from "../processes/pages.ts";
import { listProcesses, readNewsTexts } from "../processes/queries.ts";
import { coauthorPages } from "../proposals/coauthor-pages.ts";
import { proposalPages, type Related } from "../proposals/pages.ts";
import { readAnswerTexts, readProposalTexts } from "../proposals/queries.ts";
import { type ClaimOutcome, openVerifyByClaim } from "../residences/actions.ts";
import { openAssistDoor } from "../residences/assist-pages.ts";
import { censusBytesMax } from "../residences/census.ts";
import { showResidence } from "../residences/desk-pages.ts";
import { residencePages } from "../residences/pages.ts";
import { becameOf } from "../results/list-views.ts";
import { resultPages } from "../results/pages.ts";
import { listResultsOf, readMilestoneTexts, readResultTexts } from "../results/queries.ts";
import { openTermsDoor } from "../settings/agreement-pages.ts";
import { settingPages } from "../settings/pages.ts";
import { readPageSettings } from "../settings/queries.ts";
import { inLanguage } from "../translations/queries.ts";
import type { PageContext, PageEnv } from "./context.ts";
import { type HealthOptions, healthPages } from "./health.ts";
import { cardGrid, section } from "./lists.ts";
import { searchPages } from "./search.ts";
import type { LargeUpload } from "./security.ts";
import { openShell } from "./shell.ts";
import { uploadRoutes } from "./uploads.ts";

const log = getLogger(["koinon", "web"]);

/** A city's whole register of residents, from an administrator. */
const censusUpload: LargeUpload = {
  path: "/desk/residence/census",
  bytesMax: censusBytesMax + 100_000,
  isFor: (account) => holds(account, "administrator"),
};

/** How long a process may show an old name or colour of its city. */
const identityKeptMs = 5_000;
const relatedMax = 10;

export interface AppSettings extends AccountSettings, ElsewhereSettings {
  readonly cookiePrefix: string;
  readonly isPublic: boolean;
  readonly version: string;
  readonly sourceUrl: string | null;
  readonly postsPerMinute: number;
  readonly health: Omit<HealthOptions, "sql">;
}

export function openApp(house: House, settings: AppSettings): Hono<PageEnv> {
  const { sql, uris, clock } = house;
  const { secret, version, sourceUrl, isPublic } = settings;
  const node = { origin: uris.origin, version, sourceUrl, isTrial: !isPublic };
  const face = keptFor(identityKeptMs, () => Promise.all([findMainOrganisation(sql), readPageSettings(sql)]));
  const shell = openShell({
    cookies: { prefix: settings.cookiePrefix, isSecure: uris.origin.startsWith("https:"), secret },
    origin: uris.origin,
    clock,
    postsPerMinute: settings.postsPerMinute,
    trustedProxyCount: settings.trustedProxyCount,
    beforeReaders: [
      healthPages({ sql, ...settings.health }),
      uploadRoutes(house.uploadsDir),
      oneClickRoutes(house, { secret }),
      pushWorkerRoutes,
    ],
    findCity: async (lang) => {
      const [city, { map, ...chosen }] = await face();
      return identityOf(city, node, lang, { ...chosen, tiles: map });
    },
    assists: openAssistDoor(house),
    terms: openTermsDoor(house),
    largeUploads: [censusUpload],
    findAccount: (token) => loadViewer(sql, token, clock.now()),
    countUnread: (account) => countUnread(sql, account.id),
    rememberLanguage: (account, language) => rememberLanguage(sql, account, language),
    reportFault: (error, requestId, path) =>
      log.error("Request {requestId} to {path} failed: {error}", { error, requestId, path }),
  });
  const showAdoptionsOf = (ctx: PageContext, uri: string) => showAdoptions(house, ctx, uri);
  const showAroundProcess = async (ctx: PageContext, uri: string) => [
    await showCopy(house, ctx, uri),
    await showAdoptionsOf(ctx, uri),
  ];
  // Besides a link by e-mail, in this order.
  const passkeys = relyingPartyOf(uris.origin) === null ? [] : [passkeyWay];
  const ways: readonly SignInWay[] = [...passkeys, ...elsewhereWays(settings)];
  const showFollowOf: ShowFollow = (ctx, uri, words) => showFollow(house, ctx, uri, words);
  for (const pages of [
    // Before the pages of one thing: `x.atom` is no process.
    feedPages(house),
    homePages(house),
    actorPages(house, showFollowOf),
    workDeskPages(house),
    cityPages(house, showMirrored(house), async (ctx, organisation) => ({
      follow: await showFollowOf(ctx, organisation.actorUri),
      processes: await processesOf(house, ctx, organisation.actorId),
    })),
    accountPages(
      house,
      {
        ...{ ...settings, showResidence: showResidence(house), showLeftBehind: showLeftBehind(house) },
        listOwnLinks: listOwnLinksOf(house),
      },
      ways,
    ),
    residencePages(house, settings),
    identityPages(house, settings, ways),
    elsewherePages(house, { ...settings, onClaims: residenceByClaim(secret) }),
    processPages(house, threadOn(house), showAroundProcess, showFollowOf),
    proposalPages(house, relatedTo(house), showFollowOf),
    coauthorPages(house, { secret }),
    meetingPages(house, showFollowOf),
    resultPages(house, showAdoptionsOf, showFollowOf),
    adoptionPages(house),
    mirrorPages(house),
    chroniclePages(house),
    commentPages(house),
    searchPages(house),
    noticePages(house, settings),
    erasurePages(house, copyErasers),
    ownDataPages(house),
    settingPages(house),
    moderationPages(
      house,
      {
        comment: readCommentTexts,
        news: readNewsTexts,
        proposal: readProposalTexts,
        answer: readAnswerTexts,
        meeting: readMeetingTexts,
        result: readResultTexts,
        milestone: readMilestoneTexts,
      },
      settings,
    ),
  ]) {
    shell.route("/", pages);
  }
  return shell;
}

const processesShownMax = 12;

/** What an organisation of this node has opened, the newest first. */
async function processesOf({ sql }: House, ctx: PageContext, organisationId: string) {
  const processes = await listProcesses(sql, { organisationId, from: "here", limit: processesShownMax, now: ctx.now });
  if (processes.length === 0) return nothing;
  const all = { href: "/processes", label: ctx.t("home.all-processes") };
  return section(ctx.t("shell.processes"), cardGrid(processes.map((process) => processCardOf(ctx, process))), all);
}

/** What became of a proposal, and where it was spoken about: rooms above proposals, so the house joins them. */
function relatedTo({ sql }: House): Related {
  return async (ctx, uri) => {
    const [results, meetings, adoptions] = await Promise.all([
      listResultsOf(sql, uri),
      listMeetingsAbout(sql, uri, relatedMax),
      showAdoptions({ sql }, ctx, uri),
    ]);
    const { lang } = ctx.t;
    return [
      becameOf(ctx, await inLanguage(sql, "result", lang, results)),
      spokenAt(ctx, await inLanguage(sql, "meeting", lang, meetings)),
      adoptions,
    ];
  };
}

/** The word of the city's identity provider may verify residence; the person is told what came of it. */
function residenceByClaim(secret: string): OnClaims {
  const verify = openVerifyByClaim(secret);
  return async (tx, account, claims, now) => claimsSaid[await verify(tx, account, claims, now)];
}

const claimsSaid: Readonly<Record<ClaimOutcome, ClaimsSaid>> = {
  off: null,
  verified: { tone: "good", key: "residences.verified" },
  "not-entitled": { tone: "info", key: "identities.residence-not-entitled" },
  "no-number": { tone: "info", key: "identities.residence-no-number" },
  taken: { tone: "info", key: "identities.residence-taken" },
  "other-number": { tone: "info", key: "identities.residence-other-number" },
};

/** Asks again only after a while. Real time, whatever the house's clock says: this is about load, not about meaning. */
function keptFor<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let kept: { value: Promise<T>; at: number } | null = null;
  return () => {
    if (kept === null || performance.now() - kept.at > ms) {
      kept = { value: ask(), at: performance.now() };
      kept.value.catch(() => (kept = null));
    }
    return kept.value;
  };
}
