// Where every page of a city of everything is visited, and by whom; and the routes that are no page.
import { groups } from "../../src/settings/setting.ts";
import type { aCityOfEverything, aKeptCopy } from "./every-kind.ts";

export type Person = "desk" | "ane" | "visitor";
export type Visit = readonly [by: Person, path: string];

const goesOn = "leads on to another page";
const isFile = "a file or a feed";
const askedElsewhere = "needs another server to send people here; test/identities opens it";
/** Routes without a page of their own. */
export const excused: Readonly<Record<string, string>> = {
  "/assets/:hash/:name": isFile,
  "/healthz": isFile,
  "/readyz": isFile,
  "/uploads/:name": isFile,
  "/sign-in/oidc": askedElsewhere,
  "/sign-in/oidc/return": askedElsewhere,
  "/sign-in/welcome": askedElsewhere,
  "/sign-in/fediverse/return/:host": askedElsewhere,
  "/account/coauthorship": "opens for whoever was handed a link; test/proposals opens it",
  "/account/invitation/:token{[A-Za-z0-9_-]{43}}": goesOn,
  "/moderation/statements/of/:id": goesOn,
  "/notices/:id": goesOn,
  "/account/invitations/:id": goesOn,
  "/answers/:id": goesOn,
  "/processes/:segment/categories/:id": goesOn,
  "/milestones/:id": goesOn,
  "/processes/:segment/steps": goesOn,
};
export const isFilePath = (path: string): boolean => /\.(atom|ics|csv|json|ndjson|zip|css|js)}?$/.test(path);

type City = Awaited<ReturnType<typeof aCityOfEverything>>;
type Copy = Awaited<ReturnType<typeof aKeptCopy>>;

/** Where each route is visited, by whom. What differs in data only is visited once. */
export function visitsOf(
  has: City,
  copy: Copy,
  tokens: { signIn: string; email: string },
): Record<string, readonly Visit[]> {
  const desk = (...paths: string[]): Visit[] => paths.map((path) => ["desk", path]);
  const ane = (...paths: string[]): Visit[] => paths.map((path) => ["ane", path]);
  const visitor = (...paths: string[]): Visit[] => paths.map((path) => ["visitor", path]);
  const [process, draft] = ["/processes/green-squares", "/processes/still-a-draft"];
  const proposal = (which: keyof City["proposals"], sub = "") => `/proposals/${has.proposals[which].id}${sub}`;
  const about = `?about=${encodeURIComponent(has.comment.uri)}`;
  return {
    ...processVisits(),
    ...deskVisits(),
    ...ownVisits(),
    "/": [...visitor("/"), ...desk("/")],
    "/about": visitor("/about"),
    "/imprint": visitor("/imprint"),
    "/privacy": visitor("/privacy"),
    "/terms": visitor("/terms"),
    "/accessibility": visitor("/accessibility"),
    "/search": visitor("/search", "/search?q=shade", "/search?q=zzzzz"),
    "/follow": visitor("/follow", "/follow?account=nonsense"),
    "/network": [...visitor("/network"), ...desk("/network")],
    "/network/processes": visitor("/network/processes"),
    "/network/copies": desk("/network/copies"),
    "/network/copies/:id": desk(`/network/copies/${copy.mirror}`),
    "/network/peers": desk("/network/peers"),
    "/organisations/:handle": visitor("/organisations/bilbao"),
    "/actors/:handle": visitor("/actors/ane"),
    "/proposals/:id": [
      ...visitor(proposal("answered"), proposal("arabic"), `/proposals/${copy.proposal}`),
      ...ane(proposal("own"), proposal("draft"), proposal("withdrawn")),
      ...desk(proposal("own"), proposal("rejected")),
    ],
    "/proposals/:id/history": visitor(proposal("answered", "/history")),
    "/proposals/:id/coauthors": ane(proposal("own", "/coauthors")),
    "/proposals/:id/edit": ane(proposal("own", "/edit"), proposal("draft", "/edit")),
    "/proposals/:id/withdrawal": ane(proposal("own", "/withdrawal")),
    "/proposals/:id/erasure": ane(proposal("own", "/erasure"), proposal("answered", "/erasure")),
    "/proposals/:id/answer": desk(proposal("erased", "/answer")),
    "/proposals/:id/adoption": ane(`/proposals/${copy.proposal}/adoption`),
    "/proposals/:id/lineage": visitor(proposal("answered", "/lineage")),
    "/comments/:id": [
      ...visitor(`/comments/${has.comment.id}`),
      ...desk(`/comments/${has.comment.id}`),
      ...ane(`/comments/${has.comment.id}`),
    ],
    "/comments/:id/edit": ane(`/comments/${has.comment.id}/edit`),
    "/meetings": visitor("/meetings"),
    "/meetings/new": desk("/meetings/new"),
    "/meetings/:id": [
      ...visitor(`/meetings/${has.meeting.id}`, `/meetings/${has.past.id}`),
      ...desk(`/meetings/${has.over.id}`),
    ],
    "/meetings/:id/edit": desk(`/meetings/${has.meeting.id}/edit`),
    "/meetings/:id/cancellation": desk(`/meetings/${has.meeting.id}/cancellation`),
    "/meetings/:id/minutes": desk(`/meetings/${has.over.id}/minutes`),
    "/results": visitor("/results"),
    "/results/:id": [...visitor(`/results/${has.result.id}`), ...desk(`/results/${copy.result}`)],
    "/results/:id/languages": desk(`/results/${has.result.id}/languages?to=ar`),
    "/results/:id/edit": desk(`/results/${has.result.id}/edit`),
    "/results/:id/milestones/new": desk(`/results/${has.result.id}/milestones/new`),
    "/results/:id/adoption": desk(`/results/${copy.result}/adoption`),
    "/results/:id/lineage": visitor(`/results/${has.result.id}/lineage`),
    "/news/:id": [...visitor(`/news/${has.newsId}`, `/news/${has.newsId}?lang=ar`), ...desk(`/news/${has.newsId}`)],
    "/news/:id/languages": desk(`/news/${has.newsId}/languages?to=ar`),
    "/answers/:id/languages": desk(`/answers/${has.answerId}/languages?to=ar`),
    "/meetings/:id/languages": desk(`/meetings/${has.past.id}/languages`),
    "/milestones/:id/languages": desk(`/milestones/${has.stepId}/languages?to=ca`),
    "/records/of/:id": visitor(`/records/of/${has.proposals.answered.id}`),
    "/reports/new": ane(`/reports/new${about}`),
    "/reports/thanks": ane(`/reports/thanks${about}`),
    "/nowhere": visitor("/nowhere"),
  };

  function processVisits(): Record<string, readonly Visit[]> {
    return {
      "/processes": [...visitor("/processes"), ...desk("/processes")],
      "/processes/:segment": [
        ...visitor(process, `/processes/${copy.process}`, "/processes/a-pilot"),
        ...desk(process, draft),
      ],
      "/processes/:segment/proposals": [
        ...visitor(`${process}/proposals`),
        ...ane(`${process}/proposals`, `${process}/proposals?category=${has.categories.trees}`),
      ],
      "/processes/:segment/proposals/new": ane(`${process}/proposals/new`),
      "/processes/:segment/meetings": visitor(`${process}/meetings`),
      "/processes/:segment/results": visitor(`${process}/results`),
      "/processes/:segment/news": visitor(`${process}/news`),
      "/processes/:segment/numbers": visitor(
        ...[process, `/processes/${copy.process}`, "/processes/a-pilot"].map((one) => `${one}/numbers`),
      ),
      "/processes/:segment/lineage": visitor(`${process}/lineage`),
      "/processes/:segment/edit": desk(`${process}/edit`),
      "/processes/:segment/languages": desk(`${process}/languages`),
      "/processes/:segment/texts": desk(`${process}/texts`),
      "/processes/:segment/documents": desk(`${process}/documents`),
      "/processes/:segment/team": desk(`${process}/team`),
      "/processes/:segment/news/new": desk(`${process}/news/new`),
      "/processes/:segment/results/new": desk(`${process}/results/new`),
      "/processes/:segment/meetings/new": desk(`${process}/meetings/new`),
      "/processes/:segment/pilot-decision": desk(`${process}/pilot-decision`),
      "/processes/:segment/adoption": desk(`/processes/${copy.process}/adoption`),
      "/processes/:segment/steps/:step": desk(
        ...["about", "texts", "phases", "rules"].map((step) => `${draft}/steps/${step}`),
      ),
      "/processes/:segment/preview": desk(`${draft}/preview`),
      "/processes/:segment/publication": desk(`${draft}/publication`),
      "/processes/:segment/deletion": desk(`${draft}/deletion`),
      "/processes/new": desk("/processes/new"),
      "/processes/new/scratch": desk("/processes/new/scratch"),
      "/processes/new/one-page": desk("/processes/new/one-page"),
      "/processes/new/template": desk("/processes/new/template"),
      "/processes/new/copy": desk("/processes/new/copy"),
      "/processes/new/adopt": desk("/processes/new/adopt"),
    };
  }

  function deskVisits(): Record<string, readonly Visit[]> {
    const person = `/admin/people/${has.ane.id}`;
    return {
      "/admin/people": desk("/admin/people"),
      "/admin/people/:id": desk(person),
      "/admin/categories": desk("/admin/categories"),
      "/admin/categories/:id": desk(
        `/admin/categories/${has.categories.trees}`,
        `/admin/categories/${has.categories.retired}`,
      ),
      "/admin/categories/:id/merging": desk(`/admin/categories/${has.categories.trees}/merging`),
      "/desk": desk("/desk"),
      "/desk/answers": desk("/desk/answers", "/desk/answers?queue=planned"),
      "/desk/proposals/:id": desk(`/desk${proposal("own")}`, `/desk${proposal("arabic")}`),
      "/desk/alike": desk(`/desk/alike?id=${has.proposals.own.id}&id=${has.proposals.erased.id}`),
      "/desk/audit": desk("/desk/audit"),
      "/desk/deliveries": desk("/desk/deliveries"),
      "/desk/erasures": desk("/desk/erasures", "/desk/erasures?show=all"),
      "/desk/assist": desk("/desk/assist"),
      "/desk/assist/:id": desk(`/desk/assist/${has.waiting.id}`, `/desk/assist/${has.newcomer.id}`),
      "/desk/assist/:id/email": desk(...[has.newcomer, has.undecided].map(({ id }) => `/desk/assist/${id}/email`)),
      "/desk/residence": desk("/desk/residence"),
      "/desk/residence/methods/:method": desk(
        ...["census", "post", "desk", "claim"].map((one) => `/desk/residence/methods/${one}`),
      ),
      "/desk/residence/census": desk("/desk/residence/census"),
      "/desk/residence/census/:id": desk(`/desk/residence/census/${has.census}`),
      "/desk/residence/letters": desk("/desk/residence/letters"),
      "/desk/residence/letters/sheets": desk("/desk/residence/letters/sheets"),
      "/moderation": desk("/moderation"),
      "/moderation/hidden": desk("/moderation/hidden"),
      "/moderation/things/:id": desk(`/moderation/things/${has.rude.id}`, `/moderation/things/${has.hidden.id}`),
      "/moderation/appeals": desk("/moderation/appeals"),
      "/moderation/settings": desk("/moderation/settings"),
      "/moderation/lists": desk("/moderation/lists"),
      "/moderation/log": [...visitor("/moderation/log"), ...desk("/moderation/log")],
      "/moderation/rules": visitor("/moderation/rules"),
      "/settings": desk("/settings"),
      "/desk/settings": desk("/desk/settings"),
      "/desk/settings/:group": desk(...groups.map((group) => `/desk/settings/${group}`)),
      "/settings/organisations/new": desk("/settings/organisations/new"),
      "/settings/organisations/:handle": desk("/settings/organisations/bilbao"),
    };
  }

  function ownVisits(): Record<string, readonly Visit[]> {
    return {
      "/sign-in": visitor("/sign-in"),
      "/sign-in/sent": visitor("/sign-in/sent"),
      "/sign-in/:token{[A-Za-z0-9_-]{43}}": visitor(tokens.signIn),
      "/sign-in/fediverse": visitor("/sign-in/fediverse"),
      "/mailbox": visitor("/mailbox"),
      "/account": [...ane("/account"), ...desk("/account")],
      "/account/closing": ane("/account/closing"),
      "/account/proposals": ane("/account/proposals"),
      "/account/supports": ane("/account/supports"),
      "/account/email": ane("/account/email"),
      "/account/email/sent": ane("/account/email/sent"),
      "/account/email/:token{[A-Za-z0-9_-]{43}}": ane(`/account/email/${tokens.email}`),
      "/account/sign-in": ane("/account/sign-in"),
      "/account/sign-in/:id/name": ane(`/account/sign-in/${has.passkey}/name`),
      "/account/residence": [...ane("/account/residence"), ...desk("/account/residence")],
      "/account/assists": ane("/account/assists"),
      "/account/team-invitations": ane("/account/team-invitations"),
      "/account/data": ane("/account/data"),
      "/account/erasures": ane("/account/erasures"),
      "/notices": ane("/notices"),
      "/notices/settings": ane("/notices/settings"),
      "/follow-by-mail": visitor("/follow-by-mail"),
      "/follow-by-mail/:token": visitor(`/follow-by-mail/${has.confirmToken}`),
      "/unsubscribe/:token": visitor(`/unsubscribe/${has.endToken}`),
      "/moderation/statements": ane("/moderation/statements"),
      "/moderation/statements/:id": ane(`/moderation/statements/${has.statement}`),
    };
  }
}
