// `/organisations/:handle`, `/settings` and what hangs below it: what the city, its districts and associations say of themselves.
import { Hono } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import type { Renderable } from "../platform/html.ts";
import { isLanguage, languages } from "../platform/i18n.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { keepImage } from "../platform/uploads.ts";
import type { House } from "../ports.ts";
import { checkColour } from "../web/accent.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { readPerLanguage } from "../web/fields.ts";
import { emptyForm, type FormValues, handleForm } from "../web/forms.ts";
import { changeOrganisation, openOrganisation } from "./actions.ts";
import type { Organisation, OrganisationProfile } from "./city.ts";
import { organisationForm, organisationPage, settingsPage } from "./organisation-views.ts";
import { findOrganisation, listOrganisations } from "./queries.ts";

const schemes = ["lau", "nuts", "wikidata", "osm"] as const;

const profileInput = z.object({
  website: z.union([z.literal(""), z.url({ protocol: /^https?$/, error: "field.not-an-address" })]).default(""),
  reportChannelUrl: z
    .union([z.literal(""), z.url({ protocol: /^https?$/, error: "field.not-an-address" })])
    .default(""),
  accent: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, "field.not-a-colour")
    .toLowerCase()
    .refine((hex) => checkColour(hex, "letters").isEnough, "field.colour-pale"),
  timeZone: z.string().min(1),
  languages: z.array(z.string().refine(isLanguage)).min(1),
  territoryName: z.string().trim().max(200).default(""),
  territoryGeojson: z.string().max(200_000).default(""),
  ...Object.fromEntries(schemes.map((scheme) => [scheme, z.string().trim().max(40).default("")])),
});
const newInput = profileInput.extend({
  handle: z.string().trim().toLowerCase(),
  kind: z.enum(["district", "association"]),
});

/** Of rooms that this one cannot name: how a reader follows an organisation here, and what it has opened. */
export type ShowAround = (
  ctx: PageContext,
  organisation: Organisation,
) => Promise<{ readonly follow: Renderable; readonly processes: Renderable }>;

export function organisationPages(house: House, showAround: ShowAround): Hono<PageEnv> {
  const { sql, uris, clock } = house;
  const routes = new Hono<PageEnv>();

  routes.get("/organisations/:handle", async (c) => {
    const organisation = await findOrganisation(sql, c.req.param("handle"));
    refuseUnless(organisation !== null, "not-found");
    return c.html(organisationPage(c.get("page"), organisation, await showAround(c.get("page"), organisation)));
  });

  routes.get("/settings", async (c) => {
    requireRole(c, "administrator");
    const organisations = await listOrganisations(sql);
    return c.html(settingsPage(c.get("page"), { organisations }));
  });

  routes.get("/settings/organisations/new", (c) => {
    requireRole(c, "administrator");
    return c.html(organisationForm(c.get("page"), emptyForm, null));
  });

  routes.post("/settings/organisations/new", async (c) => {
    const by = requireRole(c, "administrator");
    const ctx = c.get("page");
    return await handleForm(c, {
      schema: newInput,
      act: async (input, values) => {
        const profile = await profileFrom(house, input, values, null);
        const opened = await openOrganisation(
          sql,
          uris,
          by,
          { ...profile, handle: input.handle, kind: input.kind },
          clock.now(),
        );
        return { to: `/organisations/${opened.handle}`, said: ctx.t("organisations.opened") };
      },
      again: (state) => organisationForm(ctx, state, null),
    });
  });

  routes.get("/settings/organisations/:handle", async (c) => {
    requireRole(c, "administrator");
    return c.html(organisationForm(c.get("page"), emptyForm, await known(c.req.param("handle"))));
  });

  routes.post("/settings/organisations/:handle", async (c) => {
    const by = requireRole(c, "administrator");
    const ctx = c.get("page");
    const organisation = await known(c.req.param("handle"));
    return await handleForm(c, {
      schema: profileInput,
      act: async (input, values) => {
        const profile = await profileFrom(house, input, values, organisation.logo);
        await changeOrganisation(sql, by, organisation.handle, profile, clock.now());
        return { to: "/settings", said: ctx.t("organisations.changed") };
      },
      again: (state) => organisationForm(ctx, state, organisation),
    });
  });

  const known = async (handle: string) => {
    const organisation = await findOrganisation(sql, handle);
    refuseUnless(organisation !== null, "not-found");
    return organisation;
  };
  return routes;
}

async function profileFrom(
  { uris, uploadsDir }: House,
  input: z.output<typeof profileInput>,
  values: FormValues,
  logo: string | null,
): Promise<OrganisationProfile> {
  const name = readPerLanguage(values, "name");
  // The order of the form is the order of the boxes; the first language with a name leads.
  const chosen = languages.filter((lang) => input.languages.includes(lang));
  refuseUnless(
    chosen.some((lang) => name[lang]),
    "invalid-input",
    { field: "name" },
  );
  const first = chosen.find((lang) => name[lang])!;
  const uploaded = values.logo instanceof File ? await keepImage(uploadsDir, values.logo, "logo") : null;
  const ids = schemes.map((scheme) => [scheme, String((input as Record<string, unknown>)[scheme] ?? "")] as const);
  return {
    name,
    tagline: readPerLanguage(values, "tagline"),
    description: readPerLanguage(values, "description"),
    languages: [first, ...chosen.filter((lang) => lang !== first)],
    timeZone: input.timeZone,
    accent: input.accent,
    logo: uploaded === null ? logo : uris.upload(uploaded.name),
    website: input.website,
    territoryName: input.territoryName,
    territoryIds: Object.fromEntries(ids.filter(([, id]) => id !== "")),
    territoryGeojson: readGeojson(input.territoryGeojson),
    reportChannelUrl: input.reportChannelUrl,
  };
}

function readGeojson(text: string): unknown {
  if (text.trim() === "") return null;
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === "object" && read !== null && "type" in read) return read;
  } catch {}
  refuseUnless(false, "invalid-input", { field: "territoryGeojson" });
}
