import { pause } from "./until.ts";

/** A message as a webhook gets it. */
export interface Message {
  readonly event: "opened" | "closed";
  readonly rule: string;
  readonly subject: string;
  readonly key: string;
}

/** A webhook that keeps what it is told; dispose of it. */
export class Hook implements AsyncDisposable {
  /** In the order in which they arrived, those among them that were answered with an error. */
  readonly got: Message[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** @param answer Answers a message; what arrived before is kept. @default 200, after a moment */
  constructor(answer: (message: Message) => Response | Promise<Response> = accepted) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const message: Message = await request.json();
      this.got.push(message);
      return await answer(message);
    });
  }

  get env(): Readonly<Record<string, string>> {
    return { ALERT_WEBHOOK_URL: `http://127.0.0.1:${this.#server.addr.port}/` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

async function accepted(): Promise<Response> {
  await pause(50);
  return new Response();
}
