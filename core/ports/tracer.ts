/** The attributes of a span, by the names of OpenTelemetry's semantic conventions where it has one. */
export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** The options of a span. */
export interface SpanOptions {
  readonly attributes?: Attributes;
  /** Whether it waits for another service. @default false */
  readonly asks?: boolean;
  /** The span that caused it, from another process or time, as `current` names it. @default the one it begins in */
  readonly parent?: string | undefined;
}

/** A piece of work that is being traced. */
export interface Span {
  set(attributes: Attributes): void;
  /** Marks the work as failed, by a kind of failure of which there are few, and one line. */
  fail(kind: string, message: string): void;
  /** Leaves the span out where nothing was traced within it until its end: it did nothing that anybody looks for. */
  omit(): void;
}

/** Traces work: what began within what, how long it took, and whether it failed. */
export interface Tracer {
  /** Does the work within a span of that name, which ends with it; what throws has failed. */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  /** Names the span at work for another process or time, as W3C's `traceparent` does; undefined where none is. */
  current(): string | undefined;
}

const nothing: Span = { set() {}, fail() {}, omit() {} };

/** Traces nothing. */
export const untraced: Tracer = {
  span: async (_name, _options, work) => await work(nothing),
  current: () => undefined,
};
