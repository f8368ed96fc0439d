/** What a route is called in the document: both follow from its method and path, so that they are stable and never collide. */

const isParameter = (segment: string | undefined) => segment?.startsWith('{') ?? false;
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
const camel = (segment: string) => segment.split(/[-._]/).map(capital).join('');
const singular = (word: string) => word.replace(/ies$/, 'y').replace(/(?<!s)s$/, '');
const segmentsOf = (path: string) => path.split('/').filter((segment) => segment !== '' && segment !== 'v1');

/** `GET /v1/orgs/{org}/sessions/{session}` is `getOrgSession`; without the last segment `getOrgSessions`. */
export function operationIdOf(method: string, path: string): string {
  const segments = segmentsOf(path);
  const words = segments.flatMap((segment, at) => {
    if (isParameter(segment)) return [];
    return [camel(isParameter(segments[at + 1]) ? singular(segment) : segment)];
  });
  return method + words.join('');
}

/** The collection a route belongs to: `resources`, `sessions`, or its room: `platform`, `node`, `auth`. */
export function tagOf(path: string): string {
  const [first = 'api', second, third] = segmentsOf(path);
  const tag = first === 'orgs' && isParameter(second) ? (third ?? 'organizations') : first;
  return tag === 'nodes' ? 'node' : tag;
}
