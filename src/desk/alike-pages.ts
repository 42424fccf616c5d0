// One answer for several proposals: choose in the list, write once, look at what will happen, confirm.
import type { Context, Hono } from "hono";
import { type Account, holdsSomewhere } from "../accounts/account.ts";
import { requireViewer } from "../accounts/viewer.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { permits } from "../processes/process.ts";
import { getProcess } from "../processes/queries.ts";
import { answerForm } from "../proposals/answer-reading-views.ts";
import { alikeMax, mayPublishAnswer } from "../proposals/answer-work.ts";
import { answerAlike } from "../proposals/answer-work-actions.ts";
import { listChosen } from "../proposals/answer-work-queries.ts";
import { mayBecome } from "../proposals/proposal.ts";
import type { PageEnv } from "../web/context.ts";
import {
  emptyForm,
  type FormErrors,
  type FormState,
  type FormValues,
  formErrors,
  handleForm,
  readForm,
} from "../web/forms.ts";
import { alikeFormPage, alikePreviewPage, type Chosen } from "./alike-views.ts";

export function alikePages(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;

  const show = async (c: Context<PageEnv>, by: Account, ids: readonly string[], state: FormState) =>
    alikeFormPage(c.get("page"), { chosen: await choose(house, by, ids), state });

  pages.get("/desk/alike", async (c) => {
    const by = requireOfficial(c);
    const ids = new URL(c.req.url).searchParams.getAll("id").slice(0, alikeMax);
    return c.html(await show(c, by, ids, emptyForm));
  });

  /** Reads, and shows what would happen: nothing is changed yet. */
  pages.post("/desk/alike/preview", async (c) => {
    const by = requireOfficial(c);
    const values = await readForm(c);
    const ctx = c.get("page");
    const chosen = await choose(house, by, idsOf(values));
    const isAnyOpen = chosen.some(({ obstacle }) => obstacle === null);
    const missing: FormErrors = isAnyOpen ? {} : { id: ctx.t("desk.alike-none") };
    const again = async (errors: FormErrors) =>
      c.html(await show(c, by, offeredIn(values), { values, errors: { ...missing, ...errors } }), 422);
    try {
      const answer = answerForm.parse(values);
      refuseUnless(answer.costCurrency !== "", "invalid-input", { field: "costCurrency" });
      return isAnyOpen ? c.html(alikePreviewPage(ctx, { chosen, answer, values })) : await again({});
    } catch (error) {
      const errors = formErrors(ctx.t, error);
      if (errors === null) throw error;
      return await again(errors);
    }
  });

  pages.post("/desk/alike", async (c) => {
    const by = requireOfficial(c);
    return await handleForm(c, {
      schema: answerForm,
      act: async (answer, values) => {
        const { t } = c.get("page");
        const chosen = await choose(house, by, idsOf(values));
        // What can no longer be answered was shown as such; it is not answered, and the others are.
        const open = chosen.filter(({ obstacle }) => obstacle === null);
        await answerAlike(
          sql,
          uris,
          by,
          open.map(({ uri }) => uri),
          answer,
          clock.now(),
        );
        return { to: "/desk/answers", said: t("desk.answered-alike", { count: open.length }) };
      },
      again: async (state) => await show(c, by, idsOf(state.values), state),
    });
  });
}

function requireOfficial(c: Context<PageEnv>): Account {
  const by = requireViewer(c);
  refuseUnless(holdsSomewhere(by, "official"), "not-allowed");
  return by;
}

const idsOf = ({ id }: FormValues): string[] => listOf(id).slice(0, alikeMax);

/** All that could have been ticked, so that a form that comes back has lost none of it. */
const offeredIn = ({ offered, id }: FormValues): string[] =>
  (offered === undefined ? listOf(id) : listOf(offered)).slice(0, alikeMax);

const listOf = (value: FormValues[string]): readonly string[] =>
  Array.isArray(value) ? value : typeof value === "string" ? [value] : [];

/** The chosen proposals, each with what stands in the way of its answer. */
async function choose({ sql, clock }: House, by: Account, ids: readonly string[]): Promise<Chosen[]> {
  const rows = await listChosen(sql, by, ids);
  const uris = [...new Set(rows.map((row) => row.processUri))];
  const processes = new Map(await Promise.all(uris.map(async (uri) => [uri, await getProcess(sql, uri)] as const)));
  return rows.map((row) => {
    const process = processes.get(row.processUri);
    const isOpen = process !== undefined && permits(process.phases, "answer", clock.now());
    const obstacle = !mayPublishAnswer(by, row.processUri)
      ? ("not-allowed" as const)
      : !mayBecome(row.state, "accepted")
        ? ("not-in-this-state" as const)
        : isOpen
          ? null
          : ("phase-closed" as const);
    return { ...row, obstacle };
  });
}
