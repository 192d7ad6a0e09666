/**
 * `npm run provider -- URL --width 640` prints which addresses a Worker asks for a picture: the provider's own sizes, then
 * the original. Exit code 2: wrong arguments or variables.
 */
import { SETTINGS } from "../config/table.ts";
import { Failure, publicMessage } from "../errors.ts";
import { PROVIDER_USAGE, parseProviderArguments } from "./provider/arguments.ts";
import { candidatesJson } from "./provider/candidatesJson.ts";
import { answerHelp, refuse } from "./usage.ts";
import { edgeVariables } from "./variables.ts";

const argv = process.argv.slice(2);
answerHelp(PROVIDER_USAGE, argv);
const parsed = parseProviderArguments(argv);
if (!parsed.ok) refuse(PROVIDER_USAGE, ...parsed.problems);
const ours = Object.values(SETTINGS).flatMap(({ variable }) => {
  const value = process.env[variable];
  return value === undefined ? [] : [[variable, value] as const];
});
try {
  console.log(candidatesJson(parsed.value, edgeVariables({ ...Object.fromEntries(ours), ...parsed.value.vars })));
} catch (error) {
  console.error(error instanceof Failure ? (error.detail ?? publicMessage(error.reason, error.facts)) : String(error));
  process.exitCode = 2;
}
