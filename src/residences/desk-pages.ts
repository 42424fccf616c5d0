// The desk's pages of residence: `/desk/residence`, its methods, conflicts and census list, and the verification of a person.
import { getLogger } from "@logtape/logtape";
import { type Context, Hono } from "hono";
import * as z from "zod";
import type { Account } from "../accounts/account.ts";
import { getAccount } from "../accounts/queries.ts";
import { requireRole } from "../accounts/viewer.ts";
import type { Markup } from "../platform/html.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { readPerLanguage } from "../web/fields.ts";
import { emptyForm, type FormState, handleForm, setFlash } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { verifyAtDesk, withdrawVerification } from "./actions.ts";
import { beginCensus, confirmCensus, discardCensus, readCensusList, readingMsMax } from "./census-actions.ts";
import { censusListPage, censusUploadPage } from "./census-views.ts";
import { resolveConflict } from "./conflict-actions.ts";
import { deskPage, methodPage } from "./desk-views.ts";
import { setMethod } from "./method-actions.ts";
import { personResidence } from "./person-views.ts";
import {
  countsPeople,
  findComingCensus,
  findCurrentCensus,
  findOwnResidence,
  getCensusList,
  getMethod,
  listConflicts,
  listMethods,
  listWaitingLetters,
} from "./queries.ts";
import { type CensusFact, censusFacts, type Method, methods } from "./residence.ts";

const log = getLogger(["koinon", "residences"]);
/** A list that is read by then is answered with what it would change, else with how far it is. */
const patienceMs = 2_000;
const lookAgainSeconds = "2";

export function residenceDeskPages(house: House, key: Buffer): Hono<PageEnv> {
  const { sql, clock } = house;
  const pages = new Hono<PageEnv>();

  pages.get("/desk/residence", async (c) => {
    const by = requireRole(c, "official");
    const [rows, letters, conflicts, census, coming, isPerPerson] = await Promise.all([
      listMethods(sql),
      listWaitingLetters(sql),
      listConflicts(sql),
      findCurrentCensus(sql),
      findComingCensus(sql),
      countsPeople(sql),
    ]);
    c.header("cache-control", "no-store");
    const props = { methods: rows, lettersWaiting: letters.length, conflicts, census, coming, isPerPerson };
    return c.html(deskPage(c.get("page"), by, props));
  });

  pages.post("/desk/residence/conflicts/:id", async (c) => {
    const by = requireRole(c, "official");
    const { resolution } = z.object({ resolution: z.enum(["moved", "kept"]) }).parse(await c.req.parseBody());
    await resolveConflict(sql, by, c.req.param("id"), resolution, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("residences.conflict-resolved") });
    return c.redirect("/desk/residence#conflicts", 303);
  });

  methodRoutes(pages, house);
  censusRoutes(pages, house, key);
  personRoutes(pages, house, key);
  return pages;
}

const methodForm = z.object({
  isOn: z.literal("yes").optional(),
  validMonths: z
    .string()
    .trim()
    .refine((text) => /^\d{0,3}$/.test(text), "field.invalid")
    .transform((text) => (text === "" ? null : Number(text)))
    .default(null),
  asksNumber: z.literal("yes").optional(),
  asks: z.array(z.string()).default([]),
  claim: z.string().default(""),
  values: z.string().max(5_000).default(""),
  numberClaim: z.string().default(""),
});

function methodRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  const named = (c: Context<PageEnv>): Method => {
    const name = methods.find((method) => method === c.req.param("method"));
    refuseUnless(name !== undefined, "not-found");
    return name;
  };

  pages.get("/desk/residence/methods/:method", async (c) => {
    requireRole(c, "administrator");
    return c.html(methodPage(c.get("page"), await getMethod(sql, named(c)), emptyForm));
  });

  pages.post("/desk/residence/methods/:method", async (c) => {
    const by = requireRole(c, "administrator");
    const method = named(c);
    return await handleForm(c, {
      schema: methodForm,
      act: async ({ isOn, validMonths, asksNumber, asks, claim, values, numberClaim }, typed) => {
        const settings = {
          asksNumber: asksNumber === "yes",
          asks: asks.filter((fact): fact is CensusFact => (censusFacts as readonly string[]).includes(fact)),
          claim,
          values: values.split("\n"),
          numberClaim,
        };
        const explanation = readPerLanguage(typed, "explanation");
        await setMethod(sql, by, method, { isOn: isOn === "yes", validMonths, explanation, settings }, clock.now());
        return { to: "/desk/residence#methods", said: c.get("page").t("accounts.saved") };
      },
      again: async (state) => methodPage(c.get("page"), await getMethod(sql, method), state),
    });
  });
}

function censusRoutes(pages: Hono<PageEnv>, { sql, clock }: House, key: Buffer): void {
  const uploadForm = async (ctx: PageContext, state: FormState): Promise<Markup> =>
    censusUploadPage(ctx, (await getMethod(sql, "census")).settings.asks ?? [], state);

  pages.get("/desk/residence/census", async (c) => {
    requireRole(c, "administrator");
    return c.html(await uploadForm(c.get("page"), emptyForm));
  });

  pages.post("/desk/residence/census", async (c) => {
    const by = requireRole(c, "administrator");
    return await handleForm(c, {
      schema: z.object({ list: z.instanceof(File, { error: "field.required" }) }),
      act: async ({ list }) => {
        const id = await beginCensus(sql, by, list.size, clock.now());
        // Goes on after the answer where it takes longer. The file is in memory only, and gone with it.
        const reading = readCensusList(sql, key, id, list.stream()).catch((error: unknown) => {
          log.error("A census list could not be read: {error}", { error });
          return new Refused("census-interrupted");
        });
        const refusal = await Promise.race([reading, patience()]);
        if (refusal instanceof Refused) throw new Refused(refusal.code, { ...refusal.params, field: "list" });
        return { to: `/desk/residence/census/${id}` };
      },
      again: (state) => uploadForm(c.get("page"), state),
    });
  });

  pages.get("/desk/residence/census/:id", async (c) => {
    requireRole(c, "administrator");
    const list = await getCensusList(sql, c.req.param("id"));
    c.header("cache-control", "no-store");
    const isLost = list.state === "reading" && +clock.now() - +list.uploadedAt > readingMsMax;
    if (list.state === "reading" && !isLost) c.header("refresh", lookAgainSeconds);
    return c.html(censusListPage(c.get("page"), isLost ? { ...list, state: "refused" } : list));
  });

  pages.post("/desk/residence/census/:id", async (c) => {
    const by = requireRole(c, "administrator");
    await confirmCensus(sql, by, c.req.param("id"), clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("residences.census-replaced") });
    return c.redirect("/desk/residence#census", 303);
  });

  pages.post("/desk/residence/census/:id/withdrawal", async (c) => {
    const by = requireRole(c, "administrator");
    await discardCensus(sql, by, c.req.param("id"));
    setFlash(c, { tone: "good", text: c.get("page").t("residences.census-discarded") });
    return c.redirect("/desk/residence#census", 303);
  });
}

const patience = (): Promise<null> =>
  new Promise((resolve) => {
    setTimeout(resolve, patienceMs, null).unref();
  });

function personRoutes(pages: Hono<PageEnv>, house: House, key: Buffer): void {
  const { sql, clock } = house;

  pages.post("/admin/people/:id/verification", async (c) => {
    const by = requireRole(c, "official");
    const accountId = c.req.param("id");
    return await handleForm(c, {
      schema: z.object({ number: z.string().max(60).default("") }),
      act: async ({ number }) => {
        await verifyAtDesk(sql, key, by, { accountId, number }, clock.now());
        return { to: `/admin/people/${accountId}`, said: c.get("page").t("accounts.saved") };
      },
      again: (state) => personAgain(c, house, by, accountId, state),
    });
  });

  pages.post("/admin/people/:id/verification/withdrawal", async (c) => {
    const by = requireRole(c, "official");
    await withdrawVerification(sql, by, c.req.param("id"), clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("accounts.saved") });
    return c.redirect(`/admin/people/${c.req.param("id")}`, 303);
  });
}

/** The part on a person's page at the desk, for the room of accounts. */
export const showResidence =
  ({ sql }: Pick<House, "sql">) =>
  async (ctx: PageContext, by: Account, person: Account, state: FormState = emptyForm): Promise<Markup> => {
    const [desk, own] = await Promise.all([getMethod(sql, "desk"), findOwnResidence(sql, person.id)]);
    return personResidence(ctx, by, person, { desk, method: own?.method ?? null }, state);
  };

/** What was wrong with the form is shown on a page of its own: the rest of the person's page belongs to accounts. */
async function personAgain(c: Context<PageEnv>, house: House, by: Account, accountId: string, state: FormState) {
  const ctx = c.get("page");
  const person = await getAccount(house.sql, accountId);
  c.header("cache-control", "no-store");
  return page({
    ctx,
    title: person.name,
    section: "desk",
    isUnlisted: true,
    crumbs: [
      { href: "/admin/people", label: ctx.t("accounts.people-title") },
      { href: `/admin/people/${person.id}`, label: person.name },
    ],
    main: await showResidence(house)(ctx, by, person, state),
  });
}
