// A picture of another server, read when a person asks to take it along. What is in it is judged by uploads.ts.
import type { FetchPicture } from "../ports.ts";
import type { GuardedFetch } from "./guarded-fetch.ts";
import { Refused } from "./refusal.ts";
import { secondMs } from "./time.ts";
import { fileBytesMax } from "./uploads.ts";

/** Someone waits. */
const totalMs = 10 * secondMs;

/** {@link FetchPicture} through the guarded client. */
export const openFetchPicture =
  (client: Pick<GuardedFetch, "fetch">): FetchPicture =>
  async (address) => {
    const response = await client.fetch(address, { bytesMax: fileBytesMax, totalMs, headers: { accept: "image/*" } });
    if (!response.ok) throw new Refused("image-unreadable");
    return await response.blob();
  };
