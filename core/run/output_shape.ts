import type { FailedOutput, Output } from "../output.ts";
import { show } from "../show.ts";

const OUTPUT = new Set<string>(
  [
    "partition",
    "dataVersion",
    "rows",
    "metadata",
    "staged",
    "alongside",
    "kept",
    "asOf",
  ] satisfies (keyof Output)[],
);
const FAILURE = new Set<string>(["partition", "error"] satisfies (keyof FailedOutput)[]);

/** A fault in a part of an answer. */
export interface Fault {
  readonly found: string;
  readonly wanted: string;
}

/** The fault of an answer called `name`: unknown fields, or fields of the wrong type. */
export function faultOf(answer: Output | FailedOutput, name: string): Fault | undefined {
  const failed = "error" in answer && answer.error !== undefined;
  const fields = failed ? FAILURE : OUTPUT;
  for (const [field, value] of Object.entries(answer)) {
    if (fields.has(field) || value === undefined) continue;
    return { found: `the field "${field}" of ${name}`, wanted: `only ${[...fields].join(", ")}` };
  }
  if (!failed) return outputFault(answer as Output, name);
  const { error } = answer;
  return typeof error === "string"
    ? undefined
    : { found: `the error ${show(error)} of ${name}`, wanted: "a text" };
}

function outputFault(output: Output, name: string): Fault | undefined {
  const { dataVersion, rows, asOf, metadata } = output;
  if (typeof dataVersion !== "string" || dataVersion === "") {
    return { found: `the data version ${show(dataVersion)} of ${name}`, wanted: "a text" };
  }
  if (rows !== undefined && !(Number.isSafeInteger(rows) && rows >= 0)) {
    return { found: `${show(rows)} rows of ${name}`, wanted: "a whole number" };
  }
  if (asOf !== undefined && !Number.isSafeInteger(asOf)) {
    return { found: `asOf ${show(asOf)} of ${name}`, wanted: "milliseconds since 1970" };
  }
  if (metadata !== undefined && !isRecord(metadata)) {
    return { found: `metadata of ${name}`, wanted: "JSON by name" };
  }
  for (const [field, value] of Object.entries(metadata ?? {})) {
    if (isRecord(value) && typeof value.type === "string" && "value" in value) continue;
    return { found: `the metadata "${field}" of ${name}`, wanted: "{ type, value }" };
  }
  return filesFault(output, name);
}

function filesFault({ staged = [], alongside = [], kept = [] }: Output, name: string): Fault | undefined {
  for (const [field, files] of Object.entries({ staged, alongside, kept })) {
    if (!Array.isArray(files)) {
      return { found: `${field} ${show(files)} of ${name}`, wanted: "an array of files" };
    }
    const other = files.find((each) => !isRecord(each));
    if (other !== undefined) return { found: `${show(other)} in ${field} of ${name}`, wanted: "a file" };
  }
  for (const each of [...staged, ...alongside]) {
    const { final } = each;
    if (!isPlace(final)) {
      return { found: `the place ${show(final)} for a file of ${name}`, wanted: PLACE };
    }
    if ("temporary" in each) {
      if (isBelowLake(each.temporary) && each.temporary.startsWith("_staging/")) continue;
      return {
        found: `"${final}" of ${name} staged at ${show(each.temporary)}`,
        wanted: "a path below `staging`",
      };
    }
    if (each.absent !== true) {
      return { found: `"${final}" of ${name} neither staged nor absent`, wanted: "one of them" };
    }
  }
  for (const { path, size, hash } of kept) {
    if (!isPlace(path)) return { found: `the kept file ${show(path)} of ${name}`, wanted: PLACE };
    if (Number.isSafeInteger(size) && typeof hash === "string") continue;
    return { found: `the kept file "${path}" of ${name} without size or hash`, wanted: "these" };
  }
}

const PLACE = 'a path below a zone of the lake, such as "zone/name.parquet"';
/** The mark of a lake and what the engine keeps for itself: no output's place. */
const RESERVED = /^_airgraph\.json$|^_staging\/|(^|\/)_versions\//;

function isPlace(path: unknown): boolean {
  return isBelowLake(path) && path.includes("/") && !RESERVED.test(path);
}

/** Whether a path, with slashes, stays below the lake's root whatever is there. */
function isBelowLake(path: unknown): path is string {
  return typeof path === "string" && !/[\\\0]/.test(path) &&
    path.split("/").every((name) => name !== "" && name !== "." && name !== "..");
}

/** Whether a value is an object that JSON can carry. */
function isRecord(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    return Object.values(value).every((each) => each !== null) && JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
