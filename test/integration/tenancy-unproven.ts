/** People of the test world whose sign-in is not good for everything: proven long ago, or by another organization's identity provider. */
import { STEP_UP_MS } from '../../edge/sign-in/policy.ts';
import { finish } from '../../edge/sso/finish.ts';
import { OrgId, UserId } from '../../schema/ids.ts';
import type { OrgRole } from '../../schema/roles.ts';
import type { ControlApi } from './control-api.ts';
import { PLATFORM_OWNER } from './database.ts';
import { callIn, PASSWORD, type World } from './tenancy-world.ts';

type Owners = Readonly<Record<'organization_owner' | 'platform_owner', string>>;

export interface Unproven {
  /** Tokens of people who proved who they are longer ago than a step-up takes. */
  readonly old: Owners;
  /** Tokens of an owner of A and of the platform's, who came in by B's identity provider. */
  readonly vouchedElsewhere: Owners;
  /** Someone who is in A to be signed out, signed in anew. */
  readonly signInSpare: () => Promise<string>;
}

export async function addUnproven({ api, a, b, platform }: World): Promise<Unproven> {
  const join = async (role: OrgRole, email: string) => {
    const { id, invitation } = await callIn(api, a)('POST', '/members', { email, name: 'x', role });
    await api.join(invitation as { token: string }, email, PASSWORD);
    return String(id);
  };
  const email = 'both@org-a.test';
  const both = await join('organization_owner', email);
  const shared = await callIn(api, b)('POST', '/members', { email, name: 'x', role: 'organization_user' });
  const { accessToken } = await api.signIn(email, PASSWORD);
  await api.accept(shared['invitation'] as { token: string }, accessToken);
  const spare = 'spare@org-a.test';
  await join('organization_user', spare);
  const { body: root } = await api.call('GET', '/v1/me', undefined, platform.platform_owner);
  const byB = (user: string) => signedInBySso(api, UserId.parse(user), OrgId.parse(b.org));
  return {
    old: {
      organization_owner: await provenLongAgo(api, 'organization_owner@org-a.test', PASSWORD),
      platform_owner: await provenLongAgo(api, PLATFORM_OWNER.email, PLATFORM_OWNER.password),
    },
    vouchedElsewhere: { organization_owner: await byB(both), platform_owner: await byB(root.id) },
    signInSpare: async () => (await api.signIn(spare, PASSWORD)).accessToken,
  };
}

/** The tokens are new, the proof is not: that is what refreshing them gives. */
async function provenLongAgo(api: ControlApi, email: string, password: string): Promise<string> {
  const ago = STEP_UP_MS + 60_000;
  api.now -= ago;
  const { refreshToken } = await api.signIn(email, password);
  api.now += ago;
  return (await api.call('POST', '/v1/auth/refresh', { refreshToken })).body.accessToken;
}

/** As the callback of an organization's identity provider ends. */
async function signedInBySso(api: ControlApi, user: UserId, org: OrgId): Promise<string> {
  const origin = { region: null, agent: 'test', requestId: 'test' };
  const { accessToken } = await api.services.db.platform((tx) =>
    finish(tx, api.services, { user, org }, origin),
  );
  return accessToken;
}
