// A list of servers as Mastodon exports its domain blocks, read and written. Pure: no SQL, no request, no clock.
import type { PeerPolicy } from "../actors/actor.ts";
import { csvLine, parseCsv } from "../platform/csv.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { clip, tidyText } from "../platform/text.ts";
import { checkHost, readHost } from "./host.ts";
import { hidingReasonLengthMax } from "./report.ts";
import { listLengthMax } from "./word.ts";

export interface ListedHost {
  readonly host: string;
  readonly policy: Exclude<PeerPolicy, "allowed">;
  readonly reason: string;
}

export const hostsPerListMax = 2_000;

/** Mastodon's columns, in its order. What it says of media and reports has no counterpart here and is left out. */
const columns = ["#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"] as const;

const policyOf: Readonly<Record<string, ListedHost["policy"] | null>> = {
  silence: "limited",
  limited: "limited",
  suspend: "blocked",
  blocked: "blocked",
  noop: null,
};

/**
 * @returns what to limit and what to block; a `noop` is left out, and of a host named twice the last one counts.
 * @throws Refused `list-line` naming the first line that is wrong, `host-too-wide`, `list-columns`, `too-large`. Nothing is
 * taken of such a list.
 */
export function readHostList(text: string, ownHost: string): ListedHost[] {
  refuseUnless(text.length <= listLengthMax, "too-large", { field: "csv", max: listLengthMax });
  const [head, ...lines] = parseCsv(text);
  const named = (head?.cells ?? []).map((cell) => cell.trim().toLowerCase().replace(/^#/, ""));
  const hasColumns = named.includes("domain") && named.includes("severity");
  refuseUnless(hasColumns, "list-columns", { field: "csv", columns: columns.join(",") });
  refuseUnless(lines.length <= hostsPerListMax, "too-large", { field: "csv", max: hostsPerListMax });
  const listed = new Map<string, ListedHost>();
  for (const { line, cells } of lines) {
    const cell = (name: string) => (cells[named.indexOf(name)] ?? "").trim();
    const [host, severity] = [readHost(cell("domain")), cell("severity").toLowerCase()];
    refuseUnless(host !== null && host !== ownHost, "list-line", { field: "csv", line, what: "#domain" });
    checkHost(host, ownHost, "csv");
    refuseUnless(Object.hasOwn(policyOf, severity), "list-line", { field: "csv", line, what: "#severity" });
    const policy = policyOf[severity];
    if (policy)
      listed.set(host, { host, policy, reason: clip(tidyText(cell("public_comment")), hidingReasonLengthMax) });
  }
  return [...listed.values()];
}

export const writeHostList = (hosts: readonly { host: string; policy: PeerPolicy; reason: string }[]): string =>
  csvLine(columns) +
  hosts
    .filter(({ policy }) => policy !== "allowed")
    .map(({ host, policy, reason }) =>
      csvLine([
        host,
        policy === "blocked" ? "suspend" : "silence",
        String(policy === "blocked"),
        "false",
        reason,
        "false",
      ]),
    )
    .join("");
