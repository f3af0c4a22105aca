import type { Admission, Instant, Milliseconds } from "../../core/mod.ts";
import { HOUR } from "../../core/mod.ts";
import type { Role } from "./options.ts";
import { isSame, Signer } from "./secret.ts";

/** For how long somebody stays signed in. */
export const LASTS: Milliseconds = 7 * 24 * HOUR;

/** Somebody who is signed in. */
export interface Session {
  readonly role: Role;
  readonly id: string;
}

/**
 * Who is signed in, as a cookie holds it: role, end, a number of its own and a signature. It ends with the token that it was
 * signed in with, and nothing of that can be found out from it.
 */
export class Sessions {
  readonly #signers: ReadonlyMap<Role, Signer>;
  readonly #now: () => Instant;

  constructor({ token, readToken }: Admission, now: () => Instant) {
    this.#now = now;
    this.#signers = new Map([
      ...token === null ? [] : [["operate", new Signer(token)] as const],
      ...readToken === null ? [] : [["read", new Signer(readToken)] as const],
    ]);
  }

  /** The value of a new session's cookie. */
  async issue(role: Role): Promise<string> {
    const text = [role, this.#now() + LASTS, crypto.randomUUID()].join(".");
    return `${text}.${await this.#signers.get(role)!.sign(`session ${text}`)}`;
  }

  /** The session that a cookie holds; undefined where it is none, or over. */
  async read(value: string): Promise<Session | undefined> {
    const [, text, role, end, id, signature] =
      /^((read|operate)\.(\d{1,15})\.([0-9a-f-]{36}))\.([\w-]{43})$/.exec(value) ?? [];
    const signer = this.#signers.get(role as Role);
    if (signer === undefined || !isSame(await signer.sign(`session ${text}`), signature!)) return undefined;
    return Number(end) > this.#now() ? { role: role as Role, id: id! } : undefined;
  }
}
