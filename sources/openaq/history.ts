import { Answers } from "./answers.ts";
import { SensorQueue } from "./sensor_queue.ts";
import { sensorsToAsk } from "./sensors_to_ask.ts";
import { gaps } from "./gaps.ts";
import { hoursOf, oldestAnswer } from "./hours.ts";
import { oweUnlisted } from "./notice.ts";
import { clipped, hullOf, lengthOf, type TimeRange, without } from "./ranges.ts";
import type { HistoryParts, HistoryQuestion, HoursGroup } from "./question.ts";
import { teller } from "./told.ts";
import { Track } from "./track.ts";
import { HOUR, type Milliseconds } from "../../core/mod.ts";

/** The shortest time that a group covers while more is to come, and the longest. */
const SHORTEST_GROUP = 24 * HOUR;
const LONGEST_GROUP = 1_000 * HOUR;

/**
 * The rows of all sensors, in groups of hours that are complete, ascending. Each answer is kept in the spool until the
 * hours it is for have been taken: asking for the next group says that the one before stands. An interrupted history
 * that is begun again, whole or in parts, therefore asks only for what had not been answered. One that is left after a
 * group waits for what is under way, and keeps it, too.
 *
 * A sensor that goes on failing is set aside: it leaves a gap, and its hours count as complete.
 * @throws {OpenAQError} If the key is refused, nothing can be reached, or no sensor answers.
 */
export async function* history(
  parts: HistoryParts,
  question: HistoryQuestion,
): AsyncGenerator<HoursGroup, void> {
  const { ranges, owed = [], locations, signal } = question;
  const begun = parts.clock.now();
  const answers = await Answers.begin(parts, question);
  await oweUnlisted(parts.kv, locations, without(ranges, owed));
  const known = await gaps(parts.kv);
  const whole = hullOf(ranges);
  const tracks = sensorsToAsk(question, known)
    .map(({ sensor, ranges }) => new Track(sensor, { ...parts, answers }, { ...question, ranges }));
  const queue = new SensorQueue(tracks, { ...parts, answers }, question);
  const tell = teller(parts, question.told);
  try {
    await queue.begin(known);
    await tell(queue);
    for (let left: readonly TimeRange[] = ranges; left.length > 0;) {
      const to = Math.min(whole.to, ...tracks.map((track) => track.complete));
      const complete = clipped(left, { ...whole, to });
      if (lengthOf(complete) < Math.min(SHORTEST_GROUP, lengthOf(left))) {
        await Promise.race([queue.progress(), parts.client.held]);
        await tell(queue);
        continue;
      }
      const group = firstOf(complete, LONGEST_GROUP);
      const askedAt = oldestAnswer(tracks, hullOf(group).to) ?? begun;
      yield { ranges: group, askedAt, hours: hoursOf(tracks, group) };
      signal?.throwIfAborted();
      left = without(left, group);
      for (const track of tracks) track.release(left[0]?.from ?? Infinity);
      await answers.stand(group);
      await queue.stand(group);
      queue.pump();
      await tell(queue);
    }
  } catch (error) {
    queue.cancel();
    throw error;
  } finally {
    await queue.end();
  }
}

/** The first of the ranges, so much of them as lasts no longer than `most`. */
function firstOf(ranges: readonly TimeRange[], most: Milliseconds): TimeRange[] {
  const first: TimeRange[] = [];
  for (const { from, to } of ranges) {
    const left = most - lengthOf(first);
    if (left <= 0) break;
    first.push({ from, to: Math.min(to, from + left) });
  }
  return first;
}
