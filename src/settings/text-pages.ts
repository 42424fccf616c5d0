// `/terms`, `/privacy`, `/accessibility`, `/imprint`: how this site is run, in the city's words or in the usual ones.
import { type Context, Hono } from "hono";
import { linkKeptMs, sessionLifetimeMs } from "../accounts/sign-in.ts";
import { addressKeptDays } from "../erasures/actions.ts";
import { attemptKeptMs } from "../identities/identity.ts";
import { hourMs } from "../platform/time.ts";
import type { House } from "../ports.ts";
import { formerKeptMs } from "../residences/residence.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { readText } from "./queries.ts";
import { type TextName, textNames } from "./setting.ts";
import type { TextFacts } from "./text.ts";
import { textPage } from "./text-views.ts";

/** What nobody uses is swept after two days (front/upload-actions.ts). */
const uploadKeptHours = 48;

/** The times that are the same on every node, in hours. */
export const fixedHours: TextFacts["fixed"] = {
  link: linkKeptMs / hourMs,
  session: sessionLifetimeMs / hourMs,
  attempt: attemptKeptMs / hourMs,
  upload: uploadKeptHours,
  former: formerKeptMs / hourMs,
  erased: addressKeptDays * 24,
};

/** What the usual texts of this node are made from. */
export const factsFor = (
  { city }: PageContext,
  read: Omit<Awaited<ReturnType<typeof readText>>, "own">,
): TextFacts => ({
  ...{ city: city.name, host: new URL(city.origin).host, handle: city.handle },
  ...{ contact: read.contact, retention: read.retention, fixed: fixedHours },
  mapHost: read.map.template === "" ? null : new URL(read.map.template.replace(/[{}]/g, "")).host,
});

export function textPages({ sql }: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  const show = async (c: Context<PageEnv>, name: TextName) => {
    const { own, ...read } = await readText(sql, name);
    return c.html(textPage(c.get("page"), name, own, factsFor(c.get("page"), read)));
  };
  for (const name of textNames) pages.get(`/${name}`, (c) => show(c, name));
  return pages;
}
