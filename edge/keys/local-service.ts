/**
 * The key service without a service: master keys of this process. The first wraps; the others only open, so that the master key itself can be
 * exchanged. Text form: `l1.<key id>.<nonce>.<ciphertext and tag>`; from before there were several also `v1.<nonce>.<ciphertext and tag>`.
 */

import { base64url } from 'jose';
import { toText } from '../../schema/sign-in/octets.ts';
import { type AesSealer, aesSealer } from './aes.ts';
import { derivedOctets } from './derived.ts';
import { type KeyService, KeyServiceError } from './key-service.ts';

const ID_BYTES = 6;

interface MasterKey {
  readonly id: string;
  readonly sealer: AesSealer;
}

async function masterKey(text: string): Promise<MasterKey> {
  const id = toText(await derivedOctets(text, 'key ids', 'master', ID_BYTES));
  return { id, sealer: await aesSealer(Uint8Array.from(base64url.decode(text))) };
}

/** @param masterKeys 32 bytes each, base64url; at least one, the one that wraps first */
export async function localKeyService(masterKeys: readonly [string, ...string[]]): Promise<KeyService> {
  const [first, ...others] = masterKeys;
  const newest = await masterKey(first);
  const known = [newest, ...(await Promise.all(others.map(masterKey)))];
  const service: KeyService = {
    wrap: async (key, context) => `l1.${newest.id}.${(await newest.sealer.seal(key, context)).slice(3)}`,
    unwrap: async (wrapped, context) => {
      const [form, id, ...rest] = wrapped.split('.');
      if (form === 'v1') return openWithAny(known, wrapped, context);
      const key = known.find((one) => form === 'l1' && one.id === id);
      if (!key) throw new KeyServiceError('refused', `no master key ${id ?? ''} is configured here`);
      return openWithAny([key], `v1.${rest.join('.')}`, context);
    },
    rewrap: async (wrapped, context) => service.wrap(await service.unwrap(wrapped, context), context),
    versionOf: (wrapped) => {
      const [form, id] = wrapped.split('.');
      if (form === 'v1') return 'local:before';
      if (form === 'l1') return `local:${id}`;
      throw new KeyServiceError('refused', 'no local master key wrapped this');
    },
    describe: async () => ({
      backend: 'local',
      version: `local:${newest.id}`,
      opens: known.map(({ id }) => `local:${id}`),
    }),
  };
  return service;
}

async function openWithAny(keys: readonly MasterKey[], sealed: string, context: string) {
  for (const { sealer } of keys) {
    const opened = await sealer.open(sealed, context).catch(() => undefined);
    if (opened) return opened;
  }
  throw new KeyServiceError('refused', 'no configured master key opens this, or it was changed or moved');
}
