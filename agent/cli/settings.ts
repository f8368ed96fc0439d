/** What the command line remembers: where the API is, how to stay signed in, and what makes this device known. Files of mode 0600 under FABRIC_HOME. */
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

const DeviceFile = z.object({
  /** The device's own key, a private JWK. */
  key: z.object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string(),
    y: z.string(),
    d: z.string(),
  }),
  secretKeys: z.record(z.string(), z.string()),
});
export type DeviceFile = z.infer<typeof DeviceFile>;

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

  /** Outlives signing out: see device.ts. */
  async readDevice(): Promise<DeviceFile | undefined> {
    const text = await readIfThere(this.#devicePath);
    return text === undefined ? undefined : DeviceFile.parse(JSON.parse(text));
  }

  async writeDevice(device: DeviceFile): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeAtomically(this.#devicePath, JSON.stringify(device));
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

  get #devicePath(): string {
    return join(this.#folder, 'device.json');
  }

  get #path(): string {
    return join(this.#folder, 'settings.json');
  }
}
