// How long this node keeps what nobody needs for ever, as its administrators chose.
import type { Sql } from "../platform/db.ts";
import { readSetting } from "../platform/node-settings.ts";
import { type Retention, retentionFrom, retentionSetting } from "./retention.ts";

export const readRetention = async (sql: Sql): Promise<Retention> =>
  retentionFrom(await readSetting(sql, retentionSetting));
