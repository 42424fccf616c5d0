// Forms as a browser sends them when nothing is filled in, read from the page they stand on; and what the answer must be.
import { type ChildNode, type Document, type Element, isTag } from "domhandler";
import { DomUtils, parseDocument } from "htmlparser2";

/** One way to send a form: a button with an address of its own makes another. */
export interface PostedForm {
  /** The path it goes to. */
  readonly action: string;
  readonly isMultipart: boolean;
  readonly button: readonly [name: string, value: string] | null;
  readonly controls: readonly Element[];
}

const all = (within: Document | Element, ...names: string[]): Element[] =>
  DomUtils.filter((node) => isTag(node) && names.includes(node.name), within) as Element[];

/** The forms of a page that post. */
export function postedFormsOf(source: string, path: string): PostedForm[] {
  const document = parseDocument(source);
  const owned = (form: Element, ...names: string[]) => {
    const inside = new Set(all(form, ...names));
    const id = form.attribs.id;
    return all(document, ...names).filter((one) => inside.has(one) || (id !== undefined && one.attribs.form === id));
  };
  return all(document, "form")
    .filter(({ attribs }) => attribs.method?.toLowerCase() === "post")
    .flatMap((form) => {
      const controls = owned(form, "input", "select", "textarea").filter(
        ({ attribs }) => attribs.name && !("disabled" in attribs),
      );
      const isMultipart = form.attribs.enctype === "multipart/form-data";
      const buttons = owned(form, "button").filter(({ attribs }) => (attribs.type ?? "submit") === "submit");
      return buttons.map(({ attribs }) => ({
        action: new URL(attribs.formaction || form.attribs.action || path, "http://node.test").pathname,
        ...{ isMultipart, controls, button: attribs.name ? ([attribs.name, attribs.value ?? ""] as const) : null },
      }));
    });
}

const boxes = new Set(["checkbox", "radio"]);
const typeOf = ({ name, attribs }: Element): string => (name === "input" ? (attribs.type ?? "text") : name);

/** Whether a person is asked for anything in it. */
export const asksForSomething = ({ controls }: PostedForm): boolean => controls.some((one) => typeOf(one) !== "hidden");

/** The fields one writes freely in. */
export const wordsOf = ({ controls }: PostedForm): string[] => [
  ...new Set(
    controls
      .filter((one) => typeOf(one) === "textarea" || (typeOf(one) === "text" && !one.attribs.list))
      .map(({ attribs }) => attribs.name!),
  ),
];

/** What is sent with every field empty and every box without its tick, except for these words. */
export function emptyBodyOf(
  { controls, isMultipart, button }: PostedForm,
  words: ReadonlyMap<string, string>,
): FormData | URLSearchParams {
  const body = isMultipart ? new FormData() : new URLSearchParams();
  for (const control of controls) {
    const { name = "", value = "" } = control.attribs;
    const type = typeOf(control);
    if (type === "file" && isMultipart) (body as FormData).append(name, new File([], ""));
    else if (type === "hidden") body.append(name, value);
    else if (type === "select") body.append(name, chosenIn(control));
    else if (type === "radio" ? "checked" in control.attribs : !boxes.has(type)) {
      body.append(name, type === "radio" ? value : (words.get(name) ?? ""));
    }
  }
  if (button !== null) body.append(button[0], button[1]);
  return body;
}

function chosenIn(select: Element): string {
  const options = all(select, "option");
  const chosen = options.find(({ attribs }) => "selected" in attribs) ?? options[0];
  return chosen === undefined ? "" : (chosen.attribs.value ?? DomUtils.textContent(chosen));
}

export interface Complaint {
  /** What is wrong with how it complains. */
  readonly faults: readonly string[];
  /** Names of the fields that the lines lead to. */
  readonly fields: readonly string[];
  /** What the fields of the page hold. */
  readonly kept: ReadonlySet<string>;
}

/** Reads the page that says what is missing. */
export function complaintOf(source: string): Complaint {
  const document = parseDocument(source);
  const summaries = DomUtils.filter(
    (node) => isTag(node) && (node.attribs.class ?? "").split(" ").includes("error-summary"),
    document,
  ) as Element[];
  const faults = summaries.length === 1 ? [] : [`${summaries.length} summaries`];
  const links = summaries.flatMap((summary) => all(summary, "a"));
  if (summaries.length > 0 && links.length === 0) {
    faults.push(`nothing in the summary leads to a field: ${DomUtils.textContent(summaries).replace(/\s+/g, " ")}`);
  }
  const fields: string[] = [];
  for (const { attribs } of links) {
    const target = DomUtils.findOne((node) => `#${node.attribs.id}` === attribs.href, document.children);
    const within = target === null ? [] : [target, ...all(target, "input", "select", "textarea")];
    const named = within.find((one) => one.attribs.name && one.attribs.type !== "hidden");
    if (named) fields.push(named.attribs.name!);
    else faults.push(`${attribs.href} leads to no field`);
  }
  const held = (node: Element) => (node.name === "textarea" ? DomUtils.textContent(node) : (node.attribs.value ?? ""));
  const kept = all(document, "input", "textarea").map((one: Element & ChildNode) => held(one).trim());
  return { faults, fields, kept: new Set(kept) };
}
