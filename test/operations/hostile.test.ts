// Hostile and broken input at the real door, over real sockets: each gets the status that tells its server what to do,
// and nothing is left of it.
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findComment } from "../../src/comments/queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { deleteSubject } from "../../src/subjects/actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { readForm } from "../../src/web/forms.ts";
import { aProcess, aProposal } from "../support/build.ts";
import { type ListeningCity, openListeningCity } from "../support/listening.ts";
import { freePort } from "../support/node-process.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";

let city: ListeningCity;
let proposal: Proposal;
let ana: Stranger;
const strangers = new Map<string, (request: Request) => Promise<Response> | Response>();
const atStranger = async (request: Request): Promise<Response> => {
  const answer = strangers.get(new URL(request.url).host);
  if (answer === undefined) throw new TypeError("nobody there");
  return await answer(request);
};

beforeAll(async () => {
  const clock = { now: () => new Date(), advance: () => {} };
  city = await openListeningCity("Bilbao", {
    port: await freePort(),
    peers: [],
    doesJobs: false,
    overrides: { transport: atStranger },
  });
  ana = openStranger({ strangers, clock, deliver: (request) => fetch(request) });
  proposal = await aProposal(city, { process: await aProcess(city) });
  await city.instance.drain();
});
afterAll(() => city?.[Symbol.asyncDispose]());

const inbox = () => `${city.origin}/inbox`;

/** Everything an activity could leave behind. Whom a server is heard from is remembered all the same. */
const left = async (): Promise<unknown> => {
  const [row] = await city.sql`
    select (select count(*)::int from subject) as subjects, (select count(*)::int from comment) as comments,
      (select count(*)::int from reaction) as reactions, (select count(*)::int from follow) as follows,
      (select count(*)::int from report) as reports, (select count(*)::int from event) as events,
      (select count(*)::int from job) as jobs, (select count(*)::int from tombstone) as tombstones, (select sum(like_count + share_count + comment_count)::int from subject) as counted`;
  return row;
};

test("an address with a NUL is no fault of the node, whoever asks; neither is a picture that is not there", async () => {
  const paths = [
    "/processes/a%00b",
    "/actors/a%00b",
    "/search?q=%00",
    "/organisations/%00.atom",
    "/desk/audit.csv?person=%00",
  ];
  const webfinger = "/.well-known/webfinger?resource=acct:a%00b@bilbao.test";
  for (const path of [...paths, webfinger]) {
    for (const accept of ["text/html", "application/activity+json"]) {
      const { status } = await fetch(city.origin + path, { headers: { accept } });
      expect([path, accept, status]).toEqual([path, accept, 400]);
    }
  }
  expect((await fetch(`${city.origin}/uploads/gone.jpg`)).status).toBe(404);
});

test("a NUL in what is typed is left out, and nothing is lost", async () => {
  const app = new Hono().post("/", async (c) => c.json(await readForm(c)));
  const body = new FormData();
  for (const [name, value] of [
    ["title", "A ben\0ch"],
    ["tags[]", "\0one"],
    ["tags[]", "two"],
  ] as const)
    body.append(name, value);
  const answer = await app.request("/", { method: "POST", body });
  expect(await answer.json()).toEqual({ title: "A bench", tags: ["one", "two"] });
});

const nested = (depth: number): unknown => (depth === 0 ? "deep" : { object: nested(depth - 1) });
const reply = (content: string, more: Json = {}) => ana.note(content, { inReplyTo: proposal.uri, ...more });
const nowhere = () => `${city.origin}/proposals/01a204a4-4d99-7000-a681-ba25eac6c545`;

const refused: [string, number, () => Promise<Response>][] = [
  ["over 1 MB", 413, () => ana.post(inbox(), ana.activity("Create", reply("x".repeat(1_000_001))))],
  ["nested 1,000 deep", 400, () => ana.post(inbox(), ana.activity("Create", nested(1_000)))],
  ["no object", 400, () => ana.post(inbox(), [] as never)],
  [
    "an id of another server",
    401,
    () => ana.post(inbox(), { ...ana.activity("Create", reply("Hello")), id: "https://elsewhere.test/1" }),
  ],
  [
    "an actor of another server",
    401,
    () => ana.post(inbox(), { ...ana.activity("Create", reply("Hello")), actor: "https://elsewhere.test/users/eve" }),
  ],
  [
    "a key that cannot be read",
    503,
    async () => {
      const eve = openStranger(
        {
          strangers: new Map(),
          clock: { now: () => new Date(), advance: () => {} },
          deliver: (request) => fetch(request),
        },
        { host: "away.test", handle: "eve" },
      );
      return await eve.post(inbox(), eve.activity("Like", proposal.uri));
    },
  ],
  [
    "signed two hours ago",
    401,
    () => ana.post(inbox(), ana.activity("Like", proposal.uri), { date: new Date(Date.now() - 7_200_000) }),
  ],
];

const unknown: [string, () => Json][] = [
  ["a reply to what is not here", () => ana.activity("Create", reply("Hello", { inReplyTo: nowhere() }))],
  [
    "a reply to nothing of ours",
    () => ana.activity("Create", reply("Hello", { inReplyTo: "https://elsewhere.test/1" })),
  ],
  ["a note to nobody here", () => ana.activity("Create", reply("Hello", { inReplyTo: null }))],
  ["a note of another server", () => ana.activity("Create", reply("Hello", { id: "https://elsewhere.test/notes/1" }))],
  ["a change of an unknown note", () => ana.activity("Update", reply("Hello", { inReplyTo: nowhere() }))],
  ["a like of what is not here", () => ana.activity("Like", nowhere())],
  ["a boost of what is not here", () => ana.activity("Announce", nowhere())],
  ["an undo of what never was", () => ana.activity("Undo", ana.activity("Like", nowhere()))],
  ["a follow of nobody", () => ana.activity("Follow", `${city.origin}/actors/nobody`)],
  ["an answer to no follow", () => ana.activity("Accept", `${city.origin}/activities/1`)],
  ["a report of nothing", () => ana.activity("Flag", [nowhere()])],
  ["a block of nobody", () => ana.activity("Block", `${city.origin}/actors/nobody`)],
  ["a type nobody knows", () => ana.activity("Teleport", proposal.uri)],
];

describe("an activity", () => {
  test.each(refused)("%s is answered with %i", async (_, status, post) => {
    const before = await left();
    expect((await post()).status).toBe(status);
    expect(await left()).toEqual(before);
  });

  test.each(unknown)("%s is acknowledged, and leaves nothing", async (_, activity) => {
    const before = await left();
    expect((await ana.post(inbox(), activity())).status).toBe(202);
    expect(await left()).toEqual(before);
  });

  test("replayed, one after the other and all at once, has one effect", async () => {
    const create = ana.activity("Create", reply("<p>Once only.</p>"));
    const like = ana.activity("Like", proposal.uri);
    const before = await findSubject(city.sql, proposal.uri);
    const answers: number[] = [];
    for (const activity of [create, like]) {
      answers.push((await ana.post(inbox(), activity)).status);
      const again = await Promise.all(Array.from({ length: 8 }, () => ana.post(inbox(), activity)));
      answers.push(...again.map(({ status }) => status));
    }
    expect(new Set(answers)).toEqual(new Set([202]));
    expect(await findSubject(city.sql, proposal.uri)).toMatchObject({
      commentCount: before!.commentCount + 1,
      likeCount: before!.likeCount + 1,
    });
  });

  test("that changes a note and comes before the one that makes it wins", async () => {
    const published = new Date(Date.now() - 60_000).toISOString();
    const first = reply("<p>As I wrote it.</p>", { published });
    const changed = {
      ...first,
      content: "<p>As I meant it.</p>",
      updated: new Date(Date.now() - 30_000).toISOString(),
    };
    expect((await ana.post(inbox(), ana.activity("Update", changed))).status).toBe(202);
    expect((await ana.post(inbox(), ana.activity("Create", first))).status).toBe(202);
    expect((await findComment(city.sql, String(first.id)))?.body).toContain("As I meant it.");
  });

  test("that deletes a note and comes before the one that makes it keeps it away", async () => {
    const note = reply("<p>Never mind.</p>");
    const before = (await findSubject(city.sql, proposal.uri))!.commentCount;
    expect((await ana.post(inbox(), ana.activity("Delete", { id: note.id, type: "Tombstone" }))).status).toBe(202);
    expect((await ana.post(inbox(), ana.activity("Update", note))).status).toBe(202);
    expect((await ana.post(inbox(), ana.activity("Create", note))).status).toBe(202);
    expect(await findComment(city.sql, String(note.id))).toBeNull();
    expect((await findSubject(city.sql, proposal.uri))!.commentCount).toBe(before);
  });

  test("about what was deleted meanwhile is acknowledged, and changes nothing", async () => {
    const gone = await aProposal(city);
    await withTransaction(city.sql, (tx) => deleteSubject(tx, gone.uri, new Date()));
    const before = await left();
    for (const activity of [
      ana.activity("Create", reply("Too late", { inReplyTo: gone.uri })),
      ana.activity("Like", gone.uri),
    ]) {
      expect((await ana.post(inbox(), activity)).status).toBe(202);
    }
    expect(await left()).toEqual(before);
  });
});
