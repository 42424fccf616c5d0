// Signing in with a fediverse account, as a person sees it: a node, and a server as Mastodon is one, GoToSocial, snac or Hollo.
import { beforeEach, describe, expect, test } from "vitest";
import { findClient } from "../../src/identities/fediverse-queries.ts";
import { attemptLifetimeMs } from "../../src/identities/identity.ts";
import { sentTo } from "../support/elsewhere.ts";
import { type FediverseWalk, fediverseOrigin, walkAtServers } from "../support/fediverse-walk.ts";
import { shapeNames, shapes } from "../support/mastodon-shapes.ts";
import type { Visitor } from "../support/visit.ts";

const addressLabel = "Your fediverse address";
const go = "Continue at my server";
const servers = walkAtServers();

describe.each(shapeNames)("at a server like %s,", (as) => {
  const shape = shapes[as];
  let walk: FediverseWalk;
  beforeEach(() => {
    walk = servers.at(as);
  });

  describe("someone who comes for the first time", () => {
    test("goes to their own server, is asked for a name and a language, and is signed in", async () => {
      const visitor = walk.someone();
      const consent = new URL(await walk.leaves(visitor));
      expect(visitor.text).toContain("You are on your way to mastodon.test");
      expect(visitor.linkTo("Continue")).toBe(consent.href);
      expect(visitor.headers.get("referrer-policy")).toBe("no-referrer");
      expect(consent.origin + consent.pathname).toBe(`${fediverseOrigin}/oauth/authorize`);
      expect(consent.searchParams.get("scope")).toBe(shape.scopes === null ? "read:accounts" : "profile");
      expect(consent.searchParams.get("code_challenge_method")).toBe(shape.scopes === null ? null : "S256");

      await walk.comesBack(visitor);
      expect(visitor.url.pathname).toBe("/sign-in/welcome");
      expect(visitor.url.search).toBe("");
      expect(visitor.text).toContain(`You come as ${walk.address}`);
      expect(visitor.text).toContain("the name, the address and the number of your account");
      expect(visitor.value("Name shown to others")).toBe(`Ana ${walk.made}`);
      // Nobody has an account before they have said how they would like to appear.
      expect(
        await walk.sql`select from identity where issuer = 'mastodon.test' and subject like ${`% ${1000 + walk.made}`}`,
      ).toHaveLength(0);

      visitor.fill("Name shown to others", "Ana of the bridge").fill("Language", "ca");
      await visitor.press("Open my account");
      expect(visitor.status).toBe(200);
      expect(visitor.html).toContain('lang="ca"');
      await visitor.open("/account");
      expect(visitor.text).toContain("Ana of the bridge");
    });

    test("is told once that their server is the only way back, and where another is added", async () => {
      const visitor = await walk.signedIn();
      expect(visitor.text).toContain("For now your only way back in is your account at mastodon.test");
      expect(visitor.linkTo("Add an e-mail address or a passkey")).toBe("/account/sign-in");
      await visitor.open("/");
      expect(visitor.text).not.toContain("For now your only way back in");
      // Whoever comes again is not told again.
      const again = await walk.signedIn();
      expect(again.text).toContain("Sign out");
      expect(again.text).not.toContain("For now your only way back in");
    });

    test("has given the permission back by then, and nothing of it is kept", async () => {
      await walk.signedIn();
      expect([...walk.mastodon.tokens.values()]).toEqual([]);
      expect(walk.mastodon.log).toContain("POST /oauth/revoke");
      const rows =
        await walk.sql`select data::text as data from sign_in_attempt where kind = 'arrival' and used_at is not null`;
      expect(rows.every(({ data }) => data === "{}")).toBe(true);
    });

    test("chooses another name when the one they typed cannot be one, and nothing is lost", async () => {
      const visitor = walk.someone();
      await walk.leaves(visitor);
      await walk.comesBack(visitor);
      visitor.fill("Name shown to others", "\u200b").fill("Language", "fr");
      await visitor.press("Open my account");
      expect(visitor.status).toBe(422);
      expect(visitor.value("Language")).toBe("fr");
      await visitor.fill("Name shown to others", "Ana").press("Open my account");
      expect(visitor.status).toBe(200);
    });

    test("goes on to where they were", async () => {
      const visitor = walk.someone();
      await walk.leaves(visitor, walk.address, "/sign-in?back=%2Fprocesses");
      await walk.comesBack(visitor);
      await visitor.press("Open my account");
      expect(visitor.url.pathname).toBe("/processes");
    });
  });

  describe("someone who has come before", () => {
    test("is signed in at once, in the same account", async () => {
      await walk.signedIn();
      const visitor = walk.someone();
      await walk.leaves(visitor);
      await walk.comesBack(visitor);
      expect(visitor.url.pathname).toBe("/");
      await visitor.open("/account/sign-in");
      expect(visitor.text).toContain(walk.address);
      const rows = await walk.sql`select from identity where subject like ${`% ${walk.mastodon.account.id}`}`;
      expect(rows).toHaveLength(1);
    });

    test.runIf(shape.comparesCodes)(
      "the node registers once at a server, and its credentials are not readable in the database",
      async () => {
        await walk.signedIn();
        await walk.signedIn();
        const [app] = [...walk.mastodon.apps.values()];
        expect(walk.mastodon.apps.size).toBe(1);
        expect(app).toMatchObject({
          name: "bilbao.test",
          scopes: [shape.scopes === null ? "read:accounts" : "profile"],
        });
        expect(app!.redirectUri).toBe("https://bilbao.test/sign-in/fediverse/return/mastodon.test");
        const [row] = await walk.sql<
          { sealed: Buffer }[]
        >`select sealed from fediverse_client where origin = ${fediverseOrigin}`;
        expect(row!.sealed.includes(app!.secret)).toBe(false);
        expect(await findClient(walk.sql, walk.net.nodes.bilbao.config.secret, fediverseOrigin)).toMatchObject({
          clientSecret: app!.secret,
        });
        expect(await findClient(walk.sql, "another secret", fediverseOrigin)).toBe(null);
      },
    );

    test("whose name was given to somebody else by a server that began anew, does not lose their account to them", async () => {
      await walk.signedIn();
      const { username, displayName } = walk.mastodon.account;
      walk.mastodon.account = { id: "1", username, displayName };
      const visitor = walk.someone();
      await walk.leaves(visitor);
      await walk.comesBack(visitor);
      expect(visitor.status).toBe(409);
      expect(visitor.text).toContain("another account than the one that signed in here before");
    });
  });

  describe("when something goes wrong, it is said, and what was typed is kept:", () => {
    async function refused(typed: string): Promise<Visitor> {
      const visitor = walk.someone();
      await walk.leaves(visitor, typed, "/sign-in?back=%2Fprocesses");
      expect(visitor.value(addressLabel)).toBe(typed);
      return visitor;
    }

    test.each([
      ["ana", 422, "Write your address like @ana@example.social"],
      ["@ana@127.0.0.1", 422, "Write your address like @ana@example.social"],
      ["@ana@nowhere.test", 502, "The other server does not answer"],
    ])("%s", async (typed, status, said) => {
      const visitor = await refused(typed);
      expect(visitor.status).toBe(status);
      expect(visitor.text).toContain(said);
    });

    test("a server without the API", async () => {
      walk.mastodon.oddities.isOther = true;
      const visitor = await refused("@ana@mastodon.test");
      expect(visitor.status).toBe(422);
      expect(visitor.text).toContain("mastodon.test does not let its accounts sign in elsewhere");
    });

    test("a server of which only the proxy answers", async () => {
      walk.mastodon.oddities.isOutOfOrder = true;
      const visitor = await refused("@ana@mastodon.test");
      expect(visitor.status).toBe(502);
      expect(visitor.text).toContain("The other server does not answer");
    });

    test("a server that is down when the person comes back", async () => {
      const visitor = walk.someone();
      await walk.leaves(visitor);
      const back = await walk.mastodon.visit(sentTo(visitor));
      walk.net.down.add("mastodon.test");
      await visitor.open(back.href);
      expect(visitor.status).toBe(502);
      expect(visitor.value(addressLabel)).toBe(walk.address);
      walk.net.down.clear();
      await visitor.press(go);
      await walk.comesBack(visitor);
      expect(visitor.url.pathname).toBe("/sign-in/welcome");
    });

    test.skipIf(shape.no === "not offered")("the person says no at their server", async () => {
      const visitor = walk.someone();
      await walk.leaves(visitor, walk.address, "/sign-in?back=%2Fprocesses");
      await walk.comesBack(visitor, "Deny");
      expect(visitor.status).toBe(403);
      expect(visitor.text).toContain("You did not allow it at mastodon.test, so nothing was read");
      expect(visitor.value(addressLabel)).toBe(walk.address);
      expect(visitor.linkTo("Sign in another way")).toBe("/sign-in?back=%2Fprocesses");
    });

    test("an answer without a state", async () => {
      const visitor = walk.someone();
      await walk.leaves(visitor);
      const back = await walk.mastodon.visit(sentTo(visitor));
      back.searchParams.delete("state");
      await visitor.open(back.href);
      expect(visitor.status).toBe(410);
      await walk.someone().open("/sign-in/fediverse/return/mastodon.test?error=access_denied");
      await walk.leaves(visitor);
      await walk.comesBack(visitor);
      expect(visitor.url.pathname).toBe("/sign-in/welcome");
    });

    test("the server says no at the token endpoint", async () => {
      const visitor = walk.someone();
      await walk.leaves(visitor);
      const back = await walk.mastodon.visit(sentTo(visitor));
      walk.mastodon.oddities.tokenError = "invalid_grant";
      await visitor.open(back.href);
      expect(visitor.status).toBe(502);
      expect(visitor.text).toContain("mastodon.test did not complete the sign-in");
    });

    test("an address that was come back to twice", async () => {
      const visitor = walk.someone();
      await walk.leaves(visitor);
      const back = await walk.comesBack(visitor);
      await visitor.open(back.href);
      expect(visitor.status).toBe(410);
      expect(visitor.text).toContain("This sign-in has been used already or took too long");
    });

    test("a sign-in that took too long", async () => {
      const visitor = walk.someone();
      await walk.leaves(visitor);
      walk.net.clock.advance(attemptLifetimeMs + 1);
      await walk.comesBack(visitor);
      expect(visitor.status).toBe(410);
      expect(visitor.value(addressLabel)).toBe(walk.address);
    });

    test("an answer that another browser began, or with another state", async () => {
      const attacker = walk.someone();
      await walk.leaves(attacker);
      const back = await walk.mastodon.visit(sentTo(attacker));
      const victim = walk.someone();
      await victim.open(back.href);
      expect(victim.status).toBe(410);
      await walk.leaves(victim);
      await victim.open(back.href);
      expect(victim.status).toBe(410);
      expect(walk.mastodon.log.filter((line) => line.includes("verify_credentials"))).toEqual([]);
    });

    test("an answer that comes back as another server's, or with another issuer", async () => {
      const visitor = walk.someone();
      await walk.leaves(visitor);
      const back = await walk.mastodon.visit(sentTo(visitor));
      await visitor.open(back.href.replace("/return/mastodon.test", "/return/honest.test"));
      expect(visitor.status).toBe(502);
      const other = walk.someone();
      await walk.leaves(other);
      const again = await walk.mastodon.visit(sentTo(other));
      again.searchParams.set("iss", "https://honest.test/");
      await other.open(again.href);
      expect(other.status).toBe(502);
      expect(walk.mastodon.tokens.size).toBe(0);
    });
  });
});
