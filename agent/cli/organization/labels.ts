/** Labels and other pairs as they are typed and shown. */
import { Refusal } from '../../../schema/refusal.ts';

/** @throws Refusal `bad_request` */
export function splitAt(text: string, sign: string): [string, string] {
  const at = text.indexOf(sign);
  if (at < 1) throw new Refusal('bad_request', `write it as key${sign}value, not ${text}`);
  return [text.slice(0, at), text.slice(at + sign.length)];
}

export const labelsText = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
