// What a person sees when the demo is ready: where the nodes are, and links that sign in with one click.
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import type { Pool } from "../../src/platform/db.ts";
import { dayMs } from "../../src/platform/time.ts";
import type { DemoNode } from "./cast.ts";

export interface Links {
  readonly administrator: string;
  readonly resident: string;
}

/** A link for each person of the cast, good for one sign-in within a day. */
export async function signInLinks(
  nodes: readonly DemoNode[],
  databaseOf: (node: DemoNode) => Pool,
  secret: string,
): Promise<Links[]> {
  const linkFor = (node: DemoNode, email: string) => {
    const link = { email, locale: node.locale, returnTo: "/", lifetimeMs: dayMs };
    return issueSignInLink(databaseOf(node), node.uris, secret, link, new Date());
  };
  return await Promise.all(
    nodes.map(async (node) => ({
      administrator: await linkFor(node, node.administrator.email),
      resident: await linkFor(node, node.resident.email),
    })),
  );
}

/** Where the idea that travelled stands: the proposal of Medina that was made from one of Montclar's. */
export async function findTravelled(nodes: readonly DemoNode[], databaseOf: (node: DemoNode) => Pool): Promise<string> {
  const medina = nodes.find(({ key }) => key === "medina") as DemoNode;
  const [row] = await databaseOf(medina)<{ uri: string }[]>`
    select subject.uri from subject join derivation on subject_uri = subject.uri
    where origin is null and kind = 'proposal' and published_at is not null order by published_at limit 1`;
  return row?.uri ?? `${medina.origin}/processes/ma-wa-dhill/proposals`;
}

const rule = "─".repeat(78);

/** @param travelled the address of the idea that travelled. */
export function welcome(
  nodes: readonly DemoNode[],
  links: readonly Links[],
  travelled: string,
  readyMs: number,
): string {
  const places = nodes.map((node, index) =>
    [
      `  ${node.origin}   ${node.about}`,
      `     administrator  ${links[index]?.administrator}`,
      `     resident       ${links[index]?.resident}`,
    ].join("\n"),
  );
  const originOf = (key: DemoNode["key"]) => nodes.find((node) => node.key === key)?.origin;
  return `
${rule}
  Koinon: three nodes that talk to each other. Ready in ${(readyMs / 1_000).toFixed(1)} s.

${places.join("\n\n")}

  An idea of Montclar that Medina made its own, and where it has been (/lineage):
     ${travelled}
  Both cities as Commons keeps them, and how whole:  ${originOf("commons")}/network/copies
  A comment that is gone everywhere, and who confirmed it, for Medina's resident:
     ${originOf("medina")}/account/erasures

  Each link signs in once, within a day; later ones come by mail: see /mailbox of a node.
  Ctrl-C stops everything and keeps the data; npm run demo -- --fresh starts over.
${rule}
  What the nodes say to each other:
`;
}
