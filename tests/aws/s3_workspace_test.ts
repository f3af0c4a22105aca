import { assertEquals } from "@std/assert";
import { LocalCache } from "../../adapters/object_store/s3/cache.ts";
import { S3Bucket } from "../../adapters/object_store/s3/bucket.ts";
import { S3Workspace } from "../../adapters/object_store/s3/workspace.ts";
import { inFolder } from "../in_folder.ts";

const connect = () => Promise.reject(new Error("nothing is asked of the bucket"));

Deno.test("folders that somebody uses are nobody else's to remove, those of the killed are anybody's", () =>
  inFolder(async (folder) => {
    const bucket = new S3Bucket("bucket", connect);
    const open = () => new S3Workspace(bucket, `${folder}/work`, new LocalCache(`${folder}/cache`, 1));
    const [one, other] = [open(), open()];
    assertEquals(await other.othersScratch(), []);
    {
      await using _checkout = await one.checkout([]);
      await using scratch = one.scratch();
      await Deno.mkdir(scratch.path);
      assertEquals([await one.othersScratch(), await other.othersScratch()], [[], []]);
    }
    assertEquals([...Deno.readDirSync(`${folder}/work`)], []);

    const left = `${folder}/work/checkout-left`;
    await Deno.mkdir(left);
    await Deno.writeTextFile(`${left}.lock`, "");
    const [found, ...more] = await other.othersScratch();
    assertEquals([found?.path, more], [left, []]);
    await found![Symbol.asyncDispose]();
    assertEquals([...Deno.readDirSync(`${folder}/work`)], []);
  }));
