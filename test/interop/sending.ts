// A node that recorded payloads are sent to, by the hosts that wrote them: signed, through the door.
import { afterAll, beforeAll } from "vitest";
import { findComment } from "../../src/comments/queries.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aProcess, aProposal } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { openStranger, type Stranger } from "../support/stranger.ts";
import { areAbsent, type Json, payload, readdressed } from "./payloads.ts";

export let net: Network<"bilbao">;
export let bilbao: Node;
export let process: Process;
export let proposal: Proposal;
let made = 0;
/** A host no other sender of the file has. */
export const nextHost = (): string => `sender${++made}.test`;

/** A node with a process and a proposal that payloads can be sent to, for the tests of one file. */
export function openReceiver(): void {
  beforeAll(async () => {
    if (areAbsent) return;
    net = await openNetwork("bilbao");
    bilbao = net.nodes.bilbao;
    const now = net.clock.now();
    process = await aProcess(bilbao, { now });
    proposal = await aProposal(bilbao, { process, now });
    await net.settle();
  });
  afterAll(async () => await net?.[Symbol.asyncDispose]());
}

export interface Sent {
  readonly from: Stranger;
  readonly activity: Json;
  readonly status: number;
}

/** The payload as its own server would send it to us today: its host renamed, what it speaks of made ours. */
export function prepare(name: string, ours: Readonly<Record<string, string>> = {}, type = "Person") {
  const from = openStranger(net, { host: nextHost(), handle: "them", type });
  const json = payload(name);
  const actor = typeof json.actor === "object" ? String((json.actor as Json).id) : String(json.actor);
  const origins = { [new URL(actor).origin]: `https://${from.host}`, [actor]: from.uri };
  return { from, activity: readdressed(json, { ...origins, ...ours }) };
}

export async function post({ from, activity }: { from: Stranger; activity: Json }): Promise<Sent> {
  net.clock.advance(1_000);
  const { status } = await from.post("https://bilbao.test/inbox", activity);
  await net.settle();
  return { from, activity, status };
}

export const send = async (name: string, ours?: Readonly<Record<string, string>>, type?: string) =>
  await post(prepare(name, ours, type));
export const objectOf = ({ activity }: { activity: Json }) => activity.object as Json;
export const idOf = (sent: { activity: Json }) => String(objectOf(sent).id);
export const kept = async (uri: string) => await findComment(bilbao.sql, uri);
export const counts = async () => {
  const { likeCount, shareCount, supportCount, commentCount } = (await findSubject(bilbao.sql, proposal.uri)) as never;
  return { likeCount, shareCount, supportCount, commentCount } as Record<string, number>;
};
export const reports = async () =>
  (await bilbao.sql`select id, reason, actor_id, state from report order by id`) as unknown as Json[];
/** Everything a person could read here of what came in. */
export const allText = async () =>
  JSON.stringify([
    await bilbao.sql`select body from comment`,
    await bilbao.sql`select title from subject`,
    await bilbao.sql`select name, summary from actor`,
  ]);
