/** New values that nobody has seen: a random password, or an SSH key of which only the public half is told. */
import { Secret } from '../../schema/secret.ts';
import type { GeneratedSecret } from '../../schema/secret-kinds.ts';
import { makeOpensshKey } from './openssh-key.ts';

/** 64 symbols: each takes six random bits, all equally likely. They need no quoting in a shell or a URL. */
const SYMBOLS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export interface Generated {
  readonly value: Secret;
  readonly publicPart: string | null;
}

/** @param name what a key's public half ends with */
export async function generateSecret(spec: GeneratedSecret, name: string): Promise<Generated> {
  switch (spec.kind) {
    case 'password': {
      const random = crypto.getRandomValues(new Uint8Array(spec.length));
      const symbols = Array.from(random, (octet) => SYMBOLS[octet & 63]);
      return { value: new Secret(symbols.join('')), publicPart: null };
    }
    case 'ssh_key': {
      const { privateKey, publicKey } = await makeOpensshKey(name);
      return { value: new Secret(privateKey), publicPart: publicKey };
    }
  }
}
