// A city on a database of its own, with the pages of moderation open: what the tests of this room begin with.
import { readCommentTexts } from "../../src/comments/queries.ts";
import { moderationPages } from "../../src/moderation/pages.ts";
import { aCity, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

export interface ModeratedCity {
  readonly db: TestDatabase;
  readonly city: City;
  readonly room: Rooms;
}

/** @param rooms whose pages are open besides. */
export async function openModeratedCity(now: Date, ...rooms: Parameters<typeof openRooms>[2]): Promise<ModeratedCity> {
  const db = await openTestDatabase();
  const city = await aCity(db, { now });
  const desk = (house: Rooms["house"]) => moderationPages(house, { comment: readCommentTexts });
  return { db, city, room: await openRooms(db, city, [...rooms, desk], { now }) };
}

export async function closeModeratedCity({ db, room }: Pick<ModeratedCity, "db" | "room">): Promise<void> {
  await room[Symbol.asyncDispose]();
  await db.drop();
}
