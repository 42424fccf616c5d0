// What every page knows: the reader, the city, the language, the form token. Made once per request by the shell.
import type { Account } from "../accounts/account.ts";
import type { Language, Translator } from "../platform/i18n.ts";
import type { Assist } from "./assisting.ts";
import type { Cookies } from "./cookies.ts";
import type { FormValues } from "./forms.ts";
import type { TileSource } from "./tiles.ts";

/** The city, district or association whose node this is, as its pages show it. */
export interface CityIdentity {
  readonly name: string;
  readonly tagline: string;
  /** `@bilbao@bilbao.example` */
  readonly handle: string;
  /** `https://bilbao.example`, no trailing slash. */
  readonly origin: string;
  readonly logoUrl: string | null;
  /** `#rrggbb`; the shell derives readable shades from it. */
  readonly accent: string;
  /** A second colour, for what the institution says and what came of it; null where one is enough. */
  readonly second?: string | null;
  /** The languages readers are offered, the first one is the city's own; all of the interface where nobody chose. */
  readonly offered?: readonly Language[] | null;
  /** Where pictures of maps come from; null where maps are drawn here. */
  readonly tiles?: TileSource | null;
  /** IANA time zone: every date on the pages is in it. */
  readonly timeZone: string;
  readonly lang: Language;
  /** Where a person reports wrongdoing in confidence; shown in the footer when set. */
  readonly reportChannelUrl: string | null;
  /** The source code of what runs here (AGPL section 13). */
  readonly sourceUrl: string | null;
  readonly version: string;
  /** True where other nodes may be plain http on this machine: links to them then say http. */
  readonly isTrial: boolean;
}

export type Theme = "auto" | "light" | "dark";

export interface Flash {
  readonly tone: "good" | "bad" | "info";
  readonly text: string;
  /** Where to go on from it. */
  readonly link?: { readonly href: string; readonly label: string };
}

export interface PageContext {
  readonly t: Translator;
  readonly city: CityIdentity;
  /** Who the page is for: while an official acts for a person at the desk, that person. */
  readonly account: Account | null;
  /** Set while an official acts for a person at the desk. */
  readonly assist?: Assist | null;
  /** The browser still carries such a session, and it has ended. */
  readonly isAssistOver?: boolean;
  /** Unread notifications of the account. */
  readonly unreadCount: number;
  /** Path and query of this page; after a post, of the page the form stood on. */
  readonly path: string;
  /** The token every form that changes something carries. */
  readonly csrf: string;
  readonly flash: Flash | null;
  /** A form of this page came back with something wrong: said by `openFields`, read by the tab's title. */
  isWrong?: boolean;
  readonly theme: Theme;
  /** The reader has agreed that maps are fetched from the server that draws them for this city. */
  readonly wantsTiles?: boolean;
  readonly now: Date;
}

/** The Hono environment of every room's pages: `new Hono<PageEnv>()`, then `c.get("page")`. */
export interface PageEnv {
  Variables: {
    page: PageContext;
    cookies: Cookies;
    requestId: string;
    /** What was typed into a form that was refused for the size of its files. */
    typedBefore?: FormValues;
  };
}

/** The language a reader's own words are taken to be in until a form says otherwise: at the desk they are the person's. */
export const ownLanguage = ({ t, assist }: Pick<PageContext, "t" | "assist">): string =>
  assist?.account.locale ?? t.lang;
