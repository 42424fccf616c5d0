// The two files of Barcelona's municipal plan of 2016, as the city published them: their columns and nothing of ours.
import { join } from "node:path";
import { anyText, count, dayMonthYear, optionalCount, type RowOf, readTable, someText, webAddress } from "../table.ts";

const measureColumns = {
  id: ["ID", count],
  district: ["Districte", anyText],
  category: ["Categoria", someText],
  subcategory: ["Subcategoria", someText],
  title: ["Títol", someText],
  description: ["Descripció", anyText],
  proposals: ["Propostes", count],
  supports: ["Suports", count],
  comments: ["Comentaris", count],
  participants: ["Participants", count],
  interventions: ["Intervencions", count],
  url: ["URL", webAddress],
} as const;

const meetingColumns = {
  id: ["ID de cita", count],
  title: ["Títol", someText],
  description: ["Descripció", anyText],
  date: ["Data", dayMonthYear],
  address: ["Adreça", someText],
  district: ["Districte", anyText],
  category: ["Categoria", someText],
  subcategory: ["Subcategoria", someText],
  attendees: ["Assistents", optionalCount],
  proposals: ["Propostes", optionalCount],
  interventions: ["Intervencions", optionalCount],
  url: ["URL", webAddress],
} as const;

export type MeasureRow = RowOf<typeof measureColumns>;
export type MeetingRow = RowOf<typeof meetingColumns>;

export const measuresFile = "action_plans.csv";
export const meetingsFile = "meetings.csv";

/** @throws WrongFile */
export const readMeasures = (folder: string): Promise<MeasureRow[]> =>
  readTable(join(folder, measuresFile), measureColumns, { unique: "id" });

/** @throws WrongFile */
export const readMeetings = (folder: string): Promise<MeetingRow[]> =>
  readTable(join(folder, meetingsFile), meetingColumns, { unique: "id" });
