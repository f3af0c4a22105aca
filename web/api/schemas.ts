import { z } from "@hono/zod-openapi";

/** The shapes of answers; what gives them is `core/view`. */
const list = <T extends z.ZodType>(each: T) => z.array(each).readonly();
const key = z.string().nullable().openapi({ description: "A partition's key; null where there are none." });
const instant = z.string().openapi({ format: "date-time" });
const number = z.number().int();

const Asset = z.object({
  key: z.string(),
  group: z.string(),
  kind: z.string(),
  partitions: z.object({
    type: z.string(),
    timeZone: z.string().optional(),
    start: z.string().optional(),
  }),
  deps: list(z.object({ asset: z.string(), mode: z.string() })),
  external: z.boolean(),
}).openapi("Asset");

export const Assets = list(Asset).openapi("Assets");

export const AssetDetail = Asset.extend({
  description: z.string(),
  owners: list(z.string()),
  code: z.string().openapi({ description: "The code version that partitions are made with now." }),
  sources: list(z.string()),
  contract: z.unknown(),
  checks: list(z.object({ name: z.string(), severity: z.string() })),
  upstream: list(z.string()),
  downstream: list(z.string()),
  automation: z.unknown(),
  freshness: z.unknown(),
}).openapi("AssetDetail");

const State = z.enum(["fresh", "stale", "missing", "running", "failed", "blocked"]);
const StateRange = z.object({ from: key, to: key, state: State });

export const States = z.object({ ranges: list(StateRange) }).openapi("States");

export const Status = z.object({
  assets: list(
    z.object({
      key: z.string(),
      group: z.string(),
      kind: z.string(),
      partitions: z.object({
        total: number,
        fresh: number,
        stale: number,
        missing: number,
        failed: number,
        running: number,
        blocked: number,
      }),
      ranges: list(StateRange),
      lastMaterialized: instant.nullable(),
      checks: z.object({ passed: number, failed: number }),
      warnings: list(z.object({ partition: key.optional(), message: z.string() })),
    }).openapi("AssetStatus"),
  ),
}).openapi("Status");

const Cause = z.object({
  kind: z.enum(["code", "input", "upstream", "source", "dependency", "damaged", "forced"]),
  asset: z.string().optional(),
  from: key.optional(),
  to: key.optional(),
  detail: z.string().optional(),
}).openapi("Cause");

const Hindrance = z.object({ state: z.enum(["failed", "blocked"]), message: z.string() });

const PlannedStep = z.object({
  asset: z.string(),
  from: key,
  to: key,
  count: number,
  state: z.enum(["missing", "stale", "fresh"]),
  causes: list(Cause),
  hindrance: Hindrance.optional(),
}).openapi("PlannedStep");

export const Plan = z.object({ steps: list(PlannedStep) }).openapi("Plan");

export const Event = z.object({
  seq: number,
  kind: z.enum(["materialized", "wiped", "expired", "failed", "checked", "due", "registered"]),
  asset: z.string(),
  at: instant,
  partition: key.optional(),
  from: key.optional(),
  to: key.optional(),
  dataVersion: z.string().optional(),
  rows: number.nullable().optional(),
  files: list(z.object({ path: z.string(), size: number, hash: z.string() })).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  checks: list(z.object({
    check: z.string(),
    severity: z.enum(["blocking", "warning"]),
    passed: z.boolean(),
    detail: z.string().optional(),
    subjects: z.record(z.string(), z.string()).optional(),
  })).optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  detail: z.string().optional(),
  codeVersion: z.string().optional(),
}).openapi("Event");

export const Events = list(Event).openapi("Events");

export const Partition = z.object({
  asset: z.string(),
  partition: key,
  state: State,
  causes: list(Cause),
  hindrance: Hindrance.optional(),
  events: list(Event),
}).openapi("Partition");

export const RunStatus = z.enum(["queued", "running", "succeeded", "failed", "cancelled", "interrupted"]);

const Claim = z.object({
  asset: z.string(),
  from: key,
  to: key,
  host: z.string().nullable(),
  pid: number.nullable(),
  alive: z.boolean(),
});

export const Run = z.object({
  id: number,
  status: RunStatus,
  request: z.looseObject({ command: z.string() }),
  priority: z.number(),
  parent: number.nullable(),
  started: instant.nullable(),
  ended: instant.nullable(),
  counts: z.record(z.string(), z.unknown()).nullable(),
  waits: z.object({ for: z.string(), since: instant, message: z.string() }).optional(),
  claims: list(Claim).optional(),
}).openapi("Run");

export const Runs = list(Run).openapi("Runs");

export const RunDetail = z.object({
  run: Run,
  errors: z.unknown(),
  steps: list(z.object({
    step: number,
    asset: z.string(),
    from: key,
    to: key,
    started: instant,
    ended: instant.nullable(),
    outcome: z.enum(["running", "succeeded", "failed", "blocked", "cancelled", "interrupted"]),
    materialized: number,
    failed: number,
  })),
}).openapi("RunDetail");

export const Logs = list(z.object({
  line: number,
  step: number,
  at: instant,
  level: z.enum(["debug", "info", "warn", "error"]),
  message: z.string(),
  fields: z.record(z.string(), z.unknown()),
})).openapi("Logs");

/** Whether an answer waits for somebody to do it. */
const worker = {
  waitsForWorker: z.boolean().openapi({ description: "Whether nobody is at work who does it." }),
  notes: list(z.string()).openapi({ description: "On who does not do it, a line each." }),
};

export const Asked = Run.extend(worker).openapi("AskedRun");

export const Cancelled = z.object({ run: number, status: z.enum([...RunStatus.options, "ending"]) })
  .openapi("CancelledRun");

export const Retried = z.object({
  run: number.nullable(),
  parent: number,
  status: z.enum([...RunStatus.options, "nothing_to_do"]),
  reason: z.string().optional(),
  ...worker,
}).openapi("RetriedRun");

const Blocked = z.object({ asset: z.string(), partitions: number, message: z.string() });

const Range = z.object({ from: key, to: key, count: number });

export const Preview = z.object({
  command: z.string(),
  partitions: number.openapi({ description: "To be made, checked, forgotten or put back." }),
  assets: list(z.object({ key: z.string(), partitions: number, ranges: list(Range) })),
  steps: list(PlannedStep).openapi({ description: "Of a materialization, with every cause." }),
  mayFollow: number.openapi({
    description: "How many more of the selection read these, and are made where their content changes.",
  }),
  requests: number.nullable().openapi({
    description: "To a source, as is likely; null where that is not known.",
  }),
  leastSeconds: number.nullable().openapi({ description: "At the source's pace." }),
  blocked: list(Blocked),
  versions: z.object({ from: z.string(), to: z.string(), rows: number.nullable() }).optional()
    .openapi({ description: "Of a rollback: the version that goes, and the one that comes." }),
  nothing: z.string().optional().openapi({ description: "Why there is nothing to do." }),
  warnings: list(z.string()),
}).openapi("Preview");

const Waits = z.object({ for: z.string(), since: instant, message: z.string() });

const BackfillStatus = z.enum(["running", "paused", "succeeded", "failed", "cancelled"]);

export const Backfills = list(
  z.object({
    id: number,
    status: BackfillStatus,
    selection: z.string(),
    from: z.string(),
    to: z.string(),
    total: number,
    done: number,
    failed: number,
    remainingSeconds: z.number().nullable(),
    waits: Waits.optional(),
    waitsForCode: z.string().optional(),
  }).openapi("Backfill"),
).openapi("Backfills");

export const BackfillPreview = z.object({
  partitions: number,
  assets: list(z.object({ key: z.string(), partitions: number })),
  batches: number,
  requests: number.nullable(),
  leastSeconds: number.nullable(),
  blocked: list(Blocked),
  warnings: list(z.string()),
}).openapi("BackfillPreview");

export const BegunBackfill = z.object({
  id: number.nullable(),
  partitions: number,
  requests: number.nullable(),
  leastSeconds: number.nullable(),
  ...worker,
}).openapi("BegunBackfill");

export const TurnedBackfill = z.object({ id: number, status: BackfillStatus, ...worker })
  .openapi("TurnedBackfill");

const outcome = z.enum(["requested", "skipped", "failed"]);

export const AutomationStatuses = list(
  z.object({
    name: z.string(),
    paused: z.boolean(),
    next: instant.nullable(),
    last: z.object({ at: instant, outcome, detail: z.string() }).nullable(),
  }).openapi("AutomationStatus"),
).openapi("AutomationStatuses");

export const Ticks = list(
  z.object({ at: instant, outcome, detail: z.string(), runs: list(number) }).openapi("Tick"),
).openapi("Ticks");

export const Paused = z.object({ name: z.string(), paused: z.boolean(), changed: z.boolean() })
  .openapi("Paused");

export const Verdict = z.object({
  asset: z.string(),
  partition: key,
  decision: z.enum(["run", "wait"]),
  at: instant,
  why: z.object({
    condition: z.string(),
    value: z.boolean(),
    detail: z.string().optional(),
    children: list(z.unknown()).openapi({ description: "The same of the conditions that it is made of." }),
  }),
  evaluations: list(z.object({
    at: instant,
    run: number.nullable(),
    requested: list(Range),
    reasons: list(z.string()),
    why: z.unknown(),
  })).optional(),
}).openapi("Verdict");

export const Alerts = list(
  z.object({
    key: z.string(),
    rule: z.string(),
    subject: z.string(),
    severity: z.enum(["warning", "error"]),
    message: z.string(),
    opened: instant,
    closed: instant.nullable(),
    deliveries: list(z.object({
      channel: z.string(),
      at: instant.nullable(),
      outcome: z.enum(["waiting", "failed", "delivered"]),
    })),
  }).openapi("Alert"),
).openapi("Alerts");

const Column = z.object({
  name: z.string(),
  type: z.enum(["bool", "int32", "int64", "float64", "utf8", "date32", "timestamp"]),
  nullable: z.boolean(),
  unit: z.string().optional(),
  limits: list(z.number()).optional().openapi({
    description: "The smallest and the largest plausible value.",
  }),
}).openapi("Column");

export const Tables = list(
  z.object({
    type: z.enum(["table", "view", "broken"]),
    database: z.string(),
    name: z.string(),
    asset: z.string().nullable().openapi({ description: "The asset that registers it." }),
    columns: list(Column).optional(),
    partitionColumns: list(Column).optional().openapi({ description: "Those that tables show last." }),
    statement: z.string().optional(),
    problem: z.string().optional(),
  }).openapi("Table"),
).openapi("Tables");

export const Rows = list(z.record(z.string(), z.unknown())).openapi("Rows");
