import type { Config } from "../config.ts";
import type {
  Alerter,
  LakeStorage,
  Lead,
  LeftToOthers,
  Orchestrator,
  State,
  Ticking,
  Tracer,
  Warn,
} from "../core/mod.ts";
import type { Project } from "./project.ts";
import type { LakeResources } from "./resources.ts";
import type { TimeOfLake } from "./time.ts";
import { tracedTicking } from "./traced/ticking.ts";

export interface TickersParts {
  readonly config: Config;
  readonly project: Project;
  readonly storage: LakeStorage;
  readonly state: State;
  readonly orchestrator: Orchestrator;
  readonly resources: LakeResources | undefined;
  readonly time: TimeOfLake;
  readonly warn: Warn;
  readonly tracer: Tracer;
}

/** What asks for runs by itself in an opened lake, and tells people of what is wrong; loaded when it is asked for. */
export class Tickers {
  readonly #parts: TickersParts;
  #alerter: Promise<Alerter> | undefined;
  #asking: readonly Ticking[] = [];

  constructor(parts: TickersParts) {
    this.#parts = parts;
  }

  /** All of it but what is left to others, to be called in this order, as who has the lead. */
  async all(lead: Lead | undefined, left: LeftToOthers | undefined): Promise<readonly Ticking[]> {
    const { config, project, storage: { store, publisher }, state, orchestrator, resources, tracer } =
      this.#parts;
    const { automationsOf } = await import("./automations.ts");
    const by = lead === undefined ? orchestrator : orchestrator.leading(lead);
    const asked = await by.tickers({
      ...automationsOf(project, resources?.watch),
      files: {
        list: (folder) => store.list(folder),
        found: (paths) => publisher.found(paths),
        present: (refs) => publisher.present(refs),
        known: (folder) => state.filesBelow(folder),
      },
      lookbackDays: config.lookbackDays,
      ...(left && { left }),
    });
    this.#asking = [...asked, await by.backfillTicker()];
    return [...this.#asking, await this.#alerts()].map((ticking) => tracedTicking(tracer, ticking));
  }

  /** Looks what is wrong, beside one who asks. */
  async look(signal: AbortSignal): Promise<void> {
    await (await this.#alerts()).look(signal);
  }

  /** Looks once more, and delivers what is owed. */
  async tell(signal: AbortSignal): Promise<void> {
    await (await this.#alerts()).settle(signal);
  }

  async close(): Promise<void> {
    await (await this.#alerter)?.close();
  }

  #alerts(): Promise<Alerter> {
    return this.#alerter ??= this.#openAlerter();
  }

  async #openAlerter(): Promise<Alerter> {
    const { resources, ...parts } = this.#parts;
    const { openAlerter } = await import("./alerts.ts");
    const due = () => Math.min(Infinity, ...this.#asking.map(({ wakes }) => wakes));
    const { automationNames } = await import("./automations.ts");
    const automations = automationNames(parts.project);
    return await openAlerter({ ...parts, openaq: resources?.watch, automations, due });
  }
}
