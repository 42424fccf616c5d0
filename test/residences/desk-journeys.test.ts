// Residence and assisted participation walked through on a whole node, by the text of labels, links and buttons.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Account, isResident } from "../../src/accounts/account.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { dayMs, minuteMs } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import { proposalPath } from "../../src/proposals/proposal.ts";
import { getProposal } from "../../src/proposals/queries.ts";
import { verifyAtDesk, withdrawVerification } from "../../src/residences/actions.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { findOwnLetter } from "../../src/residences/queries.ts";
import { letterCode, residenceKey, spelledCode } from "../../src/residences/residence.ts";
import { aGuest, anOfficial, aPhase, aProcess, aProposal, aResident, documentOf } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { openVisitor, type Visitor } from "../support/visit.ts";

let net: Network<"bilbao">;
let node: Node;
let process: Process;
beforeAll(async () => {
  net = await openNetwork("bilbao");
  node = net.nodes.bilbao;
  const now = net.clock.now();
  process = await aProcess(node, { now, phases: [aPhase(now, { endsInDays: 1_500 })] });
});
afterAll(() => net[Symbol.asyncDispose]());

async function signedIn(account: Account): Promise<Visitor> {
  const visitor = openVisitor((request) => node.instance.fetch(request), node.uris.origin);
  const link = { email: account.email ?? "", locale: "en", returnTo: "/account", lifetimeMs: dayMs };
  await visitor.open(
    new URL(await issueSignInLink(node.sql, node.uris, node.config.secret, link, net.clock.now())).pathname,
  );
  return await visitor.press("Sign in now");
}

const aPerson = (name: string) => aGuest(node, { name, now: net.clock.now() });
const anOfficer = (name: string) => anOfficial(node, { name, now: net.clock.now() });
const actsOf = async (account: Account) =>
  (
    await node.sql<{ act: string; accountId: string }[]>`
      select act, account_id from audit where subject_uri = ${`urn:uuid:${account.id}`} order by at, id`
  ).map(({ act, accountId }) => ({ act, by: accountId }));

describe("residence", () => {
  test("who cannot support yet is told why and how, and can once the list has them", async () => {
    const proposal = await aProposal(node, { process, now: net.clock.now() });
    const admin = await signedIn(node.administrator);
    await admin.open("/desk/residence");
    await admin.follow("Register of residents");
    admin.check("People can verify their residence in this way").check("Post code").fill("Months it holds", "24");
    admin.fill("Explanation (English)", "Take your card. **Nothing is kept.**");
    await admin.press("Save");
    await admin.follow("Upload a list");
    expect(admin.text).toContain("document_number, birth_date, post_code");
    admin.attach("List of residents (CSV)", new File(["dni\n1"], "list.csv"));
    await admin.press("Read the list");
    expect(admin.status).toBe(422);
    expect(admin.text).toContain("Line 1 has to name exactly these columns");
    const csv = "document_number,birth_date,post_code\n12345678Z,1980-05-31,48001\n";
    admin.attach("List of residents (CSV)", new File([csv], "list.csv"));
    await admin.press("Read the list");
    expect(admin.text).toContain("1 people added");
    await admin.press("Use this list");
    expect(admin.text).toContain("The new list is in use.");

    const person = await aPerson("Itziar");
    const visitor = await signedIn(person);
    await visitor.open(proposalPath(proposal));
    expect(visitor.text).toContain("Ways to verify it here: At the city’s desk and Register of residents.");
    await visitor.follow("Verify my residence");
    expect(visitor.text).toContain("Nothing is kept.");
    visitor.fill("Document number", "12345678Z").fill("Date of birth", "1980-05-30").fill("Post code", "48001");
    await visitor.press("Compare with the register");
    expect(visitor.status).toBe(422);
    expect(visitor.text).toContain("The register has nobody with exactly these details.");
    expect(visitor.value("Document number")).toBe("12345678Z");
    await visitor.fill("Date of birth", "1980-05-31").press("Compare with the register");
    // Back where support was wanted, and it can be given.
    expect(visitor.url.pathname).toBe(proposalPath(proposal));
    expect(visitor.text).toContain("Your residence is verified.");
    expect(visitor.text).not.toContain("Ways to verify it here");
    await visitor.press("Support");
    await visitor.open("/account/residence");
    expect(visitor.text).toContain("Verified by Register of residents Since May 4, 2026 Until May 4, 2028");
    expect(visitor.text).toContain("There is nothing to do now.");
    expect(visitor.text).not.toContain("Your residence has not been verified yet");
    expect(visitor.text.indexOf("Renew: Register of residents")).toBeGreaterThan(
      visitor.text.indexOf("Renew it now, or verify in another way"),
    );
    expect(visitor.text.indexOf("Renew: At the city’s desk")).toBeGreaterThan(
      visitor.text.indexOf("Renew: Register of residents"),
    );

    const twin = await signedIn(await aPerson("Twin Teo"));
    await twin.open("/account/residence");
    twin.fill("Document number", "12345678Z").fill("Date of birth", "1980-05-31").fill("Post code", "48001");
    await twin.press("Compare with the register");
    expect(twin.text).toContain("come to the city’s desk with your document");
    expect(twin.text).not.toContain("Itziar");
    const desk = await signedIn(await anOfficer("Desk Dani"));
    await desk.open("/desk/residence");
    expect(desk.text).toContain("Twin Teo came with the document number that Itziar is verified with.");
    await desk.press("Yes, leave it");
    expect(desk.text).toContain("No accounts are in conflict.");
  });

  test("a code goes by post: typed, printed, downloaded, sent, and typed in again", async () => {
    const admin = await signedIn(node.administrator);
    await admin.open("/desk/residence/methods/post");
    await admin.check("People can verify their residence in this way").press("Save");
    const person = await aPerson("Posta Pilar");
    const visitor = await signedIn(person);
    await visitor.open("/account/residence");
    await visitor.fill("Name and address, as on an envelope", "Bilbao").press("Ask for the letter");
    expect(visitor.text).toContain("on two to seven lines");
    await visitor
      .fill("Name and address, as on an envelope", "Pilar P.\n=Kalea 1\n48001 Bilbao")
      .fill("Document number, so that nobody counts twice", "45678901P")
      .press("Ask for the letter");
    expect(visitor.text).toContain("It has not been sent yet.");
    const letter = (await findOwnLetter(node.sql, person.id))!;
    const code = letterCode(residenceKey(node.config.secret), letter.id);

    const desk = await signedIn(await anOfficer("Post Patxi"));
    await desk.open("/desk/residence/letters");
    await desk.follow("Sheets to print");
    expect(desk.text).toContain(spelledCode(code));
    await desk.open("/desk/residence/letters");
    await desk.press("Download as CSV");
    expect(desk.html).toContain(`"Pilar P.\n=Kalea 1\n48001 Bilbao","en","${spelledCode(code)}"`);
    await desk.open("/desk/residence/letters");
    await desk.press("Mark as sent and delete the addresses");
    expect(desk.text).toContain("1 letter marked as sent. Its address is deleted.");
    expect(desk.text).not.toContain("Kalea");

    await visitor.open("/account/residence");
    await visitor.fill("Code from the letter", "AAAA-AAAA").press("Verify with this code");
    expect(visitor.text).toContain("Tries left: 4");
    await visitor.fill("Code from the letter", spelledCode(code)).press("Verify with this code");
    expect(visitor.text).toContain("Your residence is verified.");
    expect(isResident(await getAccount(node.sql, person.id), net.clock.now())).toBe(true);
  });

  test("pages of the desk are closed to people and, where they set things, to officials", async () => {
    const visitor = await signedIn(await aPerson("Nosy Nora"));
    for (const path of ["/desk/residence", "/desk/residence/letters", "/desk/assist"]) {
      expect((await visitor.open(path)).status).toBe(403);
    }
    const desk = await signedIn(await anOfficer("Officer Olga"));
    for (const path of ["/desk/residence/methods/desk", "/desk/residence/census"]) {
      expect((await desk.open(path)).status).toBe(403);
    }
  });
});

describe("who cannot do something yet", () => {
  test("is told so also after pressing too late, with the way there and back", async () => {
    const proposal = await aProposal(node, { process, now: net.clock.now() });
    const person = await aResident(node, { now: net.clock.now() });
    const visitor = await signedIn(person);
    await visitor.open(proposalPath(proposal));
    await withdrawVerification(node.sql, node.administrator, person.id, net.clock.now());
    await visitor.press("Support");
    expect(visitor.status).toBe(403);
    await visitor.follow("Verify my residence");
    expect(visitor.url.searchParams.get("back")).toBe(proposalPath(proposal));
    await verifyAtDesk(node.sql, Buffer.alloc(32), node.administrator, documentOf(person), net.clock.now());
    await visitor.open(visitor.url.pathname + visitor.url.search);
    await visitor.follow("Go on with what you were doing");
    expect(visitor.url.pathname).toBe(proposalPath(proposal));
  });

  test("is led back also from where the city's identity provider is linked", async () => {
    const visitor = await signedIn(await aPerson("Linking Lander"));
    const settings = { claim: "city", values: ["Bilbao"] };
    const method = { isOn: true, validMonths: null, explanation: {}, settings };
    await setMethod(node.sql, node.administrator, "claim", method, net.clock.now());
    await visitor.open(`/account/residence?back=${encodeURIComponent("/processes?from=here")}`);
    await visitor.follow("Go to my ways to sign in");
    expect(visitor.html).toContain('name="back" value="/processes?from=here"');
    await visitor.open("/account/sign-in?back=https://evil.example/");
    expect(visitor.html).not.toContain('value="https://evil.example');
    await setMethod(node.sql, node.administrator, "claim", { ...method, isOn: false }, net.clock.now());
  });

  test("a way back that leads to another server is none", async () => {
    const visitor = await signedIn(await aResident(node, { now: net.clock.now() }));
    for (const back of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
      await visitor.open(`/account/residence?back=${encodeURIComponent(back)}`);
      expect(visitor.text).not.toContain("Go on with what you were doing");
      expect(visitor.html).not.toContain('evil.example/"');
    }
  });
});

describe("an e-mail address given at the desk", () => {
  const codeIn = (text: string) => /\d{3} \d{3}/.exec(text)![0];

  test("is typed, mailed, read out and confirmed; a wrong code is said and nothing is lost", async () => {
    const officer = await signedIn(await anOfficer("Email Eneko"));
    await officer.open("/desk/assist");
    officer.fill("Name shown to others", "Miren Mail").fill("E-mail", "no address");
    await officer.press("Open an account");
    expect(officer.status).toBe(422);
    expect(officer.value("Name shown to others")).toBe("Miren Mail");
    await officer.fill("E-mail", "miren@example.org").press("Open an account");
    expect(officer.text).toContain("A mail is on its way to miren@example.org.");
    await net.settle();
    await officer.fill("Code from the mail", "1").press("Confirm the address");
    expect(officer.text).toContain("Tries left: 4");
    await officer.press("Mail a new code");
    expect(officer.text).toContain("A new mail is on its way.");
    await net.settle();
    const mails = node.mails.filter(({ to }) => to === "miren@example.org");
    expect(mails).toHaveLength(2);
    await officer.fill("Code from the mail", codeIn(mails[1]!.text)).press("Confirm the address");
    expect(officer.text).toContain("The address is confirmed: the person can sign in with it.");
    expect(officer.text).not.toContain("This account has no e-mail address");
    const person = await getAccount(node.sql, officer.url.pathname.split("/").at(-1)!);
    expect(person.email).toBe("miren@example.org");
    expect((await officer.open(`/desk/assist/${person.id}/email`)).status).toBe(403);
  });

  test("of an account that has it already looks the same, word for word, and is given up", async () => {
    const officer = await signedIn(await anOfficer("Same Saioa"));
    const owner = await aPerson("Owner Oihan");
    const pages: string[] = [];
    for (const email of [owner.email, "nobody.yet@example.org"]) {
      await officer.open("/desk/assist");
      await officer.fill("Name shown to others", "Some Body").fill("E-mail", email).press("Open an account");
      await net.settle();
      await officer.fill("Code from the mail", "12").press("Confirm the address");
      pages.push(`${officer.status} ${officer.text.replaceAll(email, "(the address)")}`);
    }
    const withoutPath = pages.map((text) => text.replaceAll(/\/desk\/assist\/\S+/g, ""));
    expect(withoutPath[0]).toBe(withoutPath[1]);
    await officer.press("Give up this address");
    expect(officer.text).toContain("The address is deleted. The account has no e-mail.");
    const [mail] = node.mails.filter(({ to }) => to === owner.email);
    expect(mail!.text).toContain("An account here has it already");
  });

  test("left alone for a quarter of an hour, it can be typed again", async () => {
    const officer = await signedIn(await anOfficer("Late Lorea"));
    await officer.open("/desk/assist");
    officer.fill("Name shown to others", "Forgotten Fermin").fill("E-mail", "fermin@example.org");
    await officer.press("Open an account");
    net.clock.advance(15 * minuteMs);
    await officer.fill("Code from the mail", "123 456").press("Confirm the address");
    expect(officer.status).toBe(410);
    expect(officer.text).toContain("The account has no e-mail. Type the address again");
    expect(officer.text).toContain("Mail the code");
  });
});

describe("acting for a person at the desk", () => {
  const begin = async (officer: Visitor, person: Account) => {
    await officer.open(`/desk/assist/${person.id}`);
    officer.fill("Reason", "Cannot use a phone").check("The person is here and has asked me to");
    return await officer.press("Begin");
  };

  test("an official opens an account without e-mail, verifies it, and supports with the person beside them", async () => {
    const proposal = await aProposal(node, { process, now: net.clock.now() });
    const account = await anOfficer("Olatz Official");
    const officer = await signedIn(account);
    await officer.open("/desk/assist");
    await officer.fill("Name shown to others", "Ana Núñez").press("Open an account");
    expect(officer.text).toContain("Act for Ana Núñez");
    const person = await getAccount(node.sql, officer.url.pathname.split("/").at(-1)!);
    expect(person.email).toBeNull();
    await officer.press("Begin");
    expect(officer.status).toBe(422);
    await officer.open(`/admin/people/${person.id}`);
    await officer.fill("Document number", "56789012A").press("Yes, I have seen proof");
    await begin(officer, person);
    expect(officer.text).toMatch(/You act for Ana Núñez, until \d+:\d\d\sAM End/u);
    await officer.open(proposalPath(proposal));
    await officer.press("Support");
    expect((await getProposal(node.sql, proposal.uri)).supportCount).toBe(1);
    expect(await node.sql`select from support where account_id = ${person.id}`).toHaveLength(1);
    expect(await node.sql`select from support where account_id = ${account.id}`).toHaveLength(0);

    for (const path of ["/account/closing", "/account/sign-in", "/admin/people", "/desk", "/settings", "/moderation"]) {
      expect({ path, status: (await officer.open(path)).status }).toEqual({ path, status: 403 });
    }
    await officer.open("/account");
    expect(officer.text).toContain("You act for Ana Núñez");
    await officer.press("End");
    expect(officer.text).toContain("You no longer act for Ana Núñez.");
    expect(officer.text).not.toContain("You act for Ana");
    expect((await officer.open("/desk")).status).toBe(200);
    const acts = await actsOf(person);
    expect(acts.map(({ act }) => act)).toEqual([
      ...["AccountOpenedAtDesk", "ResidenceVerified", "AssistStarted", "AssistedAct", "AssistEnded"],
    ]);
    expect(new Set(acts.map(({ by }) => by))).toEqual(new Set([account.id]));
    await net.settle();
    const told = await node.sql`select kind, data from notice where account_id = ${person.id} and kind = 'assisted'`;
    expect(told).toMatchObject([{ data: { by: "Olatz Official", acts: 1 } }]);
  });

  test("what is refused is not noted as done, and the person reads afterwards what was", async () => {
    const proposal = await aProposal(node, { process, now: net.clock.now() });
    const person = await aPerson("Begoña");
    const officer = await signedIn(await anOfficer("Oier Official"));
    await begin(officer, person);
    await officer.open("/account");
    await officer.fill("Name shown to others", "").press("Save");
    expect(officer.status).toBe(422);
    await officer.fill("Name shown to others", "Begoña B.").press("Save");
    await officer.open(proposalPath(proposal));
    await officer.press("End");
    const own = await signedIn(person);
    await own.open("/account/assists");
    expect(own.text).toContain("Oier Official acted for you");
    expect(own.text).toContain("Reason: Cannot use a phone");
    expect(own.text.match(/The profile/g)).toHaveLength(1);
  });

  test("pages are in the official's language, which is theirs to change; what the person says and is sent is in the person's", async () => {
    const { sql } = node;
    const proposal = await aProposal(node, { process, now: net.clock.now() });
    const [account, person] = [await anOfficer("Francine Official"), await aPerson("Amal")];
    const languageOf = async ({ id }: Account) => (await getAccount(sql, id)).locale;
    const officer = await signedIn(account);
    await sql`update account set locale = 'ar' where id = ${person.id}`;
    await begin(officer, person);
    await sql`update account set locale = 'fr' where id = ${account.id}`;
    await officer.open(proposalPath(proposal));
    expect(officer.html).toContain('<html lang="fr"');
    expect(officer.value("Langue du commentaire")).toBe("ar");
    await officer.open(`/processes/${process.handle}/proposals/new?step=text`);
    expect(officer.html).toContain('<option value="ar" selected');
    await officer.open("/account");
    await officer.fill("Nom affiché", "Amal A.").press("Enregistrer");
    expect(officer.text).toContain("Enregistré.");
    expect([await languageOf(account), await languageOf(person)]).toEqual(["fr", "ar"]);
    await officer.press("Leer en español");
    expect(officer.html).toContain('<html lang="es"');
    expect([await languageOf(account), await languageOf(person)]).toEqual(["es", "ar"]);
    await officer.press("Terminar");
    expect(officer.text).toContain("Ya no actúa");
  });

  test("ends by itself after thirty minutes; a form that comes too late is done for nobody", async () => {
    const proposal = await aProposal(node, { process, now: net.clock.now() });
    const account = await anOfficer("Late Leire");
    const officer = await signedIn(account);
    const person = await aPerson("Slow Sara");
    await begin(officer, person);
    await officer.open("/account");
    net.clock.advance(30 * minuteMs);
    await officer.fill("Name shown to others", "Not Leire").press("Save");
    expect(officer.status).toBe(409);
    expect(officer.text).toContain("The time in which you could act for this person is over");
    expect((await getAccount(node.sql, account.id)).name).toBe("Late Leire");
    await officer.open(proposalPath(proposal));
    expect(officer.text).not.toContain("You act for");
    await net.settle();
    const [row] = await node.sql`select ended_at from assist where account_id = ${person.id}`;
    expect(row?.endedAt).toEqual(net.clock.now());
  });

  test("ends with the official's own session, and when they are no official any more", async () => {
    const person = await aPerson("Bound Bea");
    const account = await anOfficer("Gone Gorka");
    const officer = await signedIn(account);
    await begin(officer, person);
    await node.sql`delete from role_grant where account_id = ${account.id}`;
    await officer.open("/account");
    expect(officer.text).not.toContain("You act for");
    await node.sql`delete from session where account_id = ${account.id}`;
    expect(await node.sql`select from session where account_id = ${person.id}`).toHaveLength(0);
  });

  test("nobody acts for themself or for who holds a role, nor with the token of such a session alone", async () => {
    const account = await anOfficer("Self Saioa");
    const officer = await signedIn(account);
    for (const id of [account.id, node.administrator.id]) {
      await officer.open(`/desk/assist/${id}`);
      officer.fill("Reason", "Cannot use a phone").check("The person is here and has asked me to");
      await officer.press("Begin");
      expect(officer.status).toBe(403);
    }
    const person = await aPerson("Token Tere");
    await begin(officer, person);
    const session = [...officer.cookies.keys()].find((name) => name.endsWith("-session"))!;
    officer.cookies.delete(session);
    await officer.open("/account");
    expect(officer.url.pathname).toBe("/sign-in");
  });
});
