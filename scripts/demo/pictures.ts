// The pictures of the demo on their way into a node: through the same door as people's own.
import { keepImage } from "../../src/platform/uploads.ts";
import type { ProposalImage } from "../../src/proposals/proposal.ts";
import type { PictureName } from "./drawing.ts";
import type { Place } from "./place.ts";

export type { PictureName } from "./drawing.ts";
/** PNG files by name. */
export type Pictures = ReadonlyMap<PictureName, Buffer>;

export async function keepPicture(
  { uploadsDir, uris, pictures }: Pick<Place, "uploadsDir" | "uris" | "pictures">,
  name: PictureName,
  alt: string,
): Promise<ProposalImage> {
  const png = new Blob([new Uint8Array(pictures.get(name) as Buffer)], { type: "image/png" });
  const { name: file, mediaType, width, height } = await keepImage(uploadsDir, png, "image");
  return { url: uris.upload(file), alt, mediaType, width, height };
}
