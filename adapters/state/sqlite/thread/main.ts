import { openSqliteState } from "../open.ts";
import { serve } from "./serve.ts";

serve(openSqliteState);
