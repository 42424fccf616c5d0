// Lineage: the tree of what was made from what, over all nodes known here. Pure: no SQL, no request, no clock.
import type { LanguageMap } from "../platform/text.ts";
import type { Indicator } from "../processes/process.ts";
import type { AdoptableKind } from "./adoption.ts";
import { lineageDepthMax, lineageNodesMax } from "./adoption.ts";

export interface Money {
  /** A decimal string, in `currency` (ISO 4217). */
  readonly amount: string;
  readonly currency: string;
}

/** What came of it: how many results stand where, and what they cost in all, by currency. */
export interface Outcome {
  readonly results: Readonly<Record<string, number>>;
  readonly costs: readonly Money[];
}

export interface PhaseRule {
  readonly title: LanguageMap;
  readonly lastsDays: number;
  readonly permits: readonly string[];
}

/** What is compared and shown of one place an idea has been to. Plain JSON: it is kept as it was read. */
export interface LineageFacts {
  readonly kind: AdoptableKind;
  readonly url: string;
  readonly title: LanguageMap;
  /** Plain text. */
  readonly text: LanguageMap;
  readonly organisation: string;
  readonly organisationUri: string | null;
  /** Of a process: `draft`, `upcoming`, `open`, `between`, `closed`; of a proposal or a result: its own. */
  readonly state: string;
  readonly startsAt: string | null;
  readonly endsAt: string | null;
  readonly phases: readonly PhaseRule[];
  readonly supportLimit: number | null;
  readonly indicator: Indicator | null;
  /** How an experiment ended; null while it has not, and for what is none. */
  readonly decision: "stop" | "adjust" | "scale" | null;
  readonly outcome: Outcome;
}

export type LineageStanding = "here" | "kept" | "read" | "unread" | "silent" | "gone";

export interface LineageNode {
  readonly uri: string;
  readonly parentUri: string | null;
  /** Where it is read on this node; null for what is not kept here. */
  readonly path: string | null;
  readonly facts: LineageFacts | null;
  readonly standing: LineageStanding;
  /** Whether the origin has accepted it; null where that is not known here. */
  readonly isAccepted: boolean | null;
}

export interface PlacedNode extends LineageNode {
  /** From 0, the first of all. */
  readonly depth: number;
  /** Its line, from 0, each node on one of its own. */
  readonly line: number;
  readonly parentLine: number | null;
}

/**
 * The tree a thing stands in, each node under what it was made from, in the order of their names. A ring that nodes claim
 * among themselves is cut where it closes; what is deeper or more than the limits is left out.
 */
export function placeTree(nodes: readonly LineageNode[], ofUri: string): PlacedNode[] {
  const byUri = new Map(nodes.map((node) => [node.uri, node]));
  const root = rootOf(byUri, ofUri);
  if (root === null) return [];
  const children = new Map<string, LineageNode[]>();
  for (const node of nodes) {
    if (node.parentUri === null || node.uri === root.uri) continue;
    children.set(node.parentUri, [...(children.get(node.parentUri) ?? []), node]);
  }
  const placed: PlacedNode[] = [];
  const seen = new Set<string>();
  const place = (node: LineageNode, depth: number, parentLine: number | null): void => {
    if (seen.has(node.uri) || placed.length >= lineageNodesMax) return;
    seen.add(node.uri);
    const line = placed.length;
    placed.push({ ...node, depth, line, parentLine });
    const next = (children.get(node.uri) ?? []).toSorted((a, b) => (a.uri < b.uri ? -1 : 1));
    if (depth < 2 * lineageDepthMax) for (const child of next) place(child, depth + 1, line);
  };
  place(root, 0, null);
  return placed;
}

function rootOf(byUri: ReadonlyMap<string, LineageNode>, ofUri: string): LineageNode | null {
  const seen = new Set<string>();
  let at = byUri.get(ofUri) ?? null;
  while (at?.parentUri != null && !seen.has(at.uri)) {
    seen.add(at.uri);
    const parent = byUri.get(at.parentUri);
    if (parent === undefined) break;
    at = parent;
  }
  return at;
}

/** The language two texts can be compared in: one that both have; null where there is none. */
export const sharedLanguage = (a: LanguageMap, b: LanguageMap, wished: string): string | null =>
  [wished, ...Object.keys(a)].find((lang) => a[lang] && b[lang]) ?? null;
