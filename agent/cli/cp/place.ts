/** What `fabric cp` was told: which side is the resource, and where a file comes to lie. Pure. */
import { Refusal } from '../../../schema/refusal.ts';
import { isPlainName, isPlainPath } from '../../../schema/wire/file-transfer.ts';

export type Place = { readonly resource: string; readonly path: string } | { readonly local: string };

/** `name:path` is on a resource, unless a slash comes before the colon, as in `./a:b`. An empty path is the home there. */
export function parsePlace(text: string): Place {
  const match = /^([^/:]+):(.*)$/s.exec(text);
  if (!match) return { local: text };
  const path = (match[2] ?? '').replace(/^~\/?/, '');
  if (!isPlainPath(path)) throw new Refusal('bad_request', `${text}: a path on a resource has no ..`);
  return { resource: match[1] ?? '', path: path === '' ? '.' : path };
}

export interface Copy {
  readonly up: boolean;
  readonly resource: string;
  readonly remote: string;
  readonly local: string;
}

/** @throws Refusal `bad_request` unless exactly one side is a resource's */
export function parseCopy(from: string, to: string): Copy {
  const [a, b] = [parsePlace(from), parsePlace(to)];
  if ('local' in a && 'resource' in b)
    return { up: true, resource: b.resource, remote: b.path, local: a.local };
  if ('resource' in a && 'local' in b)
    return { up: false, resource: a.resource, remote: a.path, local: b.local };
  throw new Refusal(
    'bad_request',
    'name one resource: fabric cp RESOURCE:PATH LOCAL, or LOCAL RESOURCE:PATH',
  );
}

/** A name from the other side goes nowhere but into its directory. @throws Refusal `bad_request` */
export function below(directory: string, name: string): string {
  if (!isPlainName(name))
    throw new Refusal('bad_request', `the other side names a file ${JSON.stringify(name)}`);
  return directory === '.' ? name : `${directory.replace(/\/+$/, '')}/${name}`;
}

/** The last part of a path; undefined where it has none, as in `.` and `/`. */
export function baseName(path: string): string | undefined {
  const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return isPlainName(name) ? name : undefined;
}
