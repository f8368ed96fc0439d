/** This machine as the control API knows it: a key of its own, and the secret keys of those who sign in here. One file of mode 0600 under FABRIC_HOME. */
import { hostname } from 'node:os';
import { DEVICE_KEY } from '../../schema/sign-in/device.ts';
import type { OwnDevice } from '../../schema/sign-in/handshake.ts';
import { normalEmail } from '../../schema/sign-in/two-secret.ts';
import type { DeviceFile, SettingsStore } from './settings.ts';

/** One secret key for each installation and person. */
const whose = (api: string, email: string) => `${new URL(api).origin} ${normalEmail(email)}`;

async function load(store: SettingsStore): Promise<DeviceFile> {
  const known = await store.readDevice();
  if (known) return known;
  const { privateKey } = await crypto.subtle.generateKey(DEVICE_KEY, true, ['sign', 'verify']);
  const { x = '', y = '', d = '' } = await crypto.subtle.exportKey('jwk', privateKey);
  const made: DeviceFile = { key: { kty: 'EC', crv: 'P-256', x, y, d }, secretKeys: {} };
  await store.writeDevice(made);
  return made;
}

/** Makes the key when there is none yet. */
export async function ownDevice(store: SettingsStore): Promise<OwnDevice> {
  const { key } = await load(store);
  const { d: _, ...publicPart } = key;
  const imported = (jwk: object, usage: KeyUsage) =>
    crypto.subtle.importKey('jwk', jwk, DEVICE_KEY, true, [usage]);
  const [privateKey, publicKey] = [await imported(key, 'sign'), await imported(publicPart, 'verify')];
  return { keys: { privateKey, publicKey }, name: `fabric on ${hostname()}` };
}

export async function knownSecretKey(
  store: SettingsStore,
  api: string,
  email: string,
): Promise<string | undefined> {
  return (await store.readDevice())?.secretKeys[whose(api, email)];
}

export async function rememberSecretKey(
  store: SettingsStore,
  api: string,
  email: string,
  secretKey: string,
): Promise<void> {
  const device = await load(store);
  const secretKeys = { ...device.secretKeys, [whose(api, email)]: secretKey };
  await store.writeDevice({ ...device, secretKeys });
}
