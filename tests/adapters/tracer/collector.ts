/** A span as a collector was told of it. */
export interface CollectedSpan {
  readonly scope: string;
  readonly trace: string;
  readonly id: string;
  /** Empty where it has none. */
  readonly parent: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  /** 0 unset, 2 error. */
  readonly status: number;
  readonly message: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** An OpenTelemetry collector: takes OTLP as JSON over HTTP, and keeps what it is told; dispose of it. */
export class Collector implements AsyncDisposable {
  readonly spans: CollectedSpan[] = [];
  /** All that it was told, as text. */
  text = "";
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const text = await request.text();
    this.text += text;
    if (new URL(request.url).pathname === "/v1/traces") this.spans.push(...spansOf(JSON.parse(text)));
    return Response.json({});
  });

  /** The environment that makes a program tell this collector. */
  get env(): Readonly<Record<string, string>> {
    return {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    };
  }

  named(name: string): CollectedSpan[] {
    return this.spans.filter((span) => span.name === name);
  }

  /** The names of a span and of those above it, from the outermost on. */
  path({ name, parent }: CollectedSpan): string[] {
    if (parent === "") return [name];
    const above = this.spans.find(({ id }) => id === parent);
    return [...(above === undefined ? ["(nowhere)"] : this.path(above)), name];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

interface Traces {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string };
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId: string;
        readonly name: string;
        readonly kind: number;
        readonly status: { readonly code: number; readonly message: string };
        readonly attributes: readonly { readonly key: string; readonly value: Value }[];
      }[];
    }[];
  }[];
}

type Value = {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly Value[] };
};

function spansOf({ resourceSpans }: Traces): CollectedSpan[] {
  return resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map(({ traceId, spanId, parentSpanId, name, kind, status, attributes }) => ({
        scope: scope.name,
        trace: traceId,
        id: spanId,
        parent: parentSpanId,
        name,
        kind,
        status: status.code,
        message: status.message,
        attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)])),
      }))
    )
  );
}

function valueOf({ stringValue, boolValue, intValue, doubleValue, arrayValue }: Value): unknown {
  if (intValue !== undefined) return Number(intValue);
  return stringValue ?? boolValue ?? doubleValue ?? arrayValue?.values.map(valueOf);
}
