// The desk's pages about people, under /admin/people: find someone, give and take roles and memberships.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { listOrganisationActors } from "../actors/queries.ts";
import { type Markup, nothing } from "../platform/html.ts";
import { readPageRequest } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { setFlash } from "../web/forms.ts";
import { type Account, grantableRoles, mayWorkAtDesk } from "./account.ts";
import { grantMembership, grantRole, revokeMembership, revokeRole } from "./people-actions.ts";
import { peopleListPage, personPage } from "./people-views.ts";
import { getAccount, listActsAbout, listMemberships, listPeople, listProcessChoices } from "./queries.ts";
import { requireViewer } from "./viewer.ts";

const peoplePerPage = 50;

const grantForm = z
  .object({ role: z.enum(grantableRoles), process: z.string().default("") })
  .transform(({ role, process }) => ({ role, processUri: process === "" ? null : process }));
const membershipForm = z.object({ organisation: z.uuid() });

/** What the room of residences says and offers on a person's page; given by the application, since it stands above. */
export type ShowResidence = (ctx: PageContext, by: Account, person: Account) => Promise<Markup>;

export function peoplePages(house: House, showResidence?: ShowResidence): Hono<PageEnv> {
  const { sql, clock } = house;
  const pages = new Hono<PageEnv>();

  pages.get("/admin/people", (c) => answerList(c, house, "", new URL(c.req.url).searchParams));

  pages.post("/admin/people/search", async (c) => {
    const { q = "", after = "", before = "" } = await c.req.parseBody<Record<string, string>>();
    return await answerList(c, house, q.slice(0, 200), new URLSearchParams({ after, before }));
  });

  pages.get("/admin/people/:id", async (c) => {
    const by = requireDesk(c);
    const person = await getAccount(sql, c.req.param("id"));
    const [memberships, organisations, processes, acts, residence] = await Promise.all([
      listMemberships(sql, person.id),
      listOrganisationActors(sql),
      listProcessChoices(sql),
      listActsAbout(sql, person.id),
      showResidence?.(c.get("page"), by, person) ?? nothing,
    ]);
    c.header("cache-control", "no-store");
    return c.html(personPage(c.get("page"), by, { person, memberships, organisations, processes, acts, residence }));
  });

  /** A button of the desk: does its act and shows the person again, saying that it is done. */
  const post = <Input>(
    noun: string,
    schema: z.ZodType<Input>,
    act: (by: Account, accountId: string, input: Input) => Promise<void>,
  ) =>
    pages.post(`/admin/people/:id/${noun}`, async (c) => {
      const by = requireDesk(c);
      const id = c.req.param("id") ?? "";
      await act(by, id, schema.parse(await c.req.parseBody()));
      setFlash(c, { tone: "good", text: c.get("page").t("accounts.saved") });
      return c.redirect(`/admin/people/${id}`, 303);
    });

  post("roles", grantForm, (by, id, grant) => grantRole(sql, by, id, grant, clock.now()));
  post("roles/revocation", grantForm, (by, id, grant) => revokeRole(sql, by, id, grant, clock.now()));
  post("memberships", membershipForm, (by, id, form) => grantMembership(sql, by, id, form.organisation, clock.now()));
  post("memberships/revocation", membershipForm, (by, id, form) =>
    revokeMembership(sql, by, id, form.organisation, clock.now()),
  );
  return pages;
}

function requireDesk(c: Context<PageEnv>): Account {
  const account = requireViewer(c);
  refuseUnless(mayWorkAtDesk(account), "not-allowed");
  return account;
}

async function answerList(
  c: Context<PageEnv>,
  { sql }: House,
  search: string,
  query: URLSearchParams,
): Promise<Response> {
  requireDesk(c);
  const [people, processes] = await Promise.all([
    listPeople(sql, search, readPageRequest(query, peoplePerPage)),
    listProcessChoices(sql),
  ]);
  c.header("cache-control", "no-store");
  return c.html(peopleListPage(c.get("page"), { people, search, processes }));
}
