import type { Engine, Program, Tracer } from "../../core/mod.ts";

/** Traces each statement or batch of statements, by OpenTelemetry's conventions for databases. */
export function tracedEngine(tracer: Tracer, engine: Engine, system: string): Engine {
  const span = (operation: string, name?: string, batch = 1) => ({
    asks: true,
    attributes: {
      "db.system.name": system,
      "db.operation.name": operation,
      ...(name !== undefined && { "db.query.summary": `${operation} ${name}` }),
      ...(batch > 1 && { "db.operation.batch.size": batch }),
    },
  });
  const nameOf = (operation: string, { name }: Program) => `${operation} ${name}`;
  return {
    transform: (transform, signal) =>
      tracer.span(
        nameOf("transform", transform),
        span("transform", transform.name, transform.outputs.length),
        async (within) => {
          const made = await engine.transform(transform, signal);
          const failed = made.filter(({ status }) => status === "failed").length;
          if (failed > 0) within.set({ "airgraph.partitions.failed": failed });
          return made;
        },
      ),
    describe: (files, signal) =>
      tracer.span(
        "describe",
        span("describe", undefined, files.length),
        () => engine.describe(files, signal),
      ),
    query: (question, signal) =>
      tracer.span(
        nameOf("query", question),
        span("query", question.name),
        () => engine.query(question, signal),
      ),
  };
}
