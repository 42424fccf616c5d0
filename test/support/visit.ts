// Walks through pages the way a person does: by the text of links, labels and buttons. No browser, no script.
import { type ChildNode, type Document, Element, isTag } from "domhandler";
import { DomUtils, parseDocument } from "htmlparser2";

type Fetch = (request: Request) => Response | Promise<Response>;
type Typed = string | File;

const redirectsMax = 10;

/** A page is only as good as its labels: a field without one, or an id used twice, fails the visit. */
export class Visitor {
  status = 0;
  /** The address of the page that is open. */
  url: URL;
  html = "";
  headers = new Headers();
  readonly cookies = new Map<string, string>();
  readonly #fetch: Fetch;
  #document: Document = parseDocument("");
  #typed = new Map<Element, Typed>();
  #checked = new Map<Element, boolean>();

  constructor(fetch: Fetch, origin: string) {
    this.#fetch = fetch;
    this.url = new URL("/", origin);
  }

  async open(path: string, headers: Record<string, string> = {}): Promise<this> {
    return await this.#go(new URL(path, this.url), { headers });
  }

  /** All that a reader reads, in one line. */
  get text(): string {
    return textOf(this.#body);
  }

  get title(): string {
    return textOf(DomUtils.findOne((element) => element.name === "title", this.#document.children));
  }

  /** The text of the elements with a tag name, such as `h1`. */
  all(tag: string): string[] {
    return this.#elements(tag).map(textOf);
  }

  /** The address a link with this text leads to; null when there is none. */
  linkTo(text: string): string | null {
    return this.#matching(this.#elements("a"), text)[0]?.attribs.href ?? null;
  }

  hasButton(text: string): boolean {
    return this.#matching(this.#elements("button"), text).length > 0;
  }

  async follow(text: string): Promise<this> {
    const link = single(this.#matching(this.#elements("a"), text), `link "${text}"`, this);
    return await this.open(link.attribs.href ?? "");
  }

  /** Types into the text field, or chooses in the select, with this label. */
  fill(label: string, value: string): this {
    const field = this.#field(label);
    if (field.name === "select") {
      const options = DomUtils.getElementsByTagName("option", field);
      const option = options.find((one) => textOf(one) === value || one.attribs.value === value);
      if (!option) throw new Error(`"${label}" offers ${options.map(textOf).join(", ")}, not "${value}"`);
      this.#typed.set(field, option.attribs.value ?? textOf(option));
      return this;
    }
    if ("readonly" in field.attribs || "disabled" in field.attribs) throw new Error(`"${label}" cannot be changed`);
    this.#typed.set(field, value);
    return this;
  }

  attach(label: string, file: File): this {
    this.#typed.set(this.#field(label), file);
    return this;
  }

  /** Ticks a box, or takes one of several radio buttons. */
  check(label: string, isChecked = true): this {
    const field = this.#field(label);
    if (field.attribs.type === "radio") {
      for (const other of this.#elements("input")) {
        if (other.attribs.name === field.attribs.name && formOf(other) === formOf(field))
          this.#checked.set(other, false);
      }
    }
    this.#checked.set(field, isChecked);
    return this;
  }

  /** What a field holds now. */
  value(label: string): string {
    const typed = this.#value(this.#field(label));
    return typeof typed === "string" ? typed : typed.name;
  }

  isChecked(label: string): boolean {
    return this.#isChecked(this.#field(label));
  }

  /** Sends the form of the button with this text; `near` names text of the same article, row or form where several match. */
  async press(text: string, { near }: { readonly near?: string } = {}): Promise<this> {
    const buttons = this.#matching(this.#elements("button"), text).filter((one) => one.attribs.type !== "button");
    const meant = near === undefined ? buttons : buttons.filter((one) => isNear(one, near));
    const button = single(meant, `button "${text}"${near ? ` near "${near}"` : ""}`, this);
    const form = formOf(button);
    if (form === null) throw new Error(`button "${text}" stands in no form`);
    return await this.#submit(form, button);
  }

  async #submit(form: Element, button: Element): Promise<this> {
    const entries = this.#entries(form);
    if (button.attribs.name) entries.push([button.attribs.name, button.attribs.value ?? ""]);
    const action = new URL(button.attribs.formaction ?? form.attribs.action ?? "", this.url);
    if ((form.attribs.method ?? "get").toLowerCase() !== "post") {
      action.search = new URLSearchParams(
        entries.map(([name, value]): [string, string] => [name, String(value)]),
      ).toString();
      return await this.#go(action, {});
    }
    const isMultipart = form.attribs.enctype === "multipart/form-data";
    const body = isMultipart ? new FormData() : new URLSearchParams();
    for (const [name, value] of entries) (body as FormData).append(name, isMultipart ? value : String(value));
    const headers = { origin: this.url.origin, referer: this.url.href, "sec-fetch-site": "same-origin" };
    return await this.#go(action, { method: "POST", body, headers });
  }

  #entries(form: Element): [string, Typed][] {
    const controls = DomUtils.filter((node) => isTag(node) && isControl(node), form) as Element[];
    const entries: [string, Typed][] = [];
    for (const control of controls) {
      const { name, type = "" } = control.attribs;
      if (!name || "disabled" in control.attribs || control.name === "button") continue;
      if ((type === "checkbox" || type === "radio") && !this.#isChecked(control)) continue;
      const value = this.#value(control);
      if (type !== "file" || typeof value !== "string") entries.push([name, value]);
    }
    return entries;
  }

  async #go(target: URL, init: RequestInit): Promise<this> {
    let [url, request] = [target, init];
    for (let hops = 0; hops < redirectsMax; hops += 1) {
      const headers = new Headers({ accept: "text/html", ...(request.headers as Record<string, string>) });
      if (this.cookies.size > 0) headers.set("cookie", [...this.cookies].map((pair) => pair.join("=")).join("; "));
      const response = await this.#fetch(new Request(url, { ...request, headers, redirect: "manual" }));
      this.#keepCookies(response);
      const location = response.headers.get("location");
      if (location === null || response.status < 300 || response.status >= 400) return await this.#read(url, response);
      const next = new URL(location, url);
      if (next.origin !== url.origin) throw new Error(`sent away to ${next.href}`);
      [url, request] = [next, {}];
    }
    throw new Error(`more than ${redirectsMax} redirects, the last to ${url.href}`);
  }

  #keepCookies(response: Response): void {
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      const at = pair.indexOf("=");
      if (/;\s*max-age=0/i.test(cookie)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  async #read(url: URL, response: Response): Promise<this> {
    this.url = url;
    this.status = response.status;
    this.headers = response.headers;
    this.html = await response.text();
    this.#typed = new Map();
    this.#checked = new Map();
    const isPage = (response.headers.get("content-type") ?? "").startsWith("text/html");
    this.#document = parseDocument(isPage ? this.html : "");
    if (isPage) this.#checkLabels();
    return this;
  }

  #checkLabels(): void {
    const ids = DomUtils.find((node) => isTag(node) && "id" in node.attribs, this.#document.children, true, 100_000);
    const seen = new Set<string>();
    for (const id of ids.map((node) => (node as Element).attribs.id!)) {
      if (seen.has(id)) throw new Error(`${this.url.pathname}: the id "${id}" is used twice`);
      seen.add(id);
    }
    for (const control of ["input", "select", "textarea"].flatMap((tag) => this.#elements(tag))) {
      if (["hidden", "submit"].includes(control.attribs.type ?? "")) continue;
      if (this.#labelsOf(control).length === 0) {
        throw new Error(`${this.url.pathname}: the field "${control.attribs.name}" has no label`);
      }
    }
  }

  #labelsOf(control: Element): string[] {
    const { id } = control.attribs;
    const labels = this.#elements("label").filter(
      (label) => (id && label.attribs.for === id) || contains(label, control),
    );
    return [control.attribs["aria-label"] ?? "", ...labels.map(textOf)].filter((text) => text !== "");
  }

  #field(label: string): Element {
    const controls = ["input", "select", "textarea"].flatMap((tag) => this.#elements(tag));
    const exact = controls.filter((control) => this.#labelsOf(control).some((text) => text === label));
    const begun = controls.filter((control) => this.#labelsOf(control).some((text) => text.startsWith(label)));
    return single(exact.length > 0 ? exact : begun, `field "${label}"`, this);
  }

  #value(control: Element): Typed {
    const typed = this.#typed.get(control);
    if (typed !== undefined) return typed;
    if (control.name === "textarea") return DomUtils.textContent(control).replace(/^\n/, "");
    if (control.name !== "select") return control.attribs.value ?? (control.attribs.type === "checkbox" ? "on" : "");
    const options = DomUtils.getElementsByTagName("option", control);
    const chosen = options.find((option) => "selected" in option.attribs) ?? options[0];
    return chosen ? (chosen.attribs.value ?? textOf(chosen)) : "";
  }

  #isChecked(control: Element): boolean {
    return this.#checked.get(control) ?? "checked" in control.attribs;
  }

  get #body(): Element | null {
    return DomUtils.findOne((element) => element.name === "body", this.#document.children);
  }

  #elements(tag: string): Element[] {
    return DomUtils.getElementsByTagName(tag, this.#document);
  }

  #matching(elements: readonly Element[], text: string): Element[] {
    const exact = elements.filter((element) => nameOf(element) === text);
    return exact.length > 0 ? exact : elements.filter((element) => nameOf(element).includes(text));
  }
}

export const openVisitor = (fetch: Fetch, origin: string): Visitor => new Visitor(fetch, origin);

const isControl = (element: Element): boolean => ["input", "select", "textarea", "button"].includes(element.name);
const nameOf = (element: Element): string => element.attribs["aria-label"] ?? textOf(element);

const inlineTags = new Set([
  "a",
  "abbr",
  "b",
  "bdi",
  "code",
  "em",
  "i",
  "small",
  "span",
  "strong",
  "sub",
  "sup",
  "time",
]);
const unreadTags = new Set(["script", "style", "svg", "template"]);

/** The words of an element; what stands in blocks of its own is held apart by a space. */
function textOf(node: ChildNode | null): string {
  const words = (at: ChildNode): string => {
    if (at.type === "text") return (at as unknown as { data: string }).data;
    if (!isTag(at) || unreadTags.has(at.name)) return "";
    const inner = at.children.map(words).join("");
    return inlineTags.has(at.name) ? inner : ` ${inner} `;
  };
  return node === null ? "" : words(node).replace(/\s+/g, " ").trim();
}

function contains(outer: Element, inner: Element): boolean {
  for (let at: Element["parent"] = inner.parent; at !== null; at = at.parent) if (at === outer) return true;
  return false;
}

function formOf(element: Element): Element | null {
  for (let at: Element["parent"] = element.parent; at !== null; at = at.parent) {
    if (at instanceof Element && at.name === "form") return at;
  }
  return null;
}

function isNear(element: Element, text: string): boolean {
  for (let at: Element["parent"] = element.parent; at !== null; at = at.parent) {
    if (!(at instanceof Element)) return false;
    const isGroup = ["article", "tr", "form", "fieldset", "section", "li"].includes(at.name);
    if (isGroup && textOf(at).includes(text)) return true;
    if (at.name === "article" || at.name === "tr" || at.name === "li") return false;
  }
  return false;
}

function single(found: readonly Element[], what: string, visitor: Visitor): Element {
  if (found.length === 1) return found[0]!;
  const place = `${visitor.url.pathname} (${visitor.status})`;
  throw new Error(
    `${found.length === 0 ? "no" : `${found.length} times`} ${what} on ${place}: ${visitor.text.slice(0, 2000)}`,
  );
}
