// Whatever happens on the way, three nodes end with one thread. Schedules of comments, replies, edits, deletions and hidings
// on all of them, over a network that loses, repeats, delays and reorders, with restarts in between; then it heals.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { deleteComment, editComment, publishComment } from "../../src/comments/actions.ts";
import { isAwaited } from "../../src/comments/comment.ts";
import { findComment, getComment } from "../../src/comments/queries.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { plainText } from "../../src/platform/rich-text.ts";
import { dayMs } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { isPublic } from "../../src/subjects/subject.ts";
import { aModerator, aPhase, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";

const names = ["bilbao", "porto", "lisboa"] as const;
type Name = (typeof names)[number];

let net: Network<Name>;
let process: Process;
let ana: Stranger;
const people = new Map<Name, { resident: Account; moderator: Account }>();

beforeAll(async () => {
  net = await openNetwork(...names);
  const now = net.clock.now();
  const phases = [aPhase(now, { endsInDays: 1_000 })];
  process = await aProcess(net.nodes.bilbao, { now, phases, editWindowMinutes: 1_000 * 1_440 });
  ana = openStranger(net);
  await net.settle();
  for (const name of names) {
    const node = net.nodes[name];
    const now = net.clock.now();
    people.set(name, { resident: await aResident(node, { now }), moderator: await aModerator(node, { now }) });
    if (name === "bilbao") continue;
    await node.instance.house.findRemote(process.actorUri!);
    const [us, them] = [await findActor(node.sql, node.organisation.uri), await findActor(node.sql, process.actorUri!)];
    await follow(node.sql, node.uris, us!, them!, now);
    await net.settle();
  }
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

/** `silent`: taken with thanks and forgotten, which nobody tries again. */
const fates = ["arrives", "arrives", "arrives", "lost", "answer-lost", "silent", "delayed", "twice"] as const;
const verbs = [
  "say",
  "say",
  "reply",
  "reply",
  "answer-from-afar",
  "edit",
  "delete",
  "hide",
  "reinstate",
  "hide-at-home",
] as const;

const step = fc.record({
  verb: fc.constantFrom(...verbs),
  at: fc.constantFrom(...names),
  target: fc.nat(50),
  minutes: fc.integer({ min: 1, max: 25 }),
  works: fc.subarray([...names]),
  restarts: fc.constantFrom(null, null, null, null, null, null, ...names),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One run: the thread of a proposal of its own, and what is under way to and from it. */
class Schedule {
  readonly proposal: Proposal;
  readonly #fates: readonly (typeof fates)[number][];
  readonly #delayed: Request[] = [];
  /** What the stranger's server would try again. */
  readonly #unsent: { to: string; activity: Json }[] = [];
  #drawn = 0;
  #said = 0;

  constructor(proposal: Proposal, drawn: readonly (typeof fates)[number][]) {
    this.proposal = proposal;
    this.#fates = drawn;
  }

  readonly weather: NonNullable<Network<Name>["weather"]> = async (request, pass) => {
    const fate = this.#fates[this.#drawn++ % this.#fates.length]!;
    const isPost = request.method === "POST";
    if (fate === "lost") throw new TypeError("lost on the way");
    if (fate === "silent" && isPost) return new Response(null, { status: 202 });
    if (fate === "delayed" && isPost) {
      this.#delayed.push(request.clone());
      return new Response(null, { status: 202 });
    }
    const again = fate === "twice" ? request.clone() : null;
    const response = await pass(request);
    if (again !== null) await pass(again);
    if (fate === "answer-lost" && isPost) throw new TypeError("the answer was lost");
    return response;
  };

  async take({ verb, at, target, minutes, works, restarts }: Step): Promise<void> {
    await this.#act(verb, at, target);
    net.clock.advance(minutes * 60_000);
    // The later of two that wait may come first.
    if (this.#delayed.length > 2) await net.deliver(this.#delayed.pop()!).catch(() => null);
    for (const name of works) await this.#work(name);
    if (restarts !== null) await net.restart(restarts);
  }

  /** Jobs that fail wait for their next try, as with a worker. */
  async #work(name: Name): Promise<void> {
    for (let failures = 0; failures < 200; failures++) {
      try {
        await net.nodes[name].instance.drain();
        return;
      } catch {
        // It is kept and tried again.
      }
    }
  }

  async #act(verb: (typeof verbs)[number], at: Name, target: number): Promise<void> {
    const here = net.nodes[at];
    const known = await commentsOf(here, this.proposal.uri);
    const shown = known.filter((one) => one.isShown);
    if (verb === "say") return await this.#say(at, null);
    const chosen = shown[target % Math.max(shown.length, 1)]?.uri ?? null;
    if (verb === "reply") return await this.#say(at, chosen);
    if (verb === "answer-from-afar") return await this.#answer(at, chosen ?? this.proposal.uri);
    const { resident, moderator } = people.get(at)!;
    const now = net.clock.now();
    const own = shown.filter((one) => one.origin === null);
    const mine = own[target % Math.max(own.length, 1)]?.uri;
    if (verb === "edit" && mine !== undefined) {
      const { version } = await getComment(here.sql, mine);
      await editComment(here.sql, resident, mine, { body: `Changed, ${++this.#said}.`, version }, now).catch(noMatter);
    }
    if (verb === "delete" && mine !== undefined) await deleteComment(here.sql, resident, mine, now);
    if (verb === "hide-at-home" && mine !== undefined) await hideSubject(here.sql, moderator, mine, "At home", now);
    const owner = net.nodes.bilbao;
    const theirs = await commentsOf(owner, this.proposal.uri);
    const one = theirs[target % Math.max(theirs.length, 1)];
    const judge = people.get("bilbao")!.moderator;
    if (verb === "hide" && one?.isShown === true) await hideSubject(owner.sql, judge, one.uri, "By the owner", now);
    if (verb === "reinstate" && one !== undefined)
      await reinstateSubject(owner.sql, judge, one.uri, now).catch(noMatter);
  }

  async #say(at: Name, parentUri: string | null): Promise<void> {
    const { sql, uris } = net.nodes[at];
    if ((await findSubject(sql, this.proposal.uri)) === null) return;
    const input = {
      targetUri: this.proposal.uri,
      parentUri,
      stance: null,
      body: `Voice ${++this.#said}.`,
      language: "en",
    };
    await publishComment(sql, uris, people.get(at)!.resident, input, net.clock.now());
  }

  /** As Mastodon does: told to the server of who is answered, and to nobody else. */
  async #answer(at: Name, inReplyTo: string): Promise<void> {
    const host = new URL(inReplyTo).host;
    const to = names.map((name) => `${name}.test`).includes(host) ? host : `${at}.test`;
    const note = ana.note(`<p>From afar, ${++this.#said}.</p>`, { inReplyTo });
    await this.#post(`https://${to}/inbox`, ana.activity("Create", note));
  }

  async #post(to: string, activity: Json): Promise<void> {
    const response = await ana.post(to, activity).catch(() => null);
    if (response?.ok !== true) this.#unsent.push({ to, activity });
  }

  /** Everything on its way arrives, in any order, and some days go by. */
  async heal(): Promise<void> {
    net.weather = null;
    for (const request of this.#delayed.reverse()) await net.deliver(request);
    for (const { to, activity } of this.#unsent) await ana.post(to, activity);
    for (const ms of [60_000, 5 * 3_600_000, dayMs, dayMs, dayMs]) {
      net.clock.advance(ms);
      for (let round = 0; round < 2; round++) for (const name of names) await this.#work(name);
    }
    await net.settle();
  }
}

const schedules = Number(globalThis.process.env.THREAD_RUNS ?? 8);
const noMatter = () => undefined;

const commentsOf = async (node: Node, threadUri: string) =>
  await node.sql<{ uri: string; origin: string | null; isShown: boolean }[]>`
    select uri, origin, hidden_at is null and deleted_at is null as is_shown from subject
    where thread_uri = ${threadUri} order by id`;

/** What readers of a node see of what stands in the thread: in which order, in answer to what, in which words. */
async function threadOn(node: Node, threadUri: string) {
  const read = [];
  for (const { uri, isShown } of await commentsOf(node, threadUri)) {
    const comment = await getComment(node.sql, uri);
    if (!isShown || isAwaited(comment)) continue;
    const words = plainText(comment.body).trim();
    read.push({ uri, parentUri: comment.parentUri, depth: comment.depth, words, updatedAt: comment.updatedAt });
  }
  return read;
}

/** No voice is lost: what its own server shows and the owner has not hidden stands at the owner, if what it answers does. */
async function expectNoneIsLost(threadUri: string): Promise<void> {
  const owner = net.nodes.bilbao;
  for (const name of names) {
    for (const { uri, origin } of await commentsOf(net.nodes[name], threadUri)) {
      const home = await findSubject(net.nodes[name].sql, uri);
      if (origin !== null || home === null || !isPublic(home)) continue;
      const parent = home.parentUri === null ? null : await findSubject(owner.sql, home.parentUri);
      if (home.parentUri !== null && (parent === null || !isPublic(parent))) continue;
      const there = await findComment(owner.sql, uri);
      expect(there, `${uri} is lost`).not.toBeNull();
      if (there!.hiddenAt === null) expect(there!.deletedAt).toBeNull();
    }
  }
}

test(
  "all nodes end with the owner's thread, whatever was lost, doubled, late or out of order",
  async () => {
    // The same schedules each time: the first seed that ever found two nodes apart. `npm run fuzz` draws others.
    const seed = Number(globalThis.process.env.THREAD_SEED ?? 650_142_261);
    let voices = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 8, maxLength: 20 }),
        fc.array(fc.constantFrom(...fates), { minLength: 15, maxLength: 60 }),
        async (steps, drawn) => {
          const proposal = await aProposal(net.nodes.bilbao, { process, now: net.clock.now() });
          await net.settle();
          const schedule = new Schedule(proposal, drawn);
          net.weather = schedule.weather;
          for (const one of steps) await schedule.take(one);
          await schedule.heal();
          const owners = await threadOn(net.nodes.bilbao, proposal.uri);
          expect(await threadOn(net.nodes.porto, proposal.uri)).toEqual(owners);
          expect(await threadOn(net.nodes.lisboa, proposal.uri)).toEqual(owners);
          await expectNoneIsLost(proposal.uri);
          voices += owners.length;
        },
      ),
      {
        numRuns: schedules,
        endOnFailure: true,
        seed,
      },
    );
    expect(voices).toBeGreaterThan(10);
  },
  600_000 + schedules * 60_000,
);

test("what was hidden and shown again before any of it was told stands where it never arrived", async () => {
  const proposal = await aProposal(net.nodes.bilbao, { process, now: net.clock.now() });
  await net.settle();
  const { sql, uris } = net.nodes.bilbao;
  const { resident, moderator } = people.get("bilbao")!;
  net.weather = () => Promise.reject(new TypeError("lost on the way"));
  const input = { targetUri: proposal.uri, parentUri: null, stance: null, body: "Trees first.", language: "en" };
  const comment = await publishComment(sql, uris, resident, input, net.clock.now());
  await hideSubject(sql, moderator, comment.uri, "In doubt", net.clock.now());
  await reinstateSubject(sql, moderator, comment.uri, net.clock.now());
  await net.settle({ inOutage: true });
  net.weather = null;
  net.clock.advance(dayMs);
  await net.settle();
  const read = await threadOn(net.nodes.porto, proposal.uri);
  expect(read.map(({ words }) => words)).toEqual(["Trees first."]);
  expect(await threadOn(net.nodes.lisboa, proposal.uri)).toEqual(read);
});
