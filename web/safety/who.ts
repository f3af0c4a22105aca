import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { Admission } from "../../core/mod.ts";
import type { Role } from "./options.ts";
import { isSame, Signer } from "./secret.ts";
import { Sessions } from "./session.ts";
import { Tries } from "./tries.ts";

/** Who asks. */
export interface Asker {
  /** Undefined of who is not admitted. */
  readonly role: Role | undefined;
  /** What its forms are to hold. */
  readonly csrf: string;
  /** Whether it named a token with this request: no page of another site can. */
  readonly named: boolean;
}

/** A token was named that is none, or named too early: how long to wait, in milliseconds. */
export interface Denied {
  readonly wait: number;
}

/** Finds out who asks. */
export class Door {
  readonly sessions: Sessions;
  readonly tries: Tries;
  readonly #forms = new Signer(crypto.randomUUID());

  constructor(readonly admission: Admission, now: () => number) {
    this.sessions = new Sessions(admission, now);
    this.tries = new Tries(now);
  }

  /** Whether nobody is asked who they are. */
  get isWide(): boolean {
    return this.admission.token === null;
  }

  async asker(context: Context, address: string): Promise<Asker | Denied> {
    const forms = async (id: string) => await this.#forms.sign(id);
    if (this.isWide) return { role: "operate", csrf: await forms("here"), named: false };
    const given = context.req.header("authorization");
    if (given !== undefined) {
      const [, token = ""] = /^bearer +(\S+) *$/i.exec(given) ?? [];
      const role = this.roleOf(token, address);
      return typeof role === "object" ? role : { role, csrf: "", named: true };
    }
    const session = await this.sessions.read(getCookie(context, cookieName(context)) ?? "");
    return { role: session?.role, csrf: await forms(session?.id ?? "nobody"), named: false };
  }

  /** What who knows a token may do. Tries in vain make an address wait. */
  roleOf(given: string, address: string): Role | Denied {
    const wait = this.tries.wait(address);
    if (wait > 0) return { wait };
    const { token, readToken } = this.admission;
    // Both are compared, whatever the first comparison says.
    const [operates, reads] = [isSame(given, token!), readToken !== null && isSame(given, readToken)];
    if (operates || reads) {
      this.tries.succeeded(address);
      return operates ? "operate" : "read";
    }
    this.tries.failed(address);
    return { wait: 0 };
  }
}

/** Browsers keep cookies by host alone: two servers of one machine are told apart by their ports. */
export function cookieName(context: Context): string {
  const { port } = new URL(context.req.url);
  return port === "" ? "airgraph" : `airgraph-${port}`;
}
