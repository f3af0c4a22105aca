import { versionsContract } from "../versions_contract.ts";
import { localLake } from "./lake.ts";

versionsContract("local", localLake, laterTimes);

/** Writes until the file system, which counts time in ticks, gives a later one than before. */
async function laterTimes(): Promise<void> {
  const path = await Deno.makeTempFile();
  const time = () => Deno.statSync(path).mtime!.getTime();
  const before = time();
  do Deno.writeTextFileSync(path, ""); while (time() === before);
  await Deno.remove(path);
}
