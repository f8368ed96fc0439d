/**
 * Every column that holds something sealed for longer than a day, and the place it is bound to. What a re-wrap and a rotation walk through: one that is not here would stay behind
 * under an old key, so a test holds this against the tables.
 */
import { credentialPlace } from '../../keys/envelope.ts';
import { keyPlace } from '../../keys/signing.ts';
import { recordingPlace } from '../../recordings/keys.ts';
import { versionPlace } from '../../secrets/sealed-value.ts';
import { authenticatorPlace } from '../../sign-in/authenticator.ts';
import { verifierPlace } from '../../sign-in/password.ts';
import { providerSecretPlace } from '../../sso/providers.ts';
import { webhookSecretPlace } from '../../webhooks/secret.ts';

export interface SealedColumn {
  readonly table: string;
  /** Of type uuid, and unique. */
  readonly key: string;
  readonly sealed: string;
  /** Two more columns that `place` is made of, where it needs them. */
  readonly more?: readonly [string, string];
  readonly place: (key: string, more: readonly (string | null)[]) => string;
}

/** Sealed by the platform. */
export const PLATFORM_COLUMNS: readonly SealedColumn[] = [
  {
    table: 'keys',
    key: 'id',
    sealed: 'sealed',
    more: ['purpose', 'cluster'],
    place: (_, [purpose = '', cluster = null]) => keyPlace(purpose ?? '', cluster),
  },
  { table: 'verifiers', key: 'user_id', sealed: 'sealed_verifier', place: verifierPlace },
  { table: 'authenticators', key: 'user_id', sealed: 'sealed_secret', place: authenticatorPlace },
];

export interface OrgColumn {
  readonly table: string;
  /** Of type uuid, and unique, alone or with `number`. */
  readonly key: string;
  /** A second column of the key, of type integer. */
  readonly number?: string;
  /** The table whose row of that key is locked by who writes here. */
  readonly parent?: string;
  readonly sealed: string;
  readonly place: (org: string, key: string, number: number) => string;
}

/** Sealed with an organization's data key. The tables have `org_id`. */
export const ORG_COLUMNS: readonly OrgColumn[] = [
  {
    table: 'secret_versions',
    key: 'secret_id',
    number: 'version',
    parent: 'secrets',
    sealed: 'sealed',
    place: versionPlace,
  },
  // Of before there were secrets, until they become some.
  { table: 'credentials', key: 'resource_id', sealed: 'sealed', place: credentialPlace },
  { table: 'webhooks', key: 'id', sealed: 'sealed', place: webhookSecretPlace },
  { table: 'identity_providers', key: 'id', sealed: 'sealed_secret', place: providerSecretPlace },
  { table: 'recordings', key: 'id', sealed: 'sealed_private_key', place: recordingPlace },
];

/** Of the key service's own: wrapped data keys, one or two in a text. */
export const WRAPPED_COLUMN = { table: 'organizations', key: 'id', sealed: 'sealed_data_key' } as const;

/** Sealed for at most a day: they end before an old key needs to go. */
export const SHORT_LIVED = ['sign_in_attempts', 'sso_attempts', 'idempotency_keys'];
