// The routes of messages of the browser: on for this device, off for one of them, and the worker that shows them.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { requireViewer, sessionCookie } from "../accounts/viewer.ts";
import type { House } from "../ports.ts";
import { answerAsset } from "../web/assets.ts";
import type { PageEnv } from "../web/context.ts";
import { readForm, setFlash } from "../web/forms.ts";
import { pushKeysOf } from "./push.ts";
import { beginPush, endPush } from "./push-actions.ts";
import { listPushDevices } from "./push-queries.ts";
import { type PushState, workerPath } from "./push-views.ts";

const settingsPath = "/notices/settings";

/** What the settings show of this browser and the person's others. */
export function pushStateOf({ sql, clock }: House, secret: string): (c: Context<PageEnv>) => Promise<PushState> {
  const { publicKey } = pushKeysOf(secret);
  return async (c) => {
    const token = c.get("cookies").readSigned(sessionCookie);
    return { publicKey, devices: await listPushDevices(sql, requireViewer(c).id, token, clock.now()) };
  };
}

export function pushRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  // Turned on by a script, which has read nothing into fields: a fault goes to the settings, where the button is.
  pages.post("/notices/devices", async (c) => {
    const by = requireViewer(c);
    const { subscription } = z.object({ subscription: z.string().max(4_000) }).parse(await readForm(c));
    await beginPush(sql, by, c.get("cookies").readSigned(sessionCookie), subscription, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("notices.push-is-on") });
    return c.redirect(`${settingsPath}#devices`, 303);
  });

  pages.post("/notices/devices/end", async (c) => {
    const by = requireViewer(c);
    const { id } = z.object({ id: z.uuid() }).parse(await readForm(c));
    await endPush(sql, by, id);
    setFlash(c, { tone: "good", text: c.get("page").t("notices.push-is-off") });
    return c.redirect(`${settingsPath}#devices`, 303);
  });
}

/** `GET /push-worker.js`: under one address for ever, since a browser asks for it there. */
export const pushWorkerRoutes = new Hono().get(workerPath, (c) => answerAsset(c, "push-worker.js", "no-cache"));
