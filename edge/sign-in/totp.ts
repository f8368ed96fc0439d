/** Authenticator apps (TOTP, RFC 6238: SHA-1, six digits, thirty seconds, as every app has it), through `otpauth`. */
import { Secret, TOTP } from 'otpauth';

const STEP_S = 30;
/** A clock may be one step off. */
const WINDOW = 1;

export const newTotpSecret = (): string => new Secret({ size: 20 }).base32;

function totp(secret: string, email = ''): TOTP {
  return new TOTP({
    issuer: 'Secure Access Fabric',
    label: email,
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: STEP_S,
  });
}

/** What an app reads from the QR code. */
export const totpUri = (secret: string, email: string): string => totp(secret, email).toString();

export const totpCode = (secret: string, now: number): string => totp(secret).generate({ timestamp: now });

/** The time step that the code belongs to, if it is a right one that is newer than `lastStep`. */
export function totpStep(secret: string, code: string, now: number, lastStep: number): number | undefined {
  const delta = totp(secret).validate({ token: code, timestamp: now, window: WINDOW });
  if (delta === null) return undefined;
  const step = Math.floor(now / 1000 / STEP_S) + delta;
  return step > lastStep ? step : undefined;
}
