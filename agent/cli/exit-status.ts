/** How the command line's exit status comes about. */
import { constants } from 'node:os';
import type { TerminalExit } from '../../schema/wire/terminal.ts';

/** The fabric itself failed, as ssh says it. */
export const FABRIC_FAILED = 255;
/** Asked wrongly, or refused. */
export const REFUSED = 1;

/** The remote status; 128 and the signal's number when one ended the command, as shells count. */
export function exitStatus({ status, signal }: TerminalExit): number {
  if (signal === '') return status & 0xff;
  const number = constants.signals[`SIG${signal}` as NodeJS.Signals];
  return number === undefined ? FABRIC_FAILED : 128 + number;
}
