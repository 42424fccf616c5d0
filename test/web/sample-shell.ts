// The sample city as a running shell: its pages, one form that can be posted, one door that breaks.
import { Hono } from "hono";
import * as z from "zod";
import type { Account } from "../../src/accounts/account.ts";
import type { Language } from "../../src/platform/i18n.ts";
import { type RefusalCode, Refused } from "../../src/platform/refusal.ts";
import type { PageEnv } from "../../src/web/context.ts";
import { handleForm } from "../../src/web/forms.ts";
import { openShell } from "../../src/web/shell.ts";
import { formPage, sampleAccount, sampleCity, sampleOrigin, samplePages } from "./sample-city.ts";
import { sampleNow } from "./sample-things.ts";

export interface SampleShell {
  readonly app: Hono<PageEnv>;
  /** What posted forms led to. */
  readonly published: { readonly title: string; readonly topics: readonly string[] }[];
  readonly faults: unknown[];
  readonly remembered: [Pick<Account, "id">, Language][];
  now: Date;
  isDatabaseAway: boolean;
}

const formInput = z.object({
  title: z.string().trim().min(1).max(120),
  body: z.string().trim().min(20).max(8000),
  category: z.enum(["m", "c"]),
  topics: z.array(z.string()).default([]),
});

export function openSampleShell(
  options: {
    readonly prefix?: string;
    readonly postsPerMinute?: number;
    readonly isSecure?: boolean;
    readonly accent?: string;
  } = {},
): SampleShell {
  const sample: Omit<SampleShell, "app"> & { app?: Hono<PageEnv> } = {
    published: [],
    faults: [],
    remembered: [],
    now: sampleNow,
    isDatabaseAway: false,
  };
  const alive = new Hono().get("/alive", (c) => c.text("yes"));
  const app = openShell({
    beforeReaders: [alive],
    cookies: {
      prefix: options.prefix ?? "sample",
      isSecure: options.isSecure ?? false,
      secret: "a secret of the sample city, long enough",
    },
    origin: sampleOrigin,
    clock: { now: () => sample.now },
    postsPerMinute: options.postsPerMinute ?? 1_000,
    trustedProxyCount: 0,
    findCity: async () => {
      if (sample.isDatabaseAway) throw new Error("the database is away");
      return { ...sampleCity, accent: options.accent ?? sampleCity.accent };
    },
    findAccount: async (token) => (token === "amina" ? sampleAccount : null),
    countUnread: async () => 3,
    rememberLanguage: async (account, language) => void sample.remembered.push([account, language]),
    reportFault: (error) => void sample.faults.push(error),
  });
  for (const [path, show] of Object.entries(samplePages)) app.get(path, (c) => c.html(show(c.get("page"))));
  app.get("/sign-in-as-amina", (c) => {
    c.get("cookies").setSigned("session", "amina", null);
    return c.redirect("/", 303);
  });
  app.post("/form", (c) =>
    handleForm(c, {
      schema: formInput,
      act: async ({ title, topics }) => {
        if (title === "taken") throw new Refused("handle-taken", { field: "title" });
        if (title === "closed") throw new Refused("phase-closed");
        if (title === "private") throw new Refused("sign-in-first");
        if (title === "broken") throw new Error("the disk is full");
        sample.published.push({ title, topics });
        return { to: "/", said: `Published: ${title}` };
      },
      again: (state) => formPage(c.get("page"), state),
    }),
  );
  app.get("/refused/:code", (c) => {
    throw new Refused(c.req.param("code") as RefusalCode);
  });
  app.get("/broken", () => {
    throw new Error("a secret detail");
  });
  return Object.assign(sample, { app });
}
