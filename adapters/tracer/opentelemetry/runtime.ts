import { type Context, context, createContextKey, type Span, type Tracer } from "@opentelemetry/api";

const SILENT = createContextKey("airgraph without the runtime's spans");

/** The runtime's own tracers, as far as they are used here. */
interface RuntimeTracer {
  startSpan: (this: Tracer, ...args: Parameters<Tracer["startSpan"]>) => Span;
}

let isArranged = false;

/**
 * Leaves out the spans by which the runtime tells of requests by itself: they name whole URLs, with whatever is secret in
 * them. Its tracer has no option for that; a span that does not end is never told.
 */
export function silenceRuntime(within: Context): Context {
  if (!isArranged) {
    isArranged = true;
    const own: RuntimeTracer = Object.getPrototypeOf(Deno.telemetry.tracerProvider.getTracer("airgraph"));
    const { startSpan } = own;
    own.startSpan = function (...args) {
      const span = startSpan.apply(this, args);
      if (context.active().getValue(SILENT) === true) Object.defineProperty(span, "end", { value() {} });
      return span;
    };
  }
  return within.setValue(SILENT, true);
}

/** Begins a span that is to be told wherever it begins. */
export function told(begin: () => Span): Span {
  return context.with(context.active().deleteValue(SILENT), begin);
}
