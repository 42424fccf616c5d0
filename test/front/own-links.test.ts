// The page of one's account leads to every page of one's own that is not in the menu; to some only where there is something.
import { expect, test } from "vitest";
import { inviteToTeam } from "../../src/desk/invitation-actions.ts";
import { newId } from "../../src/platform/ids.ts";
import { hourMs } from "../../src/platform/time.ts";
import { aGuest, aProcess } from "../support/build.ts";
import { openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";
import type { Visitor } from "../support/visit.ts";

const always = {
  "Open my drafts": "/account/proposals",
  "Choose what reaches you": "/notices/settings",
  "See the decisions": "/moderation/statements",
  "Look after your ways to sign in": "/account/sign-in",
  "See and download my data": "/account/data",
  "See what you had erased": "/account/erasures",
};

test("one's account leads to one's own pages, and to invitations and help at the desk when there are any", async () => {
  await using net = await openNetwork("bilbao");
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  const person = await aGuest(bilbao, { now });
  const other = await aGuest(bilbao, { now });
  const reader = await openReader(bilbao, person);
  await reader.open("/account");
  for (const [label, path] of Object.entries(always)) expect(reader.linkTo(label), label).toBe(path);
  expect(reader.text).not.toMatch(/Invitations to a team|What was done for you at the desk/);
  for (const path of Object.values(always)) expect((await reader.open(path)).status, path).toBe(200);

  const process = await aProcess(bilbao, { now });
  const asked = { email: person.email, role: "moderator", processUri: process.uri } as const;
  await inviteToTeam(bilbao.sql, bilbao.administrator, asked, now);
  await bilbao.sql`
    insert into assist (id, officer_id, account_id, reason, started_at, ends_at, ended_at)
    values (${newId(now)}, ${bilbao.administrator.id}, ${person.id}, 'At the desk', ${now}, ${new Date(+now + hourMs)}, ${now})`;
  await reader.open("/account");
  await leadsTo(reader, "Look at the invitation", "/account/team-invitations", process.title.en!);
  await reader.open("/account");
  await leadsTo(reader, "See what was done", "/account/assists", "At the desk");

  const stranger = await openReader(bilbao, other);
  await stranger.open("/account");
  expect(stranger.text).not.toMatch(/Invitations to a team|What was done for you at the desk/);
});

async function leadsTo(reader: Visitor, label: string, path: string, text: string): Promise<void> {
  expect(reader.linkTo(label)).toBe(path);
  await reader.open(path);
  expect([reader.status, reader.text]).toEqual([200, expect.stringContaining(text)]);
}
