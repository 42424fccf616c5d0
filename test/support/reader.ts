// A person before the pages of a whole node: signed in the way people are, by the link in a mail.
import type { Account } from "../../src/accounts/account.ts";
import type { Node } from "./network.ts";
import { openVisitor, type Visitor } from "./visit.ts";

/** Someone who reads a node's pages, signed in where an account is given. */
export async function openReader(node: Node, account: Account | null = null): Promise<Visitor> {
  const { origin } = node.uris;
  const visitor = openVisitor((request) => node.instance.fetch(request), origin);
  if (account === null) return visitor;
  const [{ email } = { email: "" }] = await node.sql<
    { email: string }[]
  >`select email from account where id = ${account.id}`;
  await visitor.open("/sign-in");
  await visitor.fill("E-mail", email).press("Send me the link");
  await node.instance.drain();
  const [link] = node.mails.at(-1)?.text.match(/https:\/\/\S+/) ?? [];
  if (link === undefined) throw new Error(`no mail for ${email}`);
  await visitor.open(link);
  return await visitor.press("Sign in");
}
