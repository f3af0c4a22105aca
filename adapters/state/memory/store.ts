import type {
  AlertEvent,
  AlertText,
  AssetEvent,
  AssetKey,
  AssetRange,
  BackfillId,
  BackfillRecord,
  ClaimToken,
  CodeRecord,
  Delivery,
  Episode,
  Instant,
  Intent,
  Json,
  KeptAct,
  KeptEvaluation,
  KeptTick,
  LogEntry,
  PartitionSpec,
  Ranges,
  RunId,
  RunRecord,
  Seq,
  StepRecord,
  Versioned,
} from "../../../core/mod.ts";
import { Listeners } from "../listeners.ts";
import type { Projection } from "./projection.ts";

/** An open handle on the store. */
export interface Worker {
  readonly name: string;
  alive: boolean;
}

/** A lead, and who has or had it. */
export interface StoredLead {
  readonly worker: Worker;
  readonly number: number;
  readonly beats: number;
  readonly at: Instant;
  readonly note: Json;
  readonly yields: boolean;
}

export interface StoredAsset {
  partitions: PartitionSpec;
  codeId: number;
  readonly projection: Projection;
}

export interface StoredCodeRecord extends CodeRecord {
  readonly asset: AssetKey;
}

export interface StoredClaim {
  readonly asset: AssetKey;
  readonly run: RunId;
  readonly ranges: Ranges;
  /** Null once it was released with publications still open. */
  readonly worker: Worker | null;
  readonly intents: ReadonlyMap<number, Intent>;
  /** The pool of its slot. */
  readonly pool?: string;
}

/** A run that waits for a slot of a pool. */
export interface StoredWait {
  readonly pool: string;
  readonly run: RunId;
  readonly worker: Worker;
}

/** A message that a channel is owed, or was. */
export interface StoredMessage extends AlertText {
  readonly id: number;
  readonly channel: string;
  readonly event: AlertEvent;
  /** Who is delivering it. */
  worker: Worker | null;
  /** How often it was tried in vain. */
  tries: number;
  delivery: Delivery;
}

export interface StoredEpisode {
  episode: Episode;
  readonly messages: StoredMessage[];
}

export interface StoredRun {
  record: RunRecord;
  /** Null once it has ended. */
  worker: Worker | null;
  readonly steps: Map<number, StepRecord>;
  readonly logs: LogEntry[];
  /** The number of the last step that there was when its worker took it. */
  stepsBefore: number;
  /** Whether somebody asked for its end. */
  isCancelled: boolean;
  /** Of a run that somebody queued: how many workers died in a row, since an event. */
  queue: { deaths: number; seen: Seq } | null;
}

export interface StoredBackfill {
  record: BackfillRecord;
  readonly batches: readonly { readonly ranges: readonly AssetRange[]; run: RunId | null }[];
}

/** The store that several workers of one process share: a state that is gone when the process ends. */
export class MemoryStore {
  /** Event n at index n - 1. */
  readonly events: AssetEvent[] = [];
  /** The numbers of events, and of runs, that were forgotten: they are there and never shown. */
  readonly forgotten = { events: new Set<number>(), runs: new Set<number>() };
  readonly assets = new Map<AssetKey, StoredAsset>();
  /** By number; the first has 1. */
  readonly codeRecords = new Map<number, StoredCodeRecord>();
  readonly claims = new Map<ClaimToken, StoredClaim>();
  /** Run n at index n - 1. */
  readonly runs: StoredRun[] = [];
  /** The run of every key that was used, and when somebody last asked by it. */
  readonly keys = new Map<string, { readonly run: RunId; readonly used: Instant }>();
  waits: StoredWait[] = [];
  readonly backfills = new Map<BackfillId, StoredBackfill>();
  lastBackfill: BackfillId = 0;
  episodes: StoredEpisode[] = [];
  readonly values = new Map<string, Versioned>();
  readonly workers = new Set<Worker>();
  /** The oldest first. */
  ticks: KeptTick[] = [];
  evaluations: KeptEvaluation[] = [];
  acts: KeptAct[] = [];
  readonly leads = new Map<string, StoredLead>();
  /** Those that lost a lead as they gave no sign of life. */
  deposed: { readonly name: string; readonly worker: Worker; readonly since: Instant }[] = [];
  readonly listeners = new Listeners();
  #numbers = 0;

  /** A number for a claim or a value that was never given before. */
  next(): number {
    return ++this.#numbers;
  }

  /** The events that were not forgotten, in order. */
  remembered(): AssetEvent[] {
    return this.events.filter(({ seq }) => !this.forgotten.events.has(seq));
  }

  /** Declares the handles of this name dead: others may take over what they hold. */
  kill(name: string): void {
    for (const worker of this.workers) if (worker.name === name) worker.alive = false;
  }
}

export function memoryStore(): MemoryStore {
  return new MemoryStore();
}
