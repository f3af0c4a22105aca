import type { Admission } from "../../core/mod.ts";

/** What who asks may do: `read` looks, `operate` asks for runs, too. */
export type Role = "read" | "operate";

/** What each route finds in its context: `context.var.role`. */
export interface SafetyEnv {
  Variables: {
    /** Undefined of who is not admitted, where that is none of a route's concern. */
    readonly role: Role | undefined;
    /** Where who asks is. */
    readonly address: string;
  };
}

/** Who is admitted: without tokens, whoever reaches this machine's own address. */
export const HERE_ALONE: Admission = { token: null, readToken: null, hosts: [], anyAddress: false };

/** What an app is given beside what it shows. */
export interface WebOptions {
  /** @default whoever reaches this machine's own address */
  readonly admission?: Admission;
}
