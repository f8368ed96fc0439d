/** What this browser keeps, in IndexedDB: a key of its own that no script can read out, and the secret keys of those who signed in here. */
import { DEVICE_KEY } from '../../schema/sign-in/device.ts';
import type { OwnDevice } from '../../schema/sign-in/handshake.ts';
import { normalEmail } from '../../schema/sign-in/two-secret.ts';

const NAME = 'fabric';
const [DEVICE, SECRET_KEYS] = ['device', 'secret-keys'];

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(name: string, mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => {
    for (const made of [DEVICE, SECRET_KEYS]) opening.result.createObjectStore(made);
  };
  return (await done(opening)).transaction(name, mode).objectStore(name);
}

const isKeyPair = (value: unknown): value is CryptoKeyPair =>
  typeof value === 'object' && value !== null && 'privateKey' in value && 'publicKey' in value;

/** Makes the key when there is none yet; another tab may be as quick. */
export async function ownDevice(): Promise<OwnDevice> {
  const name = deviceName(navigator.userAgent);
  const made = await crypto.subtle.generateKey(DEVICE_KEY, false, ['sign', 'verify']);
  const keys = await store(DEVICE, 'readwrite');
  const known: unknown = await done(keys.get('key'));
  if (isKeyPair(known)) return { keys: known, name };
  await done(keys.put(made, 'key'));
  return { keys: made, name };
}

export function deviceName(agent: string): string {
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(agent)?.[1] ?? 'Browser';
  const system = /(Windows|Android|iPhone|iPad|Mac OS|CrOS|Linux)/.exec(agent)?.[1];
  return system === undefined ? browser : `${browser === 'Edg' ? 'Edge' : browser} on ${system}`;
}

export async function knownSecretKey(email: string): Promise<string | undefined> {
  const found: unknown = await done((await store(SECRET_KEYS, 'readonly')).get(normalEmail(email)));
  return typeof found === 'string' ? found : undefined;
}

/** Who signed in here before. */
export async function knownEmails(): Promise<string[]> {
  const keys = await done((await store(SECRET_KEYS, 'readonly')).getAllKeys());
  return keys.filter((key) => typeof key === 'string');
}

export async function rememberSecretKey(email: string, secretKey: string): Promise<void> {
  await done((await store(SECRET_KEYS, 'readwrite')).put(secretKey, normalEmail(email)));
}
