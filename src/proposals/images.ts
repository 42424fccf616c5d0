// The pictures of a proposal between a form and the folder of uploads.
import { findImage, keepImage } from "../platform/uploads.ts";
import type { Uris } from "../platform/uris.ts";
import { imagesMax, type ProposalImage } from "./proposal.ts";

/**
 * The values of a form with each file it sent kept and replaced by its name, `image-0` by `image-0-name`.
 * @throws Refused `image-unreadable`, `too-large`, naming the field.
 */
export async function keepPictures<Values extends Readonly<Record<string, unknown>>>(
  uploadsDir: string,
  values: Values,
): Promise<Values> {
  const kept: Record<string, unknown> = { ...values };
  for (let slot = 0; slot < imagesMax; slot += 1) {
    const field = `image-${slot}`;
    const file = values[field];
    if (!(file instanceof File)) continue;
    const { name } = await keepImage(uploadsDir, file, field);
    delete kept[field];
    delete kept[`${field}-removed`];
    kept[`${field}-name`] = name;
  }
  return kept as Values;
}

/** A kept picture as a proposal has it; null for a name that is none of ours. */
export async function imageNamed(
  uploadsDir: string,
  uris: Uris,
  name: string,
  alt: string,
): Promise<ProposalImage | null> {
  const image = await findImage(uploadsDir, name);
  if (image === null) return null;
  return { url: uris.upload(name), alt, mediaType: image.mediaType, width: image.width, height: image.height };
}
