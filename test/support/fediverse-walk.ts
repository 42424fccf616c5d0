// Someone who signs in at a node with an account of a server like Mastodon, one server and one person for each test.
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import type { Sql } from "../../src/platform/db.ts";
import { sentTo, setOffFor } from "./elsewhere.ts";
import { type MastodonServer, openMastodon } from "./mastodon-server.ts";
import type { ShapeName } from "./mastodon-shapes.ts";
import { type Network, openNetwork } from "./network.ts";
import { openVisitor, type Visitor } from "./visit.ts";

export const fediverseOrigin = "https://mastodon.test";

export interface FediverseWalk {
  readonly net: Network<"bilbao">;
  readonly mastodon: MastodonServer;
  /** Unlike in every test. */
  readonly made: number;
  readonly sql: Sql;
  /** As the person types it. */
  readonly address: string;
  someone(): Visitor;
  leaves(visitor: Visitor, typed?: string, from?: string): Promise<string>;
  /** Agrees, or says no, at the server, and opens the node's page that they are sent back to. */
  comesBack(visitor: Visitor, press?: "Authorize" | "Deny"): Promise<URL>;
  /** All of it, and an account if there was none. */
  signedIn(typed?: string): Promise<Visitor>;
}

/** To be called once in a test file: a node for all of its tests, and before each a server that nobody has been at. */
export function walkAtServers(): { at(as: ShapeName): FediverseWalk } {
  let net: Network<"bilbao">;
  let made = 0;
  beforeAll(async () => {
    net = await openNetwork("bilbao");
  });
  afterAll(() => net[Symbol.asyncDispose]());
  beforeEach(async () => {
    made++;
    net.strangers.clear();
    net.down.clear();
    await net.nodes.bilbao.instance.sql`delete from fediverse_client`;
  });
  const someone = () => openVisitor((request) => net.nodes.bilbao.instance.fetch(request), "https://bilbao.test");
  return {
    at(as) {
      const account = { id: String(1000 + made), username: `ana${made}`, displayName: `Ana ${made} :cat:` };
      const mastodon = openMastodon(fediverseOrigin, account, as);
      net.strangers.set("mastodon.test", mastodon.fetch);
      const walk: FediverseWalk = {
        ...{ net, mastodon, made, sql: net.nodes.bilbao.instance.sql, someone },
        get address() {
          return `@${mastodon.account.username}@mastodon.test`;
        },
        leaves: (visitor, typed = walk.address, from = "/sign-in") => setOffFor(visitor, typed, from),
        async comesBack(visitor, press) {
          const back = await mastodon.visit(sentTo(visitor), press);
          expect(back.origin).toBe("https://bilbao.test");
          await visitor.open(back.href);
          return back;
        },
        async signedIn(typed) {
          const visitor = someone();
          await walk.leaves(visitor, typed);
          await walk.comesBack(visitor);
          if (visitor.hasButton("Open my account")) await visitor.press("Open my account");
          return visitor;
        },
      };
      return walk;
    },
  };
}
