/** A device's own key (ECDSA P-256): it signs one attempt to sign in, so that the same device is known again and can be turned away. */
import type { DeviceProof } from '../api/sign-in.ts';
import { textOctets, toText } from './octets.ts';

export const DEVICE_KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
export const DEVICE_SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

export const deviceStatement = (attempt: string) => textOctets(`fabric device 1\n${attempt}`);

export async function proveDevice(keys: CryptoKeyPair, name: string, attempt: string): Promise<DeviceProof> {
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', keys.publicKey);
  const signature = await crypto.subtle.sign(DEVICE_SIGNATURE, keys.privateKey, deviceStatement(attempt));
  return { key: { kty: 'EC', crv: 'P-256', x, y }, signature: toText(new Uint8Array(signature)), name };
}
