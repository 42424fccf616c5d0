// Groups that other servers name: there may be as many as there are things, so a page holds some of them and the rest as one. Pure.

/** More are no longer looked at one by one, in a table or a file. */
export const groupsMax = 200;

export interface Folded<Group> {
  readonly shown: readonly Group[];
  /** What is told as one. */
  readonly left: readonly Group[];
}

/** The first ones of those sorted; what has no name counts as none of them and stays. */
export function foldGroups<Group extends { readonly name: unknown }>(
  groups: readonly Group[],
  max: number = groupsMax,
): Folded<Group> {
  const named = groups.filter(({ name }) => name !== null);
  const unnamed = groups.filter(({ name }) => name === null);
  return { shown: [...named.slice(0, max), ...unnamed], left: named.slice(max) };
}
