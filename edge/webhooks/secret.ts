/** A webhook's signing secret at rest: under the organization's data key, bound to organization and webhook. */
import { Secret } from '../../schema/secret.ts';
import { dataKeySealer, type Sealer } from '../keys/envelope.ts';

interface Hook {
  readonly id: string;
  readonly orgId: string;
  readonly sealed: string;
}

export const webhookSecretPlace = (org: string, webhook: string) => `org:${org}:webhook:${webhook}:secret`;

export async function sealWebhookSecret(
  master: Sealer,
  hook: Omit<Hook, 'sealed'>,
  dataKey: string,
  secret: Secret,
): Promise<string> {
  const sealer = await dataKeySealer(master, hook.orgId, dataKey);
  return sealer.seal(new TextEncoder().encode(secret.reveal()), webhookSecretPlace(hook.orgId, hook.id));
}

export async function openWebhookSecret(master: Sealer, hook: Hook, dataKey: string): Promise<Secret> {
  const sealer = await dataKeySealer(master, hook.orgId, dataKey);
  return new Secret(
    new TextDecoder().decode(await sealer.open(hook.sealed, webhookSecretPlace(hook.orgId, hook.id))),
  );
}
