// Looking others up on the network page, where the other side is absent, slow, in circles or not to be asked: a clear
// message, what was typed kept, and nobody waits longer than for a single request.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { fetchLimits } from "../../src/platform/guarded-fetch.ts";
import { type ListeningCity, openListeningCity, secretOfTests } from "../support/listening.ts";
import { freePort } from "../support/node-process.ts";
import { openVisitor, type Visitor } from "../support/visit.ts";

/** As those of a real node, but less of the time: still more than a busy machine takes to answer itself. */
const limits = { totalMs: 5_000, idleMs: 3_500, connectMs: 3_500 } as const;
const label = "Look up a city, a process or an account";

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** Answers a byte now and then for three seconds: no request of it is too slow, two of them together are. */
function drip(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { "content-type": type });
  const dripping = setInterval(() => response.write(" "), 200);
  setTimeout(() => {
    clearInterval(dripping);
    response.end(body);
  }, 3_000);
}

const jrd = (href: string) => JSON.stringify({ links: [{ rel: "self", type: "application/activity+json", href }] });

function answer(request: IncomingMessage, response: ServerResponse, origin: string): void {
  const url = new URL(request.url ?? "/", origin);
  const name = /^acct:([^@]+)@/.exec(url.searchParams.get("resource") ?? "")?.[1] ?? url.pathname.slice(1);
  const json = (body: string) => response.writeHead(200, { "content-type": "application/jrd+json" }).end(body);
  switch (name) {
    case "silent":
      return;
    case "circling":
      url.searchParams.set("n", String(Number(url.searchParams.get("n") ?? 0) + 1));
      return void response.writeHead(302, { location: url.href }).end();
    case "dripping":
      return void drip(response, "application/jrd+json", jrd(`${origin}/dripped`));
    case "dripped":
      return void drip(response, "application/activity+json", JSON.stringify({ id: url.href, type: "Person" }));
    case "broken":
      return void response.writeHead(500).end();
    case "babbling":
      return void json("<html>Welcome</html>");
    case "huge":
      return void json(JSON.stringify({ subject: "x".repeat(fetchLimits.bytesMax) }));
    case "luring":
      return void json(jrd("https://10.0.0.7/actor"));
    default:
      response.writeHead(404).end();
  }
}

let origin: string;
let city: ListeningCity;
let visitor: Visitor;

beforeAll(async () => {
  const server = createServer((request, response) => answer(request, response, origin));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const lookup = ((hostname, options, callback) => {
    if (hostname !== "intern.example")
      return callback(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }), "");
    callback(null, options.all ? [{ address: "10.0.0.7", family: 4 }] : ("10.0.0.7" as never), 4);
  }) as LookupFunction;
  const overrides = { fetchLimits: limits, lookup };
  city = await openListeningCity("Bilbao", { port: await freePort(), peers: [origin], doesJobs: false, overrides });
  closing.push(() => city[Symbol.asyncDispose]());
  visitor = openVisitor((request) => fetch(request), city.origin);
  const link = { email: city.administrator.email, locale: "en", returnTo: "/network", lifetimeMs: 3_600_000 };
  await visitor.open(await issueSignInLink(city.sql, city.uris, secretOfTests, link, new Date()));
  await visitor.press("Sign in now");
});

const absent = "Its server knows nothing by this name or address.";
const unreachable = "The other server does not answer.";
const tooSlow = "The other server took too long to answer.";
const forbidden = "This address cannot be opened from here: only public https addresses can.";
const noActor = "There is something at this address, but nothing one can follow.";
const here = (name: string) => `@${name}@${new URL(origin).host}`;

const wanted: [string, () => string, string][] = [
  ["a handle that does not exist", () => here("nobody"), absent],
  ["an address that does not exist", () => `${origin}/users/nobody`, absent],
  ["a server that is silent", () => here("silent"), tooSlow],
  ["a server that is slow at every step", () => here("dripping"), tooSlow],
  ["redirects for ever", () => here("circling"), unreachable],
  ["redirects for ever, by address", () => `${origin}/circling`, unreachable],
  ["a server that breaks", () => here("broken"), unreachable],
  ["a server that answers something else", () => here("babbling"), noActor],
  ["more than a server may say", () => here("huge"), noActor],
  ["a name nobody has", () => "@city@nobody.example", unreachable],
  ["a handle that leads to a private address", () => here("luring"), forbidden],
  ["a handle at a private address", () => "@city@192.168.1.1", forbidden],
  ["a name that resolves to a private address", () => "@city@intern.example", forbidden],
  ["a private address", () => "https://169.254.169.254/latest/meta-data", forbidden],
  ["another service of this machine", () => "http://127.0.0.1:5432/", forbidden],
  ["another scheme", () => "file:///etc/passwd", forbidden],
  ["what is no address", () => "the city next door", noActor],
];

test.each(wanted)("%s", async (_, typed, message) => {
  await visitor.open("/network");
  await visitor.fill(label, typed()).press("Look up");
  expect(visitor.text).toContain(message);
  expect(visitor.status).toBe(422);
  expect(visitor.value(label)).toBe(typed());
});
