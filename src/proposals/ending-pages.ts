// How a proposal of one's own ends: withdrawn, erased, or as a draft thrown away.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { countServers } from "../erasures/queries.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { processPath } from "../processes/process.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, handleForm } from "../web/forms.ts";
import { discardDraft, withdrawProposal } from "./actions.ts";
import { isErasable } from "./erasing.ts";
import { erasePersonalData, eraseProposal } from "./erasing-actions.ts";
import { erasingPage } from "./erasing-views.ts";
import { mayBecome, proposalPath } from "./proposal.ts";
import { findAnswer } from "./queries.ts";
import { discardingPage, withdrawalPage } from "./writing-views.ts";
import { ownProposal as own } from "./written-pages.ts";

export function endingPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  endRoutes(pages, house);
  return pages;
}

function endRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;
  pages.get("/proposals/:id/withdrawal", async (c) => {
    const { proposal, process } = await own(c, house.sql);
    refuseUnless(mayBecome(proposal.state, "withdrawn"), "not-in-this-state");
    return c.html(withdrawalPage(c.get("page"), { proposal, process, state: emptyForm }));
  });

  pages.post("/proposals/:id/withdrawal", async (c) => {
    const { proposal, process, by } = await own(c, house.sql);
    return await handleForm(c, {
      schema: z.unknown(),
      act: async () => {
        await withdrawProposal(sql, by, proposal.uri, clock.now());
        return { to: proposalPath(proposal), said: c.get("page").t("proposals.withdrawn") };
      },
      again: (state) => withdrawalPage(c.get("page"), { proposal, process, state }),
    });
  });

  const erasing = async (c: Context<PageEnv>, state: FormState) => {
    const { proposal, process } = await own(c, house.sql);
    refuseUnless(proposal.publishedAt !== null, "not-in-this-state");
    const [answer, serverCount] = await Promise.all([findAnswer(sql, proposal.uri), countServers(sql, [proposal.uri])]);
    const isWhole = isErasable(proposal, answer !== null);
    return erasingPage(c.get("page"), { proposal, process, isErasable: isWhole, serverCount, state });
  };

  pages.get("/proposals/:id/erasure", async (c) => c.html(await erasing(c, emptyForm)));

  pages.post("/proposals/:id/erasure", async (c) => {
    const { proposal, process, by } = await own(c, house.sql);
    return await handleForm(c, {
      schema: z.object({ what: z.enum(["name", "all"]) }),
      act: async ({ what }) => {
        const said = c.get("page").t("proposals.erased");
        if (what === "all") {
          await eraseProposal(sql, by, proposal.uri, clock.now());
          return { to: `${processPath(process)}/proposals`, said };
        }
        await erasePersonalData(sql, by, proposal.uri, clock.now());
        return { to: proposalPath(proposal), said };
      },
      again: (state) => erasing(c, state),
    });
  });

  pages.post("/proposals/:id/discard", async (c) => {
    const { proposal, process, by } = await own(c, house.sql);
    return await handleForm(c, {
      schema: z.unknown(),
      act: async () => {
        await discardDraft(sql, by, proposal.uri, clock.now());
        return { to: `${processPath(process)}/proposals`, said: c.get("page").t("proposals.discarded") };
      },
      again: (state) => discardingPage(c.get("page"), { proposal, process, state }),
    });
  });
}
