import { stateContract } from "../adapters/state/contract.ts";
import { postgresHarness } from "./harness.ts";

stateContract("postgres", () => postgresHarness());
