// The pages of the organisations of this node and of the network they are part of.
import { Hono } from "hono";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { networkPages, type ShowNetwork } from "./network-pages.ts";
import { organisationPages, type ShowAround } from "./organisation-pages.ts";

export function cityPages(
  house: House,
  showNetwork: ShowNetwork | null = null,
  showAround: ShowAround = async () => ({ follow: null, processes: null }),
): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.route("/", networkPages(house, showNetwork));
  pages.route("/", organisationPages(house, showAround));
  return pages;
}
