import type { Command } from "./context.ts";

/** Every command, loaded when it is called. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  materialize: async () => (await import("./materialize.ts")).materialize,
  plan: async () => (await import("./plan.ts")).plan,
  status: async () => (await import("./status.ts")).status,
  inspect: async () => (await import("./inspect.ts")).inspect,
  ls: async () => (await import("./ls.ts")).ls,
  show: async () => (await import("./show.ts")).show,
  automation: async () => (await import("./automation.ts")).automation,
  graph: async () => (await import("./graph.ts")).graph,
  alerts: async () => (await import("./alerts.ts")).alerts,
  daemon: async () => (await import("./daemon.ts")).daemon,
  runs: async () => (await import("./runs.ts")).runs,
  check: async () => (await import("./check.ts")).check,
  rollback: async () => (await import("./rollback.ts")).rollback,
  report: async () => (await import("./report.ts")).report,
  wipe: async () => (await import("./wipe.ts")).wipe,
  prune: async () => (await import("./prune.ts")).prune,
  state: async () => (await import("./state.ts")).state,
  simulate: async () => (await import("./simulate.ts")).simulate,
  completions: async () => (await import("./completions.ts")).completions,
  doctor: async () => (await import("./doctor.ts")).doctor,
};
