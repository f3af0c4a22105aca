/** The rules of the daily dump once more, in plain TypeScript and without SQL, for comparison. */

export const FIELDS = [
  "location",
  "city",
  "country",
  "utc",
  "local",
  "parameter",
  "value",
  "unit",
  "latitude",
  "longitude",
  "attribution",
] as const;

export type Cell = string | number | null;
export type Cells = Readonly<Record<string, Cell | undefined>>;

/** A record's fields, read from quote to quote; or that the text ends within quotes, or has stray ones. */
function scan(text: string): string[] | "open" | "broken" {
  const fields: string[] = [];
  let begin = 0;
  for (;;) {
    let end: number;
    if (text[begin] === '"') {
      end = begin + 1;
      for (;;) {
        end = text.indexOf('"', end);
        if (end === -1) return "open";
        if (text[end + 1] !== '"') break;
        end += 2;
      }
      fields.push(text.slice(begin + 1, end++).replaceAll('""', '"'));
    } else {
      end = text.indexOf(",", begin);
      if (end === -1) end = text.length;
      const field = text.slice(begin, end);
      if (field.includes('"')) return "broken";
      fields.push(field);
    }
    if (end >= text.length) return fields;
    if (text[end] !== ",") return "broken";
    begin = end + 1;
  }
}

/** The rows of a file: their number (that of their first line), and their fields, or their text alone. */
export function rowsOf(
  text: string,
  names: readonly string[] = FIELDS,
): { row: number; fields?: string[]; text: string }[] {
  const lines = text.replace(/^\ufeff/, "").split(/[\r\n]+/).filter((line) => line !== "");
  const titles = lines[0]!.split(",").map((title) => title.replaceAll('"', ""));
  const rows: { row: number; fields?: string[]; text: string }[] = [];
  for (let i = 1; i < lines.length; i++) {
    let text = lines[i]!;
    let last = i;
    let found = scan(text);
    while (found === "open" && last + 1 < lines.length) {
      text += `\n${lines[++last]}`;
      found = scan(text);
    }
    const fields = found.length === titles.length && Array.isArray(found) ? found : undefined;
    // What is no record together is one line by itself.
    if (fields === undefined) [text, last] = [lines[i]!, i];
    rows.push({
      row: i + 1,
      text,
      ...(fields && { fields: names.map((name) => fields[titles.indexOf(name)]!) }),
    });
    i = last;
  }
  return rows;
}

const TIME = /^(\d{4}-\d{2}-\d{2})[T ](([01]\d|2[0-3]):[0-5]\d)(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?$/;

function dateOf(text: string | null): string | undefined {
  const day = TIME.exec(text ?? "")?.[1];
  if (day === undefined) return undefined;
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day) ? day : undefined;
}

/** The instant in milliseconds. */
function instantOf(text: string | null): number | undefined {
  if (dateOf(text) === undefined) return undefined;
  const [, day, minute, , second, , zone] = TIME.exec(text!)!;
  return Date.parse(`${day}T${minute}${second ?? ":00"}${zone ?? "Z"}`);
}

function numberOf(text: string | null): number {
  return /^ *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *$/.test(text ?? "") ? Number(text) : NaN;
}

/** The rows of openaq_data and openaq_incoherent_data that a file gives, each with its `file_row`. */
export function sorted(text: string): { accepted: Cells[]; refused: Cells[] } {
  const accepted: Cells[] = [];
  const refused: Cells[] = [];
  for (const { row, fields, text: line } of rowsOf(text)) {
    const given = Object.fromEntries(
      FIELDS.map((name, i) => [name, fields?.[i] || null]),
    ) as Record<typeof FIELDS[number], string | null>;
    const [utc, day] = [instantOf(given.utc), dateOf(given.local)];
    const value = numberOf(given.value);
    const coordinates = [given.latitude, given.longitude].map((text) =>
      text === null ? null : numberOf(text)
    );
    const unread = fields === undefined || utc === undefined || day === undefined ||
      coordinates.some((each) => each !== null && !Number.isFinite(each));
    const reason = unread
      ? "row"
      : !["pm25", "co", "so2"].includes(given.parameter ?? "")
      ? "parameter"
      : !(Number.isFinite(value) && value > 0)
      ? "value"
      : undefined;
    if (reason !== undefined) {
      refused.push({ ...given, reason, line: fields === undefined ? line : null, file_row: row });
      continue;
    }
    const { location, city, country, local, parameter, unit, attribution } = given;
    accepted.push({
      location,
      city,
      alpha_2_code: country,
      utc: utc!,
      local_time: local,
      parameter,
      value,
      unit,
      latitude: coordinates[0]!,
      longitude: coordinates[1]!,
      attribution,
      year: Number(day!.slice(0, 4)),
      month: Number(day!.slice(5, 7)),
      day: Number(day!.slice(8)),
      file_row: row,
    });
  }
  return { accepted, refused };
}

/** The countries by alpha_2_code: name, alpha_3_code, numeric_code, iso_3166_2. */
export function countriesOf(text: string): Map<string, string[]> {
  const [, ...lines] = text.split(/\r?\n/).filter((line) => line !== "");
  return new Map(lines.map((line) => {
    const [name, two, ...others] = scan(line) as string[];
    return [two!, [name!, ...others]];
  }));
}

export function joined(accepted: readonly Cells[], countries: ReadonlyMap<string, string[]>): Cells[] {
  return accepted.map((row) => {
    const [english_short_name, alpha_3_code, numeric_code, iso_3166_2] =
      countries.get(String(row.alpha_2_code)) ?? [];
    return {
      ...row,
      english_short_name: english_short_name ?? null,
      alpha_3_code: alpha_3_code ?? null,
      numeric_code: numeric_code ?? null,
      iso_3166_2: iso_3166_2 ?? null,
    };
  });
}

type Numbers = Record<string, number | null>;

function groups<T>(rows: readonly T[], key: (row: T) => unknown): T[][] {
  return [...Map.groupBy(rows, (row) => JSON.stringify(key(row))).values()];
}

function most(values: readonly (number | null)[]): number | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : Math.max(...present);
}

function mean(values: readonly (number | null)[]): number | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : present.reduce((sum, value) => sum + value, 0) / present.length;
}

function median(values: readonly (number | null)[]): number | null {
  const present = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (present.length === 0) return null;
  const middle = present.length >> 1;
  return present.length % 2 === 1 ? present[middle]! : (present[middle - 1]! + present[middle]!) / 2;
}

function mode(values: readonly (number | null)[]): number | null {
  const present = values.filter((value) => value !== null).sort((a, b) => a - b);
  const times = Map.groupBy(present, (value) => value);
  return present.reduce<number | null>(
    (best, value) => best === null || times.get(value)!.length > times.get(best)!.length ? value : best,
    null,
  );
}

const PPM: Readonly<Record<string, number>> = { co: 0.000873, so2: 0.000382 };

function inBase({ parameter, unit, value }: Cells, wanted: string): number | null {
  if (parameter !== wanted) return null;
  if (wanted === "pm25") return unit === "µg/m³" ? value as number : null;
  return unit === "ppm" ? value as number : unit === "µg/m³" ? (value as number) * PPM[wanted]! : null;
}

/** The rows of every view, by its name. */
export function views(rows: readonly Cells[]): Record<string, Cells[]> {
  const base = groups(rows, (row) => [row.alpha_2_code, row.city, row.local_time]).map((rows) => {
    const { alpha_2_code, english_short_name, city, local_time, year, month, day } = rows[0]!;
    return {
      alpha_2_code,
      country: english_short_name ?? alpha_2_code,
      city,
      local_time,
      year,
      month,
      day,
      hour: Number(String(local_time).slice(11, 13)),
      co: most(rows.map((row) => inBase(row, "co"))),
      so2: most(rows.map((row) => inBase(row, "so2"))),
      pm25: most(rows.map((row) => inBase(row, "pm25"))),
    };
  });

  const months = groups(base, (row) => [row.alpha_2_code, row.city, row.year, row.month]).map((rows) => ({
    row: rows[0]!,
    co: mean(rows.map(({ co }) => co)),
    so2: mean(rows.map(({ so2 }) => so2)),
  }));
  const monthsOf = Map.groupBy(months, ({ row }) => `${row.year}-${row.month}`);
  const high = (gas: "co" | "so2", value: number | null, row: (typeof base)[number]) => {
    const peers = monthsOf.get(`${row.year}-${row.month}`)!.filter((month) => month[gas] !== null);
    return value !== null && peers.filter((peer) => peer[gas]! <= value).length / peers.length >= 0.9;
  };
  const query_1 = months
    .filter(({ row, co, so2 }) => high("co", co, row) && high("so2", so2, row))
    .map(({ row: { country, city, year, month }, co, so2 }) => ({
      country,
      city,
      year,
      month,
      co_avg: co,
      so2_avg: so2,
    }));

  const measured = base.filter(({ pm25 }) => pm25 !== null);
  const days = groups(measured, (row) => [row.alpha_2_code, row.city, row.year, row.month, row.day]).map((
    rows,
  ) => ({ row: rows[0]!, pm25: mean(rows.map(({ pm25 }) => pm25))! }));
  const daysOf = Map.groupBy(days, ({ row }) => dayOf(row));
  const query_2 = days
    .filter(({ row, pm25 }) => daysOf.get(dayOf(row))!.filter((other) => other.pm25 > pm25).length < 5)
    .map(({ row: { country, city, year, month, day }, pm25 }) => ({
      country,
      city,
      year,
      month,
      day,
      pm25_avg: pm25,
    }));

  const hours = groups(
    measured,
    (row) => [row.alpha_2_code, row.city, row.year, row.month, row.day, row.hour],
  )
    .map((rows) => ({ row: rows[0]!, pm25: mean(rows.map(({ pm25 }) => pm25))! }));
  const hoursOf = Map.groupBy(hours, ({ row }) => `${dayOf(row)} ${row.hour}`);
  const chosen = new Set(
    hours
      .filter(({ row, pm25 }) =>
        hoursOf.get(`${dayOf(row)} ${row.hour}`)!.filter((other) => other.pm25 > pm25).length < 10
      )
      .map(({ row }) => cityDay(row)),
  );
  const query_3 = groups(base.filter((row) => chosen.has(cityDay(row))), (row) => cityDay(row)).map(
    (rows): Cells => {
      const { country, city, year, month, day } = rows[0]!;
      const [so2, co] = [rows.map(({ so2 }) => so2), rows.map(({ co }) => co)];
      return {
        country,
        city,
        year,
        month,
        day,
        mean_so2: mean(so2),
        mean_co: mean(co),
        mode_so2: mode(so2),
        mode_co: mode(co),
        median_so2: median(so2),
        median_co: median(co),
      };
    },
  );

  const limits: Readonly<Record<"pm25" | "co" | "so2", readonly number[]>> = {
    pm25: [15, 30, 55],
    co: [4, 6, 8],
    so2: [0.02, 0.06, 0.12],
  };
  const query_4 = groups(base, (row) => [row.country, row.year, row.month, row.day, row.hour])
    .map((rows): Cells => {
      const { country, year, month, day, hour } = rows[0]!;
      const maxima: Numbers = {};
      let level = 0;
      for (const gas of ["pm25", "co", "so2"] as const) {
        const value = maxima[gas] = most(rows.map((row) => row[gas]));
        if (value !== null) level = Math.max(level, limits[gas].filter((limit) => value > limit).length);
      }
      return { country, year, month, day, hour, ...maxima, index: level, status: LEVELS[level]! };
    })
    .filter(({ index }) => index !== 0);

  return { base, query_1, query_2, query_3, query_4 };
}

const LEVELS = ["", "LOW", "MEDIUM", "HIGH"];

function dayOf({ year, month, day }: Cells): string {
  return `${year}-${month}-${day}`;
}

function cityDay({ alpha_2_code, city, year, month, day }: Cells): string {
  return JSON.stringify([alpha_2_code, city, year, month, day]);
}
