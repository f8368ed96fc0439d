/** What an installation keeps in its data folder: secrets made once, ports it had. Files of mode 0600. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../../agent/atomic-file.ts';
import { newSecretKey } from '../../schema/sign-in/secret-key.ts';

/** Both secrets of a person of the demo: a real person's never leave their own devices. */
const Account = z.object({ email: z.string(), password: z.string(), secretKey: z.string() });
export type Account = z.infer<typeof Account>;

const Settings = z.object({
  masterKey: z.string(),
  databasePassword: z.string(),
  apiPassword: z.string(),
  redisPassword: z.string(),
  redisToken: z.string(),
  platformOwner: Account,
  owner: Account,
  user: Account,
  ports: z.record(z.string(), z.number()),
  /** Set once the demo organization and its resources are complete. */
  demo: z.object({ cluster: z.string(), org: z.string() }).optional(),
});
export type Settings = z.infer<typeof Settings>;

const secret = () => randomBytes(32).toString('base64url');
/** Groups of letters and digits that a person can type. */
function passphrase(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  const letters = [...randomBytes(20)].map((octet) => alphabet[octet % alphabet.length]);
  return [0, 5, 10, 15].map((at) => letters.slice(at, at + 5).join('')).join('-');
}

const account = (email: string): Account => ({ email, password: passphrase(), secretKey: newSecretKey() });

export class SettingsFile {
  readonly #path: string;
  readonly values: Settings;

  constructor(data: string) {
    mkdirSync(data, { recursive: true, mode: 0o755 });
    this.#path = join(data, 'settings.json');
    this.values = existsSync(this.#path) ? readSettings(this.#path) : fresh();
  }

  async save(): Promise<void> {
    await writeAtomically(this.#path, JSON.stringify(this.values, undefined, 2));
  }

  /** The port this part had before if it is still free, else another that is. */
  async port(part: string, wanted?: number): Promise<number> {
    const port = (await freePort(wanted ?? this.values.ports[part] ?? 0)) ?? (await freePort(0)) ?? 0;
    this.values.ports[part] = port;
    return port;
  }
}

function readSettings(path: string): Settings {
  const read = Settings.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (read.success) return read.data;
  throw new Error(
    `${path} was made by an older version: choose another folder with --data, or remove this one`,
  );
}

function fresh(): Settings {
  return {
    masterKey: secret(),
    databasePassword: secret(),
    apiPassword: secret(),
    redisPassword: secret(),
    redisToken: secret(),
    platformOwner: account('platform@fabric.test'),
    owner: account('owner@demo.test'),
    user: account('user@demo.test'),
    ports: {},
  };
}

/** The port if nothing on the loopback address has it. */
export function freePort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      const found = typeof address === 'object' && address ? address.port : undefined;
      probe.close(() => resolve(found));
    });
  });
}
