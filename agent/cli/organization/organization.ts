/** What the commands about an organization and the platform share: their calls, and how answers are shown. */
import type { Command } from 'commander';
import { z } from 'zod';
import { MemberView } from '../../../schema/api/platform.ts';
import { Refusal } from '../../../schema/refusal.ts';
import type { Api } from '../api.ts';
import { table } from '../table.ts';

/** What every command has at hand. */
export interface Cli {
  readonly api: Api;
  /** Adds `--json`, `--org` and `--verbose`. */
  readonly common: (command: Command) => Command;
  /** Adds `--json` alone, where no organization is meant. */
  readonly plain: (command: Command) => Command;
  readonly print: (text: string) => void;
  readonly printJson: (value: unknown) => void;
}

export interface Options {
  readonly json: boolean;
  readonly org?: string;
}

export const MemberList = z.object({ members: z.array(MemberView) });
export const Nothing = z.undefined();

/** Calls below one path, each read by its contract. */
export class Calls {
  readonly #api: Api;
  readonly #at: string;

  constructor(api: Api, at: string) {
    this.#api = api;
    this.#at = at;
  }

  async get<T extends z.ZodType>(path: string, contract: T): Promise<z.infer<T>> {
    return contract.parse(await this.#api.send('GET', this.#at + path));
  }

  async send<T extends z.ZodType>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    contract: T,
    body?: object,
  ): Promise<z.infer<T>> {
    return contract.parse(await this.#api.send(method, this.#at + path, body));
  }

  async remove(path: string): Promise<void> {
    Nothing.parse(await this.#api.send('DELETE', this.#at + path));
  }
}

/** Calls of one organization. */
export class Organization extends Calls {
  static async of({ api }: Cli, { org }: Options): Promise<Organization> {
    return new Organization(api, `orgs/${await api.organization(org)}`);
  }

  /** By e-mail address. @throws Refusal */
  async member(email: string): Promise<z.infer<typeof MemberView>> {
    const { members } = await this.get('/members', MemberList);
    return pick(members, email.toLowerCase(), 'member', (member) => member.email);
  }
}

/** One JSON document, or a table. */
export function show(cli: Cli, options: Options, value: object, rows: readonly (readonly string[])[]): void {
  if (options.json) cli.printJson(value);
  else cli.print(table(rows));
}

/** One JSON document, or one line. */
export function say(cli: Cli, options: Options, value: object, line: string): void {
  if (options.json) cli.printJson(value);
  else cli.print(line);
}

/** The one that is called so. @throws Refusal `not_found` that says what there is */
export function pick<T>(all: readonly T[], name: string, what: string, nameOf: (one: T) => string): T {
  const found = all.find((one) => nameOf(one) === name);
  if (found === undefined)
    throw new Refusal(
      'not_found',
      `there is no ${what} ${name}; there are: ${all.map(nameOf).join(', ') || 'none'}`,
    );
  return found;
}

/** For options that may be given more than once. */
export const collect = (value: string, before: string[]): string[] => [...before, value];
