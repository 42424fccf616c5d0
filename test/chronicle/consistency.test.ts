// What a node vouches for is what stands in its tables: after a story through every verb, each public thing is compared
// field by field with its newest record, and every chain is checked as a stranger would.
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyDocument } from "../../src/platform/data-integrity.ts";
import { followKeys, keyFor, keysSubjectOf } from "../../src/records/keys.ts";
import { findHead, findPart, listVersions } from "../../src/records/queries.ts";
import { checkFollows, type Json, type RecordDocument, readPart, readRecord } from "../../src/records/record.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { tellOfEverything } from "./story.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
  await tellOfEverything(db);
});
afterAll(() => db.drop());

const iso = (date: unknown): string | null => (date instanceof Date ? date.toISOString() : null);

/** What the tables say of a thing, written down here a second time: by column, not by way of the program. */
const expectations: Record<string, (uri: string) => Promise<{ data: Json; part: Json | null }>> = {
  process: async (uri) => {
    const [row] =
      await db.sql`select process.*, actor.uri as actor_uri, organisation.uri as organisation_uri from process
      join actor on actor.id = actor_id join actor organisation on organisation.id = organisation_id where process.uri = ${uri}`;
    const phases = await db.sql`select * from phase where process_uri = ${uri} order by starts_at`;
    const documents = await db.sql`select * from process_document where process_uri = ${uri} order by position, id`;
    const { languages, title, summary, description, promoter, audience, decides, goals, indicator, handle } = row!;
    return {
      data: {
        ...{ languages, title, summary, description, promoter, audience, decides, goals, indicator, handle },
        actor: row!.actorUri,
        organisation: row!.organisationUri,
        rules: { supportLimit: row!.supportLimit, editWindowMinutes: row!.editWindowMinutes },
        pilot: row!.isPilot
          ? {
              area: row!.pilotArea,
              geometry: row!.pilotGeojson,
              decision: row!.pilotDecision,
              reasons: row!.pilotReasons,
              decided: iso(row!.pilotDecidedAt),
            }
          : null,
        phases: phases.map(({ id, title, description, startsAt, endsAt, permits }) => {
          return { id, title, description, startsAt: iso(startsAt), endsAt: iso(endsAt), permits };
        }),
        documents: documents.map(({ title, language, url, mediaType, sizeBytes }) => {
          return { title, language, url, mediaType, sizeBytes: sizeBytes === null ? null : Number(sizeBytes) };
        }),
      },
      part: null,
    };
  },
  news: async (uri) => {
    const [row] = await db.sql`select * from news join subject on subject.uri = news.uri where news.uri = ${uri}`;
    return { data: { language: row!.language }, part: { title: row!.title, text: row!.body } };
  },
  proposal: async (uri) => {
    const [row] =
      await db.sql`select proposal.*, subject.author_name, author.uri as author_uri, answer.uri as answer_uri
      from proposal join subject on subject.uri = proposal.uri join actor author on author.id = subject.author_id
      left join answer on answer.proposal_uri = proposal.uri where proposal.uri = ${uri}`;
    const { state, language, title, body, address, longitude, latitude } = row!;
    return {
      data: { state, language, ...(row!.answerUri === null ? {} : { answer: row!.answerUri }) },
      part: {
        ...{ title, text: body, address, author: { name: row!.authorName, uri: row!.authorUri } },
        ...(latitude === null ? {} : { geometry: { type: "Point", coordinates: [longitude, latitude] } }),
      },
    };
  },
  answer: async (uri) => {
    const [row] = await db.sql`select * from answer where uri = ${uri}`;
    const { outcome, term, proposalUri, reasons, costAmount, costCurrency } = row!;
    const cost = { amount: costAmount, currency: costCurrency };
    return { data: { outcome, term, proposal: proposalUri, cost }, part: { text: reasons } };
  },
  meeting: async (uri) => {
    const [row] = await db.sql`select * from meeting where uri = ${uri}`;
    const {
      state,
      timeZone,
      district,
      title,
      body,
      agenda,
      minutes,
      cancelReason,
      audience,
      organisations,
      address,
      link,
    } = row!;
    return {
      data: {
        state,
        timeZone,
        district,
        dayOnly: row!.isDayOnly,
        form: row!.kind,
        attendees: row!.attendeeCount,
        startsAt: iso(row!.startsAt),
        endsAt: iso(row!.endsAt),
      },
      part: { title, text: body, agenda, minutes, cancelReason, audience, organisations, address, link },
    };
  },
  result: async (uri) => {
    const [row] = await db.sql`select *, starts_on::text, ends_on::text from result where uri = ${uri}`;
    const links = await db.sql`select * from result_link where result_uri = ${uri} order by position`;
    const { status, progress, startsOn, endsOn, costAmount, costCurrency, title, body } = row!;
    const of = (kind: string) => links.filter((link) => link.kind === kind).map((link) => link.targetUri);
    const cost = { amount: costAmount, currency: costCurrency };
    return {
      data: { status, progress, startsOn, endsOn, cost, proposals: of("proposal"), meetings: of("meeting") },
      part: { title, text: body },
    };
  },
  milestone: async (uri) => {
    const [row] = await db.sql`select *, reached_on::text from milestone where uri = ${uri}`;
    return {
      data: { result: row!.resultUri, reachedOn: row!.reachedOn },
      part: { title: row!.title, text: row!.body },
    };
  },
};

interface Thing {
  readonly uri: string;
  readonly kind: string;
  readonly url: string;
  readonly processUri: string | null;
  readonly publishedAt: Date | null;
  readonly updatedAt: Date | null;
  readonly hiddenAt: Date | null;
  readonly hiddenReason: string;
  readonly deletedAt: Date | null;
}
const things = async (): Promise<Thing[]> =>
  await db.sql<Thing[]>`select * from subject where origin is null and kind <> 'comment' order by id`;

test("every public thing of every kind says in its record what the tables say of it", async () => {
  const all = (await things()).filter((thing) => thing.publishedAt !== null && thing.deletedAt === null);
  expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(Object.keys(expectations)));
  for (const thing of all) {
    const head = await findHead(db.sql, thing.uri);
    expect(head, `${thing.kind} ${thing.uri}`).not.toBeNull();
    const record = readRecord(head!.document, head!.digest);
    const { data, part } = await expectations[thing.kind]!(thing.uri);
    const times = { url: thing.url, published: iso(thing.publishedAt), updated: iso(thing.updatedAt) };
    expect(record.data, thing.kind).toMatchObject({ ...data, ...times });
    expect(record.process ?? null).toBe(thing.processUri);
    expect(record.standing, thing.kind).toBe(thing.hiddenAt === null ? "shown" : "hidden");
    if (thing.hiddenAt !== null) expect(record.reason).toBe(thing.hiddenReason);
    if (part === null) expect(record.part).toBeUndefined();
    else {
      const words = readPart((await findPart(db.sql, record.part!))!.document!, record);
      expect(words, thing.kind).toMatchObject(part);
    }
  }
});

test("what nobody may read has no record", async () => {
  const unread = (await things()).filter((thing) => thing.publishedAt === null);
  expect(unread.length).toBeGreaterThan(2);
  for (const { uri } of unread) expect(await findHead(db.sql, uri), uri).toBeNull();
});

test("each thread and each tally says what the tables say", async () => {
  const entries = await db.sql<
    {
      threadUri: string;
      state: string;
      hiddenAt: Date | null;
      deletedAt: Date | null;
      partDigest: string | null;
      body: string;
    }[]
  >`
    select thread_entry.thread_uri, state, hidden_at, deleted_at, part_digest, body
    from thread_entry join subject on subject.uri = comment_uri join comment on comment.uri = comment_uri`;
  expect(entries.length).toBeGreaterThan(4);
  for (const { state, hiddenAt, deletedAt, partDigest, body } of entries) {
    expect(state).toBe(deletedAt !== null ? "erased" : hiddenAt !== null ? "hidden" : "shown");
    if (partDigest === null) continue;
    const words = JSON.parse((await findPart(db.sql, partDigest))!.document!) as Json;
    expect(words.text ?? words.html).toBe(body);
  }
  const told = await db.sql<{ count: number }[]>`
    select count(*)::int as count from subject comment join subject thread on thread.uri = comment.thread_uri
    where comment.kind = 'comment' and thread.origin is null`;
  expect(entries).toHaveLength(told[0]!.count);
  const counted = await db.sql<{ uri: string; commentCount: number; likeCount: number; supportCount: number | null }[]>`
    select subject.uri, comment_count, like_count, support_count from subject left join proposal on proposal.uri = subject.uri
    where origin is null and (comment_count > 0 or like_count > 0 or support_count > 0) and kind <> 'comment'`;
  expect(counted.length).toBeGreaterThan(0);
  for (const { uri, commentCount, likeCount, supportCount } of counted) {
    expect(readRecord((await findHead(db.sql, `${uri}/tally`))!.document).data).toMatchObject({
      comments: commentCount,
      likes: likeCount,
      ...(supportCount === null ? {} : { supports: { count: supportCount } }),
    });
  }
});

test("every chain is whole, and each version signed with a key of its publisher", async () => {
  const subjects = await db.sql<{ subjectUri: string; publisherUri: string }[]>`
    select distinct subject_uri, publisher_uri from record where kind <> 'keys'`;
  let checked = 0;
  for (const { subjectUri, publisherUri } of subjects) {
    const keyVersions = (await listVersions(db.sql, keysSubjectOf(publisherUri), 100)).reverse();
    const history = followKeys(keyVersions.map(({ document }) => JSON.parse(document) as RecordDocument));
    let head = null;
    for (const kept of (await listVersions(db.sql, subjectUri, 1_000)).reverse()) {
      const record = readRecord(kept.document, kept.digest);
      checkFollows(record, head);
      const key = keyFor(history, record.proof.verificationMethod, new Date(record.recorded));
      expect(key !== null && verifyDocument({ ...record }, key), `${subjectUri} ${record.version}`).toBe(true);
      head = kept;
      checked += 1;
    }
  }
  expect(checked).toBeGreaterThan(subjects.length);
});

test("nothing private is in a record or in the words beside it, and a forgotten name is in neither", async () => {
  const rows =
    await db.sql`select document from record union all select document from record_part where document is not null`;
  const text = JSON.stringify(rows);
  const accounts = await db.sql<{ id: string; email: string }[]>`select id, email from account`;
  expect(accounts.length).toBeGreaterThan(3);
  for (const { id, email } of accounts) {
    expect(text).not.toContain(id);
    if (email !== "") expect(text).not.toContain(email);
  }
  expect(text).toContain("Miren");
  expect(text).not.toContain("Nerea Gone");
});
