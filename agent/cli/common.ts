/** What commands in files of their own are given. */
import type { Command } from 'commander';
import type { Api } from './api.ts';

export interface Common {
  readonly json: boolean;
  readonly org?: string;
  readonly verbose: boolean;
}

export interface CommandParts {
  readonly api: Api;
  /** Adds the options that all commands have. */
  readonly common: (command: Command) => Command;
  readonly print: (text: string) => void;
}
