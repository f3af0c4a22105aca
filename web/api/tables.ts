import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { StatementOptions, Tables as TablesPort } from "../../core/mod.ts";
import type { Context } from "hono";
import { body } from "./bodies.ts";
import { answer, type ApiEnv, json } from "./route.ts";
import { problem, problems } from "./problem.ts";
import { Rows, Tables } from "./schemas.ts";
import { entryJson } from "./table_entry.ts";
import { type Bounds, entryOf, rowsStatement } from "./table_statement.ts";
import { MORE, rowsOf } from "./table_rows.ts";

type Format = StatementOptions["format"];

/** The media types of answers. */
export const MEDIA: Readonly<Record<Format, string>> = {
  csv: "text/csv; charset=utf-8",
  json: "application/json",
  parquet: "application/vnd.apache.parquet",
  arrow: "application/vnd.apache.arrow.stream",
};

const FORMATS = ["csv", "json", "parquet", "arrow"] as const satisfies readonly Format[];

/** Bytes of a format, for a route's description. */
const binary = z.string().openapi({ format: "binary" });
const streams = Object.fromEntries(FORMATS.map((format) => [
  MEDIA[format].split(";")[0]!,
  { schema: format === "json" ? Rows : binary },
]));

const bounds = {
  from: z.string().max(40).optional().openapi({ description: "A date, or a time in UTC, inclusive." }),
  to: z.string().max(40).optional().openapi({ description: "A date, or a time in UTC, inclusive." }),
};

const list = createRoute({
  method: "get",
  path: "/tables",
  summary: "The tables and views of the catalog, with their columns",
  responses: { 200: json("By database and name.", Tables), ...problems(503) },
});

const query = createRoute({
  method: "post",
  path: "/query",
  summary: "Answers one reading statement over the lake's tables and views",
  request: {
    body: body(
      z.strictObject({
        sql: z.string().min(1).max(100_000),
        format: z.enum(FORMATS).default("json"),
      }).openapi("QueryBody"),
    ),
  },
  responses: {
    200: {
      description:
        `The answer. As JSON it has so many rows at most; \`${MORE}\` says so where there are more.`,
      content: streams,
    },
    ...problems(400, 403, 503),
  },
});

const download = createRoute({
  method: "get",
  path: "/tables/{database}/{file}",
  summary: "The rows of a table or a view, as a file: `NAME.csv`, `.json`, `.parquet` or `.arrow`",
  request: {
    params: z.object({
      database: z.string(),
      file: z.string().openapi({ description: "The table's name and the format's." }),
    }),
    query: z.strictObject(bounds),
  },
  responses: { 200: { description: "The rows.", content: streams }, ...problems(400, 404, 503) },
});

const datasource = (format: "csv" | "json") =>
  createRoute({
    method: "get",
    path: `/datasource.${format}`,
    summary: `The rows of a table for dashboards, in the order of time, as ${format.toUpperCase()}`,
    request: {
      query: z.strictObject({
        table: z.string().max(500).openapi({ description: "`DATABASE.TABLE`, as `/api/tables` lists it." }),
        ...bounds,
      }),
    },
    responses: {
      200: {
        description: "The rows: timestamps are ISO in UTC with a Z.",
        content: { [MEDIA[format].split(";")[0]!]: { schema: format === "json" ? Rows : binary } },
      },
      ...problems(400, 404, 503),
    },
  });

/** The lake's tables and views, and statements over them, each answered by a process of its own. */
export function tables(api: OpenAPIHono<ApiEnv>): void {
  api.openapi(list, async (context) => {
    const found = tablesOf(context);
    if (found === undefined) return closed(context);
    const entries = await found.entries();
    return answer(context, Tables, entries.map((entry) => entryJson(entry, context.var.lake.graph)));
  });
  api.openapi(query, async (context) => {
    const found = tablesOf(context);
    if (found === undefined) return closed(context);
    const { sql, format } = context.req.valid("json");
    if (format !== "json") return await streamed(context, found, sql, format);
    const { signal } = context.req.raw;
    const { text, more } = await rowsOf(await found.ask(sql, { format, signal }));
    const headers = { "content-type": MEDIA.json, ...(more && { [MORE]: "true" }) };
    return context.body(text, 200, headers) as never;
  });
  api.openapi(download, async (context) => {
    const { database, file } = context.req.valid("param");
    const [, table, ending] = /^(.+)\.([a-z]+)$/.exec(file) ?? [];
    const format = FORMATS.find((known) => known === ending);
    if (table === undefined || format === undefined) {
      return problem(
        context,
        404,
        `looking for "${file}": found no such format, wanted .${FORMATS.join(", .")}`,
      );
    }
    const { from, to } = context.req.valid("query");
    const named = `${table}${from ? `_from_${from}` : ""}${to ? `_to_${to}` : ""}.${format}`;
    return await rows(context, { database, table }, { from, to, format, named });
  });
  for (const format of ["csv", "json"] as const) {
    api.openapi(datasource(format), async (context) => {
      const { table: name, ...bounds } = context.req.valid("query");
      const [database = "", table = ""] = name.split(/\.(.*)/s);
      return await rows(context, { database, table }, { ...bounds, format });
    });
  }
}

function tablesOf({ var: { tables } }: Context<ApiEnv>): TablesPort | undefined {
  return tables;
}

function closed(context: Context): never {
  return problem(
    context,
    503,
    "statements are not answered here, wanted a process that has the lake's tables",
  );
}

interface Asked extends Bounds {
  readonly format: Format;
  /** A file's name, for who keeps it. */
  readonly named?: string;
}

async function rows(
  context: Context<ApiEnv>,
  name: { readonly database: string; readonly table: string },
  { format, named, ...bounds }: Asked,
): Promise<never> {
  const found = tablesOf(context);
  if (found === undefined) return closed(context);
  const entry = entryOf(await found.entries(), name);
  if (entry === undefined) {
    const text = `${name.database}.${name.table}`;
    return problem(
      context,
      404,
      `looking for table "${text}": found none, wanted one that \`/api/tables\` lists`,
    );
  }
  return await streamed(context, found, rowsStatement(entry, bounds, named === undefined), format, named);
}

async function streamed(
  context: Context<ApiEnv>,
  found: TablesPort,
  statement: string,
  format: Format,
  named?: string,
): Promise<never> {
  const { signal } = context.req.raw;
  const stream = await found.ask(statement, { format, signal });
  if (named !== undefined) {
    const plain = named.replaceAll(/[^\w.-]/g, "_");
    context.header("content-disposition", `attachment; filename="${plain}"`);
  }
  return context.body(stream, 200, { "content-type": MEDIA[format] }) as never;
}
