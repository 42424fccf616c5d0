// The house rules that a machine can keep. Read the tables before ARCHITECTURE.md.
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { parseSync } from "oxc-parser";
import { expect, test } from "vitest";

const projectDir = join(import.meta.dirname, "..");

/** From the ground up: a room may import the rooms named before its own line, and nothing on its own line but itself. */
const roomsInOrder = [
  ["actors"],
  ["records"],
  ["subjects"],
  ["accounts"],
  // Of everything official that the rooms above write.
  ["translations"],
  ["identities", "residences", "notices"],
  ["erasures"],
  ["cities"],
  ["processes"],
  ["moderation"],
  ["comments"],
  ["proposals", "meetings"],
  ["results"],
  // What is written of all of them: tallies, threads, histories.
  ["chronicle"],
  ["mirrors"],
  ["adoptions"],
  // What waits for the participation team in all of them.
  ["desk"],
  // What the administrators decide about all of them.
  ["settings"],
  // The pages that show all of them: the front door.
  ["front"],
];
const rooms = roomsInOrder.flat();
const roomsBelow = (room: string): string[] =>
  roomsInOrder
    .slice(
      0,
      roomsInOrder.findIndex((line) => line.includes(room)),
    )
    .flat();

const ground = ["platform", "events", "ports"];

/** Who may import whom, area by area; itself always. */
const mayImport: Record<string, readonly string[]> = {
  // The mailer fills a port.
  platform: ["ports"],
  events: ["platform"],
  ports: ["platform"],
  config: ["platform"],
  // The shell around the pages knows who looks at them, and no other room.
  web: ["platform", "ports", "actors", "subjects", "accounts"],
  ...Object.fromEntries(rooms.map((room) => [room, [...ground, "web", ...roomsBelow(room)]])),
  "web/app": [...ground, "web", "config", ...rooms],
  importers: [...ground, ...rooms],
  federation: [...ground, "config", ...rooms],
  instance: [...ground, "config", "web", "web/app", ...rooms, "federation"],
  main: ["platform", "config", "instance"],
  scripts: [...ground, "config", "instance", "main", "importers", ...rooms],
};

/** Within the rooms: which shelf may import which, of its own room and of the rooms below; for types, one more. */
const shelfMayImport: Record<string, readonly string[]> = {
  law: ["law"],
  queries: ["law", "queries"],
  actions: ["law", "queries", "actions"],
  jobs: ["law", "queries", "actions"],
  views: ["law", "queries", "views"],
  // Tells pages who is looking, and at what.
  viewer: ["law", "queries"],
  pages: ["law", "queries", "actions", "views", "viewer", "pages"],
};
const shelfMayNameTypesOf: Record<string, readonly string[]> = { views: ["actions"] };
const shownShelves = ["views", "viewer", "pages"];

interface PackageRule {
  readonly package: RegExp;
  readonly areas: readonly string[];
  readonly shelves?: readonly string[];
  /** Areas that may name its types, and no more. */
  readonly typesIn?: readonly string[];
}

/** Packages that only one part of the house may know. */
const packageOnlyIn: readonly PackageRule[] = [
  { package: /^@fedify\//, areas: ["federation"] },
  { package: /^postgres$/, areas: ["platform"], typesIn: ["federation"] },
  {
    package: /^(hono|@hono)(\/|$)/,
    areas: ["platform", "web", "web/app", "federation", "instance"],
    shelves: shownShelves,
  },
  { package: /^nodemailer$/, areas: ["platform"] },
  // Its requests go through the guarded client.
  { package: /^openid-client$/, areas: ["platform"] },
];

/** Parts that reach the database only through the rooms. */
const withoutSql = (file: SourceFile): boolean =>
  shownShelves.includes(file.shelf ?? "") || ["web", "web/app", "importers", "main"].includes(file.area);

const linesMax = 400;
/** Longer files that are still one idea. Stays empty. */
const longFiles: readonly string[] = [];

const drawerName = /^(utils?|helpers?|managers?|services?|common|misc|data|types|constants|index)\.ts$/;

interface SourceFile {
  readonly path: string;
  readonly area: string;
  /** Only in rooms. */
  readonly shelf: string | null;
  readonly text: string;
  readonly imports: readonly string[];
  /** Those of them that are gone when the program runs. */
  readonly typeImports: readonly string[];
  readonly nodes: readonly AstNode[];
}

interface AstNode {
  readonly type: string;
  readonly [field: string]: unknown;
}

function areaOf(path: string): string {
  if (!path.startsWith("src/")) return path.split("/")[0] ?? "";
  if (path === "src/web/app.ts") return "web/app";
  return (path.split("/")[1] ?? "").replace(/\.ts$/, "");
}

/** A shelf by the end of its name, `sign-in-actions.ts`; another name is law where it says so, else verbs filed by idea. */
function shelfOf(path: string, text: string): string | null {
  if (!rooms.includes(areaOf(path))) return null;
  const name = basename(path, ".ts").split("-").at(-1) ?? "";
  if (name in shelfMayImport) return name;
  return saysPure(text) ? "law" : "actions";
}

/** In the lines a file opens with. */
const saysPure = (text: string): boolean => /^(\/\/.*\n){0,2}\/\/.*\bPure\b/.test(text);

function read(path: string): SourceFile {
  const text = readFileSync(join(projectDir, path), "utf8");
  const { module, program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const nodes = nodesOf(program as unknown as AstNode);
  const named = [
    ...module.staticImports.map((one) => one.moduleRequest.value),
    ...module.staticExports.flatMap((one) => one.entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
    ...nodes
      .filter((node) => node.type === "ImportExpression")
      .map((node) => (node.source as { value?: unknown }).value)
      .filter((value) => typeof value === "string"),
  ];
  const typeImports = module.staticImports
    .filter((one) => one.entries.length > 0 && one.entries.every((entry) => entry.isType))
    .map((one) => one.moduleRequest.value);
  return {
    path,
    area: areaOf(path),
    shelf: shelfOf(path, text),
    text,
    imports: [...new Set(named)],
    typeImports,
    nodes,
  };
}

function nodesOf(root: AstNode): AstNode[] {
  const found: AstNode[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (typeof (value as AstNode).type === "string") found.push(value as AstNode);
    Object.values(value).forEach(visit);
  };
  visit(root);
  return found;
}

const sources = globSync("{src,federation,scripts}/**/*.ts", { cwd: projectDir }).map(read);
const everything = globSync("{src,federation,scripts,bench,test}/**/*.ts", { cwd: projectDir });

const sourceAt = new Map(sources.map((file) => [file.path, file]));

/** Every import of our own code; JSON is data. */
const edges = sources.flatMap((from) =>
  from.imports
    .filter((name) => name.startsWith(".") && !name.endsWith(".json"))
    .map((name) => ({ name, to: normalize(join(dirname(from.path), name)) }))
    .map(({ name, to }) => ({
      from,
      isTypeOnly: from.typeImports.includes(name),
      toArea: areaOf(to),
      to,
      toShelf: sourceAt.get(to)?.shelf ?? null,
      line: `${from.path} → ${to}`,
    })),
);

test("the rules see the house they are for", () => {
  expect(sources.length).toBeGreaterThan(30);
  expect(edges.length).toBeGreaterThan(60);
  expect(sources.filter((file) => !(file.area in mayImport)).map((file) => file.path)).toEqual([]);
});

test("each area imports only what stands under it", () => {
  const wrong = edges.filter(
    ({ from, toArea }) => from.area !== toArea && !(mayImport[from.area] ?? []).includes(toArea),
  );
  expect(wrong.map((edge) => edge.line)).toEqual([]);
});

test("each shelf of a room imports only the shelves under it", () => {
  const within = edges.filter((edge) => edge.from.shelf !== null && edge.toShelf !== null);
  expect(within.length).toBeGreaterThan(0);
  const wrong = within.filter(({ from, toShelf, isTypeOnly }) => {
    const allowed = shelfMayImport[from.shelf as string] ?? [];
    const named = isTypeOnly ? (shelfMayNameTypesOf[from.shelf as string] ?? []) : [];
    return ![...allowed, ...named].includes(toShelf as string);
  });
  // One room's pages are not another room's business, whatever their order.
  const neighbours = within.filter((edge) => edge.toShelf === "pages" && edge.from.area !== edge.toArea);
  expect([...wrong, ...neighbours].map((edge) => edge.line)).toEqual([]);
});

test("only views and pages know the shell, and no other area knows them but the application", () => {
  const shell = edges.filter(
    ({ from, toArea }) => from.shelf !== null && !shownShelves.includes(from.shelf) && toArea === "web",
  );
  const shown = edges.filter(
    ({ from, toShelf }) => shownShelves.includes(toShelf ?? "") && from.shelf === null && from.area !== "web/app",
  );
  expect([...shell, ...shown].map((edge) => edge.line)).toEqual([]);
});

test("each package is known only where it belongs", () => {
  const isAllowed = (file: SourceFile, name: string, rule: PackageRule) =>
    rule.areas.includes(file.area) ||
    rule.shelves?.includes(file.shelf ?? "") ||
    (rule.typesIn?.includes(file.area) && file.typeImports.includes(name));
  const wrong = sources.flatMap((file) =>
    file.imports
      .filter((name) => packageOnlyIn.some((rule) => rule.package.test(name) && !isAllowed(file, name, rule)))
      .map((name) => `${file.path} → ${name}`),
  );
  expect(wrong).toEqual([]);
});

test("what runs in production is installed there", () => {
  const { dependencies } = JSON.parse(readFileSync(join(projectDir, "package.json"), "utf8"));
  const missing = sources
    .filter((file) => file.area !== "scripts")
    .flatMap((file) =>
      file.imports
        .filter((name) => !/^(\.|node:)/.test(name) && !file.typeImports.includes(name))
        .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"))
        .filter((name) => !(name in dependencies))
        .map((name) => `${file.path} → ${name}`),
    );
  expect(missing).toEqual([]);
});

test("only config.ts reads the environment of the process", () => {
  const readers = sources
    .filter((file) => file.area !== "scripts")
    .filter((file) => file.imports.includes("node:process") || file.nodes.some(isProcessEnv))
    .map((file) => file.path);
  expect(readers).toEqual(["src/config.ts"]);
});

const isProcessEnv = (node: AstNode): boolean =>
  node.type === "MemberExpression" &&
  (node.object as { name?: unknown }).name === "process" &&
  ((node.property as { name?: unknown }).name === "env" || (node.property as { value?: unknown }).value === "env");

test("pages, views, the shell and the importers reach the database only through the rooms", () => {
  const tags = (file: SourceFile) =>
    file.nodes.filter(
      (node) => node.type === "TaggedTemplateExpression" && /(^|\.)(sql|tx|pool)$/.test(nameOf(node.tag)),
    );
  expect(sources.filter((file) => tags(file).length > 0).length).toBeGreaterThan(5);
  expect(sources.filter((file) => withoutSql(file) && tags(file).length > 0).map((file) => file.path)).toEqual([]);
});

function nameOf(expression: unknown): string {
  const { type, name, property } = expression as { type: string; name?: string; property?: { name?: string } };
  return (type === "MemberExpression" ? property?.name : name) ?? "";
}

test("what says that it is pure knows no database, no request and no clock", () => {
  const pure = sources.filter((file) => saysPure(file.text));
  expect(pure.length).toBeGreaterThan(2);
  const impure = pure.filter(
    (file) =>
      file.imports.some((name) => /\/(db|jobs|ports)\.ts$|^hono|^node:(fs|http)/.test(name)) ||
      file.nodes.some(
        (node) =>
          (node.type === "NewExpression" &&
            nameOf(node.callee) === "Date" &&
            (node.arguments as unknown[]).length === 0) ||
          (node.type === "CallExpression" && nameOf(node.callee) === "now"),
      ),
  );
  expect(impure.map((file) => file.path)).toEqual([]);
});

test("whoever checks records needs the law of records, and nothing else of the program", () => {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const edge of edges.filter(({ from }) => from.path === path)) visit(edge.to);
  };
  visit("scripts/verify.ts");
  const ground = ["src/platform/canonical.ts", "src/platform/data-integrity.ts"];
  const isLaw = (path: string) => path.startsWith("src/records/") && sourceAt.get(path)?.shelf === "law";
  const others = [...reached].filter((path) => !/^scripts\/verify(\/|\.ts$)/.test(path) && !ground.includes(path));
  expect(others.filter(isLaw).length).toBeGreaterThan(3);
  expect(others.filter((path) => !isLaw(path))).toEqual([]);
});

test("every file opens by saying what lives in it, and its name is not that of a drawer", () => {
  expect(sources.filter((file) => !/^(#!.*\n)?\/[/*]/.test(file.text)).map((file) => file.path)).toEqual([]);
  expect(everything.filter((path) => drawerName.test(basename(path)))).toEqual([]);
});

test("no file is longer than one idea", () => {
  const long = everything
    .map((path) => ({ path, lines: readFileSync(join(projectDir, path), "utf8").split("\n").length - 1 }))
    .filter(({ path, lines }) => lines > linesMax && !longFiles.includes(path));
  expect(long.map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
});

test("whatever is left to do names its issue", () => {
  const left = everything
    .filter((path) => !path.endsWith("architecture.test.ts"))
    .flatMap((path) =>
      readFileSync(join(projectDir, path), "utf8")
        .split("\n")
        .flatMap((line, at) => (/\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\): )/.test(line) ? [`${path}:${at + 1}`] : [])),
    );
  expect(left).toEqual([]);
});
