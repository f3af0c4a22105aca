import { stateContract } from "./contract.ts";
import { sqliteHarness } from "./harness.ts";

stateContract("sqlite", sqliteHarness);
