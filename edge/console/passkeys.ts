/** The browser's passkeys, through `@simplewebauthn/browser`: nothing else here knows that library. */
import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import { z } from 'zod';
import { PasskeyChallenge } from '../../schema/api/sign-in.ts';
import { Refusal } from '../../schema/refusal.ts';
import { proveDevice } from '../../schema/sign-in/device.ts';
import type { Access } from './access.ts';
import { ownDevice } from './device.ts';

const hasChallenge = (value: unknown) => typeof value === 'object' && value !== null && 'challenge' in value;
const Request = PasskeyChallenge.extend({
  options: z.custom<PublicKeyCredentialRequestOptionsJSON>(hasChallenge),
});
const Creation = PasskeyChallenge.extend({
  options: z.custom<PublicKeyCredentialCreationOptionsJSON>(hasChallenge),
});

/** The person closed the browser's window, or has no such passkey: browsers do not tell which. */
function notGiven(cause: unknown): never {
  throw new Refusal('proof_invalid', 'no passkey was given: try again, or choose another way', { cause });
}

export async function signInWithPasskey(access: Access) {
  const { attempt, options } = Request.parse(await access.post('/v1/auth/passkey/start', {}));
  const response = await startAuthentication({ optionsJSON: options }).catch(notGiven);
  const { keys, name } = await ownDevice();
  const device = await proveDevice(keys, name, attempt);
  return access.finish(
    await access.post('/v1/auth/passkey/finish', { attempt, response, device, cookie: true }),
  );
}

/** @param begin asks the control API for a challenge */
export async function passkeyProof(begin: () => Promise<unknown>): Promise<object> {
  const { attempt, options } = Request.parse(await begin());
  const response = await startAuthentication({ optionsJSON: options }).catch(notGiven);
  return { type: 'passkey', attempt, response };
}

export async function addPasskey(access: Access, name: string): Promise<void> {
  const { attempt, options } = Creation.parse(await access.call('POST', '/v1/me/passkeys/start', {}));
  const response = await startRegistration({ optionsJSON: options }).catch(notGiven);
  await access.call('POST', '/v1/me/passkeys', { attempt, name, response });
}
