import { versionsContract } from "../versions_contract.ts";
import { localLake } from "./lake.ts";

versionsContract("local", localLake);
