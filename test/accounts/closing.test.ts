// Closing an account across rooms: the name leaves what was written, what was counted stays, and a pseudonym stays one.
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeAccount, openPublicVoice } from "../../src/accounts/actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { forgetCommenter, publishComment } from "../../src/comments/actions.ts";
import { getComment } from "../../src/comments/queries.ts";
import { forgetProposer } from "../../src/proposals/forget-proposer.ts";
import { getProposal } from "../../src/proposals/queries.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import { aCity, anAssociation, aProcess, aProposal, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
});
afterAll(() => db.drop());

const everyRoom = [forgetProposer, forgetCommenter];
const aComment = (targetUri: string) => ({
  targetUri,
  parentUri: null,
  stance: null,
  body: "Good for the trees.",
  language: "en",
});
const lastEvent = async (uri: string) =>
  (await db.sql<{ type: string }[]>`select type from event where subject_uri = ${uri} order by id desc limit 1`)[0]
    ?.type;

test("what was proposed and said stays without the name, other servers are told, and supports stay counted", async () => {
  const process = await aProcess(city);
  const [leaving, other] = [await aResident(city, { name: "Leaving Lia" }), await aResident(city)];
  const proposal = await aProposal(city, { by: leaving, process });
  const supported = await aProposal(city, { by: other, process });
  await supportProposal(db.sql, leaving, supported.uri, new Date());
  const comment = await publishComment(db.sql, city.uris, leaving, aComment(supported.uri), new Date());

  await closeAccount(db.sql, leaving, everyRoom, new Date());

  expect(await getProposal(db.sql, proposal.uri)).toMatchObject({
    title: proposal.title,
    body: proposal.body,
    state: "published",
    accountId: null,
  });
  const rows = await db.sql<{ authorName: string }[]>`
    select author_name from subject where uri in (${proposal.uri}, ${comment.uri})`;
  expect(rows.map(({ authorName }) => authorName)).toEqual(["", ""]);
  expect((await getComment(db.sql, comment.uri)).body).toBe(comment.body);
  expect(await lastEvent(proposal.uri)).toBe("ProposalChanged");
  expect(await lastEvent(comment.uri)).toBe("CommentChanged");
  expect((await getProposal(db.sql, supported.uri)).supportCount).toBe(1);
});

test("drafts are erased, and what an association proposed keeps its name", async () => {
  const process = await aProcess(city);
  const association = await anAssociation(city, { name: "Amics del riu" });
  const leaving = await aResident(city, { name: "Leaving Lluc", memberOf: association });
  const draft = await aProposal(city, { by: leaving, process, isDraft: true, body: "Half a thought" });
  const theirs = await aProposal(city, { by: leaving, process, organisationId: association.id });

  await closeAccount(db.sql, leaving, everyRoom, new Date());

  const [gone] = await db.sql`
    select proposal.title, body, subject.title as shown, author_name, deleted_at is not null as is_deleted
    from proposal join subject using (uri) where uri = ${draft.uri}`;
  expect(gone).toEqual({ title: "", body: "", shown: "", authorName: "", isDeleted: true });
  expect(await getProposal(db.sql, theirs.uri)).toMatchObject({ authorName: "Amics del riu", accountId: null });
  expect(await lastEvent(theirs.uri)).toBe("ProposalPublished");
});

test("who speaks under a pseudonym is never named otherwise", async () => {
  const process = await aProcess(city);
  const person = await aResident(city, { name: "Maria del Mar Soler" });
  await openPublicVoice(db.sql, city.uris, person, { handle: "gavina", name: "La gavina" }, new Date());
  const voiced = await getAccount(db.sql, person.id);
  const proposal = await aProposal(city, { by: voiced, process });
  const comment = await publishComment(db.sql, city.uris, voiced, aComment(proposal.uri), new Date());
  for (const { authorName, authorUri } of [
    await getProposal(db.sql, proposal.uri),
    await getComment(db.sql, comment.uri),
  ]) {
    expect({ authorName, authorUri }).toEqual({ authorName: "La gavina", authorUri: city.uris.actor("gavina") });
  }
  const rows = await db.sql<{ row: string }[]>`
    select row_to_json(subject)::text as row from subject union all select row_to_json(event)::text from event`;
  for (const { row } of rows) expect(row).not.toContain("Soler");
});
