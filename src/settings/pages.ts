// `/desk/settings` and what hangs below it: what the administrators of a node decide about it, one page per group.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import type { Markup } from "../platform/html.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { keepImage } from "../platform/uploads.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, type FormValues, handleForm, readForm, setFlash } from "../web/forms.ts";
import { changeSettings, undoSettings } from "./actions.ts";
import { readGroupForm } from "./form-reading-views.ts";
import { groupForm } from "./form-views.ts";
import { findEarlier, readCounts, readGroup, readText } from "./queries.ts";
import { type Group, type GroupValues, isGroup } from "./setting.ts";
import { factsFor, textPages } from "./text-pages.ts";
import { groupPage, overviewPage } from "./views.ts";

export function settingPages(house: House): Hono<PageEnv> {
  const { sql, clock } = house;
  const pages = new Hono<PageEnv>();
  pages.route("/", textPages(house));

  pages.get("/desk/settings", async (c) => {
    requireRole(c, "administrator");
    const read = <Name extends Group>(group: Name) => readGroup(sql, group);
    const [counts, identity, colours, languages, contact, retention, map] = await Promise.all([
      readCounts(sql),
      read("identity"),
      read("colours"),
      read("languages"),
      read("contact"),
      read("retention"),
      read("map"),
    ]);
    const values = { identity, colours, languages, contact, retention, map };
    return c.html(overviewPage(c.get("page"), { counts, values }));
  });

  pages.get("/desk/settings/:group", async (c) => {
    requireRole(c, "administrator");
    return c.html(await showGroup(house, c, groupOf(c), emptyForm));
  });

  pages.post("/desk/settings/:group", async (c) => {
    const by = requireRole(c, "administrator");
    const group = groupOf(c);
    const instead = group === "colours" ? colourAsked(await readForm(c)) : null;
    if (instead !== null) return c.html(await showGroup(house, c, group, { values: instead, errors: {} }));
    return await handleForm(c, {
      schema: z.any(),
      act: async (_, values) => {
        const [before, { offered }] = await Promise.all([readGroup(sql, group), readGroup(sql, "languages")]);
        const read = readGroupForm(group, values, before, offered[0]!, clock.now());
        if (group === "languages") await checkNamed(house, read as GroupValues["languages"]);
        await changeSettings(sql, by, group, await withLogo(house, group, values, read), clock.now());
        return { to: `/desk/settings/${group}`, said: c.get("page").t("settings.saved") };
      },
      again: (state) => showGroup(house, c, group, state),
    });
  });

  pages.post("/desk/settings/:group/undo", async (c) => {
    const by = requireRole(c, "administrator");
    const group = groupOf(c);
    await undoSettings(sql, by, group, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("settings.undone") });
    return c.redirect(`/desk/settings/${group}`, 303);
  });
  return pages;
}

function groupOf(c: Context<PageEnv>): Group {
  const group = c.req.param("group") ?? "";
  refuseUnless(isGroup(group), "not-found");
  return group;
}

/** The city's own language is one that its name is given in. @throws ZodError naming the box. */
async function checkNamed({ sql }: House, { offered }: GroupValues["languages"]): Promise<void> {
  const { name } = await readGroup(sql, "identity");
  if (name[offered[0]!]) return;
  throw new z.ZodError([{ code: "custom", path: ["first"], message: "field.name-first", input: offered[0] }]);
}

/** A look at colours before they are anyone's, or the nearest that work: the form again, nothing saved. */
function colourAsked(values: FormValues): FormValues | null {
  const taken = (["accent", "second"] as const).flatMap((name) => {
    const nearest = values[`nearest-${name}`];
    return typeof nearest === "string" ? [[name, nearest] as const] : [];
  });
  if (values.do !== "look" && taken.length === 0) return null;
  return { ...values, ...Object.fromEntries(taken) };
}

async function withLogo(
  { uris, uploadsDir }: House,
  group: Group,
  values: FormValues,
  read: GroupValues[Group],
): Promise<GroupValues[Group]> {
  if (group !== "identity" || !(values.logo instanceof File)) return read;
  const { name } = await keepImage(uploadsDir, values.logo, "logo");
  return { ...(read as GroupValues["identity"]), logo: uris.upload(name) };
}

async function showGroup({ sql }: House, c: Context<PageEnv>, group: Group, state: FormState): Promise<Markup> {
  const ctx = c.get("page");
  const [values, { offered }, earlier, { own: _, ...read }] = await Promise.all([
    readGroup(sql, group),
    readGroup(sql, "languages"),
    findEarlier(sql, group),
    readText(sql, "terms"),
  ]);
  const beginsUsual = c.req.query("begin") === "usual" && Object.keys(state.values).length === 0;
  return groupPage(ctx, {
    group,
    earlier,
    ...(group === "colours" ? { scripts: ["colours.js"] } : {}),
    main: groupForm(ctx, group, { values, offered, state, facts: factsFor(ctx, read), beginsUsual }),
  });
}
