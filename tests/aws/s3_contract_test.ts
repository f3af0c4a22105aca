import { catalogContract } from "../adapters/catalog/catalog_contract.ts";
import { documentsContract } from "../adapters/object_store/documents_contract.ts";
import { publisherContract } from "../adapters/object_store/publisher_contract.ts";
import { spoolContract } from "../adapters/object_store/spool_contract.ts";
import { storeContract } from "../adapters/object_store/store_contract.ts";
import { versionsContract } from "../adapters/object_store/versions_contract.ts";
import { workspaceContract } from "../adapters/object_store/workspace_contract.ts";
import { s3Lake } from "./lake.ts";

storeContract("s3", () => s3Lake());
publisherContract("s3", () => s3Lake());
documentsContract("s3", () => s3Lake());
workspaceContract("s3", () => s3Lake());
spoolContract("s3", () => s3Lake());
versionsContract("s3", () => s3Lake(), () => new Promise((resolve) => setTimeout(resolve, 1_100)));
catalogContract("s3", () => s3Lake());
