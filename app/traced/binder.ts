import type { Binder, Tracer } from "../../core/mod.ts";

/** Traces each try of a view or a table, by OpenTelemetry's conventions for databases. */
export function tracedBinder(tracer: Tracer, binder: Binder, system: string): Binder {
  const asking = (operation: string, name: string) => ({
    asks: true,
    attributes: {
      "db.system.name": system,
      "db.operation.name": operation,
      "db.query.summary": `${operation} ${name}`,
    },
  });
  return {
    bind: (view, signal) => {
      const name = `${view.database}.${view.name}`;
      return tracer.span(`bind ${name}`, asking("bind", name), async (span) => {
        const fault = await binder.bind(view, signal);
        if (fault !== undefined) span.fail("unbound", fault.message);
        return fault;
      });
    },
    read: (table, files, signal) => {
      const name = `${table.database}.${table.name}`;
      return tracer.span(`read ${name}`, asking("read", name), async (span) => {
        const fault = await binder.read(table, files, signal);
        if (fault !== undefined) span.fail("unreadable", fault);
        return fault;
      });
    },
  };
}
