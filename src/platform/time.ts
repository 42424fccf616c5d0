// Clock faces: what a form's date means in the city's time zone, and back.
import { Temporal } from "@js-temporal/polyfill";

export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/**
 * The moment a `datetime-local` value (`2026-03-01T18:00`) or a date (`2026-03-01`, its midnight) names in a time zone.
 * An hour that summer time skips is read as the one after it. Null when the text is no date.
 */
export function fromLocal(text: string, timeZone: string): Date | null {
  try {
    const local = Temporal.PlainDateTime.from(text.trim());
    return new Date(local.toZonedDateTime(timeZone).epochMilliseconds);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The value a `datetime-local` input takes for a moment. */
export function toLocal(moment: Date, timeZone: string): string {
  return zoned(moment, timeZone).toPlainDateTime().round("minute").toString({ smallestUnit: "minute" });
}

/** The calendar day of a moment, as a `date` input takes it. */
export const toLocalDate = (moment: Date, timeZone: string): string => zoned(moment, timeZone).toPlainDate().toString();

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** The last moment before an end: what ends at midnight has its last day before it, and that day is what people are told. */
export const lastMomentBefore = (end: Date): Date => new Date(end.getTime() - 1);

/** Whole days from `now` until `moment` as the city's calendar counts them: 0 today, 1 tomorrow, negative when past. */
export function daysUntil(moment: Date, now: Date, timeZone: string): number {
  const until = zoned(now, timeZone).toPlainDate().until(zoned(moment, timeZone).toPlainDate(), { largestUnit: "day" });
  return until.days;
}

/** A moment as the clocks of a place say it. */
export const zoned = (moment: Date, timeZone: string) =>
  Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(timeZone);
