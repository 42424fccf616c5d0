// What officials do with a process: open it, change it, publish it, write news, add documents, end an experiment.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { languages } from "../platform/i18n.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { keepDocument, keepImage } from "../platform/uploads.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, handleForm } from "../web/forms.ts";
import { changeProcess, decidePilot } from "./actions.ts";
import {
  documentsPage,
  documentTitleCharsMax,
  newsBodyCharsMax,
  newsFormPage,
  newsTitleCharsMax,
  pilotDecisionPage,
  reasonsCharsMax,
} from "./desk-views.ts";
import { addDocument, removeDocument } from "./document-actions.ts";
import { readProcessForm, valuesOf } from "./form-reading-views.ts";
import { processFormPage } from "./form-views.ts";
import { publishNews } from "./news-actions.ts";
import { atDesk, postProcess } from "./posted-pages.ts";
import { type Process, processPath } from "./process.ts";
import { listCategories, listDocuments, listProcessCategories } from "./queries.ts";

export function deskPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  changingRoutes(pages, house);
  newsRoutes(pages, house);
  documentRoutes(pages, house);
  pilotRoutes(pages, house);
  return pages;
}

function changingRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;
  const show = async (c: Context<PageEnv>, process: Process, state: FormState) => {
    const own = await listProcessCategories(sql, process.uri);
    const ids = own.map(({ id }) => id);
    const categories = await listCategories(sql, null, ids);
    return processFormPage(c.get("page"), { process, organisations: [], categories, state });
  };

  pages.get("/processes/:segment/edit", async (c) => {
    const { process } = await atDesk(c, house);
    const own = await listProcessCategories(sql, process.uri);
    const ids = own.map(({ id }) => id);
    return c.html(await show(c, process, { values: valuesOf(c.get("page"), process, ids), errors: {} }));
  });

  pages.post("/processes/:segment/edit", async (c) => {
    const { process, by } = await atDesk(c, house);
    return await postProcess(
      c,
      house,
      (state) => show(c, process, state),
      async (values, picture) => {
        const input = readProcessForm(c.get("page"), values);
        const reason = typeof values.reason === "string" ? values.reason : "";
        await changeProcess(sql, by, process.uri, { ...input, ...picture, reason }, clock.now());
        return { to: processPath(process), said: c.get("page").t("processes.saved") };
      },
    );
  });
}

const newsSchema = z.object({
  title: z.string().trim().min(1).max(newsTitleCharsMax),
  body: z.string().trim().min(1).max(newsBodyCharsMax),
  language: z.enum(languages),
});

function newsRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;
  pages.get("/processes/:segment/news/new", async (c) => {
    const { process } = await atDesk(c, house);
    refuseUnless(process.publishedAt !== null, "not-in-this-state");
    return c.html(newsFormPage(c.get("page"), process, emptyForm));
  });

  pages.post("/processes/:segment/news/new", async (c) => {
    const { process, by } = await atDesk(c, house);
    return await handleForm(c, {
      schema: newsSchema,
      act: async (input) => {
        await publishNews(sql, uris, by, { ...input, processUri: process.uri }, clock.now());
        return { to: `${processPath(process)}/news`, said: c.get("page").t("processes.news-published") };
      },
      again: (state) => newsFormPage(c.get("page"), process, state),
    });
  });
}

const isAddress = (text: string): boolean => /^https?:\/\/[^\s]+$/i.test(text) && URL.canParse(text);

const documentSchema = z.object({
  title: z.string().trim().min(1).max(documentTitleCharsMax),
  language: z.enum(languages),
  url: z
    .string()
    .trim()
    .max(2_000)
    .default("")
    .refine((text) => text === "" || isAddress(text), "field.not-an-address"),
  file: z.instanceof(File).optional(),
});

function documentRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;
  const show = async (c: Context<PageEnv>, process: Process, state: FormState) =>
    documentsPage(c.get("page"), { process, documents: await listDocuments(sql, process.uri), state });

  pages.get("/processes/:segment/documents", async (c) => {
    const { process } = await atDesk(c, house);
    return c.html(await show(c, process, emptyForm));
  });

  pages.post("/processes/:segment/documents", async (c) => {
    const { process, by } = await atDesk(c, house);
    return await handleForm(c, {
      schema: documentSchema,
      act: async ({ title, language, url, file }) => {
        const where = file ? await keepFile(house, file) : { url, mediaType: "", sizeBytes: null };
        refuseUnless(where.url !== "", "invalid-input", { field: "file" });
        await addDocument(sql, by, { processUri: process.uri, title, language, ...where }, clock.now());
        return { to: `${processPath(process)}/documents`, said: c.get("page").t("processes.document-added") };
      },
      again: (state) => show(c, process, state),
    });
  });

  pages.post("/processes/:segment/documents/:id/removal", async (c) => {
    const { process, by } = await atDesk(c, house);
    await removeDocument(sql, by, process.uri, c.req.param("id"), clock.now());
    return c.redirect(`${processPath(process)}/documents`, 303);
  });
}

/** A picture is kept as a picture, anything else as a document. */
async function keepFile({ uris, uploadsDir }: House, file: File) {
  try {
    const image = await keepImage(uploadsDir, file, "file");
    return { url: uris.upload(image.name), mediaType: image.mediaType, sizeBytes: null };
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "image-unreadable") throw error;
  }
  const { name, mediaType, sizeBytes } = await keepDocument(uploadsDir, file, "file");
  return { url: uris.upload(name), mediaType, sizeBytes };
}

const pilotSchema = z.object({
  decision: z.enum(["stop", "adjust", "scale"]),
  reasons: z.string().trim().min(1).max(reasonsCharsMax),
});

function pilotRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;
  pages.get("/processes/:segment/pilot-decision", async (c) => {
    const { process } = await atDesk(c, house);
    refuseUnless(process.isPilot && process.publishedAt !== null, "not-in-this-state");
    return c.html(pilotDecisionPage(c.get("page"), process, emptyForm));
  });

  pages.post("/processes/:segment/pilot-decision", async (c) => {
    const { process, by } = await atDesk(c, house);
    return await handleForm(c, {
      schema: pilotSchema,
      act: async (input) => {
        await decidePilot(sql, by, process.uri, input, clock.now());
        return { to: `${processPath(process)}#pilot`, said: c.get("page").t("processes.pilot-decided") };
      },
      again: (state) => pilotDecisionPage(c.get("page"), process, state),
    });
  });
}
