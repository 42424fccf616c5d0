// How much of everything a run measures; the ports it takes.
import { parseArgs } from "node:util";

export const parts = ["start", "reads", "wire", "audience", "growth", "numbers", "mirror", "threads"] as const;
export type Part = (typeof parts)[number];

const { values } = parseArgs({
  options: { quick: { type: "boolean" }, write: { type: "boolean" }, only: { type: "string" } },
});
export const flags = values;
export const isQuick = flags.quick === true;
export const isWanted = (part: Part): boolean => flags.only === undefined || flags.only.split(",").includes(part);

export const size = isQuick
  ? {
      replies: 400,
      warmUp: 600,
      actors: 30,
      posts: 2,
      readMs: 2_000,
      proposals: [1_000, 10_000],
      followers: [1_000, 10_000],
      records: [1_000, 5_000, 10_000],
      comments: [30, 90],
    }
  : {
      replies: 1_500,
      warmUp: 1_000,
      actors: 50,
      posts: 5,
      readMs: 5_000,
      proposals: [1_000, 10_000, 100_000],
      followers: [1_000, 10_000, 100_000],
      records: [1_000, 10_000, 100_000],
      comments: [50, 150, 500],
    };
/** Followers of the deliveries measured against stock Fedify, one on each. */
export const hostCount = 200;
/** Of the one activity that concerns very many. */
export const audienceHostCount = isQuick ? 200 : 1_000;
export const ports = { koinon: 7460, stock: 7461, bare: 7462, cold: 7463, mirror: 7464, threads: [7465, 7466, 7467] };
export const activityJson = { accept: "application/activity+json" };
export const html = { accept: "text/html" };
