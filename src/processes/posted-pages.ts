// What the pages of the desk share: who may, and a posted form of a process with its phases and its picture.
import type { Context } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import type { Markup } from "../platform/html.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { findImage, keepImage } from "../platform/uploads.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { type FormState, type FormValues, handleForm, readForm } from "../web/forms.ts";
import { arrangePhases } from "./form-reading-views.ts";
import { findProcessByPath } from "./queries.ts";

/** A process of this node and someone who may change it. @throws Refused `not-found`, `sign-in-first`, `not-allowed`. */
export async function atDesk(c: Context<PageEnv>, { sql }: House) {
  const process = await findProcessByPath(sql, c.req.param("segment") ?? "");
  refuseUnless(process !== null && process.origin === null, "not-found");
  return { process, by: requireRole(c, "official", process.uri) };
}

/**
 * A posted form of a process. A button that adds or removes a phase shows the form again with all that was typed; a
 * picture that was sent is kept, so that a mistake elsewhere does not ask for it twice.
 */
export async function postProcess(
  c: Context<PageEnv>,
  { uris, uploadsDir }: House,
  show: (state: FormState) => Markup | Promise<Markup>,
  act: (
    values: FormValues,
    picture: { image: string | null; imageAlt: string },
  ) => Promise<{ to: string; said: string }>,
): Promise<Response> {
  const posted = await readForm(c);
  let values = arrangePhases(posted);
  if (typeof posted.do === "string") return c.html(await show({ values, errors: {} }));
  return await handleForm(c, {
    schema: z.unknown(),
    act: async () => {
      const file = values.image;
      if (file instanceof File) {
        const { image: _file, imageRemoved: _removed, ...others } = values;
        values = { ...others, imageName: (await keepImage(uploadsDir, file, "image")).name };
      }
      const isWanted = values.imageRemoved !== "yes" && typeof values.imageName === "string";
      const kept = isWanted ? await findImage(uploadsDir, String(values.imageName)) : null;
      const imageAlt = typeof values.imageAlt === "string" ? values.imageAlt.trim() : "";
      return await act(values, { image: kept && uris.upload(kept.name), imageAlt });
    },
    again: ({ errors }) => show({ values, errors }),
  });
}
