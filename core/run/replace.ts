import type { Materialized } from "../event.ts";
import type { ClaimToken, Intent, Taken } from "../ports/state.ts";
import { begin, commit, messageOf, type Session, UnknownOutcomeError } from "./session.ts";

/** A publication that did not come about; what stood before stands. */
export interface Unplaced {
  readonly partition: number;
  readonly message: string;
}

/** The outcome of publications: each partition's files are put in place whole or not at all. */
export interface Replaced {
  readonly placed: readonly Materialized[];
  /** They name files of other partitions: nothing of them was changed. */
  readonly refused: readonly Unplaced[];
  /** Their files could not be put in place: what stood stands again, and their intents are to be ended as reverted. */
  readonly failed: readonly (Unplaced & { readonly cause: unknown })[];
}

/**
 * Records intents and puts their files in place. An intent that names a file of another partition is refused before
 * anything is changed; one whose files cannot be put in place is put back; the others go on.
 *
 * @throws {SupersededError} If the claim passed on meanwhile: its new holder has settled them.
 */
export async function replace(
  session: Session,
  token: ClaimToken,
  intents: readonly Intent[],
): Promise<Replaced> {
  const refused: Unplaced[] = [];
  let open = intents;
  while (open.length > 0) {
    const taken = await begin(session, token, open);
    if (taken.length === 0) break;
    const byPartition = new Map(taken.map((each) => [each.partition, each]));
    for (const [partition, each] of byPartition) {
      refused.push({ partition, message: refusal(session, each) });
    }
    open = open.filter(({ event }) => !byPartition.has(event.partition));
  }
  const failures = await put(session, token, open);
  if (failures.size > 0) await putBack(session, token, [...failures.keys()]);
  return {
    placed: open.filter((each) => !failures.has(each)).map(({ event }) => event),
    refused,
    failed: [...failures].map(([{ event: { partition } }, cause]) => {
      return { partition, message: messageOf(session, cause), cause };
    }),
  };
}

/**
 * Puts files in place together; where that fails, by halves, as often as it takes to leave none out but those that fail
 * alone.
 *
 * @returns Why each of these did.
 */
async function put(
  session: Session,
  token: ClaimToken,
  intents: readonly Intent[],
): Promise<ReadonlyMap<Intent, unknown>> {
  try {
    await session.publisher.replace(replacementsOf(intents), measuredOf(intents));
    return new Map();
  } catch (cause) {
    if (intents.length === 1) return new Map([[intents[0]!, cause]]);
    const failures = new Map<Intent, unknown>();
    const middle = Math.ceil(intents.length / 2);
    for (const half of [intents.slice(0, middle), intents.slice(middle)]) {
      await confirm(session, token);
      for (const [intent, cause] of await put(session, token, half)) failures.set(intent, cause);
    }
    return failures;
  }
}

async function putBack(session: Session, token: ClaimToken, intents: readonly Intent[]): Promise<void> {
  await confirm(session, token);
  await session.publisher.revert(replacementsOf(intents), measuredOf(intents)).catch((cause) => {
    throw new UnknownOutcomeError(messageOf(session, cause), { cause });
  });
}

/** Asks whether the claim still holds: between two changes of the lake it may have passed on. */
async function confirm(session: Session, token: ClaimToken): Promise<void> {
  await commit(session, { claim: token, events: [] });
}

const replacementsOf = (intents: readonly Intent[]) => intents.flatMap(({ replacements }) => replacements);
const measuredOf = (intents: readonly Intent[]) => intents.flatMap(({ measured }) => measured);

function refusal({ index }: Session, { path, by: { asset, partition } }: Taken): string {
  const node = index.find(asset);
  const key = node?.set.key(partition);
  const owner = key === undefined || key === null ? asset : `${asset} ${key}`;
  const elsewhere = node === undefined ? ", an asset of another graph" : "";
  return `publishing "${path}": found it to be a file of ${owner}${elsewhere}, ` +
    "wanted a path that no other partition has, or that one wiped";
}
