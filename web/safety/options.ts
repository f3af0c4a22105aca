import type { Act, Admission, Instant } from "../../core/mod.ts";
import type { Auditor } from "./audit.ts";

/** What who asks may do: `read` looks, `operate` asks for runs, too. */
export type Role = "read" | "operate";

/** What each route finds in its context, such as `context.var.role`. */
export interface SafetyEnv {
  Variables: {
    /** Undefined of who is not admitted: such requests reach only what is open to all. */
    readonly role: Role | undefined;
    /** Where who asks is. */
    readonly address: string;
    /** What a form's `csrf` field has to hold. */
    readonly csrf: string;
    readonly auditor: Auditor;
    readonly broke: (line: string) => void;
  };
}

/** Who is admitted: without tokens, whoever reaches this machine's own address. */
export const HERE_ALONE: Admission = { token: null, readToken: null, hosts: [], anyAddress: false };

/** What an app is given beside what it shows. */
export interface WebOptions {
  /** @default whoever reaches this machine's own address */
  readonly admission?: Admission;
  /** Told of each act, and of each try to sign in. */
  readonly told?: (act: Act) => void;
  /** Told, in a line, of each answer that failed for no fault of who asked. */
  readonly broke?: (line: string) => void;
  /** The time by which people are signed in, and wait. @default the machine's */
  readonly now?: () => Instant;
}
