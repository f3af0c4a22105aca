import settings from "../../deno.json" with { type: "json" };
import { type Tracer, untraced } from "../../core/mod.ts";

/** Where the runtime puts what OpenTelemetry's API finds, if it was told by OTEL_DENO to trace. */
const RUNTIME = Symbol.for("opentelemetry.js.api.1");

/** Traces where the runtime exports spans, else nothing. @param mask Takes secrets out of a text. */
export async function openTracer(mask: (text: string) => string): Promise<Tracer> {
  if (!(RUNTIME in globalThis)) return untraced;
  const { OpenTelemetryTracer } = await import("../../adapters/tracer/opentelemetry/tracer.ts");
  return new OpenTelemetryTracer({ version: settings.version, mask });
}
