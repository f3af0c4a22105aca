import { catalogContract } from "../adapters/catalog/catalog_contract.ts";
import { documentsContract } from "../adapters/object_store/documents_contract.ts";
import { publisherContract } from "../adapters/object_store/publisher_contract.ts";
import { spoolContract } from "../adapters/object_store/spool_contract.ts";
import { storeContract } from "../adapters/object_store/store_contract.ts";
import { versionsContract } from "../adapters/object_store/versions_contract.ts";
import { workspaceContract } from "../adapters/object_store/workspace_contract.ts";
import { BucketServer } from "./bucket_server.ts";
import { bucketLake } from "./lake.ts";

const server = await BucketServer.start();
const open = () => bucketLake(server);

storeContract("s3", open);
publisherContract("s3", open);
documentsContract("s3", open);
workspaceContract("s3", open);
spoolContract("s3", open);
versionsContract("s3", open);
catalogContract("s3", open);

Deno.test.afterAll(() => server[Symbol.asyncDispose]());
