// The pages of the ways into an account: signing in with a passkey, and one's own ways with what becomes of them.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { listSessions } from "../accounts/queries.ts";
import { deviceOf, safeReturnPath } from "../accounts/sign-in.ts";
import { type SignInWay, signInPage } from "../accounts/sign-in-views.ts";
import { enterSession, requireViewer, sessionCookie } from "../accounts/viewer.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { formErrors, handleForm, readForm, setFlash } from "../web/forms.ts";
import { clientAddress } from "../web/security.ts";
import { renameIdentity, unlinkIdentity } from "./actions.ts";
import { labelLengthMax } from "./identity.ts";
import { relyingPartyOf } from "./passkey.ts";
import { addPasskey, beginAddingPasskey, beginPasskeySignIn, signInWithPasskey } from "./passkey-actions.ts";
import { proposedLabel } from "./passkey-views.ts";
import { listIdentities } from "./queries.ts";
import { renamePage, waysPage, waysPath } from "./views.ts";

export interface IdentitySettings {
  /** The node's secret, from its configuration. */
  readonly secret: string;
  readonly trustedProxyCount: number;
}

/** @param ways every way to sign in besides a link by e-mail, as the sign-in page has them. */
export function identityPages(house: House, settings: IdentitySettings, ways: readonly SignInWay[]): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  ownWays(pages, house, ways);
  addingPasskeys(pages, house, settings);
  signingIn(pages, house, settings, ways);
  return pages;
}

const newLabel = z.object({ label: z.string().trim().min(1).max(labelLengthMax) });

function ownWays(pages: Hono<PageEnv>, { sql, clock }: House, ways: readonly SignInWay[]): void {
  pages.get(waysPath, async (c) => {
    const { id, email } = requireViewer(c);
    c.header("cache-control", "no-store");
    const token = c.get("cookies").readSigned(sessionCookie);
    const [identities, sessions] = await Promise.all([
      listIdentities(sql, id),
      listSessions(sql, id, token, clock.now()),
    ]);
    return c.html(
      waysPage(c.get("page"), {
        ...{ email, identities, sessions, ways, device: deviceOf(c.req.header("user-agent")) },
        // Who was led here to be verified by one of these goes on from there.
        returnTo: c.req.query("back") === undefined ? waysPath : safeReturnPath(c.req.query("back")),
      }),
    );
  });

  pages.get(`${waysPath}/:id/name`, async (c) => c.html(renamePage(c.get("page"), await ownIdentity(c))));

  pages.post(`${waysPath}/:id/name`, async (c) => {
    const identity = await ownIdentity(c);
    return await handleForm(c, {
      schema: newLabel,
      act: async ({ label }) => {
        await renameIdentity(sql, requireViewer(c), identity.id, label);
        return { to: waysPath, said: c.get("page").t("accounts.saved") };
      },
      again: (state) => renamePage(c.get("page"), identity, state),
    });
  });

  pages.post(`${waysPath}/:id/removal`, async (c) => {
    const { label } = await unlinkIdentity(sql, requireViewer(c), c.req.param("id"));
    setFlash(c, { tone: "good", text: c.get("page").t("identities.removed", { label }) });
    return c.redirect(waysPath, 303);
  });

  async function ownIdentity(c: Context<PageEnv>) {
    const mine = await listIdentities(sql, requireViewer(c).id);
    const identity = mine.find(({ id }) => id === c.req.param("id"));
    refuseUnless(identity !== undefined, "not-found");
    return identity;
  }
}

const answerMax = 60_000;
const newPasskey = z.object({ answer: z.string().max(answerMax).default(""), label: z.string().default("") });

function addingPasskeys(pages: Hono<PageEnv>, { sql, clock, uris }: House, settings: IdentitySettings): void {
  pages.post(`${waysPath}/passkeys/options`, (c) =>
    answerJson(c, async () => {
      const by = requireViewer(c);
      const rp = { ...relyingParty(uris.origin), name: c.get("page").city.name };
      return await beginAddingPasskey(sql, settings.secret, rp, by, askerOf(c, settings, waysPath), clock.now());
    }),
  );

  pages.post(`${waysPath}/passkeys`, async (c) => {
    const by = requireViewer(c);
    const { t } = c.get("page");
    const { answer, label } = newPasskey.parse(await readForm(c));
    return await backWithReason(c, async () => {
      const name = label.trim() || proposedLabel(c.get("page"), deviceOf(c.req.header("user-agent")));
      await addPasskey(sql, relyingParty(uris.origin), by, { answer, label: name }, clock.now());
      setFlash(c, { tone: "good", text: t("identities.passkey-added") });
    });
  });
}

/** Back to one's ways, in any case: what was refused is said on top of them. */
async function backWithReason(c: Context<PageEnv>, act: () => Promise<void>): Promise<Response> {
  try {
    await act();
  } catch (error) {
    const reasons = formErrors(c.get("page").t, error);
    if (reasons === null) throw error;
    setFlash(c, { tone: "bad", text: Object.values(reasons).join(" ") });
  }
  return c.redirect(waysPath, 303);
}

const passkeyEntry = z.object({ answer: z.string().max(answerMax).default(""), back: z.string().default("/") });

function signingIn(
  pages: Hono<PageEnv>,
  { sql, clock, uris }: House,
  settings: IdentitySettings,
  ways: readonly SignInWay[],
): void {
  pages.post("/sign-in/passkey/options", (c) =>
    answerJson(c, async () => {
      const { back } = passkeyEntry.parse(await readForm(c));
      const asker = askerOf(c, settings, safeReturnPath(back));
      return await beginPasskeySignIn(sql, settings.secret, relyingParty(uris.origin), asker, clock.now());
    }),
  );

  pages.post("/sign-in/passkey", (c) =>
    handleForm(c, {
      schema: passkeyEntry,
      act: async ({ answer }) => {
        const cookies = c.get("cookies");
        const session = {
          device: deviceOf(c.req.header("user-agent")),
          previousSessionToken: cookies.readSigned(sessionCookie),
        };
        const entry = { answer, viewerId: c.get("page").account?.id ?? null, session };
        const signedIn = await signInWithPasskey(sql, relyingParty(uris.origin), entry, clock.now());
        enterSession(c, signedIn.sessionToken);
        return { to: signedIn.returnTo };
      },
      again: (state) =>
        signInPage(c.get("page"), { ...state, values: {} }, safeReturnPath(String(state.values.back ?? "/")), ways),
    }),
  );
}

/** @throws Refused `not-found` on a node whose host is a number: its pages have no button either. */
function relyingParty(origin: string) {
  const rp = relyingPartyOf(origin);
  refuseUnless(rp !== null, "not-found");
  return rp;
}

function askerOf(c: Context<PageEnv>, settings: IdentitySettings, returnTo: string) {
  const address = clientAddress(c, settings.trustedProxyCount);
  return { locale: c.get("page").t.lang, ip: address === "unknown" ? null : address, returnTo };
}

/** For the script: what was asked for, or why not, in words. */
async function answerJson(c: Context<PageEnv>, make: () => Promise<unknown>): Promise<Response> {
  c.header("cache-control", "no-store");
  try {
    return c.json((await make()) as Record<string, unknown>);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return c.json({ said: c.get("page").t(`refusal.${error.code}`, error.params) }, error.status);
  }
}
