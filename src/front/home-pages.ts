// The front door: what is open now, what people have just proposed, what the cities that are followed are doing.
import { Hono } from "hono";
import type { Organisation } from "../cities/city.ts";
import { findMainOrganisation } from "../cities/queries.ts";
import { html, type Markup, nothing } from "../platform/html.ts";
import { pickText } from "../platform/text.ts";
import type { House } from "../ports.ts";
import { processCardOf } from "../processes/list-views.ts";
import type { Process } from "../processes/process.ts";
import { type Category, listCategories, listProcesses } from "../processes/queries.ts";
import { proposalCardOf } from "../proposals/list-views.ts";
import type { Proposal } from "../proposals/proposal.ts";
import { listLatestProposals } from "../proposals/queries.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { followBox } from "../web/fediverse.ts";
import { buttonLink } from "../web/fields.ts";
import { hero } from "../web/hero.ts";
import { page } from "../web/layout.ts";
import { cardGrid, cardList, emptyState, section } from "../web/lists.ts";

const shownMax = { open: 6, proposals: 4, elsewhere: 3 } as const;

export function homePages({ sql, clock }: House): Hono<PageEnv> {
  return new Hono<PageEnv>().get("/", async (c) => {
    const ctx = c.get("page");
    const now = clock.now();
    const [organisation, open, upcoming, openElsewhere, elsewhere, proposals, categories] = await Promise.all([
      findMainOrganisation(sql),
      listProcesses(sql, { state: "open", from: "here", limit: shownMax.open, now }),
      listProcesses(sql, { state: "upcoming", from: "here", limit: shownMax.open, now }),
      listProcesses(sql, { state: "open", from: "elsewhere", limit: shownMax.elsewhere, now }),
      listProcesses(sql, { from: "elsewhere", limit: shownMax.elsewhere, now }),
      listLatestProposals(sql, shownMax.proposals),
      listCategories(sql),
    ]);
    const notOpen = elsewhere.filter(({ uri }) => !openElsewhere.some((process) => process.uri === uri));
    return c.html(
      homePage(ctx, {
        organisation,
        here: [...open, ...upcoming].slice(0, shownMax.open),
        elsewhere: [...openElsewhere, ...notOpen].slice(0, shownMax.elsewhere),
        proposals,
        categories,
      }),
    );
  });
}

interface Home {
  readonly organisation: Organisation | null;
  readonly here: readonly Process[];
  readonly elsewhere: readonly Process[];
  readonly proposals: readonly Proposal[];
  readonly categories: readonly Category[];
}

function homePage(ctx: PageContext, home: Home): Markup {
  const { t, city } = ctx;
  const { organisation } = home;
  const said = (texts: Organisation["tagline"] | undefined) =>
    pickText(texts ?? {}, t.lang, ...(organisation?.languages ?? []));
  const name = said(organisation?.name);
  return page({
    ctx,
    title: city.name,
    section: "home",
    width: "wide",
    ...(organisation === null ? {} : { activityUrl: organisation.actorUri }),
    hero: hero(t, {
      title: name.text === "" ? { text: city.name, lang: city.lang } : name,
      lead: said(organisation?.tagline),
      seed: city.origin,
      size: "city",
      actions: html`${buttonLink("/processes", t("home.take-part"))}${buttonLink("/about", t("home.how"), "secondary")}`,
    }),
    main: html`
      ${section(
        t("home.open"),
        home.here.length === 0
          ? emptyState(t("home.open-none"), t("home.open-none-hint"))
          : cardGrid(home.here.map((process) => processCardOf(ctx, process))),
        { href: "/processes", label: t("home.all-processes") },
      )}
      ${
        home.proposals.length === 0
          ? nothing
          : section(
              t("home.proposals"),
              cardList(home.proposals.map((proposal) => proposalCardOf(ctx, proposal, home))),
            )
      }
      ${
        home.elsewhere.length === 0
          ? nothing
          : section(t("home.elsewhere"), cardGrid(home.elsewhere.map((process) => processCardOf(ctx, process))), {
              href: "/network",
              label: t("home.network"),
            })
      }
      <div class="section">
        ${followBox(ctx, { handle: city.handle, uri: organisation?.actorUri ?? city.origin, title: t("network.follow-us") })}
      </div>`,
  });
}
