// How long a node keeps what nobody needs for ever: what a city may choose, and within which limits. Pure.

export const retentionSetting = "retention";

export interface Retention {
  /** Days for which a person finds what they were told about. */
  readonly noticeDays: number;
  /** Days for which the addresses of activities from other servers are kept, so that none has its effect twice. */
  readonly receivedDays: number;
}

/**
 * Days. A notice is worth nothing if it is gone before someone looks; more than two years is hoarding. Servers send a failed
 * activity again for up to two weeks, so what was received must be known for longer.
 */
export const retentionLimits: Readonly<Record<keyof Retention, { min: number; max: number; usual: number }>> = {
  noticeDays: { min: 30, max: 730, usual: 400 },
  receivedDays: { min: 30, max: 365, usual: 90 },
};

/** A kept value as what holds: what is missing, or outside the limits, is the usual. */
export function retentionFrom(kept: unknown): Retention {
  const values = (typeof kept === "object" ? kept : null) as Partial<Record<keyof Retention, unknown>> | null;
  const of = (name: keyof Retention): number => {
    const { min, max, usual } = retentionLimits[name];
    const value = values?.[name];
    return Number.isInteger(value) && (value as number) >= min && (value as number) <= max ? (value as number) : usual;
  };
  return { noticeDays: of("noticeDays"), receivedDays: of("receivedDays") };
}
