import type { Query, Span, Tracer } from "../../core/mod.ts";

/** At most so many characters of a statement are told. */
const LONGEST = 1_000;

/** Comments, names in quotes, texts (with backslashes, in dollars, plain) and numbers. */
const PARTS =
  /--[^\n]*|\/\*[^]*?(?:\*\/|$)|("(?:[^"]|"")*"?)|\be'(?:[^'\\]|\\[^]|'')*'?|\$(\w*)\$[^]*?(?:\$\2\$|$)|'(?:[^']|'')*'?|\b\d[\w.]*/gi;

/** A statement without what it compares with, which may be secret: names alone. */
export function namesOnly(statement: string): string {
  const told = statement.replaceAll(PARTS, (found, name?: string) => {
    if (name !== undefined) return name;
    return /^(--|\/\*)/.test(found) ? " " : "?";
  }).replaceAll(/\s+/g, " ").trim();
  return told.length > LONGEST ? `${told.slice(0, LONGEST)}…` : told;
}

/** Traces each statement that somebody asks, until its answer has been read, by OpenTelemetry's conventions for databases. */
export function tracedQuery(tracer: Tracer, query: Query, system: string): Query {
  return {
    async *run(statement, options) {
      const over = Promise.withResolvers<void>();
      const opened = Promise.withResolvers<Span>();
      const attributes = {
        "db.system.name": system,
        "db.operation.name": "inspect",
        "db.query.text": namesOnly(statement),
        "airgraph.format": options.format,
      };
      const traced = tracer.span("inspect", { asks: true, attributes }, async (span) => {
        opened.resolve(span);
        await over.promise;
      });
      const span = await opened.promise;
      let bytes = 0;
      try {
        for await (const piece of query.run(statement, options)) {
          bytes += piece.length;
          yield piece;
        }
      } catch (error) {
        const [kind, message] = error instanceof Error ? [error.name, error.message] : ["_OTHER", ""];
        span.fail(kind, namesOnly(message));
        throw error;
      } finally {
        span.set({ "airgraph.answer.bytes": bytes });
        over.resolve();
        await traced;
      }
    },
  };
}
