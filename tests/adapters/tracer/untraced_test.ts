import { untraced } from "../../../core/mod.ts";
import { tracerContract } from "./contract.ts";

tracerContract("untraced", () => untraced);
