// Nobody turns round what others have written: controls of direction and unseen signs, by each door that takes a text.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPost } from "../../federation/reading.ts";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../../src/platform/rich-text.ts";
import { tidyLine, tidyText, withoutOverrides } from "../../src/platform/text.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import { proposalPath } from "../../src/proposals/proposal.ts";
import { getProposal } from "../../src/proposals/queries.ts";
import { aCity, aMeeting, aProcess, aProposal, aResult, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const override = "\u202e";
const hostile = `Bench ${override}hcneb\u202c \u2067left open`;
const deceiving = /[\u202a-\u202e\u2066-\u2069]/;

describe("a text", () => {
  test("loses what overrides the direction, and isolates that are not closed in their line", () => {
    expect(withoutOverrides(`a${override}b\u202ac`)).toBe("abc");
    expect(withoutOverrides("say \u2068שלום\u2069 here")).toBe("say \u2068שלום\u2069 here");
    expect(withoutOverrides("open \u2067here\nand\u2069 there")).toBe("open here\nand there");
    expect(withoutOverrides("\u2066a\u2067b\u2069c")).toBe("a\u2067b\u2069c");
    expect(tidyText(`one${override}\ntwo`)).toBe("one\ntwo");
  });

  test("of one line loses all that nobody sees, and keeps what joins letters and faces", () => {
    expect(tidyLine(`a\u200eb\u2068c\u2069\u00add\u2028e`)).toBe("abcd e");
    expect(tidyLine("می\u200cخواهم 👩\u200d🌾")).toBe("می\u200cخواهم 👩\u200d🌾");
  });

  test("has none of it however it was written: as a character, an entity, in Markdown, in HTML", () => {
    for (const text of [`a${override}b`, "a&#x202e;b", "a&#8238;b", "<p>a&#8238;b</p>", "<b>a</b>&#x2067;b"]) {
      for (const read of [cleanRemoteHtml, markdownToHtml, plainText]) {
        expect({ text, has: deceiving.test(String(read(text))) }).toEqual({ text, has: false });
      }
    }
  });

  test("of another server has none either", () => {
    const post = readPost({
      ...{ id: "https://other.example/1", type: "Note", attributedTo: "https://other.example/a" },
      ...{ to: "https://www.w3.org/ns/activitystreams#Public", name: `N${override}ame`, content: `<p>${hostile}</p>` },
    });
    expect(post.html).toContain("Bench");
    expect(deceiving.test(`${post.name}${post.html}`)).toBe(false);
  });
});

describe("what is published here", () => {
  const now = new Date("2026-03-01T10:00:00Z");
  let db: TestDatabase;
  let city: City;
  let rooms: Rooms;
  beforeAll(async () => {
    db = await openTestDatabase();
    city = await aCity(db, { now });
    rooms = await openRooms(db, city, [proposalPages], { now });
  });
  afterAll(async () => {
    await rooms[Symbol.asyncDispose]();
    await db.drop();
  });

  test("has a title in the order in which it is read", async () => {
    const process = await aProcess(city, { title: hostile, now });
    const proposal = await aProposal(city, { process, title: hostile, body: hostile, now });
    await aMeeting(city, { process, title: hostile, now });
    await aResult(city, { process, title: hostile, now });
    const titles = await db.sql<{ kind: string; title: string }[]>`select kind, title from subject where title <> ''`;
    expect(titles.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["process", "proposal", "meeting", "result"]),
    );
    for (const { kind, title } of titles) expect({ kind, is: deceiving.test(title) }).toEqual({ kind, is: false });
    expect(deceiving.test((await getProposal(db.sql, proposal.uri)).body)).toBe(false);
    const visitor = await rooms.visitor();
    await visitor.open(proposalPath(proposal));
    expect(visitor.text).not.toContain(override);
  });
});
