import { stateContract } from "./contract.ts";
import { threadHarness } from "./harness.ts";

stateContract("sqlite in a thread", threadHarness);
