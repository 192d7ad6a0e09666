/** `npm run catalogue -- COMMAND …`. The table of subcommands is catalogue/commands.ts. Exit codes: catalogue/command.ts. */
import { CATALOGUE_USAGE, COMMANDS, isCommand } from "./catalogue/commands.ts";
import { answerHelp, refuse } from "./usage.ts";

const [name, ...argv] = process.argv.slice(2);
if (name === undefined || name.startsWith("-")) {
  answerHelp(CATALOGUE_USAGE, process.argv.slice(2));
  refuse(CATALOGUE_USAGE, name === undefined ? "No command is given" : `${name} is no command`);
}
if (!isCommand(name)) refuse(CATALOGUE_USAGE, `Unknown command ${name}; known are ${Object.keys(COMMANDS).join(", ")}`);
const { usage, run } = await COMMANDS[name].load();
answerHelp(usage, argv);
process.exitCode = await run(argv, process.env);
