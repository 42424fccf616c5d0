// The jobs of erasure: asking again, on both sides.
import { erasedSweepHandlers } from "../../src/erasures/actions.ts";
import type { Handlers } from "../../src/platform/jobs.ts";
import type { Uris } from "../../src/platform/uris.ts";
import type { Clock } from "../../src/ports.ts";
import type { Remote } from "../remote.ts";
import { askSoftware, remind } from "./erasing.ts";
import { askAgain, type PartsDelete, purgeNamedParts } from "./erasures.ts";

type On = <Payload>(run: (payload: Payload) => Promise<unknown>) => (payload: unknown) => Promise<void>;

/** @param on makes a handler: it tries again where a server was silent. */
export function erasureHandlers(remote: Remote, { clock }: { uris: Uris; clock: Clock }, on: On): Handlers {
  const { sql } = remote;
  const now = () => clock.now();
  return {
    ...erasedSweepHandlers(sql, now),
    "server-software": () => askSoftware(remote, now()),
    "erasure-reminder": on((payload: unknown) => remind(sql, payload, now())),
    "erasure-doubt": on(({ uri }: { uri: string }) => askAgain(remote, uri, now())),
    "purge-parts": on((purge: PartsDelete) => purgeNamedParts(remote, purge, now())),
  };
}
