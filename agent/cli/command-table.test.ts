import { Command } from 'commander';
import { expect, test, vi } from 'vitest';
import { Api } from './api.ts';
import { addGroup, type Group, repeated, required } from './command-table.ts';
import { organizationCommands } from './organization/commands.ts';
import type { Cli, Options } from './organization/organization.ts';
import { platformCommands } from './platform/commands.ts';
import { SettingsStore } from './settings.ts';

const json = (command: Command) => command.option('--json', 'as JSON', false);

function cli(printed: string[] = []): Cli {
  const api = new Api(new SettingsStore({ FABRIC_HOME: '/nowhere' }), async () => undefined);
  const printJson = (value: unknown) => printed.push(JSON.stringify(value));
  return { api, common: json, plain: json, print: (text) => printed.push(text), printJson };
}

const things: Group<string[]> = {
  name: 'things',
  about: 'things',
  of: 'platform',
  target: async () => [],
  rows: [
    {
      command: 'break <thing> [others...]',
      about: 'break things',
      example: 'break one two --yes',
      options: [required('--with <tool>', 'a tool'), repeated('--part <part>', 'a part')],
      asks: (_, thing) => (thing === 'glass' ? undefined : `${thing} will be broken.`),
      run: async (_, options: Options & { with: string; part: string[] }, ...names) => ({
        value: { names, tool: options.with, parts: options.part },
        rows: names.map((name) => [name]),
      }),
    },
  ],
};

async function run(...words: string[]): Promise<string[]> {
  const printed: string[] = [];
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addGroup(program, cli(printed), things);
  await program.parseAsync(['things', ...words], { from: 'user' });
  return printed;
}

test('a row gets its arguments and options, and answers as JSON or as a table', async () => {
  const words = ['break', 'glass', 'cup', '--with', 'hammer', '--part', 'rim', '--part', 'foot'];
  expect(await run(...words)).toEqual(['glass\ncup']);
  expect(await run(...words, '--json')).toEqual([
    JSON.stringify({ names: ['glass', 'cup'], tool: 'hammer', parts: ['rim', 'foot'] }),
  ]);
  expect(await run('break', 'glass', '--with', 'x', '--json')).toEqual([
    expect.stringContaining('"parts":[]'),
  ]);
  await expect(run('break', 'glass')).rejects.toThrow('--with');
});

test('what is asked for first is not done where nobody can be asked, unless --yes is said', async () => {
  const broke = vi.spyOn(things.rows[0] as (typeof things.rows)[number], 'run');
  await expect(run('break', 'vase', '--with', 'x', '--json')).rejects.toMatchObject({
    code: 'bad_request',
    message: expect.stringContaining('vase will be broken'),
  });
  expect(broke).not.toHaveBeenCalled();
  expect(await run('break', 'vase', '--with', 'x', '--yes')).toEqual(['vase']);
});

test('every command of the tables takes --json, and its example is one that it would take', async () => {
  const program = new Command('fabric');
  organizationCommands(program, cli());
  platformCommands(program, cli());
  let examples = 0;
  for (const parent of program.commands) {
    const groups = [parent, ...parent.commands.filter(({ commands }) => commands.length > 0)];
    for (const [group, command] of groups.flatMap((of) => of.commands.map((one) => [of, one] as const))) {
      if (command.commands.length > 0) continue;
      expect(command.options.map(({ long }) => long)).toContain('--json');
      let help = '';
      command.configureOutput({
        writeOut: (text) => {
          help += text;
        },
      });
      command.outputHelp();
      const [, words] = /Example:\n {2}fabric (.*)/.exec(help) ?? [];
      if (words === undefined) continue;
      examples += 1;
      const path = [...new Set([parent, group, command])].map((one) => one.name());
      expect(words.split(' ').slice(0, path.length)).toEqual(path);
      const given = [...words.matchAll(/ (--[a-z]+)/g)].map(([, long]) => long);
      expect(command.options.map(({ long }) => long)).toEqual(expect.arrayContaining(given));
    }
  }
  expect(examples).toBeGreaterThan(25);
});
