/** Where the agent's own program is: the bundle when it was built (`agent/build.mjs`), else its sources, which do the same in twice the memory. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export function agentProgram(): string {
  const built = here('./dist/main.js');
  return existsSync(built) ? built : here('./main.ts');
}
