// What callers of the job table rely on: promised with the fact, in order, once per unique key, retried, given up.
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { discardDeadLetter, listDeadLetters, retryDeadLetter } from "../../src/platform/dead-letters.ts";
import { backoffMs } from "../../src/platform/job-attempt.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { enqueue, GiveUp, type Handlers, jobDepth, patientRetry, Retry, schedule } from "../../src/platform/jobs.ts";
import { Refused } from "../../src/platform/refusal.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.drop());

/** A kind of the test's own, and a handler that notes what it was given. */
function aKind(name: string) {
  const ran: unknown[] = [];
  return { kind: name, ran, handlers: { [name]: (payload: unknown) => void ran.push(payload) } satisfies Handlers };
}

test("a job exists only if its transaction commits", async () => {
  const { kind, ran, handlers } = aKind("fact");
  const broken = db.sql.begin(async (tx) => {
    await enqueue(tx, { kind, payload: "undone" });
    throw new Error("the fact could not be written");
  });
  await expect(broken).rejects.toThrow("the fact");
  await db.sql.begin((tx) => enqueue(tx, { kind, payload: { done: true } }));
  expect(await drain(db.sql, handlers)).toBe(1);
  expect(ran).toEqual([{ done: true }]);
});

test("payloads come back as they were given", async () => {
  const { kind, ran, handlers } = aKind("payloads");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue({ noUnicodeString: false }), { maxLength: 20 }), async (payloads) => {
      const clean = JSON.parse(JSON.stringify(payloads).replaceAll("\\u0000", "")) as unknown[];
      ran.length = 0;
      await enqueue(
        db.sql,
        clean.map((payload) => ({ kind, payload, key: "one" })),
      );
      await drain(db.sql, handlers);
      expect(ran).toEqual(clean);
    }),
    { numRuns: 30 },
  );
});

test("more jobs than fit into one INSERT are promised together and in order", async () => {
  const { kind, ran, handlers } = aKind("many");
  const numbers = Array.from({ length: 2_500 }, (_, n) => n);
  await enqueue(
    db.sql,
    numbers.map((payload) => ({ kind, payload, key: "many" })),
  );
  await drain(db.sql, handlers);
  expect(ran).toEqual(numbers);
});

test("a job for later runs when its time has come", async () => {
  const { kind, ran, handlers } = aKind("later");
  const inAnHour = new Date(Date.now() + 3_600_000);
  await enqueue(db.sql, { kind, payload: "later", runAt: inAnHour });
  expect(await drain(db.sql, handlers)).toBe(0);
  expect(await drain(db.sql, handlers, { now: new Date(inAnHour.getTime() - 1) })).toBe(0);
  expect(await drain(db.sql, handlers, { now: inAnHour })).toBe(1);
  expect(ran).toEqual(["later"]);
});

test("a job without a time is due under a simulated clock of the past too", async () => {
  const { kind, handlers } = aKind("past");
  await enqueue(db.sql, { kind, payload: 1 });
  expect(await drain(db.sql, handlers, { now: new Date("2016-02-01T00:00:00Z") })).toBe(1);
});

test("while one of a unique key waits, another is not added, and the earlier time counts", async () => {
  const { kind, ran, handlers } = aKind("unique");
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000);
  await enqueue(db.sql, { kind, payload: "first", uniqueKey: "u", runAt: at(10) });
  await enqueue(db.sql, [
    { kind, payload: "second", uniqueKey: "u", runAt: at(20) },
    { kind, payload: "third", uniqueKey: "u", runAt: at(5) },
  ]);
  await enqueue(db.sql, { kind, payload: "fourth", uniqueKey: "u", runAt: at(5) });
  expect(await drain(db.sql, handlers, { now: at(6) })).toBe(1);
  expect(ran).toEqual(["first"]);
  expect(await drain(db.sql, handlers, { now: at(30) })).toBe(0);
});

test("work asked for again is not run before the transaction that asked has ended", async () => {
  const { kind, ran, handlers } = aKind("coalesced");
  await enqueue(db.sql, { kind, payload: null, uniqueKey: "tally" });
  let draining: Promise<number> | null = null;
  await db.sql.begin(async (tx) => {
    await enqueue(tx, { kind, payload: null, uniqueKey: "tally" });
    draining = drain(db.sql, handlers);
    await sleep(200);
    expect(ran).toEqual([]);
  });
  expect(await draining).toBe(1);
});

test("recurring work asks for its next run itself, and a failed run gives way to it", async () => {
  const runs: string[] = [];
  const start = new Date(Date.now() + 1_000);
  const day = (n: number) => new Date(start.getTime() + n * 86_400_000);
  let now = start;
  const handlers: Handlers = {
    sweep: async () => {
      await schedule(db.sql, "sweep", new Date(now.getTime() + 86_400_000));
      runs.push(now.toISOString());
      if (runs.length === 2) throw new Error("a bad day");
    },
  };
  await schedule(db.sql, "sweep", start);
  await schedule(db.sql, "sweep", day(5));
  for (const days of [0, 1, 2, 3]) {
    now = day(days);
    await drain(db.sql, handlers, { now, toleratesFailures: true });
  }
  expect(runs).toEqual([0, 1, 2, 3].map((n) => day(n).toISOString()));
  await db.sql`delete from job where kind = 'sweep'`;
});

test("what is handed back while its twin waits does not hold that one up", async () => {
  const read: unknown[] = [];
  const handlers: Handlers = {
    ask: async () => {
      await enqueue(db.sql, { kind: "read", payload: "asked again", key: "line", uniqueKey: "read it" });
      throw new Error("a bad moment");
    },
    read: (payload) => void read.push(payload),
  };
  await enqueue(db.sql, [
    { kind: "ask", payload: null },
    { kind: "read", payload: "asked", key: "line", uniqueKey: "read it" },
  ]);
  await expect(drain(db.sql, handlers)).rejects.toThrow("a bad moment");
  expect(await drain(db.sql, { read: handlers.read! })).toBe(1);
  expect(read).toEqual(["asked again"]);
  await db.sql`delete from job where kind = 'ask'`;
});

test("a job waiting to be tried again holds back the later ones of its key only", async () => {
  const ran: string[] = [];
  let isDown = true;
  const handlers: Handlers = {
    deliver: (payload) => {
      if (payload === "a1" && isDown) throw new Error("503");
      ran.push(payload as string);
    },
  };
  await enqueue(db.sql, [
    { kind: "deliver", payload: "a1", key: "a" },
    { kind: "deliver", payload: "a2", key: "a" },
    { kind: "deliver", payload: "b1", key: "b" },
    { kind: "deliver", payload: "free" },
  ]);
  await drain(db.sql, handlers, { toleratesFailures: true });
  expect(ran.sort()).toEqual(["b1", "free"]);
  await enqueue(db.sql, { kind: "deliver", payload: "a3", key: "a" });
  expect(await drain(db.sql, handlers)).toBe(0);
  expect(await jobDepth(db.sql, ["deliver"])).toMatchObject({ ready: 0, delayed: 1, behind: 2, running: 0 });
  isDown = false;
  ran.length = 0;
  await drain(db.sql, handlers, { now: new Date(Date.now() + 60_000) });
  expect(ran).toEqual(["a1", "a2", "a3"]);
});

test("a job meant for later does not hold back its key", async () => {
  const { kind, ran, handlers } = aKind("phases");
  const tomorrow = new Date(Date.now() + 86_400_000);
  await enqueue(db.sql, { kind, payload: "tomorrow", key: "process", runAt: tomorrow });
  await enqueue(db.sql, { kind, payload: "today", key: "process" });
  expect(await drain(db.sql, handlers)).toBe(1);
  await drain(db.sql, handlers, { now: tomorrow });
  expect(ran).toEqual(["today", "tomorrow"]);
});

test("draining throws the first error, and everything else still waits", async () => {
  const { kind, handlers } = aKind("strict");
  await enqueue(
    db.sql,
    [1, 2, 3].map((payload) => ({ kind, payload })),
  );
  const cause = new Error("broken handler");
  const broken: Handlers = {
    [kind]: () => {
      throw cause;
    },
  };
  await expect(drain(db.sql, broken)).rejects.toThrow(expect.objectContaining({ cause }));
  expect(await drain(db.sql, handlers)).toBe(2);
  await db.sql`delete from job where kind = ${kind}`;
});

test("after its last try a job is a dead letter, which brings the next of its key forward", async () => {
  const ran: unknown[] = [];
  const retry = { firstDelayMs: 1, delayMsMax: 1, attemptsMax: 3 };
  const tries: number[] = [];
  const handlers: Handlers = {
    dying: {
      retry,
      run: (payload, { attempt }) => {
        if (payload !== "bad") return void ran.push(payload);
        tries.push(attempt);
        throw new Error("no", { cause: new Error(`because of try ${attempt}`) });
      },
    },
  };
  await enqueue(
    db.sql,
    ["bad", "next"].map((payload) => ({ kind: "dying", payload, key: "k" })),
  );
  while (ran.length === 0) {
    await drain(db.sql, handlers, { toleratesFailures: true });
    await sleep(2);
  }
  expect(tries).toEqual([1, 2, 3]);
  const [letter] = await listDeadLetters(db.sql);
  expect(letter).toMatchObject({ kind: "dying", payload: "bad", key: "k", attempts: 3 });
  expect(letter!.lastError).toBe("Error: no, because of Error: because of try 3");

  expect(await retryDeadLetter(db.sql, letter!.id)).toBe(true);
  expect(await retryDeadLetter(db.sql, letter!.id)).toBe(false);
  await drain(db.sql, { dying: (payload) => void ran.push(payload) });
  expect(ran).toEqual(["next", "bad"]);
});

test("a handler may give up, and one that cannot read its payload has", async () => {
  const handlers: Handlers = {
    "give-up": () => {
      throw new GiveUp("the account is gone");
    },
    unreadable: (payload) => z.object({ uri: z.url() }).parse(payload),
  };
  await enqueue(db.sql, [
    { kind: "give-up", payload: 1 },
    { kind: "unreadable", payload: { uri: "secret" } },
  ]);
  await drain(db.sql, handlers, { toleratesFailures: true });
  const letters = (await listDeadLetters(db.sql)).filter((letter) => letter.kind in handlers);
  expect(letters.map((letter) => letter.lastError)).toEqual([
    "unreadable payload: uri (invalid_format)",
    "GiveUp: the account is gone",
  ]);
  for (const { id } of letters) expect(await discardDeadLetter(db.sql, id)).toBe(true);
  expect((await listDeadLetters(db.sql)).filter((letter) => letter.kind in handlers)).toEqual([]);
});

test("a refusal ends a job: asking again gets the same answer", async () => {
  const refusing: Handlers = {
    refused: () => {
      throw new Refused("phase-closed");
    },
  };
  await enqueue(db.sql, { kind: "refused", payload: 1 });
  expect(await drain(db.sql, refusing)).toBe(1);
  expect(await drain(db.sql, refusing, { now: new Date(Date.now() + 1e10) })).toBe(0);
});

test("a handler may name the time of its next try", async () => {
  const handlers: Handlers = {
    asked: (_, { attempt }) => {
      if (attempt === 1) throw new Retry(90_000, "429");
    },
  };
  await enqueue(db.sql, { kind: "asked", payload: 1 });
  await drain(db.sql, handlers, { toleratesFailures: true });
  expect(await drain(db.sql, handlers, { now: new Date(Date.now() + 80_000) })).toBe(0);
  expect(await drain(db.sql, handlers, { now: new Date(Date.now() + 91_000) })).toBe(1);
});

test("jobs of a kind nobody here knows stay", async () => {
  await enqueue(db.sql, { kind: "from-a-newer-version", payload: 1 });
  expect(await drain(db.sql, aKind("mine").handlers)).toBe(0);
  expect(await jobDepth(db.sql, ["from-a-newer-version"])).toMatchObject({ ready: 1 });
});

test("waits double, stay near their plan, and add up to about three days", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const planned = Math.min(patientRetry.delayMsMax, patientRetry.firstDelayMs * 2 ** (attempt - 1));
      const delay = backoffMs(patientRetry, attempt, random);
      expect(delay).toBeGreaterThanOrEqual(planned * 0.8 - 1);
      expect(delay).toBeLessThanOrEqual(planned * 1.2 + 1);
    }),
  );
  let totalMs = 0;
  for (let attempt = 1; attempt < patientRetry.attemptsMax; attempt++) totalMs += backoffMs(patientRetry, attempt, 0.5);
  expect(totalMs / 86_400_000).toBeCloseTo(3, 1);
});
