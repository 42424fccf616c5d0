// The doors of signing in, one's own account and the desk, walked through by the text of labels, links and buttons.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ReachableAccount } from "../../src/accounts/account.ts";
import { rememberLanguage } from "../../src/accounts/actions.ts";
import { accountHandlers } from "../../src/accounts/jobs.ts";
import { accountPages } from "../../src/accounts/pages.ts";
import { getAccount, loadViewer } from "../../src/accounts/queries.ts";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { requireRole } from "../../src/accounts/viewer.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { type Mailbox, openMailbox } from "../../src/platform/mail.ts";
import type { House } from "../../src/ports.ts";
import { showResidence } from "../../src/residences/desk-pages.ts";
import { residencePages } from "../../src/residences/pages.ts";
import type { CityIdentity } from "../../src/web/context.ts";
import { openShell } from "../../src/web/shell.ts";
import { aCity, aGuest, anAssociation, anOfficial, aProcess, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openVisitor, type Visitor } from "../support/visit.ts";

const secret = "a secret of this test that is long enough";
const origin = "https://bilbao.test";
const now = new Date();
const clock = { now: () => now };
const bilbao: CityIdentity = {
  name: "Bilbao",
  tagline: "",
  handle: "@bilbao@bilbao.test",
  origin,
  logoUrl: null,
  accent: "#a04020",
  timeZone: "Europe/Madrid",
  lang: "en",
  reportChannelUrl: null,
  sourceUrl: "https://source.example",
  version: "0",
  isTrial: false,
};

let db: TestDatabase;
let city: City;
let mailbox: Mailbox;
const faults: unknown[] = [];
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
});
afterAll(() => db.drop());
beforeEach(() => {
  mailbox = openMailbox(clock.now);
  faults.length = 0;
});

/** The shell with only this room in it, and one page for moderators. */
function anApp({ isSecure = true, mailboxShown = mailbox as Mailbox | null } = {}) {
  const house: House = {
    ...city,
    sql: db.sql,
    clock,
    mailer: mailbox,
    findRemote: () => Promise.reject(new Error("not asked for")),
    fetchPicture: () => Promise.reject(new Error("nothing elsewhere here")),
    uploadsDir: "",
  };
  const shell = openShell({
    cookies: { prefix: "bilbao", isSecure, secret },
    origin,
    clock,
    postsPerMinute: 1_000,
    trustedProxyCount: 1,
    findCity: () => Promise.resolve(bilbao),
    findAccount: (token) => loadViewer(db.sql, token, now),
    countUnread: () => Promise.resolve(0),
    rememberLanguage: (account, language) => rememberLanguage(db.sql, account, language),
    reportFault: (error) => void faults.push(error),
  });
  const settings = { secret, mailbox: mailboxShown, forgetAuthor: [], trustedProxyCount: 1 };
  shell.route("/", accountPages(house, { ...settings, showResidence: showResidence(house) }));
  shell.route("/", residencePages(house, settings));
  shell.get("/", (c) => c.html("<h1>Start</h1>"));
  shell.get("/moderators-only", (c) => {
    requireRole(c, "moderator");
    return c.html("<h1>In</h1>");
  });
  return shell;
}

const aVisitor = (app = anApp()): Visitor => openVisitor((request) => app.fetch(request), origin);
const runMails = () => drain(db.sql, accountHandlers({ ...city, clock, mailer: mailbox, secret }));
const linkIn = (text: string): string => /https:\S+/.exec(text)![0];
const headersOf = (visitor: Visitor, name: string) => visitor.headers.get(name) ?? "";

/** Signs someone in through the pages, by a link of their own. */
async function signedIn(account: ReachableAccount, app = anApp()): Promise<Visitor> {
  const link = { email: account.email, locale: "en", returnTo: "/account", lifetimeMs: 60_000 };
  const visitor = aVisitor(app);
  await visitor.open(await issueSignInLink(db.sql, city.uris, secret, link, now));
  return await visitor.press("Sign in now");
}

describe("signing in", () => {
  test("for the first time: link by mail, a name, and on to where one wanted to go", async () => {
    const visitor = aVisitor();
    await visitor.open(`/sign-in?back=${encodeURIComponent("/account?x=1")}`);
    await visitor.fill("E-mail", "New.Person@example.org").press("Send me the link");
    expect(visitor.url.href).toBe(`${origin}/sign-in/sent`);
    await runMails();
    await visitor.open(linkIn(mailbox.mails[0]!.text));
    expect(visitor.text).toContain("new.person@example.org");
    await visitor.fill("Name shown to others", "Neus Vila").press("Open my account");
    expect(visitor.url.pathname + visitor.url.search).toBe("/account?x=1");
    expect(visitor.text).toContain("Neus Vila");
    expect(visitor.text).toContain("Guest");
    expect(faults).toEqual([]);
  });

  test("without a name asks again, and the link still works", async () => {
    const link = { email: "nameless@example.org", locale: "en", returnTo: "/", lifetimeMs: 60_000 };
    const visitor = aVisitor();
    await visitor.open(await issueSignInLink(db.sql, city.uris, secret, link, now));
    await visitor.press("Open my account");
    expect(visitor.status).toBe(422);
    await visitor.fill("Name shown to others", "Now Named").press("Open my account");
    expect(visitor.status).toBe(200);
    await visitor.open("/account");
    expect(visitor.text).toContain("Now Named");
  });

  test("answers the same for an address with an account, one without, and says so for none at all", async () => {
    const known = await aGuest(city);
    const pages: string[] = [];
    for (const email of [known.email, "nobody-yet@example.org"]) {
      const visitor = aVisitor();
      await visitor.open("/sign-in");
      await visitor.fill("E-mail", email).press("Send me the link");
      expect(visitor.status).toBe(200);
      pages.push(visitor.text);
      expect(visitor.html).not.toContain(email);
    }
    expect(pages[0]).toBe(pages[1]);
    const visitor = aVisitor();
    await visitor.open("/sign-in");
    await visitor.fill("E-mail", "nobody").press("Send me the link");
    expect(visitor.status).toBe(422);
    expect(visitor.text).toContain("This is not an e-mail address");
  });

  test("opening the link twice, as mail scanners do, does not use it up; the button does", async () => {
    const account = await aGuest(city);
    const link = await issueSignInLink(
      db.sql,
      city.uris,
      secret,
      { email: account.email, locale: "en", returnTo: "/", lifetimeMs: 60_000 },
      now,
    );
    await aVisitor().open(link);
    const visitor = aVisitor();
    await visitor.open(link);
    expect(headersOf(visitor, "referrer-policy")).toBe("no-referrer");
    expect(headersOf(visitor, "cache-control")).toBe("no-store");
    const token = link.slice(link.lastIndexOf("/") + 1);
    expect(visitor.html.split(token)).toHaveLength(4); // the form's hidden field, and the way back of two language menus
    await visitor.press("Sign in now");
    expect(visitor.url.pathname).toBe("/");
    await visitor.open(link);
    expect(visitor.status).toBe(410);
    expect(visitor.text).toContain("no longer works");
    expect(visitor.html).not.toContain(`content="${link}"`);
  });

  test.each(["https://evil.example/", "//evil.example", "/\\evil.example"])("never leads to %s", async (back) => {
    const visitor = aVisitor();
    await visitor.open(`/sign-in?back=${encodeURIComponent(back)}`);
    expect(visitor.html).not.toContain('evil.example" ');
    await visitor.fill("E-mail", "careful@example.org").press("Send me the link");
    const [link] = await db.sql<
      { returnTo: string }[]
    >`select return_to from sign_in_link where email = 'careful@example.org' order by id desc`;
    expect(link!.returnTo).toBe("/");
  });

  test("is slowed down by address and by network", async () => {
    const app = anApp();
    const ask = async (email: string, ip: string) => {
      const visitor = aVisitor(app);
      await visitor.open("/sign-in");
      const csrf = /name="csrf" value="([^"]+)"/.exec(visitor.html)![1]!;
      const headers = { cookie: [...visitor.cookies].map((pair) => pair.join("=")).join("; "), "x-forwarded-for": ip };
      return await app.fetch(
        new Request(`${origin}/sign-in`, { method: "POST", headers, body: new URLSearchParams({ csrf, email }) }),
      );
    };
    for (let n = 0; n < 5; n++) expect((await ask("often@example.org", `198.51.100.${n}`)).status).toBe(303);
    expect((await ask("often@example.org", "198.51.100.9")).status).toBe(429);
    for (let n = 0; n < 30; n++) expect((await ask(`many${n}@example.org`, "203.0.113.7")).status).toBe(303);
    expect((await ask("many99@example.org", "203.0.113.7")).status).toBe(429);
  });
});

describe("the session cookie", () => {
  test("is HttpOnly, Lax, Secure and bound to its host, except that a plain http trial can set it too", async () => {
    const account = await aGuest(city);
    for (const isSecure of [true, false]) {
      const set: string[] = [];
      const app = anApp({ isSecure });
      const visitor = openVisitor(async (request) => {
        const response = await app.fetch(request);
        set.push(...response.headers.getSetCookie());
        return response;
      }, origin);
      await visitor.open(
        await issueSignInLink(
          db.sql,
          city.uris,
          secret,
          { email: account.email, locale: "en", returnTo: "/", lifetimeMs: 60_000 },
          now,
        ),
      );
      await visitor.press("Sign in now");
      const cookie = set.find((one) => one.includes("bilbao-session="))!;
      expect(cookie).toMatch(/; HttpOnly/);
      expect(cookie).toMatch(/; SameSite=Lax/);
      expect(cookie).toMatch(/; Max-Age=2592000/);
      expect(/; Secure/.test(cookie)).toBe(isSecure);
      expect(cookie.startsWith("__Host-bilbao-session=")).toBe(isSecure);
    }
  });

  test("of before is worthless after signing in and after signing out", async () => {
    const [attacker, victim] = [await signedIn(await aGuest(city)), await aGuest(city)];
    const planted = new Map(attacker.cookies);
    const link = { email: victim.email, locale: "en", returnTo: "/account", lifetimeMs: 60_000 };
    await attacker.open(await issueSignInLink(db.sql, city.uris, secret, link, now));
    await attacker.press("Sign in now");
    expect(attacker.text).toContain(victim.email);
    const old = aVisitor();
    for (const [name, value] of planted) old.cookies.set(name, value);
    expect((await old.open("/account")).url.pathname).toBe("/sign-in");

    const kept = new Map(attacker.cookies);
    await attacker.press("Sign out");
    const thief = aVisitor();
    for (const [name, value] of kept) thief.cookies.set(name, value);
    expect((await thief.open("/account")).url.pathname).toBe("/sign-in");
  });

  test("is checked before anything: a changed one is no session", async () => {
    const visitor = await signedIn(await aGuest(city));
    const [name] = [...visitor.cookies.keys()].filter((one) => one.endsWith("session"));
    visitor.cookies.set(
      name!,
      visitor.cookies.get(name!)!.replace(/^./, (first) => (first === "A" ? "B" : "A")),
    );
    expect((await visitor.open("/account")).url.pathname).toBe("/sign-in");
  });
});

describe("guards", () => {
  test("a page for a role leads to sign-in and back, and then says no without the role", async () => {
    const app = anApp();
    const visitor = aVisitor(app);
    await visitor.open("/moderators-only");
    expect(visitor.url.pathname + visitor.url.search).toBe("/sign-in?back=%2Fmoderators-only");
    const guest = await signedIn(await aGuest(city), app);
    expect((await guest.open("/moderators-only")).status).toBe(403);
    const administrator = await signedIn(city.administrator, app);
    expect((await administrator.open("/moderators-only")).all("h1")).toEqual(["In"]);
  });

  test("the mailbox is there only where nobody else can reach the node", async () => {
    await mailbox.send({
      to: "ona@example.org",
      subject: "Hello <b>",
      text: "Open this:\n\nhttps://bilbao.test/sign-in/abc\n\nBye",
    });
    const visitor = await aVisitor().open("/mailbox");
    expect(visitor.linkTo("https://bilbao.test/sign-in/abc")).toBe("https://bilbao.test/sign-in/abc");
    expect(visitor.all("h2")).toContain("Hello <b>");
    expect((await aVisitor(anApp({ mailboxShown: null })).open("/mailbox")).status).toBe(404);
  });
});

describe("one's own account", () => {
  test("name, language and know-how are kept, and wrong ones said beside the field", async () => {
    const account = await aGuest(city);
    const visitor = await signedIn(account);
    expect(visitor.text).toContain("Only you can see this, unless you make it public below.");
    await visitor
      .fill("What I know", "Soil")
      .fill("Name shown to others", "Renamed Rita")
      .fill("Language", "Català")
      .press("Save");
    expect(visitor.text).toContain("Desat.");
    expect(await getAccount(db.sql, account.id)).toMatchObject({ name: "Renamed Rita", locale: "ca" });
    await visitor.fill("Nom que veuran els altres", "").press("Desa");
    expect(visitor.status).toBe(422);
  });

  test("a public voice is explained, opened, and closed after a question", async () => {
    const account = await aGuest(city, { name: "Secret Sara" });
    const visitor = await signedIn(account);
    expect(visitor.text).toContain("the address can never be changed, and a pseudonym is welcome");
    await visitor.fill("Address", "admin").fill("Public name", "Gull").press("Open my public address");
    expect(visitor.status).toBe(409);
    await visitor.fill("Address", "gull").press("Open my public address");
    expect(visitor.text).toContain("@gull@bilbao.test");
    await visitor.press("Close my public address");
    expect(visitor.text).toContain("Your public address is closed.");
    expect((await getAccount(db.sql, account.id)).actorId).toBeNull();
  });

  test("closing says what happens, wants a yes, and is done", async () => {
    const account = await aResident(city, { name: "Leaving Leo" });
    const visitor = await signedIn(account);
    await visitor.follow("What happens then");
    expect(visitor.text).toContain("What you published stays, without your name.");
    await visitor.press("Close my account for good");
    expect(visitor.status).toBe(422);
    await visitor.check("Yes, I want to close my account").press("Close my account for good");
    await expect(getAccount(db.sql, account.id)).rejects.toMatchObject({ code: "not-found" });
    expect((await visitor.open("/account")).url.pathname).toBe("/sign-in");
  });
});

describe("the desk", () => {
  test("finds a person without their address in any URL, and verifies residence", async () => {
    const person = await aGuest(city, { name: "Desk Dora", email: "desk.dora@example.org" });
    const visitor = await signedIn(await anOfficial(city));
    await visitor.open("/admin/people");
    await visitor.fill("Beginning of an e-mail address", "desk.dora@").press("Search");
    expect(visitor.url.href).not.toContain("dora");
    await visitor.follow("Desk Dora");
    expect(visitor.text).toContain("Kept are the date, your name and a keyed hash of the document number.");
    expect(visitor.hasButton("Give this role")).toBe(false);
    await visitor.fill("Document number", "67890123D").press("Yes, I have seen proof");
    expect((await getAccount(db.sql, person.id)).residenceVerifiedAt).not.toBeNull();
    expect(visitor.text).toContain("Residence verified");
    await visitor.press("Yes, withdraw it");
    expect((await getAccount(db.sql, person.id)).residenceVerifiedAt).toBeNull();
  });

  test("an administrator gives and takes roles and memberships", async () => {
    const process = await aProcess(city, { title: "Velòdrom 2027" });
    const association = await anAssociation(city, { name: "Amics del riu" });
    const person = await aGuest(city, { name: "Role Roser" });
    const visitor = await signedIn(city.administrator);
    await visitor.open(`/admin/people/${person.id}`);
    await visitor.fill("Role", "Moderator").fill("Where", "Velòdrom 2027").press("Give this role");
    expect(visitor.text).toContain("Moderator, in “Velòdrom 2027”");
    await visitor.fill("Organisation", "Amics del riu").press("Let them speak for it");
    expect(await getAccount(db.sql, person.id)).toMatchObject({
      grants: [{ role: "moderator", processUri: process.uri }],
      memberOf: [association.id],
    });
    await visitor.press("Take back Amics del riu");
    await visitor.press("Take back");
    expect(await getAccount(db.sql, person.id)).toMatchObject({ grants: [], memberOf: [] });
    expect(visitor.text).toContain("No longer speaks for Amics del riu");
  });

  test("the last administrator is told why they stay", async () => {
    const visitor = await signedIn(city.administrator);
    await visitor.open(`/admin/people/${city.administrator.id}`);
    expect(visitor.text).toContain("A colleague has to verify your own residence.");
    await visitor.press("Take back");
    expect(visitor.status).toBe(409);
    expect(visitor.text).toContain("Appoint another administrator first");
  });

  test("is closed to guests, residents and officials of one process", async () => {
    const process = await aProcess(city);
    for (const account of [await aGuest(city), await aResident(city), await anOfficial(city, { process })]) {
      const visitor = await signedIn(account);
      expect((await visitor.open("/admin/people")).status).toBe(403);
      expect((await visitor.open(`/admin/people/${city.administrator.id}`)).status).toBe(403);
      expect(visitor.html).not.toContain(city.administrator.email);
    }
  });

  test("answers 404 for no one, and for what is no id", async () => {
    const visitor = await signedIn(city.administrator);
    for (const id of ["0190a0a0-0000-7000-8000-000000000001", "x", "1 or 1=1"]) {
      expect((await visitor.open(`/admin/people/${encodeURIComponent(id)}`)).status).toBe(404);
    }
  });
});
