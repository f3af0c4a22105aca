import type { Context } from "hono";
import type { Act, Json, Turned, Vitals } from "../../core/mod.ts";

type Role = NonNullable<Act["role"]>;

/** What came of an act. */
export interface Came {
  /** @default done */
  readonly outcome?: Act["outcome"];
  /** Why, in words. */
  readonly message?: string;
}

/**
 * Notes what somebody asked for in the journal of acts and in the log. Whoever writes an act calls it once what came of it is
 * known; of an act that nobody notes, its address and status are noted.
 *
 * @param act Of what kind it was, such as `cancel`.
 * @param detail What it was asked for with, such as `{ run: 5 }`.
 */
export async function audit(
  context: Context,
  act: string,
  detail: Readonly<Record<string, Json>> = {},
  came: Came = {},
): Promise<void> {
  const auditor: Auditor | undefined = context.get("auditor");
  await auditor?.note(act, detail, came);
}

/** What came of turning something that may have ended before. */
export function cameOf(turned: Turned<string>): Came {
  return "ended" in turned ? { outcome: "refused", message: `it had ended: ${turned.ended}` } : {};
}

/** Notes the acts of one request. */
export class Auditor {
  readonly #vitals: Pick<Vitals, "lake" | "process">;
  readonly #told: (act: Act) => void;
  readonly #who: { readonly role: Role | undefined; readonly address: string };
  #noted = false;

  constructor(
    vitals: Pick<Vitals, "lake" | "process">,
    told: (act: Act) => void,
    who: { readonly role: Role | undefined; readonly address: string },
  ) {
    this.#vitals = vitals;
    this.#told = told;
    this.#who = who;
  }

  /** Whether anything was noted. */
  get noted(): boolean {
    return this.#noted;
  }

  async note(act: string, detail: Act["detail"], came: Came & { readonly role?: Role } = {}): Promise<void> {
    this.#noted = true;
    const noted = this.#actOf(act, detail, came);
    let fault = "";
    try {
      await this.#vitals.lake()?.state.acts.note(noted);
    } catch (error) {
      fault = ` (not kept: ${error instanceof Error ? error.message : String(error)})`;
    }
    this.#told({ ...noted, message: `${noted.message}${fault}`.trim() });
  }

  /** Says it in the log alone: whoever is not admitted is to fill nobody's disk. */
  tell(act: string, detail: Act["detail"], came: Came = {}): void {
    this.#noted = true;
    this.#told(this.#actOf(act, detail, came));
  }

  #actOf(
    act: string,
    detail: Act["detail"],
    { outcome = "done", message = "", role = this.#who.role }: Came & { readonly role?: Role | undefined },
  ): Act {
    const at = this.#vitals.process.now();
    return { at, role: role ?? null, address: this.#who.address, act, detail, outcome, message };
  }
}
