/** How the keys of a sensor's runs begin. Names may have slashes, but no colons: no two sensors share a key. */
export function sensorKeys(name: string): string {
  return `sensor/${name.replaceAll("/", ":")}/`;
}
