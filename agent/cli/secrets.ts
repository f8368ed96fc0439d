/** `fabric secret`: an organization's secrets. Values come from standard input, a file or a hidden prompt, never from the arguments, which every process can read. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { z } from 'zod';
import { ManagedResource, ManagedResourceList } from '../../schema/api/resources.ts';
import {
  RevealedSecret,
  SecretList,
  SecretUses,
  SecretView,
  VersionList,
  VersionView,
} from '../../schema/api/secrets.ts';
import { Refusal } from '../../schema/refusal.ts';
import { SecretKind } from '../../schema/secret-kinds.ts';
import {
  type Cli,
  collect,
  type Options,
  Organization,
  pick,
  say,
  show,
} from './organization/organization.ts';
import { ask, readStdin } from './prompt.ts';

interface Value {
  readonly file?: string;
}

interface Creating extends Options, Value {
  readonly kind: string;
  readonly generate: boolean;
  readonly length?: string;
  readonly label: string[];
  readonly rotateDays?: string;
  readonly overlapDays?: string;
}

export function secretCommands(program: Command, cli: Cli): void {
  const secret = program
    .command('secret')
    .description('passwords, keys and tokens that resources use; a value is shown by reveal alone');
  const command = (words: string, description: string) =>
    cli.common(secret.command(words)).description(description);
  listing(command, cli);
  making(command, cli);
  changing(command, cli);
  using(command, cli);
}

type Add = (words: string, description: string) => Command;

function listing(command: Add, cli: Cli): void {
  command('list', 'every secret, without its value').action(async (options: Options) => {
    const answer = await (await Organization.of(cli, options)).get('/secrets', SecretList);
    const rows = answer.secrets.map((one) => [
      one.name,
      one.kind,
      String(one.version ?? '-'),
      one.dueSince ? 'due' : (one.nextRotationAt ?? 'never'),
      one.usedBy.map(({ name }) => name).join(' '),
    ]);
    show(cli, options, answer, [['NAME', 'KIND', 'VERSION', 'ROTATES', 'USED BY'], ...rows]);
  });
  command('history <name>', 'the versions of a secret, newest first').action(
    async (name: string, options: Options) => {
      const [organization, { id }] = await named(cli, options, name);
      const answer = await organization.get(`/secrets/${id}/versions`, VersionList);
      const rows = answer.versions.map((one) => [
        String(one.version),
        one.state,
        one.createdAt,
        one.createdBy,
        one.overlapUntil ?? '',
      ]);
      show(cli, options, answer, [['VERSION', 'STATE', 'SINCE', 'BY', 'GOOD UNTIL'], ...rows]);
    },
  );
  command('uses <name>', 'when it was used or revealed, for whom').action(
    async (name: string, options: Options) => {
      const [organization, { id }] = await named(cli, options, name);
      const answer = await organization.get(`/secrets/${id}/uses`, SecretUses);
      const rows = answer.uses.map((one) => [
        one.at,
        one.what,
        String(one.version),
        one.person,
        one.session ?? one.reason ?? '',
      ]);
      show(cli, options, answer, [['AT', 'WHAT', 'VERSION', 'PERSON', 'SESSION OR REASON'], ...rows]);
    },
  );
}

function making(command: Add, cli: Cli): void {
  command('create <name>', 'make a secret; the value is asked for, or read from standard input')
    .requiredOption('--kind <kind>', SecretKind.options.join(', '))
    .option('--file <path>', 'read the value from this file')
    .option('--generate', 'let the fabric make a password or ssh_key; only a public key is shown', false)
    .option('--length <n>', 'of a generated password, 16 to 128')
    .option('--label <key=value>', 'once for each', collect, [])
    .option('--rotate-days <n>', 'a new value every so many days')
    .option('--overlap-days <n>', 'so long the version before stays good')
    .action(async (name: string, options: Creating) => {
      const organization = await Organization.of(cli, options);
      const kind = kindOf(options.kind);
      const made = await organization.send('POST', '/secrets', SecretView, {
        name,
        kind,
        labels: labelsOf(options.label),
        ...(options.generate
          ? {
              generate: { kind, ...(options.length === undefined ? {} : { length: Number(options.length) }) },
            }
          : { value: await valueFrom(kind, options) }),
        ...(options.rotateDays === undefined ? {} : { rotateEveryDays: Number(options.rotateDays) }),
        ...(options.overlapDays === undefined ? {} : { overlapDays: Number(options.overlapDays) }),
      });
      say(cli, options, made, made.publicPart ?? `Made ${name}.`);
    });
  command('put <name>', 'a new value, which is the current one from now on')
    .option('--file <path>', 'read the value from this file')
    .action(async (name: string, options: Options & Value) => {
      const [organization, { id, kind }] = await named(cli, options, name);
      const value = await valueFrom(kind, options);
      const made = await organization.send('POST', `/secrets/${id}/versions`, VersionView, { value });
      say(cli, options, made, `Version ${made.version} is current.`);
    });
  command('rotate <name>', 'let the fabric make a new value now').action(
    async (name: string, options: Options) => {
      const [organization, { id }] = await named(cli, options, name);
      const made = await organization.send('POST', `/secrets/${id}/rotate`, VersionView);
      say(cli, options, made, made.publicPart ?? `Version ${made.version} is current.`);
    },
  );
}

function changing(command: Add, cli: Cli): void {
  command('rollback <name> <version>', 'go back to an older version').action(
    async (name: string, version: string, options: Options) => {
      const [organization, { id }] = await named(cli, options, name);
      const body = { version: Number(version) };
      const view = await organization.send('PUT', `/secrets/${id}/current`, SecretView, body);
      say(cli, options, view, `Version ${version} is current.`);
    },
  );
  command('destroy <name> <version>', 'destroy the value of a version that is not current').action(
    async (name: string, version: string, options: Options) => {
      const [organization, { id }] = await named(cli, options, name);
      await organization.remove(`/secrets/${id}/versions/${encodeURIComponent(version)}`);
      say(cli, options, { destroyed: version }, `Version ${version} is gone.`);
    },
  );
  command('delete <name>', 'delete a secret that no resource uses').action(
    async (name: string, options: Options) => {
      const [organization, { id }] = await named(cli, options, name);
      await organization.remove(`/secrets/${id}`);
      say(cli, options, { deleted: name }, 'Deleted.');
    },
  );
}

function using(command: Add, cli: Cli): void {
  command('reveal <name>', 'print a value; asks who you are, writes down why, tells the organization')
    .requiredOption('--reason <text>', 'why, for the audit trail')
    .option('--version <n>', 'another than the current one')
    .action(async (name: string, options: Options & { reason: string; version?: string }) => {
      const [organization, { id }] = await named(cli, options, name);
      const { reason, version } = options;
      const body = { reason, ...(version === undefined ? {} : { version: Number(version) }) };
      const shown = await organization.send('POST', `/secrets/${id}/reveal`, RevealedSecret, body);
      say(cli, options, shown, shown.value);
    });
  command('use <name> <resource>', "let a resource's target be signed in to with it").action(
    async (name: string, resource: string, options: Options) => {
      const [organization, { id }] = await named(cli, options, name);
      const { resources } = await organization.get('/inventory', ManagedResourceList);
      const found = pick(resources, resource, 'resource', (one) => one.name);
      await organization.send('PATCH', `/resources/${found.id}`, ManagedResource, {
        credential: { secret: id },
      });
      say(cli, options, { resource, secret: name }, `${resource} uses ${name} from its next session on.`);
    },
  );
}

async function named(
  cli: Cli,
  options: Options,
  name: string,
): Promise<[Organization, z.infer<typeof SecretView>]> {
  const organization = await Organization.of(cli, options);
  const { secrets } = await organization.get('/secrets', SecretList);
  return [organization, pick(secrets, name, 'secret', (one) => one.name)];
}

function kindOf(word: string): SecretKind {
  const kind = SecretKind.safeParse(word);
  if (!kind.success) throw new Refusal('bad_request', `a kind is one of ${SecretKind.options.join(', ')}`);
  return kind.data;
}

/** A file is taken as it is; what is typed or piped without its last line end, where the kind is one line. */
async function valueFrom(kind: SecretKind, { file }: Value): Promise<string> {
  const isLine = kind === 'password' || kind === 'token';
  if (file !== undefined) {
    const text = await readFile(file, 'utf8').catch(() => {
      throw new Refusal('bad_request', `${file} can not be read`);
    });
    return isLine ? text.replace(/\r?\n$/, '') : text;
  }
  if (process.stdin.isTTY) return ask('Value: ', true);
  const piped = await readStdin();
  return isLine ? piped : `${piped}\n`;
}

function labelsOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((label) => {
      const at = label.indexOf('=');
      if (at < 1) throw new Refusal('bad_request', `write a label as key=value, not ${label}`);
      return [label.slice(0, at), label.slice(at + 1)];
    }),
  );
}
