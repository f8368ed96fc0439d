/** What a person sees and changes of their own way in. */
import { z } from 'zod';
import { NewVerifier, PasskeyRegistration, SignInEvidence, TotpCode } from './sign-in.ts';

export const PasskeyView = z.object({
  id: z.uuid(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});
const PasskeyName = z.string().trim().min(1).max(100);
export const RegisterPasskey = z.strictObject({
  attempt: z.uuid(),
  name: PasskeyName,
  response: PasskeyRegistration,
});
export const RenamePasskey = z.strictObject({ name: PasskeyName });

export const DeviceView = z.object({
  id: z.uuid(),
  name: z.string(),
  /** The one that asks. */
  current: z.boolean(),
  createdAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
});

export const SignInView = z.object({
  id: z.uuid(),
  /** The one that asks. */
  current: z.boolean(),
  agent: z.string(),
  device: z.string().nullable(),
  region: z.string().nullable(),
  evidence: z.array(SignInEvidence),
  createdAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
});

export const SecurityView = z.object({
  /** Signs in with a password and secret key. */
  password: z.boolean(),
  authenticator: z.boolean(),
  /** How many are left. */
  recoveryCodes: z.int(),
  passkeys: z.array(PasskeyView),
  devices: z.array(DeviceView),
  signIns: z.array(SignInView),
});
export type SecurityView = z.infer<typeof SecurityView>;

/** Goes into an authenticator app, by the QR code of `uri` or by typing `secret`. */
export const NewAuthenticator = z.object({ secret: z.string(), uri: z.string() });
export const ConfirmAuthenticator = z.strictObject({ code: TotpCode });
/** Shown once. */
export const RecoveryCodes = z.object({ codes: z.array(z.string()) });

/** A new password or secret key, with the proof that the old ones are known. */
export const ChangeVerifier = z.strictObject({
  attempt: z.uuid(),
  proof: z.string().max(64),
  ...NewVerifier,
});
