// What a city has decided about its moderation, beside single servers: who may report, what waits, and its rules in words.
import type { Sql } from "../platform/db.ts";
import type { LanguageMap } from "../platform/text.ts";
import { firstCommentsSetting } from "./peer-queries.ts";

/** The key of the node's setting; its value is {@link ModerationSettings} without the older one. */
export const moderationSetting = "moderation";

export interface ModerationSettings {
  /** Whether people without an account may report. */
  readonly areVisitorsHeard: boolean;
  /** Whether the first comments of servers nobody here knows wait for a moderator. */
  readonly areFirstOfServersHeld: boolean;
  /** Whether the first comment of an account waits for a moderator. */
  readonly areFirstOfAccountsHeld: boolean;
  /** Markdown, per language; empty where the city goes by the usual rules. */
  readonly rules: LanguageMap;
}

const untold: ModerationSettings = {
  areVisitorsHeard: false,
  areFirstOfServersHeld: false,
  areFirstOfAccountsHeld: false,
  rules: {},
};

export async function readModerationSettings(sql: Sql): Promise<ModerationSettings> {
  const rows = await sql<{ key: string; value: unknown }[]>`
    select key, value from node_setting where key in (${moderationSetting}, ${firstCommentsSetting})`;
  const find = (key: string) => rows.find((row) => row.key === key)?.value;
  const kept = (find(moderationSetting) ?? {}) as Partial<ModerationSettings>;
  return { ...untold, ...kept, areFirstOfServersHeld: find(firstCommentsSetting) === true };
}
