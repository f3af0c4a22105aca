import { assert, assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join, relative } from "@std/path";

const ROOT = dirname(dirname(fromFileUrl(import.meta.url)));

interface Imported {
  readonly specifier: string;
  readonly code?: { readonly specifier?: string };
  readonly type?: { readonly specifier?: string };
  readonly isDynamic?: boolean;
}
interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly Imported[];
    readonly error?: string;
  }[];
}

/** An import of one of the project's modules: `to` is a path below the root or else the specifier as written. */
interface Import {
  readonly from: string;
  readonly to: string;
  readonly atRuntime: boolean;
  readonly dynamic: boolean;
}

/** The imports that each layer may have: layers by name, packages by their names or, with a slash, by how these begin. */
const MAY_IMPORT: Readonly<
  Record<string, { readonly layers: readonly string[]; readonly packages: readonly string[] }>
> = {
  core: { layers: ["core"], packages: ["@noble/hashes/"] },
  adapters: { layers: ["core", "adapters"], packages: ["@std/path", "node:crypto", "node:path", "zod"] },
  sources: { layers: ["core", "sources"], packages: ["node:crypto", "zod"] },
  assets: {
    layers: ["core", "sources", "assets"],
    packages: ["apache-arrow", "node:zlib", "zod"],
  },
  sensors: { layers: ["core", "sensors"], packages: [] },
  cli: { layers: ["core", "cli"], packages: ["@std/cli/", "@std/fmt/", "leven"] },
  app: {
    layers: ["core", "adapters", "sources", "assets", "sensors", "app"],
    packages: ["duckdb", "leven", "node:path", "node:sqlite", "node:url", "node:util", "zod"],
  },
  web: {
    layers: ["core", "web"],
    packages: [
      "hono",
      "hono/",
      "@hono/",
      "@dagrejs/dagre",
      "d3-geo",
      "node:zlib",
      "topojson-client",
      "uplot/",
      "world-atlas/",
    ],
  },
  main: {
    layers: ["app", "cli", "web", "main"],
    packages: ["node:path", "node:process", "node:readline", "node:readline/promises"],
  },
  bench: {
    layers: ["core", "adapters", "sources", "assets", "app", "web", "bench"],
    packages: ["@std/path", "duckdb", "node:process", "node:sqlite", "zod"],
  },
};

/** The SDKs that parts of the adapters may import besides. */
const OWN_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "adapters/alerts/smtp": ["nodemailer"],
  "adapters/cron/croner": ["croner"],
  "adapters/engine/duckdb": ["node:stream", "node:stream/promises", "node:zlib"],
  "adapters/object_store/s3": ["@aws-sdk/client-s3"],
  "adapters/query/duckdb": ["apache-arrow", "duckdb"],
  "adapters/sdk/duckdb": ["duckdb"],
  "adapters/state/postgres": ["postgres"],
  "adapters/state/sqlite": ["node:sqlite", "node:url"],
  "adapters/tracer/opentelemetry": ["@opentelemetry/api"],
};

function layerOf(path: string): string | undefined {
  if (["app.ts", "config.ts", "deno.json"].includes(path)) return "app";
  if (["main.ts", "keyboard.ts", "exit.ts", "exit_thread.ts"].includes(path)) return "main";
  const folder = path.split("/")[0]!;
  return Object.hasOwn(MAY_IMPORT, folder) ? folder : undefined;
}

function* sourceFiles(folder: string): Iterable<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    const own = relative(ROOT, path);
    if (isDirectory) {
      if (folder !== ROOT || layerOf(own) !== undefined) yield* sourceFiles(path);
    } else if (/\.tsx?$/.test(name) && layerOf(own) !== undefined) yield path;
  }
}

async function readImports(): Promise<Import[]> {
  const files = [...sourceFiles(ROOT)];
  const folder = await Deno.makeTempDir();
  const entry = join(folder, "all.ts");
  await Deno.writeTextFile(
    entry,
    files.map((file) => `import ${JSON.stringify(`file://${file}`)};`).join("\n"),
  );
  try {
    const { stdout, success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", join(ROOT, "deno.json"), entry],
      cwd: ROOT,
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const info: Info = JSON.parse(new TextDecoder().decode(stdout));
    return info.modules.filter(({ specifier }) => specifier.startsWith(`file://${ROOT}/`)).flatMap(importsOf);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function importsOf({ specifier, dependencies = [] }: Info["modules"][number]): Import[] {
  const from = relative(ROOT, fromFileUrl(specifier));
  if (layerOf(from) === undefined) return [];
  return dependencies.map((each) => {
    const resolved = each.code?.specifier ?? each.type?.specifier ?? each.specifier;
    const to = resolved.startsWith(`file://${ROOT}/`)
      ? relative(ROOT, fromFileUrl(resolved))
      : each.specifier;
    return { from, to, atRuntime: each.code !== undefined, dynamic: each.isDynamic === true };
  });
}

/** Whether an import is of a package. */
function isOf(to: string, name: string): boolean {
  return name.endsWith("/") ? to.startsWith(name) : to === name;
}

function part(path: string, depth: number): string {
  return path.split("/").slice(0, depth).join("/");
}

function fault({ from, to }: Import): string | undefined {
  const layer = layerOf(from)!;
  const { layers, packages } = MAY_IMPORT[layer]!;
  const target = layerOf(to);
  const line = `${from} imports ${to}`;
  if (target === undefined) {
    if (to.startsWith("tests/")) return line;
    const own = OWN_PACKAGES[part(from, 3)] ?? [];
    return [...packages, ...own].some((name) => isOf(to, name)) ? undefined : line;
  }
  if (!layers.includes(target)) return line;
  // The core has one door.
  if (layer !== "core" && target === "core" && to !== "core/mod.ts") return line;
  // Two adapters share only what is in adapters/sdk; a source knows no other source.
  if (layer === "adapters" && target === "adapters" && !to.startsWith("adapters/sdk/")) {
    const shared = to.split("/").length === 3;
    if (!shared && part(from, 3) !== part(to, 3)) return line;
  }
  if (layer === "sources" && target === "sources" && part(from, 2) !== part(to, 2)) return line;
  return undefined;
}

const imports = await readImports();

Deno.test("the imports of every layer are seen", () => {
  const seen = new Set(imports.map(({ from }) => layerOf(from)));
  assertEquals([...seen].sort(), Object.keys(MAY_IMPORT).sort());
  assert(imports.some(({ atRuntime }) => !atRuntime));
  assert(imports.some(({ dynamic }) => dynamic));
});

Deno.test("every layer imports only what it may, types included", () => {
  assertEquals(imports.map(fault).filter((line) => line !== undefined), []);
});

Deno.test("whatever the table allows is done: what no layer needs any more is not allowed", () => {
  const unused: string[] = [];
  for (const [layer, { layers, packages }] of Object.entries(MAY_IMPORT)) {
    const own = imports.filter(({ from }) => layerOf(from) === layer);
    for (const other of layers) {
      if (other !== layer && !own.some(({ to }) => layerOf(to) === other)) unused.push(`${layer}: ${other}`);
    }
    for (const name of packages) {
      if (!own.some(({ to }) => isOf(to, name))) unused.push(`${layer}: ${name}`);
    }
  }
  for (const [adapter, packages] of Object.entries(OWN_PACKAGES)) {
    const own = imports.filter(({ from }) => part(from, 3) === adapter);
    for (const name of packages) {
      if (!own.some(({ to }) => isOf(to, name))) unused.push(`${adapter}: ${name}`);
    }
  }
  assertEquals(unused, []);
});

Deno.test("no group of assets is named by any other module", () => {
  const groups = [...Deno.readDirSync(join(ROOT, "assets"))].map(({ name }) => `assets/${name}`)
    .filter((folder) => imports.some(({ from }) => from === `${folder}/mod.ts`));
  assertEquals(groups.sort(), ["assets/dump", "assets/vietnam"]);
  const wrong = imports.filter(({ from, to }) =>
    layerOf(from) !== "bench" && groups.includes(part(to, 2)) && part(from, 2) !== part(to, 2)
  );
  assertEquals(wrong.map(({ from, to }) => `${from} imports ${to}`), []);
});

Deno.test("assets take types alone from sources", () => {
  const wrong = imports.filter(({ from, to, atRuntime }) =>
    atRuntime && layerOf(from) === "assets" && layerOf(to) === "sources"
  );
  assertEquals(wrong.map(({ from, to }) => `${from} imports ${to}`), []);
});

Deno.test("no modules import each other in a circle, types included", () => {
  const next = Map.groupBy(imports, ({ from }) => from);
  const done = new Set<string>();
  const cycles: string[] = [];
  const enter = (module: string, path: readonly string[]) => {
    if (path.includes(module)) {
      cycles.push([...path.slice(path.indexOf(module)), module].join(" → "));
      return;
    }
    if (done.has(module)) return;
    for (const { to } of next.get(module) ?? []) enter(to, [...path, module]);
    done.add(module);
  };
  for (const module of next.keys()) enter(module, []);
  assertEquals(cycles, []);
});

/** All that is loaded at once with some modules. */
function loadedWith(...modules: readonly string[]): ReadonlySet<string> {
  const next = Map.groupBy(
    imports.filter(({ atRuntime, dynamic }) => atRuntime && !dynamic),
    ({ from }) => from,
  );
  const loaded = new Set(modules);
  for (const module of loaded) for (const { to } of next.get(module) ?? []) loaded.add(to);
  return loaded;
}

Deno.test("who serves pages and the API loads them when somebody asks", () => {
  const loaded = loadedWith("main.ts", "cli/daemon_lasting.ts", "cli/web_lasting.ts", "app/lake.ts");
  assertEquals([...loaded].filter((module) => /^web\/|hono/.test(module)), []);
  assert([...loadedWith("web/app.ts")].some((module) => module.includes("hono")));
});

Deno.test("a quick look loads nothing that evaluates conditions", () => {
  const loaded = loadedWith("main.ts", "cli/status.ts", "cli/plan.ts", "cli/show.ts", "app/lake.ts");
  const declaring = ["condition", "names", "pauses", "presets", "schedule", "sensor"]
    .map((name) => `core/automation/${name}.ts`);
  assertEquals([...loaded].filter((module) => /automation|cron/.test(module)).sort(), declaring);
  // What reads values with care takes long to load, and what runs a step is a good part of the core.
  const heavy = ["zod", "core/run/scheduler.ts", "core/run/step.ts", "core/daemon/daemon.ts"];
  assertEquals(heavy.filter((module) => loaded.has(module)), []);
});

/** The outside acts that reach the core through ports alone. */
const OUTSIDE = [
  /\bDeno\./,
  /(?<![.\w])fetch\(/,
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /\bMath\.random\b/,
  /\bset(?:Timeout|Interval)\b/,
  /\bqueueMicrotask\b/,
  /\bperformance\./,
  /\bTemporal\.Now\b/,
  /\bcrypto\.(?:randomUUID|getRandomValues)\b/,
  /\bconsole\./,
  /\bprocess\./,
];

Deno.test("the core knows no outside acts, no clock and no chance", () => {
  const found: string[] = [];
  for (const file of sourceFiles(join(ROOT, "core"))) {
    const code = codeOf(relative(ROOT, file));
    for (const act of OUTSIDE) if (act.test(code)) found.push(`${relative(ROOT, file)}: ${act.source}`);
  }
  assertEquals(found, []);
});

/** Files outside of the adapters that touch the file system: each reads what it names, nothing of a lake. */
const READS_FILES: Readonly<Record<string, string>> = {
  "app/graph_fault.ts": "the module of GRAPH",
  "app/groups.ts": "the project's folder of groups",
  "app/lake_time.ts": "the time of a simulated lake",
  "app/project.ts": "the project's source files",
  "app/simulator.ts": "the answers that are replayed",
  "config.ts": "the .env file",
  "main.ts": "a statement's file",
};

const FILE_ACTS =
  /\bDeno\.(?:chmod|chown|copyFile|create|link|lstat|makeTemp|mkdir|open|read|realPath|remove|rename|stat|symlink|truncate|utime|watchFs|write)|(?:node|@std)[:/]fs\b/;

Deno.test("a lake is reached through its storage alone", () => {
  const past = imports.filter(({ from, to }) =>
    /^adapters\/(?:object_store|catalog)\//.test(to) && layerOf(from) !== "adapters" &&
    layerOf(from) !== "bench" && !["app/storage.ts", "app/bucket_storage.ts"].includes(from)
  );
  assertEquals(past.map(({ from, to }) => `${from} imports ${to}`), []);
  const found = [...sourceFiles(ROOT)].map((file) => relative(ROOT, file))
    .filter((file) => !["adapters", "bench"].includes(layerOf(file)!))
    .filter((file) => FILE_ACTS.test(codeOf(file)));
  assertEquals(found.sort(), Object.keys(READS_FILES));
});

/** A source file without its comments. */
function codeOf(file: string): string {
  return Deno.readTextFileSync(join(ROOT, file)).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}

/** Tables that are not sorted by the page's address, and why. */
const UNSORTED: Readonly<Record<string, string>> = {
  "web/pages/promotion/day.tsx": "two sides of one thing, a fact a line",
  "web/parts/weeks.tsx": "a calendar",
};

Deno.test("every table of a page can be sorted, unless its order is what it says", () => {
  const tables = [...sourceFiles(join(ROOT, "web"))].map((file) => relative(ROOT, file))
    .filter((file) => codeOf(file).includes("<table") && file !== "web/parts/data_table.tsx");
  assertEquals(tables.sort(), Object.keys(UNSORTED));
});

/** Files of fewer lines than this stand beside a neighbour that they could join. */
const SHORT = 20;

/** Files and folders whose files stand alone however short they are, and why. */
const ALONE: Readonly<Record<string, string>> = {
  "adapters/state/backfills.ts": "shared by two adapters of one port",
  "adapters/state/bytes.ts": "shared by two adapters of one port",
  "adapters/state/memory/ports/": "one port a file",
  "adapters/state/sqlite/ports/": "one port a file",
  "adapters/state/sqlite/thread/main.ts": "a worker's entry",
  "adapters/query/duckdb/lock_views.ts": "a program",
  "adapters/state/sqlite/content.ts": "loaded where no state is opened",
  "app/traced/": "one port a file, loaded where it is traced",
  "assets/resources.ts": "what every group's assets are given",
  "cli/command_log.ts": "a type that two modules which may not know each other share",
  "cli/schedules.ts": "one command a file",
  "cli/sensors.ts": "one command a file",
  "core/alerts/rules.ts": "the door of a folder",
  "core/alerts/rules/": "one rule a file",
  "core/automation/conditions/": "one condition a file",
  "core/daemon/serve.ts": "loads the daemon when it is called",
  "core/ports/": "one port a file",
  "core/run/backoff.ts": "shared by loops of several folders",
  "core/show.ts": "somebody else's values in messages",
  "sensors/": "one schedule, sensor or list of rules a file",
  "sources/openaq/announced.ts": "what a client and a simulator agree on",
  "sources/openaq/least.ts": "loaded where what parses answers is not",
  "web/": "one route or middleware a file",
};

Deno.test("a short file has joined its neighbour, unless being alone is a rule of the tree", () => {
  const short = [...sourceFiles(ROOT)].map((file) => relative(ROOT, file))
    .filter((file) => layerOf(file) !== "bench")
    .filter((file) => Deno.readTextFileSync(join(ROOT, file)).split("\n").length <= SHORT);
  const reasonOf = (file: string) =>
    Object.keys(ALONE).find((alone) => alone.endsWith("/") ? file.startsWith(alone) : file === alone);
  assertEquals(short.filter((file) => reasonOf(file) === undefined), []);
  const needed = new Set(short.map(reasonOf));
  assertEquals(Object.keys(ALONE).filter((alone) => !needed.has(alone)), []);
});
