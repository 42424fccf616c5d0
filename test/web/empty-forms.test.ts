// Every form that asks for something, sent with everything empty and without a browser: the page says what is missing, each line
// leads to its field, and what was written in the others is still there. The list of forms is the application's own: a
// route that is neither sent here nor excused fails. What only a browser shows is in test/browser/empty-forms.test.ts.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { emailChangeToken } from "../../src/accounts/email-actions.ts";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { findOwnStatementOf } from "../../src/moderation/statement-queries.ts";
import { confirmCensus } from "../../src/residences/census-actions.ts";
import { markLettersSent } from "../../src/residences/letter-actions.ts";
import { findOwnLetter } from "../../src/residences/queries.ts";
import { openCookies } from "../../src/web/cookies.ts";
import { aComment, aModerator } from "../support/build.ts";
import {
  asksForSomething,
  complaintOf,
  emptyBodyOf,
  type PostedForm,
  postedFormsOf,
  wordsOf,
} from "../support/empty-forms.ts";
import { aCityOfEverything, aKeptCopy, aSession } from "../support/every-kind.ts";
import { type Person, visitsOf } from "../support/every-visit.ts";
import { type ListeningCities, type ListeningCity, openListeningCities, secretOfTests } from "../support/listening.ts";
import { patternOf } from "../support/pressed.ts";
import { appOf, routesOf } from "../support/routes.ts";
import { openVisitor, type Visitor } from "../support/visit.ts";

const isButton = "a button: nothing is asked for";
const draft = "a draft may be unfinished";
const byProgram = "sent by a program: a script, a mail reader";

/** Routes whose forms stand on no page of this city. */
const excused: Readonly<Record<string, string>> = {
  "/account/coauthorship": isButton,
  "/account/residence/letter/withdrawal": isButton,
  "/account/sessions/end": isButton,
  "/account/sign-in/passkeys/options": byProgram,
  "/admin/people/:id/memberships/revocation": isButton,
  "/admin/people/:id/roles/revocation": isButton,
  "/adoptions/:id/acceptance": isButton,
  "/adoptions/:id/refusal": isButton,
  "/desk/alike": isButton,
  "/desk/assist/end": isButton,
  "/desk/deliveries/abandonments": isButton,
  "/desk/deliveries/retries": isButton,
  "/desk/erasures/:id/keeping": isButton,
  "/desk/residence/conflicts/:id": isButton,
  "/desk/settings/:group/undo": isButton,
  "/meetings/:id/publication": isButton,
  "/meetings/:id/removal": isButton,
  "/moderation/lists/hosts/import": isButton,
  "/moderation/lists/imports/:id/undoing": isButton,
  "/moderation/lists/words/import": isButton,
  "/moderation/lists/words/removal": isButton,
  "/network/following": isButton,
  "/network/unfollowing": isButton,
  "/notices/devices/end": isButton,
  "/processes/:segment/documents/:id/removal": isButton,
  "/processes/:segment/team/roles/revocation": isButton,
  "/proposals/:id/coauthors/removal": isButton,
  "/proposals/:id/coauthors/revocation": isButton,
  "/proposals/:id/like/withdrawal": isButton,
  "/proposals/:id/support": isButton,
  "/proposals/similar": byProgram,
  "/sign-in/passkey/options": byProgram,
  "/sign-in/welcome": "needs another server to send people here: test/identities/arrival.test.ts",
  "/sign-in/welcome/refusal": isButton,
  "/unsubscribe/:token": byProgram,
};

/** Routes, and paths where only some of a route, whose forms may be sent with nothing filled in. */
const mayBeEmpty: Readonly<Record<string, string>> = {
  "/account/sign-in/passkeys": "a name is proposed; the rest is a script's",
  "/admin/people/:id/memberships": "one of the organisations is always chosen",
  "/admin/people/:id/roles": "one of the roles is always chosen",
  "/admin/people/search": "everyone is shown",
  "/desk/assist/search": "nobody is looked for",
  "/desk/proposals/:id/assignment": "nobody is a choice",
  "/desk/proposals/:id/draft": draft,
  "/desk/residence/letters/sent": "none of the letters is marked, and it says so",
  "/desk/residence/methods/:method": "a method that is off says nothing",
  "/desk/settings/privacy": "a city may have said nothing yet",
  "/desk/settings/terms": "a city may have said nothing yet",
  "/followings/rhythm": "one of the rhythms is always chosen",
  "/moderation/settings": "every box is a choice",
  "/notices/settings": "every box is a choice",
  "/processes/still-a-draft/steps/phases": draft,
  "/processes/still-a-draft/steps/rules": draft,
  "/processes/still-a-draft/steps/texts": draft,
  "/processes/:segment/texts": "a translation may be missing",
  "/answers/:id/languages": "a translation may be missing",
  "/meetings/:id/languages": "a translation may be missing",
  "/milestones/:id/languages": "a translation may be missing",
  "/news/:id/languages": "a translation may be missing",
  "/results/:id/languages": "a translation may be missing",
};

/** `waits`: for a letter with the code that says where they live. */
type Somebody = Person | "waits";

interface Found {
  readonly route: string;
  readonly by: Somebody;
  readonly path: string;
  readonly form: PostedForm;
}

let net: ListeningCities<"Bilbao" | "Porto">;
let city: ListeningCity;
let routes: readonly string[];
let visitors: Record<Somebody, Visitor>;
let app: ReturnType<typeof appOf>;
let found: readonly Found[];

beforeAll(async () => {
  net = await openListeningCities("Bilbao", "Porto");
  city = net.cities.Bilbao;
  app = appOf(city);
  routes = routesOf(city, "POST");
  const has = await aCityOfEverything(city, secretOfTests);
  const copy = await aKeptCopy(city, net.cities.Porto);
  const link = { email: "new@example.org", locale: "en", returnTo: "/", lifetimeMs: 3_600_000 };
  const signIn = new URL(await issueSignInLink(city.sql, city.uris, secretOfTests, link, new Date())).pathname;
  const hidden = await aComment(city, { on: has.proposals.answered, by: has.ane });
  await hideSubject(city.sql, await aModerator(city), hidden.uri, "Off the point", new Date(), "other");
  const statement = await findOwnStatementOf(city.sql, has.ane, hidden.id);
  const visits = visitsOf(has, copy, { signIn, email: emailChangeToken(secretOfTests, has.emailChangeId) });
  const people = { visitor: null, ane: has.ane, desk: city.administrator, waits: has.waiting };
  visitors = Object.fromEntries(
    await Promise.all(Object.entries(people).map(async ([who, account]) => [who, await visitorOf(account)])),
  );
  found = await formsOn([...Object.values(visits).flat(), ["ane", `/moderation/statements/${statement}`]]);
  await confirmCensus(city.sql, city.administrator, has.census, new Date());
  const letter = await findOwnLetter(city.sql, has.waiting.id);
  await markLettersSent(city.sql, city.administrator, [letter!.id], new Date());
  found = [...found, ...(await formsOn([["waits", "/account/residence"]]))];
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function visitorOf(account: Account | null): Promise<Visitor> {
  const visitor = openVisitor((request) => app.fetch(request), city.origin);
  if (account === null) return visitor;
  const { cookiePrefix: prefix } = city.instance.config;
  const cookies = openCookies({ prefix, isSecure: false, secret: secretOfTests }, null);
  cookies.setSigned("session", await aSession(city, account), null);
  const [name, value] = cookies.changes[0]!.split(";")[0]!.split("=") as [string, string];
  visitor.cookies.set(name, value);
  return visitor;
}

/** The forms of each route, those with the same fields once. */
async function formsOn(visits: readonly (readonly [Somebody, string])[]): Promise<Found[]> {
  const unlike = new Map<string, Found>();
  // An address that is spelled out comes before one with something left open.
  const patterns = routes
    .map((route) => ({ route, pattern: patternOf(route) }))
    .sort((one, other) => one.route.split(":").length - other.route.split(":").length);
  for (const [by, path] of visits) {
    await visitors[by].open(path);
    for (const form of postedFormsOf(visitors[by].html, path)) {
      const route = patterns.find(({ pattern }) => pattern.test(form.action))?.route;
      if (route === undefined) throw new Error(`${path}: nothing answers ${form.action}`);
      const fields = form.controls.map(({ attribs }) => attribs.name);
      const key = [route, asksForSomething(form), ...new Set(fields)].join(" ");
      if (!unlike.has(key)) unlike.set(key, { route, by, path, form });
    }
  }
  return [...unlike.values()];
}

async function send({ by, path, form }: Found, words: ReadonlyMap<string, string>): Promise<[number, string]> {
  const { cookies } = visitors[by];
  const headers = {
    ...{ accept: "text/html", origin: city.origin, referer: `${city.origin}${path}`, "sec-fetch-site": "same-origin" },
    cookie: [...cookies].map((pair) => pair.join("=")).join("; "),
  };
  const request = { method: "POST", headers, body: emptyBodyOf(form, words), redirect: "manual" } as const;
  const response = await app.fetch(new Request(`${city.origin}${form.action}`, request));
  return [response.status, await response.text()];
}

async function faultsOf(one: Found): Promise<string[]> {
  const [status, source] = await send(one, new Map());
  if (status < 400 || status >= 500) return [`answers ${status}`];
  const { faults, fields } = complaintOf(source);
  if (faults.length > 0) return faults.map((fault) => `${status}: ${fault}`);
  // A text in one language is enough where any will do.
  const base = (name: string) => name.split(".")[0];
  const names = wordsOf(one.form).filter((name) => base(name) !== base(fields[0]!));
  if (names.length === 0) return [];
  const words = new Map(names.map((name, at) => [name, `Kept words ${at}`]));
  const [statusAgain, again] = await send(one, words);
  if (statusAgain < 400) return [`answers ${statusAgain} without ${fields[0]}`];
  const { kept } = complaintOf(again);
  return [...words].filter(([, text]) => !kept.has(text)).map(([name]) => `what was written in ${name} is gone`);
}

const mayBe = ({ route, form }: Found) => route in mayBeEmpty || form.action in mayBeEmpty;
const asking = () => found.filter(({ form }) => asksForSomething(form));

test("each route is sent to from a page here, or there is a reason why not", () => {
  const reached = new Set(found.map(({ route }) => route));
  const forgotten = routes.filter((route) => !reached.has(route) && !(route in excused));
  const needless = Object.keys(excused).filter((route) => reached.has(route) || !routes.includes(route));
  const noForm = Object.keys(mayBeEmpty).filter(
    (path) => !asking().some(({ route, form }) => route === path || form.action === path),
  );
  expect({ forgotten, needless, noForm }).toEqual({ forgotten: [], needless: [], noForm: [] });
});

test("each form says what is missing and where, and keeps what was written", async () => {
  const faults: string[] = [];
  for (const one of asking().filter((form) => !mayBe(form))) {
    faults.push(...(await faultsOf(one)).map((fault) => `${one.by} ${one.path}, ${one.form.action}: ${fault}`));
  }
  expect(faults).toEqual([]);
});

// Last, because these change something.
test("a form that may be empty is taken as it is", async () => {
  const answers = [];
  for (const one of asking().filter(mayBe)) {
    const [status] = await send(one, new Map());
    if (status !== 200 && status !== 303) answers.push(`${one.path}, ${one.form.action}: ${status}`);
  }
  expect(answers).toEqual([]);
});
