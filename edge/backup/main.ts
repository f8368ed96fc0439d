/** `fabric backup`, the operator's tool. Secrets come from the environment, files or a question, never from an argument. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { Refusal } from '../../schema/refusal.ts';
import { Secret } from '../../schema/secret.ts';
import { createBackup, type Summary } from './create.ts';
import { readBackup } from './read.ts';
import { restoreBackup } from './restore.ts';
import { type Key, type Lock, readSealed } from './sealed-file.ts';

const MIN_PASSPHRASE = 12;
const ADVICE =
  'The master key is not in it: keep FABRIC_MASTER_KEY (or settings.json of the data folder) apart from the backup, or what is sealed stays sealed.';
const Settings = z.looseObject({
  databasePassword: z.string(),
  ports: z.looseObject({ postgres: z.number() }),
});

interface Where {
  readonly data?: string;
  readonly json: boolean;
}

/** The owner's connection: DATABASE_URL, or the built-in server of a data folder, which must be running. */
function databaseUrl({ data }: Where): string {
  const url = process.env['DATABASE_URL'];
  if (url !== undefined) return url;
  const path = join(data ?? '.data', 'settings.json');
  if (!existsSync(path))
    throw new Refusal(
      'bad_request',
      `set DATABASE_URL (an owner's connection), or name the data folder with --data`,
    );
  const { databasePassword, ports } = Settings.parse(JSON.parse(readFileSync(path, 'utf8')));
  return `postgres://postgres:${databasePassword}@127.0.0.1:${ports.postgres}/fabric`;
}

async function passphrase(twice: boolean): Promise<Secret> {
  const given = process.env['FABRIC_BACKUP_PASSPHRASE'];
  const typed = given ?? (await ask('Passphrase: '));
  if (twice && typed.length < MIN_PASSPHRASE)
    throw new Refusal('bad_request', `the passphrase needs ${MIN_PASSPHRASE} characters or more`);
  if (twice && given === undefined && (await ask('Again: ')) !== typed)
    throw new Refusal('bad_request', 'the two are not the same');
  return new Secret(typed);
}

async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new Refusal(
      'bad_request',
      'this is no terminal: set FABRIC_BACKUP_PASSPHRASE, or use --recipient and --identity',
    );
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/** A file as `age-keygen` writes it: comments, and one AGE-SECRET-KEY line. */
async function keyOf({ identity }: { identity?: string }): Promise<Key> {
  if (identity === undefined) return { passphrase: await passphrase(false) };
  const line = readFileSync(identity, 'utf8')
    .split('\n')
    .find((text) => text.startsWith('AGE-SECRET-KEY-'));
  if (line === undefined) throw new Refusal('bad_request', `${identity} holds no age identity`);
  return { identity: new Secret(line.trim()) };
}

function say({ json }: Where, what: string, { migration, rows }: Summary, more = ''): void {
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const text = json
    ? JSON.stringify({ migration, rows, total })
    : `${what}: ${total} rows of ${Object.keys(rows).length} tables, at migration ${migration}.${more === '' ? '' : `\n${more}`}`;
  process.stdout.write(`${text}\n`);
}

const program = new Command('fabric backup')
  .description('backups of the control plane’s database')
  .exitOverride();
const common = (command: Command) =>
  command
    .option('--data <folder>', 'data folder of npm start, where DATABASE_URL is not set (default .data)')
    .option('--json', 'one JSON document on standard output', false);
const opening = (command: Command) =>
  common(command).option(
    '--identity <file>',
    'age identity, where it was made for a recipient; else a passphrase',
  );

common(program.command('create <file>'))
  .description('every table as of one moment, compressed, encrypted with age')
  .option(
    '--recipient <age1…>',
    'for this age key; else for a passphrase (asked, or FABRIC_BACKUP_PASSPHRASE)',
  )
  .action(async (file: string, options: Where & { recipient?: string }) => {
    const { recipient } = options;
    const url = databaseUrl(options);
    const lock: Lock = recipient === undefined ? { passphrase: await passphrase(true) } : { recipient };
    say(options, 'Made', await createBackup(url, file, lock, new Date()), ADVICE);
  });
opening(program.command('verify <file>'))
  .description('that it opens, is whole, and holds what it says')
  .action(async (file: string, options: Where & { identity?: string }) =>
    say(options, 'Whole', await readBackup(readSealed(file, await keyOf(options)), {})),
  );
opening(program.command('restore <file>'))
  .description('into an empty database, which is brought up to date then')
  .action(async (file: string, options: Where & { identity?: string }) =>
    say(options, 'Restored', await restoreBackup(databaseUrl(options), file, await keyOf(options)), ADVICE),
  );

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`fabric: ${message} (${error instanceof Refusal ? error.code : 'internal'})\n`);
    process.exitCode = error instanceof Refusal ? 1 : 255;
  }
}
