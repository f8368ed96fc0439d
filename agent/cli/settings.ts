/** What the command line remembers: where the API is and how to stay signed in. One file of mode 0600 under FABRIC_HOME. */
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { readIfThere, writeAtomically } from '../atomic-file.ts';

const Settings = z.object({
  api: z.url(),
  email: z.string(),
  refreshToken: z.string(),
  accessToken: z.string(),
  /** Milliseconds since the epoch. */
  accessExpiresAt: z.number(),
});
export type Settings = z.infer<typeof Settings>;

const LOCK_STALE_MS = 20_000;
const LOCK_POLL_MS = 25;

export class SettingsStore {
  readonly #folder: string;
  constructor(env: NodeJS.ProcessEnv) {
    this.#folder = env['FABRIC_HOME'] ?? join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'fabric');
  }

  async read(): Promise<Settings | undefined> {
    const text = await readIfThere(this.#path);
    if (text === undefined) return undefined;
    const parsed = Settings.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  }

  async write(settings: Settings): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeAtomically(this.#path, JSON.stringify(settings));
  }

  async clear(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  /** One process at a time: a refresh token is good for one use. A lock left by a killed process is taken over. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, 'lock');
    for (;;) {
      try {
        await (await open(path, 'wx', 0o600)).close();
        break;
      } catch {
        const age = await stat(path).then(
          ({ mtimeMs }) => Date.now() - mtimeMs,
          () => 0,
        );
        if (age > LOCK_STALE_MS) await rm(path, { force: true });
        else await sleep(LOCK_POLL_MS);
      }
    }
    try {
      return await work();
    } finally {
      await rm(path, { force: true });
    }
  }

  get #path(): string {
    return join(this.#folder, 'settings.json');
  }
}
