import type { Binder, Tracer } from "../../core/mod.ts";

/** Traces each try of a view or a table, by OpenTelemetry's conventions for databases. */
export function tracedBinder(tracer: Tracer, binder: Binder, system: string): Binder {
  const span = (operation: string, name: string) => ({
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
      return tracer.span(`bind ${name}`, span("bind", name), async (within) => {
        const fault = await binder.bind(view, signal);
        if (fault !== undefined) within.fail("unbound", fault.message);
        return fault;
      });
    },
    read: (table, files, signal) => {
      const name = `${table.database}.${table.name}`;
      return tracer.span(`read ${name}`, span("read", name), async (within) => {
        const fault = await binder.read(table, files, signal);
        if (fault !== undefined) within.fail("unreadable", fault);
        return fault;
      });
    },
  };
}
