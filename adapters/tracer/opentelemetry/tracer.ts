import {
  type Attributes as Given,
  type Context,
  context,
  createContextKey,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span as OpenSpan,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer as Traces,
} from "@opentelemetry/api";
import type { Attributes, Span, SpanOptions, Tracer } from "../../../core/mod.ts";
import { silenceRuntime, told } from "./runtime.ts";

export interface OpenTelemetryOptions {
  readonly version: string;
  /** Takes secrets out of a text. */
  readonly mask: (text: string) => string;
}

/** The innermost span of this tracer. */
const CURRENT = createContextKey("airgraph span");

const PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Traces by OpenTelemetry's API, to wherever the runtime exports spans. */
export class OpenTelemetryTracer implements Tracer {
  readonly #traces: Traces;
  readonly #mask: (text: string) => string;

  constructor({ version, mask }: OpenTelemetryOptions) {
    this.#traces = trace.getTracer("airgraph", version);
    this.#mask = mask;
  }

  async span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
    const { attributes = {}, asks = false } = options;
    const parent = this.#parentOf(options);
    const kind = asks ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const given = givenOf(attributes, this.#mask);
    const open = told(() => this.#traces.startSpan(name, { kind, attributes: given }, parent));
    const span = new TracedSpan(open, this.#mask);
    const within = trace.setSpan(parent, open).setValue(CURRENT, span);
    try {
      // What another service is asked is told by this span, without what is secret.
      return await context.with(asks ? silenceRuntime(within) : within, () => work(span));
    } catch (cause) {
      const [kind, message] = cause instanceof Error
        ? [cause.name, cause.message]
        : ["_OTHER", String(cause)];
      span.fail(kind, message);
      throw cause;
    } finally {
      span.end();
    }
  }

  current(): string | undefined {
    const { traceId, spanId, traceFlags } = trace.getSpanContext(context.active()) ?? {};
    if (traceId === undefined || currentIn(context.active())?.isOmitted) return undefined;
    return `00-${traceId}-${spanId}-${(traceFlags ?? 0).toString(16).padStart(2, "0")}`;
  }

  #parentOf({ parent }: SpanOptions): Context {
    const [, traceId, spanId, flags] = PARENT.exec(parent ?? "") ?? [];
    if (traceId !== undefined) {
      const traceFlags = parseInt(flags!, 16) & TraceFlags.SAMPLED;
      const named = { traceId, spanId: spanId!, traceFlags, isRemote: true };
      if (isSpanContextValid(named)) return trace.setSpanContext(ROOT_CONTEXT, named);
    }
    const active = context.active();
    const current = currentIn(active);
    if (current?.isOmitted) return ROOT_CONTEXT;
    current?.holds();
    return active;
  }
}

class TracedSpan implements Span {
  /** Whether it is to be left out, and nothing began within it before that. */
  isOmitted = false;
  #holds = false;
  #wantsOmission = false;

  constructor(readonly open: OpenSpan, readonly mask: (text: string) => string) {}

  set(attributes: Attributes): void {
    this.open.setAttributes(givenOf(attributes, this.mask));
  }

  fail(kind: string, message: string): void {
    const line = this.mask(message.replaceAll(/\s*\n\s*/g, " "));
    this.open.setAttribute("error.type", kind).setStatus({ code: SpanStatusCode.ERROR, message: line });
    this.#wantsOmission = false;
  }

  omit(): void {
    this.#wantsOmission = true;
  }

  /** Notes that something began within it. */
  holds(): void {
    this.#holds = true;
  }

  end(): void {
    this.isOmitted = this.#wantsOmission && !this.#holds;
    // A span that does not end is never told.
    if (!this.isOmitted) this.open.end();
  }
}

function currentIn(active: Context): TracedSpan | undefined {
  return active.getValue(CURRENT) as TracedSpan | undefined;
}

/** Attributes as the API takes them: whole numbers stay whole, texts are masked. */
function givenOf(attributes: Attributes, mask: (text: string) => string): Given {
  const entries = Object.entries(attributes).map(([name, value]) => {
    if (typeof value === "string") return [name, mask(value)];
    if (typeof value === "number" && Number.isSafeInteger(value)) return [name, BigInt(value)];
    return [name, Array.isArray(value) ? value.map(mask) : value];
  });
  // The API's types name no bigint, which the runtime tells as an integer.
  return Object.fromEntries(entries);
}
