/** The one route that answers a value: for a person who proved anew who they are and says why; written down, told to the organization, and not often. */

import { RevealedSecret, RevealSecret } from '../../../schema/api/secrets.ts';
import type { OrgId } from '../../../schema/ids.ts';
import { SecretId } from '../../../schema/ids.ts';
import { secretUses } from '../../../schema/tables/index.ts';
import { forMembersUnkept } from '../../access.ts';
import { type Act, actOf, recordAct } from '../../act.ts';
import type { Tx } from '../../db.ts';
import type { Sealer } from '../../keys/envelope.ts';
import { answers, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import { mayRevealSecret } from '../../secrets/access.ts';
import {
  lockSecret,
  oneVersion,
  openVersion,
  type SecretRow,
  usableVersions,
} from '../../secrets/versions.ts';

export const PATH = '/v1/orgs/{org}/secrets';
export const OneSecret = OrgParam.extend({ secret: SecretId });

/** Of one person, over all secrets. */
const REVEALS = { name: 'secret-reveal', max: 20, windowS: 600 };

const reveal = createRoute({
  ...forMembersUnkept('secrets.reveal'),
  method: 'post',
  path: `${PATH}/{secret}/reveal`,
  summary: 'Show a value, with a reason that is written down',
  request: { params: OneSecret, body: json(RevealSecret) },
  responses: answers(200, RevealedSecret),
});

export const revealRoutes = newRouter();

revealRoutes.openapi(reveal, async (c) => {
  const { org, secret } = c.req.valid('param');
  const { version, reason } = c.req.valid('json');
  const { db, limits, master } = c.get('services');
  const caller = c.get('caller');
  await limits.attempt(REVEALS, caller.user);
  const may = mayRevealSecret(caller, c.get('member'));
  const act = actOf(c, org);
  const shown = await db.org(org, async (tx) => {
    const row = await lockSecret(tx, org, secret);
    may(row);
    return open(tx, master, row, { act, reason, person: caller.user, version });
  });
  // Written down for good before it is said.
  return c.json({ version: shown.version, value: shown.value.reveal() }, 200);
});

interface Revealing {
  readonly act: Act;
  readonly reason: string;
  readonly person: string;
  readonly version: number | undefined;
}

/** Also one that has expired, by its number: to go and see what it was. */
async function open(tx: Tx, master: Sealer, secret: SecretRow, { act, reason, person, version }: Revealing) {
  const wanted =
    version === undefined
      ? (await usableVersions(tx, { ...secret, expiresAt: null }, act.now))[0]
      : await oneVersion(tx, secret, version);
  if (!wanted) throw new Error('usable versions are never none');
  const value = await openVersion(tx, master, wanted, act.actor);
  const use = { what: 'reveal', version: wanted.version, person, reason, createdAt: act.now } as const;
  await tx.insert(secretUses).values({ secretId: secret.id, orgId: secret.orgId as OrgId, ...use });
  await recordAct(tx, act, 'secret.reveal', secret.id, { reason, generation: wanted.version });
  return { version: wanted.version, value };
}
