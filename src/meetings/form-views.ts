// The forms of meetings: what is planned, what was said, why it is called off; and what was typed, read back.
import * as z from "zod";
import type { Actor } from "../actors/actor.ts";
import { html, type Markup, nothing } from "../platform/html.ts";
import { languages } from "../platform/i18n.ts";
import { pickText } from "../platform/text.ts";
import { fromLocal, isTimeZone, toLocal } from "../platform/time.ts";
import { type Process, processPath } from "../processes/process.ts";
import type { Category } from "../processes/queries.ts";
import { processCrumbs } from "../processes/views.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, type Fields, form, openFields } from "../web/fields.ts";
import type { FormState, FormValues } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { placePicker } from "../web/map.ts";
import {
  isPossibleLength,
  lineLengthMax,
  type Meeting,
  type MeetingText,
  meetingKinds,
  meetingPath,
  minutesLengthMax,
  textLengthMax,
  titleLengthMax,
} from "./meeting.ts";

export interface MeetingFormProps {
  /** Null: a new one. */
  readonly meeting: Meeting | null;
  /** Null: of the city, in no process. */
  readonly process: Process | null;
  /** Who can call a meeting that is in no process. */
  readonly organisations: readonly Actor[];
  readonly categories: readonly Category[];
  readonly state: FormState;
  /** GeoJSON of the area the place can be chosen on. */
  readonly territory?: unknown;
}

const crumbsOf = (ctx: PageContext, process: Process | null) =>
  process === null
    ? [{ href: "/meetings", label: ctx.t("meetings.title") }]
    : [...processCrumbs(ctx, process), { href: `${processPath(process)}/meetings`, label: ctx.t("meetings.title") }];

export function meetingFormPage(ctx: PageContext, props: MeetingFormProps): Markup {
  const { t } = ctx;
  const { meeting, process, state } = props;
  const list = `${process === null ? "" : processPath(process)}/meetings`;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t(meeting === null ? "meetings.new" : "meetings.edit"),
    section: process === null ? "meetings" : "processes",
    isUnlisted: true,
    scripts: ["place-picker.js"],
    crumbs: [
      ...crumbsOf(ctx, process),
      ...(meeting === null
        ? []
        : [{ href: meetingPath(meeting), label: meeting.title || t("meetings.untitled"), lang: meeting.language }]),
    ],
    lead: t(meeting?.state === "scheduled" ? "meetings.form.told" : "meetings.form.draft"),
    main: form(ctx, {
      action: meeting === null ? `${list}/new` : `${meetingPath(meeting)}/edit`,
      submit: t(meeting?.state === "scheduled" ? "meetings.form.save" : "meetings.form.save-draft"),
      draftKey: `meeting ${meeting?.id ?? list}`,
      more: buttonLink(meeting === null ? list : meetingPath(meeting), t("processes.cancel"), "quiet"),
      body: html`${fields.summary()}
        ${fields.text("title", { label: t("meetings.form.title"), charsMax: titleLengthMax })}
        ${process === null && meeting === null ? fields.select("organisation", { label: t("meetings.organisation"), options: props.organisations.map(({ id, name }) => ({ value: id, label: name })) }) : nothing}
        ${times(ctx, fields)}
        ${place(ctx, fields, props.territory ?? null)}
        ${fields.area("body", { label: t("meetings.form.body"), hint: t("processes.form.markdown"), charsMax: textLengthMax, optional: true })}
        ${fields.area("agenda", { label: t("meetings.agenda"), hint: t("meetings.form.agenda-hint"), charsMax: textLengthMax, optional: true })}
        ${fields.text("audience", { label: t("meetings.audience"), hint: t("meetings.form.audience-hint"), charsMax: lineLengthMax, optional: true })}
        ${props.categories.length === 0 ? nothing : fields.select("category", { label: t("meetings.category"), none: t("meetings.form.no-category"), optional: true, options: props.categories.map((one) => ({ value: one.id, label: pickText(one.name, t.lang).text })) })}
        ${fields.area("linked", { label: t("meetings.form.linked"), hint: t("meetings.form.linked-hint"), rows: 3, optional: true })}
        ${fields.select("language", { label: t("processes.language"), value: process?.languages[0] ?? ctx.city.lang, options: languages.map((lang) => ({ value: lang, label: t.languageName(lang) })) })}`,
    }),
  });
}

const times = ({ t, city }: PageContext, fields: Fields): Markup => html`<div class="field-row">
  ${fields.dateTime("starts", { label: t("meetings.form.starts"), hint: t("meetings.form.starts-hint") })}
  ${fields.dateTime("ends", { label: t("meetings.form.ends"), hint: t("meetings.form.ends-hint"), optional: true })}
  </div>
  ${fields.text("timeZone", { label: t("meetings.form.time-zone"), hint: t("meetings.form.time-zone-hint"), value: city.timeZone, suggestions: Intl.supportedValuesOf("timeZone"), charsMax: 60, spellcheck: false, autocomplete: "off" })}`;

const place = (ctx: PageContext, fields: Fields, territory: unknown): Markup => {
  const { t } = ctx;
  return html`
  ${fields.radios("kind", { label: t("meetings.form.kind"), value: "in-person", options: meetingKinds.map((kind) => ({ value: kind, label: t(`meetings.kind.${kind}`) })) })}
  ${fields.text("address", { label: t("meetings.place"), hint: t("meetings.form.address-hint"), charsMax: lineLengthMax, optional: true })}
  ${placePicker(ctx, { territory, latitude: "latitude", longitude: "longitude" })}
  <div class="field-row">
  ${fields.text("latitude", { label: t("meetings.form.latitude"), inputmode: "decimal", charsMax: 20, optional: true })}
  ${fields.text("longitude", { label: t("meetings.form.longitude"), inputmode: "decimal", charsMax: 20, optional: true })}
  </div>
  ${fields.text("link", { label: t("meetings.link"), hint: t("meetings.form.link-hint"), type: "url", charsMax: lineLengthMax, optional: true })}`;
};

export function minutesFormPage(
  ctx: PageContext,
  {
    meeting,
    process,
    state,
  }: Omit<MeetingFormProps, "meeting" | "organisations" | "categories"> & { meeting: Meeting },
): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t(meeting.state === "closed" ? "meetings.edit-minutes" : "meetings.write-minutes"),
    lead: t("meetings.form.minutes-lead"),
    section: process === null ? "meetings" : "processes",
    isUnlisted: true,
    crumbs: [...crumbsOf(ctx, process), { href: meetingPath(meeting), label: meeting.title, lang: meeting.language }],
    main: form(ctx, {
      action: `${meetingPath(meeting)}/minutes`,
      submit: t("meetings.form.minutes-publish"),
      draftKey: `minutes ${meeting.id}`,
      more: buttonLink(meetingPath(meeting), t("processes.cancel"), "quiet"),
      body: html`${fields.summary()}
        ${fields.text("attendees", { label: t("meetings.attendees"), hint: t("meetings.form.attendees-hint"), type: "number", min: 0, inputmode: "numeric", optional: true })}
        ${fields.text("organisations", { label: t("meetings.organisations"), hint: t("meetings.form.organisations-hint"), charsMax: 2_000, optional: true })}
        ${fields.area("minutes", { label: t("meetings.form.minutes"), hint: t("processes.form.markdown"), rows: 14, charsMax: minutesLengthMax })}`,
    }),
  });
}

export function cancelFormPage(
  ctx: PageContext,
  { meeting, process, state }: { meeting: Meeting; process: Process | null; state: FormState },
): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t("meetings.cancel"),
    lead: t("meetings.form.cancel-lead"),
    section: process === null ? "meetings" : "processes",
    isUnlisted: true,
    crumbs: [...crumbsOf(ctx, process), { href: meetingPath(meeting), label: meeting.title, lang: meeting.language }],
    main: form(ctx, {
      action: `${meetingPath(meeting)}/cancellation`,
      submit: t("meetings.form.cancel-now"),
      tone: "danger",
      more: buttonLink(meetingPath(meeting), t("processes.cancel"), "quiet"),
      body: html`${fields.summary()}${fields.area("reason", { label: t("meetings.form.reason"), rows: 3, charsMax: lineLengthMax })}`,
    }),
  });
}

/** Said of what is no number at all; a number that is too high or too low is told its bound. */
export const notANumber = {
  error: (issue: { readonly code?: string }) => (issue.code === "invalid_type" ? "field.not-a-number" : undefined),
};

const optionalNumber = (min: number, max: number) =>
  z
    .string()
    .trim()
    .default("")
    .transform((text) => (text === "" ? null : Number(text.replace(",", "."))))
    .pipe(z.number(notANumber).min(min).max(max).nullable());

const schema = z
  .object({
    title: z.string().trim().min(1).max(titleLengthMax),
    organisation: z.string().default(""),
    starts: z.string().trim().min(1),
    ends: z.string().trim().default(""),
    timeZone: z.string().trim().refine(isTimeZone, "field.not-a-time-zone"),
    kind: z.enum(meetingKinds),
    address: z.string().trim().max(lineLengthMax).default(""),
    latitude: optionalNumber(-90, 90),
    longitude: optionalNumber(-180, 180),
    link: z
      .string()
      .trim()
      .max(lineLengthMax)
      .default("")
      .refine((text) => text === "" || (/^https?:\/\//.test(text) && URL.canParse(text)), "field.not-an-address"),
    body: z.string().trim().max(textLengthMax).default(""),
    agenda: z.string().trim().max(textLengthMax).default(""),
    audience: z.string().trim().max(lineLengthMax).default(""),
    category: z.string().default(""),
    linked: z.string().max(20_000).default(""),
    language: z.enum(languages),
  })
  .superRefine((typed, issues) => {
    const wrong = (path: string, message: string) => issues.addIssue({ code: "custom", path: [path], message });
    const zone = isTimeZone(typed.timeZone) ? typed.timeZone : "UTC";
    const [starts, ends] = [fromLocal(typed.starts, zone), typed.ends === "" ? null : fromLocal(typed.ends, zone)];
    if (starts === null) wrong("starts", "field.not-a-date");
    if (typed.ends !== "" && ends === null) wrong("ends", "field.not-a-date");
    if (starts !== null && ends !== null && ends < starts) wrong("ends", "field.ends-before-start");
    else if (starts !== null && ends !== null && !isPossibleLength(starts, ends)) wrong("ends", "field.lasts-too-long");
    if ((typed.latitude === null) !== (typed.longitude === null)) {
      wrong(typed.latitude === null ? "latitude" : "longitude", "field.required");
    }
    if (typed.kind !== "online" && typed.address === "") wrong("address", "field.required");
    if (typed.kind !== "in-person" && typed.link === "") wrong("link", "field.required");
  });

/** What was typed, as the actions take it, and the addresses it names as they were typed. @throws ZodError naming the boxes. */
export function readMeetingForm(values: FormValues): {
  text: MeetingText;
  organisationId: string;
  addresses: string[];
} {
  const { starts, ends, linked, category, organisation, ...typed } = schema.parse(values);
  const isDayOnly = /^\d{4}-\d{2}-\d{2}$/.test(starts);
  return {
    text: {
      ...typed,
      startsAt: fromLocal(starts, typed.timeZone)!,
      endsAt: ends === "" ? null : fromLocal(ends, typed.timeZone),
      isDayOnly,
      categoryId: category || null,
    },
    organisationId: organisation,
    addresses: linesOf(linked),
  };
}

export const linesOf = (text: string): string[] => text.split(/\s+/).filter((line) => line !== "");

export const minutesSchema = z.object({
  attendees: optionalNumber(0, 1_000_000).pipe(z.number().int("field.not-a-number").nullable()),
  organisations: z.string().trim().max(2_000).default(""),
  minutes: z.string().trim().min(1).max(minutesLengthMax),
});

export const cancelSchema = z.object({ reason: z.string().trim().min(1).max(lineLengthMax) });

/** A meeting as the form shows it. */
export function valuesOf(meeting: Meeting, linkedUris: readonly string[]): FormValues {
  const moment = (at: Date | null) => (at === null ? "" : toLocal(at, meeting.timeZone));
  return {
    title: meeting.title,
    starts: moment(meeting.startsAt),
    ends: moment(meeting.endsAt),
    timeZone: meeting.timeZone,
    kind: meeting.kind,
    address: meeting.address,
    latitude: meeting.latitude === null ? "" : String(meeting.latitude),
    longitude: meeting.longitude === null ? "" : String(meeting.longitude),
    link: meeting.link,
    body: meeting.body,
    agenda: meeting.agenda,
    audience: meeting.audience,
    category: meeting.categoryId ?? "",
    linked: linkedUris.join("\n"),
    language: meeting.language,
  };
}
