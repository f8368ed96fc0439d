/** A time as people type it for how long something is good. */
import { InvalidArgumentError } from 'commander';

export function hours(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('give a number of hours');
  return number;
}
