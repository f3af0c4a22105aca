import type { Materialized } from "../event.ts";
import type { ClaimToken, Intent, Taken } from "../ports/state.ts";
import { begin, commit, messageOf, type Session, UnsettledError } from "./session.ts";

/** A file that a publication names is another partition's. */
export interface Refused {
  readonly partition: number;
  readonly message: string;
}

/**
 * Records intents and puts their files in place; if that fails, puts back what stood before. An intent that names a file
 * of another partition is refused before anything is changed; the others go on.
 *
 * @returns What was put in place, and what was refused.
 */
export async function replace(
  session: Session,
  token: ClaimToken,
  intents: readonly Intent[],
): Promise<{ readonly placed: readonly Materialized[]; readonly refused: readonly Refused[] }> {
  const refused: Refused[] = [];
  let open = intents;
  while (open.length > 0) {
    const taken = await begin(session, token, open);
    if (taken.length === 0) break;
    const byPartition = new Map(taken.map((each) => [each.partition, each]));
    for (const [partition, each] of byPartition) refused.push({ partition, message: refusal(session, each) });
    open = open.filter(({ event }) => !byPartition.has(event.partition));
  }
  try {
    await session.publisher.replace(
      open.flatMap(({ replacements }) => replacements),
      open.flatMap(({ measured }) => measured),
    );
  } catch (cause) {
    await giveUp(session, token, open, cause);
    throw new Error(messageOf(session, cause), { cause });
  }
  return { placed: open.map(({ event }) => event), refused };
}

/**
 * Puts back what stood before publications that failed, unless the claim passed on meanwhile: then its new holder has
 * settled them.
 *
 * @throws {SupersededError} If it has.
 */
async function giveUp(
  session: Session,
  token: ClaimToken,
  intents: readonly Intent[],
  cause: unknown,
): Promise<void> {
  await commit(session, { claim: token, events: [] });
  const all = intents.flatMap(({ replacements }) => replacements);
  await session.publisher.revert(all, intents.flatMap(({ measured }) => measured)).catch((revert) => {
    throw new UnsettledError(messageOf(session, revert), { cause });
  });
  const reverted = intents.map(({ event }) => event.partition);
  await commit(session, { claim: token, events: [], reverted });
}

function refusal({ index }: Session, { path, by: { asset, partition } }: Taken): string {
  const node = index.find(asset);
  const key = node?.set.key(partition);
  const owner = key === undefined || key === null ? asset : `${asset} ${key}`;
  const elsewhere = node === undefined ? ", an asset of another graph" : "";
  return `publishing "${path}": found it to be a file of ${owner}${elsewhere}, ` +
    "wanted a path that no other partition has, or that one wiped";
}
