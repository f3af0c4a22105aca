import { z } from "zod";

// OpenAQ v3's answers, as far as they are used; fields not named here are ignored.

/** A point in time, ISO 8601 with an offset, UTC and local. */
const datetimeSchema = z.object({ utc: z.iso.datetime({ offset: true }), local: z.string() });

/** A unit with the micro sign U+00B5, whichever of the two signs was sent. */
const units = z.string().transform(normalUnit);

export const parameterSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  units,
  displayName: z.string().nullish(),
  description: z.string().nullish(),
});

const coordinates = z.object({ latitude: z.number().nullable(), longitude: z.number().nullable() });
/** The ids that the lake's columns hold: whole numbers from 1 on. */
const locationId = z.number().int().min(1).max(2 ** 31 - 1);
const sensorId = z.number().int().min(1);
export const sensorBaseSchema = z.object({ id: sensorId, name: z.string(), parameter: parameterSchema });

export const locationSchema = z.object({
  id: locationId,
  name: z.string().nullable(),
  locality: z.string().nullable(),
  timezone: z.string(),
  country: z.object({ id: z.number().int().nullable(), code: z.string(), name: z.string() }),
  isMobile: z.boolean(),
  isMonitor: z.boolean(),
  sensors: z.array(sensorBaseSchema),
  coordinates: coordinates.nullish(),
  datetimeFirst: datetimeSchema.nullable(),
  datetimeLast: datetimeSchema.nullable(),
});

/** A location whose sensors are to be looked at one by one. */
export const looseLocationSchema = locationSchema.extend({ sensors: z.array(z.unknown()) });

export const sensorSchema = sensorBaseSchema.extend({
  datetimeFirst: datetimeSchema.nullable(),
  datetimeLast: datetimeSchema.nullable(),
  latest: z.object({ datetime: datetimeSchema, value: z.number().nullable() }).nullable(),
});

/** As they come: a number that is none, or too large for one, may be among them. */
const value = z.custom<number | null | "NaN" | "Infinity" | "-Infinity">(
  (value) => value === null || typeof value === "number" || /^(NaN|-?Infinity)$/.test(String(value)),
  "number",
);

/** Values and times as they come here: `pageOf` reads them, by the million. */
export const measurementSchema = z.object({
  value,
  flagInfo: z.object({ hasFlags: z.boolean() }).nullish(),
  parameter: z.object({ name: z.string(), units: z.string() }),
  period: z.object({
    interval: z.string().nullish(),
    datetimeFrom: z.object({ utc: z.string() }).nullish(),
    datetimeTo: z.object({ utc: z.string() }).nullish(),
  }).nullable(),
});

export const latestSchema = z.object({
  datetime: datetimeSchema,
  value: z.number().nullable(),
  coordinates: coordinates.nullish(),
  sensorsId: z.number().int(),
  locationsId: z.number().int(),
});

export const countrySchema = z.object({
  id: z.number().int(),
  code: z.string(),
  name: z.string(),
  datetimeFirst: z.string().nullable(),
  datetimeLast: z.string().nullable(),
  parameters: z.array(parameterSchema),
});

export type Parameter = z.infer<typeof parameterSchema>;
export type Location = z.infer<typeof locationSchema>;
export type Sensor = z.infer<typeof sensorSchema>;
export type Measurement = z.infer<typeof measurementSchema>;
export type Latest = z.infer<typeof latestSchema>;
export type Country = z.infer<typeof countrySchema>;

/** The unit with U+00B5 for µ: the Greek letter U+03BC means the same. */
export function normalUnit(unit: string): string {
  return unit.replaceAll("\u03bc", "\u00b5");
}

/** The schema of one result. */
export type Item<T> = z.ZodType<T>;

/** Why an answer is of no use, in one line: the first broken field's path, what was found and wanted. */
export interface Broken {
  readonly broken: string;
}

/** Checks an answer's `results`. */
export function checkedResults<T>(item: Item<T>, answer: unknown): readonly T[] | Broken {
  const checked = z.object({ results: z.array(item) }).safeParse(answer);
  return checked.success ? checked.data.results : { broken: wrongIn(answer, checked.error) };
}

/** Checks each of an answer's `results` by itself; the answer is broken where not one is valid. */
export function checkedEach<T>(item: Item<T>, answer: unknown): readonly (T | Broken)[] | Broken {
  const all = checkedResults(item, answer);
  if (!("broken" in all)) return all;
  const results = checkedResults(z.unknown(), answer);
  if ("broken" in results) return results;
  const each = results.map((result, i) => {
    const checked = item.safeParse(result);
    return checked.success ? checked.data : { broken: wrongIn(result, checked.error, `results.${i}.`) };
  });
  return each.every((one) => typeof one === "object" && one !== null && "broken" in one) ? all : each;
}

/** The first field of the value that is not as it must be: its path, what was found and wanted. */
export function wrongIn(value: unknown, { issues: [issue] }: z.ZodError, within = ""): string {
  const path = issue?.path ?? [];
  const found = path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null) ? Reflect.get(value, name) : undefined,
    value,
  );
  const at = (within + path.join(".")).replace(/\.$/, "");
  return `${at || "the answer"}: ${brief(found)}, wanted ${wanted(issue)}`;
}

function wanted(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === "invalid_type") return issue.expected;
  return issue?.code === "invalid_format" ? issue.format : issue?.message ?? "something else";
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
