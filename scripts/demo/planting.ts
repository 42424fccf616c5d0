// A node of the demo filled for the first time, all or nothing: founded, peopled, and given what stands in its city.
import { join } from "node:path";
import { appointFirstAdministrator } from "../../src/accounts/people-actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { openAccount } from "../../src/accounts/sign-in-actions.ts";
import { foundCity, type NewOrganisation } from "../../src/cities/actions.ts";
import { findMainOrganisation } from "../../src/cities/queries.ts";
import { type Pool, withTransaction } from "../../src/platform/db.ts";
import { migrate } from "../../src/platform/migrate.ts";
import { dayMs } from "../../src/platform/time.ts";
import type { DemoNode } from "./cast.ts";
import { commons, plantCommons } from "./commons.ts";
import { medina, plantMedina } from "./medina.ts";
import { montclar, plantMontclar } from "./montclar.ts";
import type { Pictures } from "./pictures.ts";
import type { Place } from "./place.ts";

const migrationsDir = join(import.meta.dirname, "../../migrations");
const foundedDaysAgo = 520;

interface Content {
  readonly profile: NewOrganisation;
  plant(place: Place): Promise<void>;
}

const contents: Record<DemoNode["key"], Content> = {
  montclar: { profile: montclar, plant: plantMontclar },
  medina: { profile: medina, plant: plantMedina },
  commons: { profile: commons, plant: plantCommons },
};

/** Fills the node's database, unless a city stands in it already. */
export async function plant(node: DemoNode, sql: Pool, folder: string, pictures: Pictures): Promise<void> {
  await migrate(sql, migrationsDir);
  if ((await findMainOrganisation(sql)) !== null) return;
  const { profile, plant: fill } = contents[node.key];
  const today = new Date();
  const founded = new Date(+today - foundedDaysAgo * dayMs);
  await withTransaction(sql, async (tx) => {
    const { uris, administrator: player, locale } = node;
    const city = await foundCity(tx, uris, profile, founded);
    const opened = await openAccount(tx, { ...player, locale }, founded);
    await appointFirstAdministrator(tx, opened.id, founded);
    const administrator = await getAccount(tx, opened.id);
    await fill({
      tx,
      uris,
      uploadsDir: join(folder, node.key, "uploads"),
      pictures,
      today,
      timeZone: profile.timeZone,
      domain: player.email.slice(player.email.indexOf("@") + 1),
      locale,
      city,
      administrator,
      people: new Map(),
    });
  });
}
