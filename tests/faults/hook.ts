import { pause } from "./until.ts";

/** A message as a webhook gets it. */
export interface Message {
  readonly event: "opened" | "closed";
  readonly rule: string;
  readonly subject: string;
  readonly key: string;
}

/** How long an answer takes, in milliseconds. */
const LATENCY = 150;
/** Of so many messages one is refused. */
const REFUSED = 4;

/** A webhook that keeps what it is told, and now and then refuses it; dispose of it. */
export class Hook implements AsyncDisposable {
  /** In the order in which they arrived, those among them that were refused. */
  readonly got: Message[] = [];
  /** Answers as long as it is set. */
  answer: (() => Promise<Response>) | undefined;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      this.got.push(await request.json());
      return await (this.answer ?? this.#answer)();
    });
  }

  get env(): Readonly<Record<string, string>> {
    return { ALERT_WEBHOOK_URL: `http://127.0.0.1:${this.#server.addr.port}/` };
  }

  #answer = async (): Promise<Response> => {
    const isRefused = this.got.length % REFUSED === 0;
    await pause(LATENCY);
    return new Response(null, { status: isRefused ? 503 : 200 });
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
