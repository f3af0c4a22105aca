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
const sensorBase = z.object({ id: z.number().int(), name: z.string(), parameter: parameterSchema });

export const locationSchema = z.object({
  id: z.number().int(),
  name: z.string().nullable(),
  locality: z.string().nullable(),
  timezone: z.string(),
  country: z.object({ id: z.number().int().nullable(), code: z.string(), name: z.string() }),
  isMobile: z.boolean(),
  isMonitor: z.boolean(),
  sensors: z.array(sensorBase),
  coordinates: coordinates.nullish(),
  datetimeFirst: datetimeSchema.nullable(),
  datetimeLast: datetimeSchema.nullable(),
});

export const sensorSchema = sensorBase.extend({
  datetimeFirst: datetimeSchema.nullable(),
  datetimeLast: datetimeSchema.nullable(),
  latest: z.object({ datetime: datetimeSchema, value: z.number().nullable() }).nullable(),
});

/** Times as text here: `pageOf` reads them, by the million. */
export const measurementSchema = z.object({
  value: z.number().nullable(),
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

/** What one result must be. */
export type Item<T> = z.ZodType<T>;

/** Why an answer is of no use, in one line: the first broken field's path, what was found and wanted. */
export interface Broken {
  readonly broken: string;
}

/** What an answer's `results` hold, checked. */
export function checkedResults<T>(item: Item<T>, answer: unknown): readonly T[] | Broken {
  const checked = z.object({ results: z.array(item) }).safeParse(answer);
  if (checked.success) return checked.data.results;
  const [issue] = checked.error.issues;
  const path = issue?.path ?? [];
  const found = path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null) ? Reflect.get(value, name) : undefined,
    answer,
  );
  return { broken: `${path.join(".") || "the answer"}: ${brief(found)}, wanted ${wanted(issue)}` };
}

function wanted(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === "invalid_type") return issue.expected;
  return issue?.code === "invalid_format" ? issue.format : issue?.message ?? "something else";
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
