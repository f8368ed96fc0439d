/**
 * Signing in. SRP: `start` answers with salt and B, `finish` with tokens or with the wish for a second factor. Passkeys: `start` answers with a
 * challenge, `finish` as above. Whoever is signed in proves themselves anew by the same proofs (`step-up`).
 */
import { z } from 'zod';
import { Name, OrgId, UserId } from '../ids.ts';
import { RoleName } from '../roles.ts';
import { SignedIn } from './auth.ts';

/**
 * What a sign-in was proven by: `pwd` password and secret key, `hwk` a passkey that checked its user, `otp` an authenticator's code, `rcv` a
 * recovery code, `sso` another identity provider; `mfa` when more than one factor was shown (after RFC 8176).
 */
export const SignInEvidence = z.enum(['pwd', 'hwk', 'otp', 'rcv', 'sso', 'mfa']);
export type SignInEvidence = z.infer<typeof SignInEvidence>;

export const SecondFactorRule = z.enum(['nobody', 'admins', 'everyone']);
export type SecondFactorRule = z.infer<typeof SecondFactorRule>;

export const SecondFactor = z.enum(['totp', 'passkey', 'recovery']);
export type SecondFactor = z.infer<typeof SecondFactor>;

const base64url = (max: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .max(max);
const Email = z.email().max(254);
const Attempt = z.uuid();
/** A number of the 3072-bit group. */
const GroupNumber = base64url(512).length(512);

/** A device shows its key: an ES256 signature over `deviceStatement(attempt)`. */
export const DeviceProof = z.strictObject({
  key: z.strictObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: base64url(43)
      .length(43)
      .meta({ examples: ['MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4'] }),
    y: base64url(43)
      .length(43)
      .meta({ examples: ['4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM'] }),
  }),
  signature: base64url(86).length(86),
  name: z.string().trim().min(1).max(100),
});
export type DeviceProof = z.infer<typeof DeviceProof>;

/** What comes with every last step of a sign-in. */
const finishing = {
  device: DeviceProof.optional(),
  /** A browser keeps its refresh token in an HttpOnly cookie and never sees it. */
  cookie: z.boolean().default(false),
};

export const SrpStart = z.strictObject({ email: Email, A: GroupNumber });
export const SrpChallenge = z.object({ attempt: Attempt, salt: z.string(), B: z.string() });
export const SrpFinish = z.strictObject({ attempt: Attempt, proof: base64url(64), ...finishing });

const CredentialId = base64url(1400);
const Attachment = z.enum(['cross-platform', 'platform']).optional();
/** Extensions are not used; whatever a browser says about them is dropped. */
const NoExtensions = z.object({}).default({});

/** A new credential as the browser's WebAuthn gives it; `@simplewebauthn/server` checks what is in it. */
export const PasskeyRegistration = z.object({
  id: CredentialId,
  rawId: CredentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(4096),
    attestationObject: base64url(16_384),
    transports: z.array(z.string().max(32)).max(8).default([]),
  }),
  clientExtensionResults: NoExtensions,
  authenticatorAttachment: Attachment,
});
export const PasskeyAssertion = z.object({
  id: CredentialId,
  rawId: CredentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(4096),
    authenticatorData: base64url(4096),
    signature: base64url(4096),
    userHandle: base64url(128).optional(),
  }),
  clientExtensionResults: NoExtensions,
  authenticatorAttachment: Attachment,
});
export type PasskeyAssertion = z.infer<typeof PasskeyAssertion>;
export type PasskeyRegistration = z.infer<typeof PasskeyRegistration>;
/** `options` go to the browser's WebAuthn as they are. */
export const PasskeyChallenge = z.object({
  attempt: Attempt,
  options: z.unknown().meta({
    examples: [
      {
        rpId: 'fabric.example.com',
        challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        userVerification: 'required',
      },
    ],
  }),
});
export const PasskeyFinish = z.strictObject({ attempt: Attempt, response: PasskeyAssertion, ...finishing });

export const TotpCode = z
  .string()
  .regex(/^\d{6}$/)
  .meta({ examples: ['287082'] });
export const SecondFactorProof = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('totp'), code: TotpCode }),
  z.strictObject({ type: z.literal('recovery'), code: z.string().min(8).max(64) }),
  z.strictObject({ type: z.literal('passkey'), attempt: Attempt, response: PasskeyAssertion }),
]);
export type SecondFactorProof = z.infer<typeof SecondFactorProof>;
export const SecondFactorFinish = z.strictObject({
  attempt: Attempt,
  proof: SecondFactorProof,
  cookie: finishing.cookie,
});

/** Signed in, or one more proof to go. `proof` is the server's own: it knows the verifier, so it is the one that was joined. */
export const SignInAnswer = z.union([
  SignedIn.extend({ proof: z.string().optional() }),
  z.object({
    secondFactor: z.object({ attempt: Attempt, methods: z.array(SecondFactor) }),
    proof: z.string().optional(),
  }),
]);
export type SignInAnswer = z.infer<typeof SignInAnswer>;

export const StepUpProof = z.discriminatedUnion('type', [
  ...SecondFactorProof.options,
  z.strictObject({ type: z.literal('password'), attempt: Attempt, proof: base64url(64) }),
]);
export const StepUpMethods = z.object({
  methods: z.array(z.enum(['totp', 'passkey', 'recovery', 'password'])),
});
export const StepUpRequest = z.strictObject({ proof: StepUpProof });
export const SteppedUp = z.object({ accessToken: z.string(), expiresIn: z.int() });

export const Invited = z.object({
  email: z.string(),
  name: z.string(),
  organization: Name.nullable(),
  /**
   * Membership is offered: who has an account signs in as ever, then accepts with `POST /v1/me/invitations`; who has none makes one with
   * `POST /v1/auth/join`. Which of them it is, is not told: whoever invites holds the token too. Otherwise it is a way back in.
   */
  isOffer: z.boolean(),
  expiresAt: z.iso.datetime(),
});
/** What an invitation made its person a member of. */
export const Joined = z.object({ organization: z.object({ id: OrgId, name: Name, role: RoleName }) });
export const InvitationToken = z.strictObject({ token: z.string().max(128) });
export const NewVerifier = { salt: base64url(64).min(22), verifier: GroupNumber };
export const Join = InvitationToken.extend(NewVerifier);

/** Shown once, to the one who invites. */
export const Invitation = z.object({
  id: z.uuid(),
  token: z.string(),
  url: z.url(),
  expiresAt: z.iso.datetime(),
});
export type Invitation = z.infer<typeof Invitation>;
export const InvitationView = z.object({
  id: z.uuid(),
  user: UserId,
  email: z.string(),
  /** What accepting makes them; null for a member's way back in. */
  role: RoleName.nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});

export const SignInPolicy = z.strictObject({
  passwordAllowed: z.boolean(),
  passkeyAllowed: z.boolean(),
  /** Only through the organization's own identity provider. */
  ssoOnly: z.boolean(),
  secondFactor: SecondFactorRule,
  deviceApproval: z.enum(['none', 'notify', 'require']),
});
export type SignInPolicy = z.infer<typeof SignInPolicy>;

export const OrgDevice = z.object({
  id: z.uuid(),
  user: UserId,
  email: z.string(),
  name: z.string(),
  lastSeenAt: z.iso.datetime(),
  approved: z.boolean(),
});
export const OrgDevices = z.object({ org: OrgId, devices: z.array(OrgDevice) });
