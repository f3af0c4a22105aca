import { type State, StateError } from "../../../core/mod.ts";
import { CONTENT_KEY } from "./key_value.ts";

/**
 * Which content a state that is open has, and in which file: another text once what lies at its path was replaced.
 *
 * @throws {StateError} If nothing lies there.
 */
export async function contentOf(path: string, { keyValue }: Pick<State, "keyValue">): Promise<string> {
  const { dev, ino } = await Deno.stat(path).catch((cause) => {
    throw new StateError(
      `reading the state: "${path}" was moved or removed meanwhile, wanted it to stay`,
      { cause },
    );
  });
  return JSON.stringify([dev, ino, (await keyValue.get(CONTENT_KEY))?.value ?? null]);
}
