// A person's own pages of residence: `/account/residence`, its forms, and what was done for them at the desk.
import { type Context, Hono } from "hono";
import * as z from "zod";
import type { Account } from "../accounts/account.ts";
import { getAccount } from "../accounts/queries.ts";
import { networkDigest, safeReturnPath } from "../accounts/sign-in.ts";
import { requireViewer } from "../accounts/viewer.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { type FormState, handleForm, setFlash } from "../web/forms.ts";
import { clientAddress } from "../web/security.ts";
import { assistPages } from "./assist-pages.ts";
import { listAssists } from "./assist-queries.ts";
import { verifyByCensus } from "./census-actions.ts";
import { residenceDeskPages } from "./desk-pages.ts";
import { askForLetter, cancelLetter, verifyByLetter } from "./letter-actions.ts";
import { letterPages } from "./letter-pages.ts";
import { type OwnForms, ownResidencePage } from "./own-views.ts";
import {
  countsPeople,
  findCurrentCensus,
  findOwnLetter,
  findOwnResidence,
  findSuspension,
  listOpenMethods,
} from "./queries.ts";
import { residenceKey } from "./residence.ts";
import { ownAssistsPage, residencePath } from "./views.ts";

const text = z.string().max(1_000).default("");
/** Null for none, and for one that leads nowhere in particular. */
const back = z
  .string()
  .max(2_000)
  .optional()
  .transform((path) => backFrom(path));
const backFrom = (path: string | undefined): string | null => {
  const to = safeReturnPath(path);
  return to === "/" ? null : to;
};
const censusForm = z.object({ number: z.string().trim().min(1).max(60), birthDate: text, postCode: text, back });
const letterForm = z.object({ address: z.string().trim().min(1).max(1_000), letterNumber: text, back });
const codeForm = z.object({ code: z.string().trim().min(1).max(40), back });

/** @param settings.secret of the node: the key of all hashes is made from it. */
export function residencePages(
  house: House,
  settings: { readonly secret: string; readonly trustedProxyCount: number },
): Hono<PageEnv> {
  const { sql, clock } = house;
  const key = residenceKey(settings.secret);
  const pages = new Hono<PageEnv>();

  pages.get("/account/residence", async (c) => c.html(await ownPage(c, house)));

  const post = <Schema extends z.ZodType<{ readonly back: string | null }>>(
    path: string,
    schema: Schema,
    form: {
      readonly again: (state: FormState) => OwnForms;
      /** @returns what is said of it. */
      readonly act: (
        by: Account,
        input: z.output<Schema>,
        c: Context<PageEnv>,
      ) => Promise<"residences.verified" | "residences.letter-asked" | "residences.letter-past-limit">;
    },
  ) =>
    pages.post(path, (c) => {
      const by = requireViewer(c);
      return handleForm(c, {
        schema,
        act: async (input) => {
          const said = await form.act(by, input, c);
          // Who is verified goes on with what they were doing; who waits for a letter stays.
          const isVerified = said === "residences.verified";
          const here = input.back === null ? "/account/residence" : residencePath(input.back);
          return { to: isVerified ? (input.back ?? here) : here, said: c.get("page").t(said) };
        },
        again: (state) => ownPage(c, house, form.again(state)),
      });
    });

  post("/account/residence/census", censusForm, {
    again: (census) => ({ census }),
    act: async (by, answer, c) => {
      const ip = clientAddress(c, settings.trustedProxyCount);
      // At the desk the official's network is everybody's.
      const isAlone = ip !== "unknown" && !c.get("page").assist;
      const network = isAlone ? networkDigest(settings.secret, ip) : null;
      await verifyByCensus(sql, key, by, { ...answer, network }, clock.now());
      return "residences.verified";
    },
  });
  post("/account/residence/letter", letterForm, {
    again: (letter) => ({ letter }),
    act: async (by, { address, letterNumber: number }, c) => {
      const officerId = c.get("page").assist?.officerId ?? null;
      const isPast = await askForLetter(sql, key, by, { address, number, officerId }, clock.now());
      return isPast ? "residences.letter-past-limit" : "residences.letter-asked";
    },
  });
  post("/account/residence/code", codeForm, {
    again: (code) => ({ code }),
    act: async (by, { code }) => {
      await verifyByLetter(sql, key, by, code, clock.now());
      return "residences.verified";
    },
  });

  pages.post("/account/residence/letter/withdrawal", async (c) => {
    await cancelLetter(sql, requireViewer(c));
    setFlash(c, { tone: "good", text: c.get("page").t("residences.letter-cancelled") });
    return c.redirect("/account/residence", 303);
  });

  pages.get("/account/assists", async (c) => {
    const by = requireViewer(c);
    c.header("cache-control", "no-store");
    return c.html(ownAssistsPage(c.get("page"), await listAssists(sql, by.id)));
  });

  pages.route("/", residenceDeskPages(house, key));
  pages.route("/", letterPages(house, key));
  pages.route("/", assistPages(house, settings.secret));
  return pages;
}

async function ownPage(c: Context<PageEnv>, { sql }: House, forms: OwnForms = {}) {
  const { id } = requireViewer(c);
  c.header("cache-control", "no-store");
  const [account, residence, methods, census, letter, assists, suspension, isPerPerson] = await Promise.all([
    getAccount(sql, id),
    findOwnResidence(sql, id),
    listOpenMethods(sql),
    findCurrentCensus(sql),
    findOwnLetter(sql, id),
    listAssists(sql, id),
    findSuspension(sql, id),
    countsPeople(sql),
  ]);
  const [typed] = Object.values(forms).map((state) => state.values.back);
  const from = typeof typed === "string" ? typed : c.req.query("back");
  const standing = { account, residence, methods, census, letter, suspension, isPerPerson };
  return ownResidencePage(c.get("page"), { ...standing, hasAssists: assists.length > 0, back: backFrom(from) }, forms);
}
