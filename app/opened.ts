import { ConfigError } from "../config.ts";

/** Functions that open resources, by the resources' names. */
export type Openers = Readonly<Record<string, () => unknown>>;

/**
 * Gives `resources` further ones, each opened when it is first used; what was opened is disposed of with `opened`.
 *
 * @throws {ConfigError} If a name is taken.
 */
export function addResources(
  resources: object,
  more: readonly Openers[],
  opened: AsyncDisposableStack,
): void {
  for (const [name, open] of more.flatMap((openers) => Object.entries(openers))) {
    if (name in resources) {
      throw new ConfigError([`opening "${name}": found two resources of that name, wanted another one`]);
    }
    let found: { readonly value: unknown } | undefined;
    const get = () => {
      if (found === undefined) {
        const value = open();
        found = { value };
        opened.defer(() => disposeOf(value));
      }
      return found.value;
    };
    Object.defineProperty(resources, name, { get, enumerable: true });
  }
}

/** Closes a resource, or one that is being opened, if it can be closed. */
export async function disposeOf(resource: unknown): Promise<void> {
  const opened = await Promise.resolve(resource).catch(() => undefined);
  if (typeof opened !== "object" || opened === null) return;
  if (Symbol.asyncDispose in opened || Symbol.dispose in opened) {
    await using _ = opened as AsyncDisposable;
  }
}
