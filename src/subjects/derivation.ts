// What was made from what: a process from a process of another city, a proposal from a proposal or a result. Pure: no SQL,
// no request, no clock.

/** What a thing was made from, and the record of it that was read then; null where none was known. */
export interface DerivedFrom {
  readonly uri: string;
  readonly digest: string | null;
}
