// The network page: whom this node follows and who follows it, looking others up, and what it does with each server.
import { Hono } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import { decidePeer, follow, unfollow } from "../actors/actions.ts";
import { addressOf } from "../actors/actor.ts";
import { findActor, findFollow, listNetwork, listPeers } from "../actors/queries.ts";
import { withTransaction } from "../platform/db.ts";
import { type Markup, nothing } from "../platform/html.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { plainText } from "../platform/rich-text.ts";
import { clip } from "../platform/text.ts";
import type { House, RemoteThing } from "../ports.ts";
import { recordAct } from "../subjects/actions.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, formErrors, handleForm, setFlash } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { foundCard, type NetworkRow, networkView } from "./network-views.ts";
import { findMainOrganisation } from "./queries.ts";

const listedMax = 100;
const hostInput = z.object({
  host: z
    .string()
    .trim()
    .toLowerCase()
    .min(1)
    .max(253)
    .refine((text) => /^[a-z0-9.-]+(:\d+)?$/.test(text), "field.not-an-address"),
  policy: z.enum(["allowed", "limited", "blocked"]),
  reason: z.string().trim().max(500).default(""),
});

export function networkPages(house: House): Hono<PageEnv> {
  const { sql, clock } = house;
  const routes = new Hono<PageEnv>();

  const show = async (ctx: PageContext, state: FormState, found: Markup = nothing): Promise<Markup> => {
    const [following, followers, peers] = await Promise.all([
      listNetwork(sql, { direction: "following", before: null, limit: listedMax }),
      listNetwork(sql, { direction: "followers", before: null, limit: listedMax }),
      listPeers(sql),
    ]);
    return page({
      ctx,
      title: ctx.t("network.title"),
      lead: ctx.t("network.lead"),
      section: "network",
      width: "wide",
      main: networkView(ctx, { following: following.map(rowOf), followers: followers.map(rowOf), peers, state, found }),
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
    await withTransaction(sql, (tx) => recordAct(tx, by, "followed", uri, {}, clock.now()));
    setFlash(c, { tone: "good", text: c.get("page").t("network.asked", { name: them.name }) });
    return c.redirect("/network", 303);
  });

  routes.post("/network/unfollowing", async (c) => {
    const by = requireRole(c, "official");
    const { uri } = z.object({ uri: z.url() }).parse(await c.req.parseBody());
    const { us, them } = await pair(uri);
    await unfollow(sql, us, them, clock.now());
    await withTransaction(sql, (tx) => recordAct(tx, by, "unfollowed", uri, {}, clock.now()));
    setFlash(c, { tone: "info", text: c.get("page").t("network.left", { name: them.name }) });
    return c.redirect("/network", 303);
  });

  const pair = async (uri: string) => {
    const organisation = await findMainOrganisation(sql);
    const [us, them] = [await findActor(sql, organisation?.actorUri ?? ""), await findActor(sql, uri)];
    refuseUnless(us !== null && them !== null, "not-found");
    return { us, them };
  };

  routes.post("/network/peers", async (c) => {
    const by = requireRole(c, "administrator");
    const { t } = c.get("page");
    return await handleForm(c, {
      schema: hostInput,
      act: async (input) => {
        await withTransaction(sql, async (tx) => {
          await decidePeer(tx, input, clock.now());
          await recordAct(
            tx,
            by,
            `peer-${input.policy}`,
            null,
            { host: input.host, reason: input.reason },
            clock.now(),
          );
        });
        return { to: "/network", said: t(`network.decided-${input.policy}`, { host: input.host }) };
      },
      again: async (state) => await show(c.get("page"), state),
    });
  });
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
