import type { Choice } from "./lives.ts";

/** A call that changes what stands on the disk, as the n-th of its name on its path. */
export interface Call {
  /** As the system names it, such as `rename` or `fsync`. */
  readonly name: string;
  /** The first that it is given. */
  readonly path: string;
  /** From 1. */
  readonly nth: number;
}

/** Numbers calls in the order in which they were made. */
export function numbered(calls: Iterable<{ readonly name: string; readonly path: string }>): Call[] {
  const seen = new Map<string, number>();
  return [...calls].map(({ name, path }) => {
    const nth = (seen.get(`${name} ${path}`) ?? 0) + 1;
    seen.set(`${name} ${path}`, nth);
    return { name, path, nth };
  });
}

/** Moments of a run that publishes, each named by the call that is about to be made. */
export interface Moments {
  /** A batch's intent is recorded, and nothing is put in place yet. */
  readonly intended: readonly Call[];
  /** Some of a batch's files stand. */
  readonly publishing: readonly Call[];
  /** All of a batch's files stand, and its commit is still to come. */
  readonly published: readonly Call[];
  /** All others. */
  readonly other: readonly Call[];
}

/** Whether the call would be the same in another run, whichever of its threads makes it. */
export function isRepeatable({ path, nth }: Call): boolean {
  return nth === 1 && !VARIES.test(path);
}

/** Sorts the calls of a run by what is under way, those left out that would not be the same in another. */
export function momentsOf(calls: readonly Call[]): Moments {
  const moments = {
    intended: [] as Call[],
    publishing: [] as Call[],
    published: [] as Call[],
    other: [] as Call[],
  };
  let before: "publishing" | "published" | undefined;
  for (const call of calls) {
    if (isPublication(call)) {
      (before === "publishing" ? moments.publishing : moments.intended).push(call);
      before = "publishing";
    } else if (before === "publishing") {
      before = undefined;
      if (isRepeatable(call)) moments.published.push(call);
    } else if (isRepeatable(call)) moments.other.push(call);
  }
  return moments;
}

/** So many calls of each of the moments. */
export function chosenOf(
  moments: Moments,
  wanted: Readonly<Record<keyof Moments, number>>,
): Choice<Call>[] {
  return Object.entries(moments).map(([moment, among]) => ({
    wanted: wanted[moment as keyof Moments],
    among,
  }));
}

/** Named by the time, by a process or at random. */
const VARIES = /_staging\/answers|[\da-f]{8}-[\da-f]{4}-/;

/** Keeping what stood, or putting in place what was staged. */
export function isPublication({ name, path }: Call): boolean {
  return /^link/.test(name) || /^rename/.test(name) && /\/_staging\/\d+\//.test(path);
}
