// A city decides how it moderates. The only writer of that setting.
import { type Account, holds } from "../accounts/account.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { recordAct } from "../subjects/actions.ts";
import { firstCommentsSetting } from "./peer-queries.ts";
import { type ModerationSettings, moderationSetting, readModerationSettings } from "./settings-queries.ts";

export const rulesLengthMax = 20_000;

/**
 * @param settings what is not given stays as it is.
 * @throws Refused `not-allowed` for anyone but an administrator of the node, `too-large` for rules too long.
 */
export async function changeModerationSettings(
  sql: Sql,
  by: Account,
  settings: Partial<ModerationSettings>,
  now: Date,
): Promise<void> {
  refuseUnless(holds(by, "administrator"), "not-allowed");
  for (const [lang, text] of Object.entries(settings.rules ?? {}))
    refuseUnless((text ?? "").length <= rulesLengthMax, "too-large", { field: `rules.${lang}`, max: rulesLengthMax });
  await withTransaction(sql, async (tx) => {
    await tx`select from pg_advisory_xact_lock(hashtext('moderation settings'))`;
    const before = await readModerationSettings(tx);
    const { areFirstOfServersHeld, ...rest } = { ...before, ...settings };
    await write(moderationSetting, rest);
    await write(firstCommentsSetting, areFirstOfServersHeld);
    const { rules, ...switches } = rest;
    const isReworded = JSON.stringify(rules) !== JSON.stringify(before.rules);
    await recordAct(tx, by, "moderation-settings", null, { ...switches, areFirstOfServersHeld, isReworded }, now);
    if (areFirstOfServersHeld !== before.areFirstOfServersHeld)
      await recordAct(tx, by, "first-comments-decided", null, { areHeld: areFirstOfServersHeld }, now);

    async function write(key: string, value: unknown): Promise<void> {
      await tx`
        insert into node_setting (key, value) values (${key}, ${tx.json(value as never)})
        on conflict (key) do update set value = excluded.value`;
    }
  });
}
