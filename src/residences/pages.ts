// A person's own pages of residence: `/account/residence`, its forms, and what was done for them at the desk.
import { type Context, Hono } from "hono";
import * as z from "zod";
import type { Account } from "../accounts/account.ts";
import { getAccount } from "../accounts/queries.ts";
import { requireViewer } from "../accounts/viewer.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { type FormState, handleForm, setFlash } from "../web/forms.ts";
import { assistPages } from "./assist-pages.ts";
import { listAssists } from "./assist-queries.ts";
import { verifyByCensus } from "./census-actions.ts";
import { residenceDeskPages } from "./desk-pages.ts";
import { askForLetter, cancelLetter, verifyByLetter } from "./letter-actions.ts";
import { letterPages } from "./letter-pages.ts";
import { findCurrentCensus, findOwnLetter, findOwnResidence, listOpenMethods } from "./queries.ts";
import { residenceKey } from "./residence.ts";
import { type OwnForms, ownAssistsPage, ownResidencePage } from "./views.ts";

const text = z.string().max(1_000).default("");
const censusForm = z.object({ number: z.string().trim().min(1).max(60), birthDate: text, postCode: text });
const letterForm = z.object({ address: z.string().trim().min(1).max(1_000), letterNumber: text });
const codeForm = z.object({ code: z.string().trim().min(1).max(40) });

/** @param settings.secret of the node: the key of all hashes is made from it. */
export function residencePages(house: House, settings: { readonly secret: string }): Hono<PageEnv> {
  const { sql, clock } = house;
  const key = residenceKey(settings.secret);
  const pages = new Hono<PageEnv>();

  pages.get("/account/residence", async (c) => c.html(await ownPage(c, house)));

  const post = <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    form: {
      readonly again: (state: FormState) => OwnForms;
      readonly said: "residences.verified" | "residences.letter-asked";
      readonly act: (by: Account, input: z.output<Schema>) => Promise<void>;
    },
  ) =>
    pages.post(path, (c) => {
      const by = requireViewer(c);
      return handleForm(c, {
        schema,
        act: async (input) => {
          await form.act(by, input);
          return { to: "/account/residence", said: c.get("page").t(form.said) };
        },
        again: (state) => ownPage(c, house, form.again(state)),
      });
    });

  post("/account/residence/census", censusForm, {
    again: (census) => ({ census }),
    said: "residences.verified",
    act: (by, answer) => verifyByCensus(sql, key, by, answer, clock.now()),
  });
  post("/account/residence/letter", letterForm, {
    again: (letter) => ({ letter }),
    said: "residences.letter-asked",
    act: (by, { address, letterNumber }) => askForLetter(sql, key, by, { address, number: letterNumber }, clock.now()),
  });
  post("/account/residence/code", codeForm, {
    again: (code) => ({ code }),
    said: "residences.verified",
    act: (by, { code }) => verifyByLetter(sql, key, by, code, clock.now()),
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
  pages.route("/", assistPages(house));
  return pages;
}

async function ownPage(c: Context<PageEnv>, { sql }: House, forms: OwnForms = {}) {
  const { id } = requireViewer(c);
  c.header("cache-control", "no-store");
  const [account, residence, methods, census, letter, assists] = await Promise.all([
    getAccount(sql, id),
    findOwnResidence(sql, id),
    listOpenMethods(sql),
    findCurrentCensus(sql),
    findOwnLetter(sql, id),
    listAssists(sql, id),
  ]);
  const props = { account, residence, methods, census, letter, hasAssists: assists.length > 0 };
  return ownResidencePage(c.get("page"), props, forms);
}
