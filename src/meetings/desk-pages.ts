// What officials do with a meeting: plan it, change it, invite, call it off, write up what was said.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import { listOrganisationActors } from "../actors/queries.ts";
import { findMainOrganisation } from "../cities/queries.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { type Process, processPath } from "../processes/process.ts";
import { findProcess, findProcessByPath, listCategories } from "../processes/queries.ts";
import { resolveLinked } from "../subjects/linked-queries.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, type FormValues, handleForm, readForm, setFlash } from "../web/forms.ts";
import { cancelMeeting, changeMeeting, closeMeeting, discardMeeting, draftMeeting, publishMeeting } from "./actions.ts";
import {
  cancelFormPage,
  cancelSchema,
  meetingFormPage,
  minutesFormPage,
  minutesSchema,
  readMeetingForm,
  valuesOf,
} from "./form-views.ts";
import { type Meeting, meetingPath } from "./meeting.ts";
import { findMeetingById, listMeetingLinks } from "./queries.ts";

export function meetingDeskPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  openingRoutes(pages, house);
  changingRoutes(pages, house);
  stateRoutes(pages, house);
  afterwardsRoutes(pages, house);
  return pages;
}

/** A meeting of this node and someone who may change it. @throws Refused `not-found`, `sign-in-first`, `not-allowed`. */
async function atDesk(c: Context<PageEnv>, { sql }: House) {
  const id = c.req.param("id") ?? "";
  const meeting = isId(id) ? await findMeetingById(sql, id) : null;
  refuseUnless(meeting !== null && meeting.origin === null, "not-found");
  const by = requireRole(c, "official", meeting.processUri);
  const process = meeting.processUri === null ? null : await findProcess(sql, meeting.processUri);
  return { meeting, process, by };
}

/** What was typed, with the things it names found. @throws ZodError also for an address at which nothing is known here. */
async function readMeeting({ sql }: House, values: FormValues) {
  const { text, organisationId, addresses } = readMeetingForm(values);
  const { found, unknown } = await resolveLinked(sql, addresses, ["proposal"]);
  if (unknown.length > 0) {
    throw new z.ZodError([{ code: "custom", path: ["linked"], message: "field.not-known-here", input: unknown }]);
  }
  return { input: { ...text, linkedUris: found.map(({ uri }) => uri) }, organisationId };
}

function openingRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;
  const show = async (c: Context<PageEnv>, process: Process | null, state: FormState) => {
    const [organisations, categories] = await Promise.all([
      listOrganisationActors(sql),
      listCategories(sql, process?.uri ?? null),
    ]);
    const territory = await territoryOf(house, process);
    return meetingFormPage(c.get("page"), { meeting: null, process, organisations, categories, state, territory });
  };
  const processOf = async (c: Context<PageEnv>): Promise<Process | null> => {
    const segment = c.req.param("segment");
    if (segment === undefined) return null;
    const process = await findProcessByPath(sql, segment);
    refuseUnless(process !== null && process.origin === null, "not-found");
    return process;
  };
  for (const path of ["/meetings/new", "/processes/:segment/meetings/new"]) {
    pages.get(path, async (c) => {
      const process = await processOf(c);
      requireRole(c, "official", process?.uri ?? null);
      return c.html(await show(c, process, emptyForm));
    });
    pages.post(path, async (c) => {
      const process = await processOf(c);
      const by = requireRole(c, "official", process?.uri ?? null);
      return await handleForm(c, {
        schema: z.unknown(),
        act: async (_typed, values) => {
          const { input, organisationId } = await readMeeting(house, values);
          const place = { processUri: process?.uri ?? null, organisationId: process?.organisationId ?? organisationId };
          const meeting = await draftMeeting(sql, uris, by, { ...input, ...place }, clock.now());
          return { to: meetingPath(meeting), said: c.get("page").t("meetings.drafted") };
        },
        again: (state) => show(c, process, state),
      });
    });
  }
}

function changingRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;
  const show = async (c: Context<PageEnv>, meeting: Meeting, process: Process | null, state: FormState) =>
    meetingFormPage(c.get("page"), {
      meeting,
      process,
      organisations: [],
      categories: await listCategories(sql, meeting.processUri, [meeting.categoryId]),
      state,
      territory: await territoryOf(house, process),
    });

  pages.get("/meetings/:id/edit", async (c) => {
    const { meeting, process } = await atDesk(c, house);
    const values = valuesOf(meeting, await listMeetingLinks(sql, meeting.uri));
    return c.html(await show(c, meeting, process, { values, errors: {} }));
  });

  pages.post("/meetings/:id/edit", async (c) => {
    const { meeting, process, by } = await atDesk(c, house);
    return await handleForm(c, {
      schema: z.unknown(),
      act: async (_typed, values) => {
        const { input } = await readMeeting(house, values);
        // A day without an hour stays one as long as nobody gives it an hour.
        const isSameDay = meeting.isDayOnly && +input.startsAt === +meeting.startsAt && input.endsAt === null;
        await changeMeeting(sql, uris, by, meeting.uri, { ...input, isDayOnly: isSameDay }, clock.now());
        return { to: meetingPath(meeting), said: c.get("page").t("meetings.saved") };
      },
      again: (state) => show(c, meeting, process, state),
    });
  });
}

function stateRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;
  pages.post("/meetings/:id/publication", async (c) => {
    const { meeting, by } = await atDesk(c, house);
    await readForm(c);
    await publishMeeting(sql, uris, by, meeting.uri, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("meetings.published") });
    return c.redirect(meetingPath(meeting), 303);
  });

  pages.post("/meetings/:id/removal", async (c) => {
    const { meeting, process, by } = await atDesk(c, house);
    await discardMeeting(sql, by, meeting.uri, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("meetings.discarded") });
    return c.redirect(`${process === null ? "" : processPath(process)}/meetings`, 303);
  });

  pages.get("/meetings/:id/cancellation", async (c) => {
    const { meeting, process } = await atDesk(c, house);
    return c.html(cancelFormPage(c.get("page"), { meeting, process, state: emptyForm }));
  });

  pages.post("/meetings/:id/cancellation", async (c) => {
    const { meeting, process, by } = await atDesk(c, house);
    return await handleForm(c, {
      schema: cancelSchema,
      act: async ({ reason }) => {
        await cancelMeeting(sql, uris, by, meeting.uri, reason, clock.now());
        return { to: meetingPath(meeting), said: c.get("page").t("meetings.cancelled-now") };
      },
      again: (state) => cancelFormPage(c.get("page"), { meeting, process, state }),
    });
  });
}

function afterwardsRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;
  pages.get("/meetings/:id/minutes", async (c) => {
    const { meeting, process } = await atDesk(c, house);
    const { attendeeCount, organisations, minutes } = meeting;
    const values = { attendees: attendeeCount === null ? "" : String(attendeeCount), organisations, minutes };
    return c.html(minutesFormPage(c.get("page"), { meeting, process, state: { values, errors: {} } }));
  });

  pages.post("/meetings/:id/minutes", async (c) => {
    const { meeting, process, by } = await atDesk(c, house);
    return await handleForm(c, {
      schema: minutesSchema,
      act: async ({ attendees, organisations, minutes }) => {
        const said = { attendeeCount: attendees, organisations, minutes };
        await closeMeeting(sql, uris, by, meeting.uri, said, clock.now());
        return { to: `${meetingPath(meeting)}#minutes`, said: c.get("page").t("meetings.minutes-published") };
      },
      again: (state) => minutesFormPage(c.get("page"), { meeting, process, state }),
    });
  });
}

/** What a place is chosen on: the pilot area of the process, else the territory of the city. */
const territoryOf = async ({ sql }: House, process: Process | null): Promise<unknown> =>
  process?.pilotGeojson ?? (await findMainOrganisation(sql))?.territoryGeojson ?? null;
