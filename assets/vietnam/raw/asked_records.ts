import { z } from "zod";
import {
  type FileRef,
  HOUR,
  type Instant,
  type ObjectStore,
  type Publisher,
  sha256,
} from "../../../core/mod.ts";
import { askedAtOrAfter, askedFolder, type AskedHour, stageAsked } from "./asked.ts";
import type { RawZone } from "./hour_files.ts";

const TIME = z.iso.datetime().transform((text) => Date.parse(text));
const RECORD = z.object({
  hours: z.array(z.object({
    from: TIME.refine((instant) => instant % HOUR === 0, "wanted a full hour"),
    rows: z.array(z.number().int().nonnegative()),
    asked_at: TIME,
    extracted_at: TIME,
    set_aside: z.array(z.number().int()).default([]),
  })),
});

/** The records of a zone, read. */
export interface Asked {
  /** Each hour that was ever answered, ascending, as it was answered last. */
  readonly hours: readonly AskedHour[];
  /** Records that cannot be read, a line each that names the file. */
  readonly damaged: readonly string[];
}

/** The hours of a zone that were answered, from the lake alone. */
export async function askedHours(store: ObjectStore, zone: RawZone): Promise<Asked> {
  const { hours, damaged } = await union(store, await store.list(askedFolder(zone)));
  return { hours, damaged };
}

const STAGING = "_staging/asked";
/** How old a record is before it is folded: whoever put it in place has ended. */
const SETTLED = HOUR;

/** Folds the older records of a zone into one; a reader knows as much at every moment. Those damaged stay. */
export async function foldAsked(
  { store, publisher }: { readonly store: ObjectStore; readonly publisher: Publisher },
  zone: RawZone,
  now: Instant,
): Promise<void> {
  const young = askedAtOrAfter(zone, now - SETTLED);
  const old = (await store.list(askedFolder(zone))).filter((path) => path < young);
  const { hours, read } = await union(store, old);
  if (read.length < 2) return;
  await writeAsked({ store, publisher }, zone, hours, now - SETTLED - 1);
  await publisher.remove(read);
}

/** Puts a record in place. */
export async function writeAsked(
  { store, publisher }: { readonly store: ObjectStore; readonly publisher: Publisher },
  zone: RawZone,
  hours: readonly AskedHour[],
  now: Instant,
): Promise<void> {
  const staged = [await stageAsked(store, zone, hours, { askedAt: now, staging: STAGING })];
  await publisher.replace(staged, await publisher.measure(staged));
  await publisher.clear(STAGING);
}

async function union(
  store: ObjectStore,
  paths: readonly string[],
): Promise<Asked & { readonly read: readonly FileRef[] }> {
  const latest = new Map<Instant, AskedHour>();
  const [read, damaged]: [FileRef[], string[]] = [[], []];
  for (const path of paths) {
    const bytes = await store.read(path);
    if (bytes === undefined) continue; // another has folded it
    const record = parsed(bytes);
    if (!record.success) {
      damaged.push(`reading "${path}": ${problem(record.error)}, wanted a record of hours that were asked`);
      continue;
    }
    read.push({ path, size: bytes.length, hash: sha256(bytes) });
    for (const { from, rows, asked_at, extracted_at, set_aside } of record.data.hours) {
      for (const [i, count] of rows.entries()) {
        const hour = from + i * HOUR;
        const found = {
          hour,
          rows: count,
          askedAt: asked_at,
          extractedAt: extracted_at,
          setAside: set_aside,
        };
        if (isLater(found, latest.get(hour))) latest.set(hour, found);
      }
    }
  }
  return { hours: [...latest.values()].sort((a, b) => a.hour - b.hour), damaged, read };
}

/** Rows gone upstream stay: of what was extracted at once, the more is the later. */
function isLater(a: AskedHour, b: AskedHour | undefined): boolean {
  if (b === undefined) return true;
  return (a.extractedAt - b.extractedAt || a.askedAt - b.askedAt || a.rows - b.rows) > 0;
}

function parsed(bytes: Uint8Array) {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch { /* no JSON is no record */ }
  return RECORD.safeParse(json);
}

function problem({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join(".") || "the file"}: ${issue?.message ?? "something else"}`;
}
