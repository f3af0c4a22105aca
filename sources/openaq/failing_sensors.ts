import { iso, type KeyValue } from "../../core/mod.ts";
import { gaps } from "./gaps.ts";

/** The sensors that are set aside, as they go on failing, each with a line. */
export async function failingSensors(
  kv: KeyValue,
): Promise<{ readonly subject: string; readonly message: string }[]> {
  const failing = (await gaps(kv)).filter(({ recovered, gone }) => !recovered && gone === null);
  return failing.map(({ sensor, since, message }) => ({
    subject: String(sensor),
    message: `sensor ${sensor} is set aside since ${iso(since)}: ${message}`,
  }));
}
