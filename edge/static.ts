/** The console's built files, for runtimes that bring no file server of their own. */
import { PAGE_HEADERS } from './content-security.ts';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  map: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
};
/** Folders and files of plain names: nothing that could lead out. */
const PLAIN = /^(\/[\w-]+)*\/([\w-]+\.)+[a-z]+$/;

/** @param read throws when there is no such file @returns the file's answer, or undefined */
export function consolePage(
  read: (path: string) => Promise<Uint8Array<ArrayBuffer>>,
): (path: string) => Promise<Response | undefined> {
  return async (path) => {
    const file = path.endsWith('/') ? `${path}index.html` : path;
    const type = TYPES[file.split('.').at(-1) ?? ''];
    if (!PLAIN.test(file) || type === undefined) return undefined;
    const content = await read(file).catch(() => undefined);
    return content && new Response(content, { headers: { ...PAGE_HEADERS, 'content-type': type } });
  };
}
