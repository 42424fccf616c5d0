// The audit log as it is read and handed out: what changed, field by field, and the lines of an export. Pure.

/** Kept as they are in the log. */
export type ActValues = Readonly<Record<string, unknown>>;

export interface ChangeLine {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Each field that an act touched, with what it was and what it is. */
export function changeLines(before: ActValues | null, after: ActValues | null): ChangeLine[] {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return fields.map((field) => ({ field, before: before?.[field] ?? null, after: after?.[field] ?? null }));
}

/** Whether an export may name the person an act is about: who was given a role or a task, and no one else. */
export const mayNamePerson = (act: string): boolean =>
  ["RoleGranted", "RoleInvitationAccepted", "RoleRevoked"].includes(act);

export interface ExportedAct {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by: string;
  readonly act: string;
  /** What was done, in words. */
  readonly said: string;
  readonly about: string;
  readonly uri: string;
  readonly process: string;
  readonly before: ActValues | null;
  readonly after: ActValues | null;
}

const exportColumns = ["at", "by", "act", "said", "about", "uri", "process", "before", "after"] as const;

export const csvHead = `\ufeff${exportColumns.join(",")}\r\n`;

/** RFC 4180; what a table program would take for a formula begins with an apostrophe. */
export function csvLine(act: ExportedAct): string {
  const cell = (value: unknown): string => {
    const text = value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `${exportColumns.map((column) => cell(act[column])).join(",")}\r\n`;
}

export const ndjsonLine = (act: ExportedAct): string => `${JSON.stringify(act)}\n`;
