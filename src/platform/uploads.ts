// Files people upload: capped, typed by what is in them and never by their name, kept under the digest of what is stored.
import { createHash, randomBytes } from "node:crypto";
import { mkdir, rename, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { Refused, refuseUnless } from "./refusal.ts";

export const fileBytesMax = 10_000_000;
export const imagePixelsMax = 50_000_000;
/** Pictures are made to fit a square of this side. */
export const imageSidePixelsMax = 1_600;

// Only the decoders of what people's cameras and screens make; drawings (SVG) and documents can carry scripts or references.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadHeif"],
});
sharp.cache(false);

/** For the `accept` of a file field. */
export const imageTypesAccepted = "image/jpeg,image/png,image/webp,image/avif";

export interface KeptImage {
  /** `<digest>-<width>x<height>.<extension>`: all that is known of it, so that the name alone can be posted again. */
  readonly name: string;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Keeps a picture: turned upright, at most {@link imageSidePixelsMax} wide and high, without what the camera wrote into
 * it (place, device, time). The same picture twice is one file.
 *
 * @param field the input it came from, which a refusal names.
 * @throws Refused `image-unreadable`, `too-large`.
 */
export async function keepImage(dir: string, file: Blob, field: string): Promise<KeptImage> {
  refuseUnless(file.size <= fileBytesMax, "too-large", { field, megabytes: fileBytesMax / 1_000_000 });
  const { data, info } = await readImage(Buffer.from(await file.arrayBuffer()), field);
  const extension = info.format === "webp" ? "webp" : "jpg";
  const name = `${digestOf(data)}-${info.width}x${info.height}.${extension}`;
  await keep(dir, name, data);
  return { name, mediaType: typeOfExtension[extension], width: info.width, height: info.height };
}

async function readImage(bytes: Buffer, field: string) {
  try {
    const image = sharp(bytes, { limitInputPixels: imagePixelsMax, failOn: "error" });
    const { hasAlpha } = await image.metadata();
    const fitted = image
      .autoOrient()
      .resize({ width: imageSidePixelsMax, height: imageSidePixelsMax, fit: "inside", withoutEnlargement: true });
    // JPEG is what every server and reader shows; only what is see-through needs more.
    const encoded = hasAlpha ? fitted.webp({ quality: 82 }) : fitted.jpeg({ quality: 82, progressive: true });
    return await encoded.toBuffer({ resolveWithObject: true });
  } catch (cause) {
    throw new Refused("image-unreadable", { field }, { cause });
  }
}

export interface KeptDocument {
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

/**
 * Keeps a document as it is: PDF, OpenDocument, Office Open XML or plain text. Browsers are told to save it, not to open it.
 * @throws Refused `document-unreadable`, `too-large`.
 */
export async function keepDocument(dir: string, file: Blob, field: string): Promise<KeptDocument> {
  refuseUnless(file.size <= fileBytesMax, "too-large", { field, megabytes: fileBytesMax / 1_000_000 });
  const bytes = Buffer.from(await file.arrayBuffer());
  const extension = documentExtension(bytes);
  refuseUnless(extension !== null, "document-unreadable", { field });
  const name = `${digestOf(bytes)}.${extension}`;
  await keep(dir, name, bytes);
  return { name, mediaType: typeOfExtension[extension], sizeBytes: bytes.length };
}

const typeOfExtension = {
  jpg: "image/jpeg",
  webp: "image/webp",
  pdf: "application/pdf",
  odt: "application/vnd.oasis.opendocument.text",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  odp: "application/vnd.oasis.opendocument.presentation",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  txt: "text/plain; charset=utf-8",
} as const;
type Extension = keyof typeof typeOfExtension;

/** By the first bytes: PDF 32000 section 7.5.2, OpenDocument 1.3 part 2 section 3.3 (`mimetype` comes first), ECMA-376 part 2. */
function documentExtension(bytes: Buffer): Extension | null {
  if (bytes.subarray(0, 5).toString("latin1") === "%PDF-") return "pdf";
  if (bytes.subarray(0, 4).toString("latin1") === "PK\u0003\u0004") {
    const start = bytes.subarray(30, 120).toString("latin1");
    for (const kind of ["odt", "ods", "odp"] as const) {
      if (start.startsWith(`mimetype${typeOfExtension[kind]}`)) return kind;
    }
    const folders = { docx: "word/document.xml", xlsx: "xl/workbook.xml", pptx: "ppt/presentation.xml" } as const;
    if (!bytes.includes("[Content_Types].xml")) return null;
    return (Object.keys(folders) as (keyof typeof folders)[]).find((kind) => bytes.includes(folders[kind])) ?? null;
  }
  return isText(bytes) ? "txt" : null;
}

function isText(bytes: Buffer): boolean {
  if (bytes.length === 0 || bytes.includes(0)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const digestOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex").slice(0, 32);

/** Written beside and moved into place, so that no one ever reads half a file. */
async function keep(dir: string, name: string, bytes: Buffer): Promise<void> {
  await mkdir(dir, { recursive: true });
  // Wanted anew: it counts as fresh for who looks for files that nothing shows.
  if (await isKept(dir, name)) return await utimes(join(dir, name), new Date(), new Date());
  const beside = join(dir, `.${randomBytes(8).toString("hex")}.part`);
  await writeFile(beside, bytes, { mode: 0o644 });
  await rename(beside, join(dir, name));
}

async function isKept(dir: string, name: string): Promise<boolean> {
  return await stat(join(dir, name)).then(
    (found) => found.isFile(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}

const namePattern = /^[0-9a-f]{32}(?:-(\d{1,4})x(\d{1,4}))?\.([a-z]{3,4})$/;

/** Whether a name can be one of ours. */
export const isUploadName = (name: string): boolean => namePattern.test(name);

/** Where a file is and what it is; null for a name that is not one of ours, or a file that is not there. */
export async function findUpload(dir: string, name: string): Promise<{ path: string; mediaType: string } | null> {
  const extension = namePattern.exec(name)?.[3] ?? "";
  if (!(extension in typeOfExtension) || !(await isKept(dir, name))) return null;
  return { path: join(dir, name), mediaType: typeOfExtension[extension as Extension] };
}

/** A picture that was kept before, by the name a form posts again; null for anything else. */
export async function findImage(dir: string, name: string): Promise<KeptImage | null> {
  const [, width, height] = namePattern.exec(name) ?? [];
  if (width === undefined || height === undefined) return null;
  const found = await findUpload(dir, name);
  return found && { name, mediaType: found.mediaType, width: Number(width), height: Number(height) };
}
