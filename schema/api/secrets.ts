/** Secrets of an organization: everything about them but their values, which only `reveal` answers. */
import { z } from 'zod';
import { Name, ResourceId, SecretId, SessionId } from '../ids.ts';
import { Grantee, Labels } from '../policy.ts';
import { GeneratedSecret, MAX_SECRET_BYTES, SecretKind, VersionState } from '../secret-kinds.ts';

/** Given, never answered; no example looks like one. */
const Value = z
  .string()
  .min(1)
  .max(MAX_SECRET_BYTES)
  .meta({ format: 'password', examples: ['***'] });
const Days = z.int().min(1).max(3650);
const Moment = z.iso.datetime({ offset: true });
const Grantees = z.array(Grantee).min(1).max(64);
const MAX_VERSION = 2_147_483_647;
const Version = z.int().positive().max(MAX_VERSION);

const Terms = {
  labels: Labels.optional(),
  /** A new value every so many days: made where the fabric makes them, else asked for (`secret.rotation_due`). */
  rotateEveryDays: Days.nullable().optional(),
  /** So long the version before stays good after a new one. */
  overlapDays: z.int().min(0).max(90).optional(),
  /** From then on it is not used any more. */
  expiresAt: Moment.nullable().optional(),
  /** Whoever gives it to a resource; null: those who manage secrets. */
  useBy: Grantees.nullable().optional(),
  /** Of those who may reveal secrets; null: all of them. */
  revealBy: Grantees.nullable().optional(),
};

export const CreateSecret = z
  .strictObject({
    name: Name,
    kind: SecretKind,
    value: Value.optional(),
    /** Instead of a value: the fabric makes one that nobody sees. */
    generate: GeneratedSecret.optional(),
    ...Terms,
  })
  .refine(({ value, generate }) => (value === undefined) !== (generate === undefined), {
    error: 'give either a value or what to generate',
  })
  .refine(({ kind, generate }) => generate === undefined || generate.kind === kind, {
    error: 'what to generate is of another kind than the secret',
  })
  .meta({ examples: [{ name: 'web-root', kind: 'ssh_key', generate: { kind: 'ssh_key' } }] });
export type CreateSecret = z.infer<typeof CreateSecret>;

export const ChangeSecret = z.strictObject({ name: Name.optional(), ...Terms });
export type ChangeSecret = z.infer<typeof ChangeSecret>;

export const SecretView = z.object({
  id: SecretId,
  name: Name,
  kind: SecretKind,
  labels: Labels,
  /** The version that is current. */
  version: Version.nullable(),
  /** Of a key that the fabric made: what its targets are to accept. */
  publicPart: z.string().nullable(),
  generated: GeneratedSecret.nullable(),
  rotateEveryDays: z.int().nullable(),
  nextRotationAt: z.iso.datetime().nullable(),
  /** Since when somebody is to put a new value. */
  dueSince: z.iso.datetime().nullable(),
  overlapDays: z.int(),
  expiresAt: z.iso.datetime().nullable(),
  useBy: z.array(Grantee).nullable(),
  revealBy: z.array(Grantee).nullable(),
  /** Resources whose targets take it. */
  usedBy: z.array(z.object({ id: ResourceId, name: Name })),
  /** It was given with its resource, and goes with it. */
  ownedByResource: z.boolean(),
  createdAt: z.iso.datetime(),
});
export type SecretView = z.infer<typeof SecretView>;
export const SecretList = z.object({ secrets: z.array(SecretView) });

export const PutSecret = z.strictObject({ value: Value });
export const SetCurrent = z.strictObject({ version: Version });
/** `:version` in a path. */
export const VersionParam = z.coerce.number().int().positive().max(MAX_VERSION);

export const VersionView = z.object({
  version: Version,
  state: VersionState,
  publicPart: z.string().nullable(),
  /** The one before the current stays good until then. */
  overlapUntil: z.iso.datetime().nullable(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
});
export type VersionView = z.infer<typeof VersionView>;
export const VersionList = z.object({ versions: z.array(VersionView) });

export const RevealSecret = z.strictObject({
  reason: z.string().trim().min(3).max(500),
  /** The current one when left out. */
  version: Version.optional(),
});
export const RevealedSecret = z.object({ version: Version, value: z.string().meta({ examples: ['***'] }) });

export const SecretUse = z.object({
  at: z.iso.datetime(),
  what: z.enum(['use', 'reveal']),
  version: Version,
  /** Who revealed it, or whose session it was used for. */
  person: z.uuid(),
  session: SessionId.nullable(),
  resource: ResourceId.nullable(),
  reason: z.string().nullable(),
});
export const SecretUses = z.object({ uses: z.array(SecretUse) });
