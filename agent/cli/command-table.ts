/** Commands whose shape repeats, as rows of a table: each says what it is called, takes, asks before and does; what all of them share is added here. */
import { type Command, Option } from 'commander';
import { type Cli, collect, type Options, say, show } from './organization/organization.ts';
import { confirm } from './prompt.ts';

/** `value` is the answer for programs; people get the rows as a table, or the line. */
export type Outcome =
  | { readonly value: object; readonly rows: readonly (readonly string[])[] }
  | { readonly value: object; readonly line: string };

export interface Row<Target> {
  /** Its name and arguments, as commander reads them: `create <name>`. */
  readonly command: string;
  readonly isDefault?: true;
  readonly about: string;
  /** What follows `fabric GROUP`. */
  readonly example: string;
  readonly options?: readonly Option[];
  /** For what can't be undone: what is about to happen. Undefined where these options ask for nothing of the kind. */
  asks?(options: Options, ...args: string[]): string | undefined;
  run(target: Target, options: Options, ...args: string[]): Promise<Outcome>;
}

export interface Group<Target> {
  readonly name: string;
  readonly about: string;
  /** Of an organization, which `--org` names; or of the platform, which is one. */
  readonly of: 'organization' | 'platform';
  target(cli: Cli, options: Options): Promise<Target>;
  readonly rows: readonly Row<Target>[];
}

/** To the command of that name, where there is one already. @returns the group's command */
export function addGroup<Target>(program: Command, cli: Cli, group: Group<Target>): Command {
  const known = program.commands.find((command) => command.name() === group.name);
  const parent = known ?? program.command(group.name).description(group.about);
  for (const row of group.rows) addRow(parent, cli, group, row);
  return parent;
}

/** As it is typed, from `fabric` on. */
const wordsOf = (command: Command): string =>
  command.parent ? `${wordsOf(command.parent)} ${command.name()}` : 'fabric';

function addRow<Target>(parent: Command, cli: Cli, group: Group<Target>, row: Row<Target>): void {
  const command = parent.command(row.command, { isDefault: row.isDefault ?? false });
  (group.of === 'organization' ? cli.common : cli.plain)(command)
    .description(row.about)
    .addHelpText('after', `\nExample:\n  ${wordsOf(parent)} ${row.example}`);
  for (const option of row.options ?? []) command.addOption(option);
  if (row.asks) command.option('-y, --yes', 'do not ask whether that is meant', false);
  command.action(async (...given: unknown[]) => {
    const options = command.opts<Options & { yes?: boolean }>();
    // Commander ends the list with the options and itself; an argument that may repeat comes as a list.
    const args = given.slice(0, -2).flat().map(String);
    const question = row.asks?.(options, ...args);
    if (question !== undefined && !options.yes) await confirm(question, options);
    const outcome = await row.run(await group.target(cli, options), options, ...args);
    if ('rows' in outcome) show(cli, options, outcome.value, outcome.rows);
    else say(cli, options, outcome.value, outcome.line);
  });
}

/** One that must be given. */
export const required = (flags: string, about: string): Option =>
  new Option(flags, about).makeOptionMandatory();
/** One that may be given more than once. */
export const repeated = (flags: string, about: string): Option =>
  new Option(flags, about).default([], 'none').argParser(collect);
export const optional = (flags: string, about: string): Option => new Option(flags, about);
