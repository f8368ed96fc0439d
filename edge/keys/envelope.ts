/**
 * Envelope encryption: everything is sealed with a data key, and the data key is wrapped by the key service. An organization's key is kept wrapped in its row; what is the
 * platform's own carries its wrapped key with it: `v2.<wrapped key>.<nonce>.<ciphertext and tag>`, base64url.
 */
import { base64url } from 'jose';
import { type AesSealer, aesSealer } from './aes.ts';
import { KeyRing } from './key-ring.ts';
import type { KeyService } from './key-service.ts';
import { localKeyService } from './local-service.ts';

/** A key that seals and opens; the bytes behind it can not be read out. */
export interface Sealer extends AesSealer {
  /** Of the master sealer: where data keys come from. */
  readonly ring?: KeyRing;
}

/** @param raw 32 bytes */
export const sealerOf = (raw: Uint8Array<ArrayBuffer>): Promise<Sealer> => aesSealer(raw);

/** What seals the platform's own things, and wraps data keys. */
export function envelopeSealer(service: KeyService, now: () => number = Date.now): Sealer {
  const ring = new KeyRing(service, now);
  return {
    ring,
    seal: async (plain, place) => {
      const { sealer, wrapped } = await ring.own();
      const sealed = await sealer.seal(plain, place);
      return `v2.${base64url.encode(wrapped)}.${sealed.slice(3)}`;
    },
    open: async (sealed, place) => {
      const parts = partsOf(sealed);
      // From before there was an envelope: the master key itself sealed it.
      if (!parts) return service.unwrap(sealed, place);
      return (await ring.openOwn(parts.wrapped)).open(parts.body, place);
    },
  };
}

function partsOf(sealed: string): { wrapped: string; body: string } | undefined {
  const [form, wrapped, ...rest] = sealed.split('.');
  if (form !== 'v2' || wrapped === undefined) return undefined;
  return { wrapped: new TextDecoder().decode(base64url.decode(wrapped)), body: `v1.${rest.join('.')}` };
}

/** The same sealed text with its data key wrapped by the newest version; undefined when it is already. @throws KeyServiceError, Error */
export async function rewrapSealed(
  master: Sealer,
  sealed: string,
  place: string,
  version: string,
): Promise<string | undefined> {
  const ring = ringOf(master);
  const parts = partsOf(sealed);
  if (!parts) return master.seal(await master.open(sealed, place), place);
  if (ring.service.versionOf(parts.wrapped) === version) return undefined;
  const wrapped = await ring.rewrapOwn(parts.wrapped);
  return `v2.${base64url.encode(wrapped)}.${parts.body.slice(3)}`;
}

export function ringOf({ ring }: Sealer): KeyRing {
  if (!ring) throw new Error('only the master sealer wraps data keys');
  return ring;
}

/** With a master key of this process. @param older master keys that only open */
export async function masterSealer(masterKey: string, older: readonly string[] = []): Promise<Sealer> {
  return envelopeSealer(await localKeyService([masterKey, ...older]));
}

/** A new data key for an organization, wrapped. */
export function newDataKey(master: Sealer, org: string): Promise<string> {
  return ringOf(master).create(dataKeyPlace(org));
}

/**
 * What an organization's things are sealed with. While its key is being exchanged the text names two, newest first: the newest seals, both open. Read the text in the same transaction
 * that keeps what is sealed with it: the exchange waits for transactions, not for anything else.
 */
export async function dataKeySealer(master: Sealer, org: string, wrappedKeys: string): Promise<Sealer> {
  const ring = ringOf(master);
  const [newest = '', ...older] = wrappedKeys.split(' ');
  const sealer = await ring.key(newest, dataKeyPlace(org));
  if (older.length === 0) return sealer;
  return {
    seal: sealer.seal,
    open: async (sealed, place) => {
      const opened = await sealer.open(sealed, place).catch(() => undefined);
      if (opened) return opened;
      for (const one of older.slice(0, -1)) {
        const found = await (await ring.key(one, dataKeyPlace(org)))
          .open(sealed, place)
          .catch(() => undefined);
        if (found) return found;
      }
      return (await ring.key(older.at(-1) ?? '', dataKeyPlace(org))).open(sealed, place);
    },
  };
}

export const dataKeyPlace = (org: string) => `org:${org}:data-key`;
export const credentialPlace = (org: string, resource: string) =>
  `org:${org}:resource:${resource}:credential`;
