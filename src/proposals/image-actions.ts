// The pictures of a proposal, as its rows name them. The files are kept by images.ts.
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { imagesMax, type ProposalImage } from "./proposal.ts";

/** Sets the images of a proposal, in their order. */
export async function replaceImages(tx: Tx, uri: string, images: readonly ProposalImage[], now: Date): Promise<void> {
  refuseUnless(images.length <= imagesMax, "too-large", { field: "images", max: imagesMax });
  await tx`delete from proposal_image where proposal_uri = ${uri}`;
  for (const [position, image] of images.entries()) {
    await tx`insert into proposal_image ${tx({ id: newId(now), proposalUri: uri, position, ...image })}`;
  }
}
