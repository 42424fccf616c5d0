// What a thread says of itself must be what is in it, whoever writes, hides and deletes, in any order and at once.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import type { Actor } from "../../src/actors/actor.ts";
import { deleteComment } from "../../src/comments/actions.ts";
import type { Comment } from "../../src/comments/comment.ts";
import { countStances } from "../../src/comments/queries.ts";
import { receiveCommentDelete } from "../../src/comments/remote.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { stances } from "../../src/subjects/subject.ts";
import {
  aCity,
  aComment,
  aProcess,
  aProposal,
  aRemoteComment,
  aResident,
  aStranger,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
let db: TestDatabase;
let city: City;
let people: Account[];
let stranger: Actor;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  people = [await aResident(city, { now }), await aResident(city, { now }), await aResident(city, { now })];
  stranger = await aStranger(city, { now });
});
afterAll(() => db.drop());

/** Every count kept in a thread that differs from what is in it. */
async function wrongCounts(threadUri: string): Promise<unknown[]> {
  const comments = await db.sql`
    select thing.uri, thing.comment_count as kept, count(voice.uri)::int as there
    from subject thing left join subject voice on (voice.thread_uri = thing.uri or voice.parent_uri = thing.uri)
      and voice.hidden_at is null and voice.deleted_at is null
    where thing.uri = ${threadUri} or thing.thread_uri = ${threadUri}
    group by thing.uri having thing.comment_count <> count(voice.uri)`;
  const sides = await db.sql`
    select * from (select stance, is_local, voices from stance_count where thread_uri = ${threadUri}) kept
    full join (select stance, origin is null as is_local, count(*)::int as there from subject
      where thread_uri = ${threadUri} and stance is not null and hidden_at is null and deleted_at is null group by 1, 2) found
      using (stance, is_local)
    where coalesce(voices, 0) <> coalesce(there, 0)`;
  return [...comments, ...sides];
}

const isGone = (error: { code?: string }) => expect(["gone", "not-found"]).toContain(error.code);

/** One thing somebody does in a thread; `of` picks a comment that is there, if any. */
const step = fc.record({
  verb: fc.constantFrom(
    "speak",
    "reply",
    "reply",
    "arrive",
    "answer from afar",
    "delete",
    "delete from afar",
    "hide",
    "reinstate",
  ),
  of: fc.nat(30),
  by: fc.nat(2),
  stance: fc.constantFrom(null, ...stances),
});

async function take(
  on: { uri: string },
  there: Comment[],
  { verb, of, by, stance }: { verb: string; of: number; by: number; stance: (typeof stances)[number] | null },
) {
  const comment = there[of % Math.max(1, there.length)];
  if (verb === "speak") there.push(await aComment(city, { on, by: people[by]!, stance, now }));
  if (verb === "arrive") there.push(await aRemoteComment(city, { on, by: stranger, stance, now }));
  if (comment === undefined) return;
  const author = people.find((person) => person.id === comment.accountId);
  if (verb === "reply") there.push(await aComment(city, { on: comment, by: people[by]!, now }));
  if (verb === "answer from afar") there.push(await aRemoteComment(city, { on: comment, by: stranger, now }));
  if (verb === "delete" && author) await deleteComment(db.sql, author, comment.uri, now);
  if (verb === "delete from afar" && !author) {
    await withTransaction(db.sql, (tx) => receiveCommentDelete(tx, comment.uri, stranger.uri, now));
  }
  if (verb === "hide") await hideSubject(db.sql, city.administrator, comment.uri, "Because", now);
  if (verb === "reinstate") await reinstateSubject(db.sql, city.administrator, comment.uri, now);
}

test("counts are what is there, whatever happened in whatever order", async () => {
  const process = await aProcess(city, { now });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const on = await aProposal(city, { process, by: people[0]!, now });
      const there: Comment[] = [];
      for (const one of steps) await take(on, there, one).catch(isGone);
      expect(await wrongCounts(on.uri)).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

test("and when all of it happens at once: nobody waits for ever, nothing is lost", async () => {
  const on = await aProposal(city, { by: people[0]!, now });
  const there: Comment[] = [];
  for (let n = 0; n < 4; n += 1) there.push(await aComment(city, { on, by: people[n % 3]!, now }));
  const steps = fc.sample(step, { numRuns: 120, seed: 7 });
  await Promise.all(steps.map((one) => take(on, there, one).catch(isGone)));
  expect(there.length).toBeGreaterThan(20);
  expect(await wrongCounts(on.uri)).toEqual([]);
});

test("voices of this node and of others are never added together", async () => {
  const on = await aProposal(city, { now });
  await aComment(city, { on, stance: "for", now });
  await aComment(city, { on, stance: "for", now });
  await aComment(city, { on, stance: "against", now });
  await aRemoteComment(city, { on, stance: "for", now });
  await aRemoteComment(city, { on, now });
  expect(await countStances(db.sql, on.uri)).toEqual({
    for: { local: 2, remote: 1 },
    against: { local: 1, remote: 0 },
    neutral: { local: 0, remote: 0 },
  });
});
