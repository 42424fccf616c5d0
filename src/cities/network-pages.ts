// The network page: whom this node follows and who follows it, and looking others up. What it does with each server is in
// the room of moderation.
import { Hono } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import { follow, unfollow } from "../actors/actions.ts";
import { addressOf } from "../actors/actor.ts";
import { findActor, findFollow, listNetwork } from "../actors/queries.ts";
import { withTransaction } from "../platform/db.ts";
import { type Markup, nothing, type Renderable } from "../platform/html.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { plainText } from "../platform/rich-text.ts";
import { clip } from "../platform/text.ts";
import type { House, RemoteThing } from "../ports.ts";
import { recordAct } from "../subjects/actions.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, formErrors, setFlash } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { foundCard, type NetworkRow, networkView } from "./network-views.ts";
import { findMainOrganisation } from "./queries.ts";

const listedMax = 100;

/** What rooms above this one show of the network: the processes of which copies are kept. */
export type ShowNetwork = (ctx: PageContext) => Promise<Renderable>;

export function networkPages(house: House, showNetwork: ShowNetwork | null = null): Hono<PageEnv> {
  const { sql, clock } = house;
  const routes = new Hono<PageEnv>();

  const show = async (ctx: PageContext, state: FormState, found: Markup = nothing): Promise<Markup> => {
    const [following, followers, mirrored] = await Promise.all([
      listNetwork(sql, { direction: "following", before: null, limit: listedMax }),
      listNetwork(sql, { direction: "followers", before: null, limit: listedMax }),
      showNetwork?.(ctx),
    ]);
    return page({
      ctx,
      title: ctx.t("network.title"),
      lead: ctx.t("network.lead"),
      section: "network",
      width: "wide",
      main: networkView(ctx, {
        following: following.map(rowOf),
        followers: followers.map(rowOf),
        state,
        found,
        mirrored,
      }),
    });
  };

  routes.get("/network", async (c) => {
    const ctx = c.get("page");
    const address = c.req.query("address")?.trim() ?? "";
    if (address === "") return c.html(await show(ctx, emptyForm));
    const state = { values: { address }, errors: {} };
    try {
      requireRole(c, "official");
      const found = await house.findRemote(address);
      return c.html(await show(ctx, state, foundCard(ctx, found, await isFollowed(found))));
    } catch (error) {
      const isAbsent = error instanceof Refused && error.code === "not-found";
      const errors = isAbsent ? { address: ctx.t("network.absent") } : formErrors(ctx.t, error);
      if (errors === null) throw error;
      return c.html(
        await show(ctx, { ...state, errors: { address: errors.address ?? Object.values(errors)[0] ?? "" } }),
        422,
      );
    }
  });

  const isFollowed = async (found: RemoteThing): Promise<boolean> => {
    const [us, them] = [await findMainOrganisation(sql), await findActor(sql, found.uri)];
    return us !== null && them !== null && (await findFollow(sql, us.actorId, them.id)) !== null;
  };

  routes.post("/network/following", async (c) => {
    const by = requireRole(c, "official");
    const { uri } = z.object({ uri: z.url() }).parse(await c.req.parseBody());
    const { us, them } = await pair(uri);
    await follow(sql, house.uris, us, them, clock.now());
    await withTransaction(sql, (tx) =>
      recordAct(tx, by, "followed", uri, {}, clock.now(), { after: { isFollowed: true } }),
    );
    setFlash(c, { tone: "good", text: c.get("page").t("network.asked", { name: them.name }) });
    return c.redirect("/network", 303);
  });

  routes.post("/network/unfollowing", async (c) => {
    const by = requireRole(c, "official");
    const { uri } = z.object({ uri: z.url() }).parse(await c.req.parseBody());
    const { us, them } = await pair(uri);
    await unfollow(sql, us, them, clock.now());
    await withTransaction(sql, (tx) =>
      recordAct(tx, by, "unfollowed", uri, {}, clock.now(), { before: { isFollowed: true } }),
    );
    setFlash(c, { tone: "info", text: c.get("page").t("network.left", { name: them.name }) });
    return c.redirect("/network", 303);
  });

  const pair = async (uri: string) => {
    const organisation = await findMainOrganisation(sql);
    const [us, them] = [await findActor(sql, organisation?.actorUri ?? ""), await findActor(sql, uri)];
    refuseUnless(us !== null && them !== null, "not-found");
    return { us, them };
  };
  return routes;
}

const rowOf = (row: Awaited<ReturnType<typeof listNetwork>>[number]): NetworkRow => ({
  uri: row.uri,
  name: row.name,
  handle: addressOf(row),
  url: row.url ?? row.uri,
  iconUrl: row.iconUrl,
  summary: clip(plainText(row.summary), 160),
  state: row.state,
  since: row.since,
  ours: row.ours,
  isPerson: row.type === "Person",
  host: new URL(row.uri).host,
});
