import type { Clock } from "../../core/mod.ts";
import { systemClock } from "../../app/system.ts";
import type { Dataset } from "../../sources/openaq/simulator/dataset.ts";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import type { RateLimits } from "../../sources/openaq/simulator/limits.ts";
import { simulatedOpenAQ } from "../../sources/openaq/simulator/simulated.ts";
import { pause } from "./until.ts";

/** An answer in the place of the simulator's. */
export type Fault = (request: Request) => Response | Promise<Response>;

export interface ServerOptions {
  readonly dataset?: Dataset;
  readonly clock?: Pick<Clock, "now">;
  readonly limits?: RateLimits;
  readonly key?: string;
  /** How long an answer takes at least, in milliseconds. */
  readonly latency?: number;
  /** 0 takes any that is free. */
  readonly port?: number;
}

/** A simulated OpenAQ behind HTTP that counts and can be made to fail; dispose of it. */
export class Server implements AsyncDisposable {
  /** Requests that arrived, those to the simulator's own paths left out. */
  requests = 0;
  /** Those of them that are not answered yet. */
  open = 0;
  /** How often each status was answered. */
  readonly statuses = new Map<number, number>();
  /** Answers in the place of the simulator as long as it is set. */
  fault: Fault | undefined;
  /** Told of each request as it arrives. */
  seen: (() => void) | undefined;
  readonly dataset: Dataset;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Answers as the simulator does. */
  readonly honest: (request: Request) => Promise<Response>;

  constructor(readonly options: ServerOptions = {}) {
    const { dataset = generated(), clock = systemClock, limits, key, port = 0 } = options;
    this.dataset = dataset;
    this.honest = simulatedOpenAQ({ dataset, clock, ...(limits && { limits }), ...(key && { key }) });
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** The environment that makes a program ask this server, without any pace of note. */
  get env(): Readonly<Record<string, string>> {
    return {
      OPENAQ_API_URL: `http://127.0.0.1:${this.port}`,
      OPENAQ_API_KEY: "a-key-for-tests",
      OPENAQ_RATE_PER_MINUTE: "100000",
      OPENAQ_RATE_PER_HOUR: "1000000",
    };
  }

  /** Makes a sensor's measurements fail with the status, until it is null. */
  async fail(sensor: number, status: number | null): Promise<void> {
    await this.#control("fail", { sensor, status });
  }

  /** Corrects the value of the sensor's row that begins at the time. */
  async change(sensor: number, datetime: string, value: number | null): Promise<void> {
    await this.#control("measurements", { sensor, datetime, value });
  }

  async #control(action: string, body: object): Promise<void> {
    const url = `http://127.0.0.1:${this.port}/_simulator/${action}`;
    const { ok, status } = await this.honest(
      new Request(url, { method: "POST", body: JSON.stringify(body) }),
    );
    if (!ok) throw new Error(`the simulator answered ${status}`);
  }

  async #answer(request: Request): Promise<Response> {
    this.requests++;
    this.open++;
    this.seen?.();
    try {
      if (this.options.latency !== undefined) await pause(this.options.latency);
      const response = await (this.fault ?? this.honest)(request);
      this.statuses.set(response.status, (this.statuses.get(response.status) ?? 0) + 1);
      return response;
    } finally {
      this.open--;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
