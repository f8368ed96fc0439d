/** `fabric audit`: read, export and verify the audit trail. */
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type { z } from 'zod';
import { AuditKeys, AuditList, Retention } from '../../schema/api/audit.ts';
import { verifyExport } from '../../schema/audit-export.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { CommandParts, Common } from './common.ts';
import { confirm } from './prompt.ts';
import { table } from './table.ts';

interface Filter {
  readonly actor?: string;
  readonly action?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly since?: string;
  readonly until?: string;
}
interface Which extends Common {
  readonly platform: boolean;
}

export function audit(program: Command, parts: CommandParts): void {
  const group = program
    .command('audit')
    .description('the audit trail of your organization, or of the platform');
  list(group, parts);
  exportAll(group, parts);
  verify(group, parts);
  retention(group, parts);
}

function which(command: Command): Command {
  return command.option('--platform', "the platform's own trail", false);
}

function filtered(command: Command): Command {
  return command
    .option('--actor <who>', 'user:ID, node:ID, anonymous or system')
    .option('--action <prefix>', 'actions that begin so, as session.')
    .option('--subject <what>', 'exactly this subject')
    .option('--text <words>', 'in subject, reason or detail')
    .option('--since <time>', 'not before, ISO 8601', instant)
    .option('--until <time>', 'not after, ISO 8601', instant);
}

function instant(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('not a time');
  return time.toISOString();
}

async function pathOf(parts: CommandParts, { platform, org }: Which): Promise<string> {
  return platform ? 'platform/audit' : `orgs/${await parts.api.organization(org)}/audit`;
}

function queryOf(
  { actor, action, subject, text, since, until }: Filter,
  more: Record<string, string>,
): string {
  const given = Object.entries({ actor, action, subject, text, since, until, ...more });
  return new URLSearchParams(
    given.filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();
}

function list(group: Command, parts: CommandParts): void {
  filtered(which(parts.common(group.command('list'))))
    .description('newest first')
    .option('--limit <n>', 'how many', '50')
    .option('--before <seq>', 'entries before this one: the next page')
    .action(async (options: Which & Filter & { limit: string; before?: string }) => {
      const { limit, before } = options;
      const query = queryOf(options, { limit, ...(before === undefined ? {} : { before }) });
      const found = AuditList.parse(await parts.api.get(`${await pathOf(parts, options)}?${query}`));
      if (options.json) return parts.print(JSON.stringify(found));
      const rows = found.entries.map(({ seq, at, actor, action, subject, address }) => [
        String(seq),
        at,
        actor,
        action,
        subject ?? '',
        address ?? '',
      ]);
      parts.print(table([['SEQ', 'AT', 'ACTOR', 'ACTION', 'SUBJECT', 'ADDRESS'], ...rows]));
    });
}

function exportAll(group: Command, parts: CommandParts): void {
  filtered(which(parts.common(group.command('export [file]'))))
    .description('to a file or standard output, oldest first; as JSON Lines it can be verified')
    .option('--csv', 'as CSV for a spreadsheet', false)
    .action(async (file: string | undefined, options: Which & Filter & { csv: boolean }) => {
      const query = queryOf(options, { format: options.csv ? 'csv' : 'jsonl' });
      const body = await parts.api.stream(`${await pathOf(parts, options)}/export?${query}`, {});
      const to = file === undefined ? process.stdout : createWriteStream(file, { flags: 'wx', mode: 0o600 });
      await pipeline(Readable.from(body, { objectMode: false }), to, { end: file !== undefined });
    });
}

function verify(group: Command, parts: CommandParts): void {
  which(parts.common(group.command('verify [file]')))
    .description(
      'check that nothing was removed, changed, moved or added: the trail itself, or an exported file',
    )
    .option(
      '--keys <file>',
      'public keys kept from before (fabric audit keys > FILE); with them a file is checked offline',
    )
    .action(async (file: string | undefined, options: Which & { keys?: string }) => {
      const keys =
        options.keys === undefined
          ? AuditKeys.parse(await parts.api.get('audit/keys'))
          : AuditKeys.parse(JSON.parse(await readFile(options.keys, 'utf8')));
      const source =
        file === undefined
          ? Readable.from(await parts.api.stream(`${await pathOf(parts, options)}/export`, {}), {
              objectMode: false,
            })
          : createReadStream(file);
      // A stream that fails says so here and not where nobody listens.
      const failed = new Promise<never>((_, reject) => source.once('error', reject));
      const lines = createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY });
      const finding = await Promise.race([verifyExport(lines, keys, Date.now()), failed]);
      if (!finding.ok) throw new Refusal('audit_broken', `entry ${finding.seq}: ${finding.reason}`);
      if (options.json) return parts.print(JSON.stringify(finding));
      const { first, last, entries, checkpoints } = finding;
      const gone = first > 1 ? `; entries before ${first} were removed by retention` : '';
      parts.print(
        `Whole: ${entries} entries, ${first} to ${last}, ${checkpoints} signed checkpoints met${gone}.`,
      );
    });
  parts
    .common(group.command('keys'))
    .description('the public keys that sign checkpoints, for verifying offline')
    .action(async () => parts.print(JSON.stringify(AuditKeys.parse(await parts.api.get('audit/keys')))));
}

function retention(group: Command, parts: CommandParts): void {
  which(parts.common(group.command('retention [days]')))
    .description('how long the trail is kept; with a number of days (30 at least) or `forever` change it')
    .option('-y, --yes', 'do not ask whether that is meant', false)
    .addHelpText('after', '\nExample:\n  fabric audit retention 365 --platform')
    .action(async (typed: string | undefined, options: Which & { yes: boolean }) => {
      const path = `${await pathOf(parts, options)}/retention`;
      if (typed !== undefined && typed !== 'forever' && !options.yes)
        await confirm(`Entries older than ${typed} days will be removed.`, options);
      const kept =
        typed === undefined
          ? await parts.api.send('GET', path)
          : await parts.api.send('PUT', path, daysOf(typed));
      const { days } = Retention.parse(kept);
      if (options.json) return parts.print(JSON.stringify({ days }));
      parts.print(days === null ? 'Entries are kept forever.' : `Entries are kept for ${days} days.`);
    });
}

function daysOf(typed: string): z.infer<typeof Retention> {
  const wanted = Retention.safeParse({ days: typed === 'forever' ? null : Number(typed) });
  if (!wanted.success) throw new Refusal('bad_request', 'give a number of days, 30 at least, or `forever`');
  return wanted.data;
}
