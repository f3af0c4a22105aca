import { catalogContract } from "../../catalog/catalog_contract.ts";
import { documentsContract } from "../documents_contract.ts";
import { publisherContract } from "../publisher_contract.ts";
import { spoolContract } from "../spool_contract.ts";
import { storeContract } from "../store_contract.ts";
import { versionsContract } from "../versions_contract.ts";
import { workspaceContract } from "../workspace_contract.ts";
import { bucketLake } from "./lake.ts";

storeContract("bucket", () => bucketLake());
publisherContract("bucket", () => bucketLake());
documentsContract("bucket", () => bucketLake());
workspaceContract("bucket", () => bucketLake());
spoolContract("bucket", () => bucketLake());
versionsContract("bucket", () => bucketLake());
catalogContract("bucket", () => bucketLake());
