// The time zone of a calendar: its rules as VTIMEZONE (RFC 5545 section 3.6.5), and for which moments they can be trusted. Pure.
import { tzlib_get_ical_block, tzlib_get_offset } from "timezones-ical-library";
import { zoned } from "../platform/time.ts";

export interface CalendarZone {
  /** Its present name: Europe/Kyiv for Europe/Kiev. */
  readonly name: string;
  readonly block: string;
}

/** Null for UTC and for zones nobody has rules of: then times are written in UTC. */
export function findZone(timeZone: string): CalendarZone | null {
  const [block = "", named = ""] = [tzlib_get_ical_block(timeZone)].flat();
  const name = named.replace(/^TZID=/, "");
  return block.startsWith("BEGIN:VTIMEZONE") && name !== "" && name !== "Etc/UTC" ? { name, block } : null;
}

/** Looking one up reads all rules: what was asked is kept, hour by hour. */
const known = new Map<string, string>();
const knownMax = 20_000;

/**
 * Whether every program reads from the clocks of the place the moment that is meant; a moment in UTC is always right. The rules
 * in a block are those of today: of places that decide anew each year, as for Ramadan, or changed long ago, they may differ by
 * an hour. And an hour that the clocks show twice is the first one by RFC 5545 section 3.3.5, the second to some programs.
 */
export function isToldRight({ name }: CalendarZone, moment: Date): boolean {
  const local = zoned(moment, name);
  if (isShownTwice(local)) return false;
  const [date, hour] = [local.toPlainDate().toString(), String(local.hour).padStart(2, "0")];
  const key = `${name} ${date}T${hour}`;
  const offset = known.get(key) ?? tzlib_get_offset(name, date, `${hour}:${String(local.minute).padStart(2, "0")}`);
  if (known.size >= knownMax) known.clear();
  known.set(key, offset);
  return offset === local.offset.replace(":", "");
}

function isShownTwice(local: ReturnType<typeof zoned>): boolean {
  const [shown, zone] = [local.toPlainDateTime(), local.timeZoneId];
  const [first, second] = (["earlier", "later"] as const).map((disambiguation) =>
    shown.toZonedDateTime(zone, { disambiguation }),
  );
  return first?.epochMilliseconds !== second?.epochMilliseconds;
}
