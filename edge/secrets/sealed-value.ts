/** A secret's value at rest: under the organization's data key, bound to organization, secret and version. */
import type { OrgId, SecretId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { Secret } from '../../schema/secret.ts';
import type { Sealer } from '../keys/envelope.ts';

export interface VersionPlace {
  readonly org: OrgId;
  readonly secret: SecretId;
  readonly version: number;
}

export const versionPlace = (org: string, secret: string, version: number) =>
  `org:${org}:secret:${secret}:version:${version}`;
const placeOf = ({ org, secret, version }: VersionPlace) => versionPlace(org, secret, version);

export function sealValue(sealer: Sealer, at: VersionPlace, value: Secret): Promise<string> {
  return sealer.seal(new TextEncoder().encode(value.reveal()), placeOf(at));
}

/** @throws Refusal `secret_unusable` when it was changed, or moved here from elsewhere */
export async function openValue(sealer: Sealer, at: VersionPlace, sealed: string): Promise<Secret> {
  const plain = await sealer.open(sealed, placeOf(at)).catch((cause: unknown) => {
    throw new Refusal('secret_unusable', 'the sealed value does not belong where it is: put a new version', {
      cause,
    });
  });
  try {
    return new Secret(new TextDecoder().decode(plain));
  } finally {
    plain.fill(0);
  }
}
