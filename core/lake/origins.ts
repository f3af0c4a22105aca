/** The origin of a lake's data by the name of each source, such as a URL's origin; undefined while it is not known. */
export type Origins = Readonly<Record<string, string | undefined>>;

/** The source name of lakes whose graph is a module. */
export const MODULE = "module";
/** The beginning of the origins of data that are made up; all others are of real ones. */
export const SIMULATED = "simulated:";

/** A source by its name, and its origin. */
export type Source = readonly [name: string, origin: string | undefined];

/** Two sources that share no lake, the one of `held` first: simulated values lie beside no real ones. */
export function conflictOf(held: Origins, origins: Origins = held): readonly [Source, Source] | undefined {
  for (const one of Object.entries(held)) {
    const other = Object.entries(origins).find((each) => areApart(one, each));
    if (other !== undefined) return [one, other];
  }
}

function areApart([name, origin]: Source, [otherName, other]: Source): boolean {
  if ((name === MODULE) !== (otherName === MODULE)) return true;
  return origin !== undefined && other !== undefined && isSimulated(origin) !== isSimulated(other);
}

/** Whether data of these origins are simulated; undefined where none is known. */
export function areSimulated(origins: Origins): boolean | undefined {
  const known = Object.entries(origins).filter(([name, origin]) => name !== MODULE && origin !== undefined);
  return known.length === 0 ? undefined : known.some(([, origin]) => isSimulated(origin!));
}

function isSimulated(origin: string): boolean {
  return origin.startsWith(SIMULATED);
}

/** One line on why two sources cannot be composed. */
export function conflictText([one, other]: readonly [Source, Source]): string {
  const text = ([name, origin]: Source) =>
    `${isSimulated(origin!) ? "simulated" : "real"} data (${name}: ${origin})`;
  return `composing pipelines: found ${text(one)} beside ${text(other)}, wanted a lake for each`;
}
