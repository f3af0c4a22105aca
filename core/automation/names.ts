import { DeclarationError } from "../errors.ts";

/** The name by which assets' conditions, all together, are paused and have ticks. */
export const AUTOMATION = "automation";

/** @throws {DeclarationError} If a schedule or a sensor cannot have the name. */
export function requireName(kind: "schedule" | "sensor", name: string): void {
  if (/^[a-z0-9][\w./-]*$/i.test(name) && name !== AUTOMATION) return;
  throw new DeclarationError(
    `declaring a ${kind}: found the name "${name}", wanted letters, digits and "_./-", and not "${AUTOMATION}"`,
  );
}

/** @throws {DeclarationError} If two of these have one name. */
export function requireDistinct(names: readonly string[]): void {
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice === undefined) return;
  throw new DeclarationError(
    `declaring schedules and sensors: found the name "${twice}" twice, wanted it once`,
  );
}

/** How the keys of a sensor's runs begin. Names may have slashes, but no colons: no two sensors share a key. */
export function sensorKeys(name: string): string {
  return `sensor/${name.replaceAll("/", ":")}/`;
}
