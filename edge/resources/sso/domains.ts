/**
 * Which e-mail domains are an organization's own. An organization can not say that of itself: its provider could then open anybody's account. Whoever runs the platform
 * makes sure (by a mail to the domain's postmaster, a DNS record, a contract) and writes it down here.
 */
import { and, asc, eq } from 'drizzle-orm';
import { DomainList, VerifiedDomain } from '../../../schema/api/sso.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { verifiedDomains } from '../../../schema/tables/index.ts';
import { forPlatform } from '../../access.ts';
import { record } from '../../audit.ts';
import { answers, answersNothing, createRoute, newRouter, OrgParam } from '../../routes.ts';

const PATH = '/v1/platform/organizations/{org}/domains';
const OneDomain = OrgParam.extend(VerifiedDomain.shape);

const list = createRoute({
  ...forPlatform('organizations.read'),
  method: 'get',
  path: PATH,
  summary: "The e-mail domains that are an organization's own",
  request: { params: OrgParam },
  responses: answers(200, DomainList),
});
const verify = createRoute({
  ...forPlatform('organizations.manage'),
  method: 'put',
  path: `${PATH}/{domain}`,
  summary: "Write down that a domain is an organization's own",
  request: { params: OneDomain },
  responses: answersNothing,
});
const withdraw = createRoute({
  ...forPlatform('organizations.manage'),
  method: 'delete',
  path: `${PATH}/{domain}`,
  summary: 'Withdraw a domain from an organization',
  request: { params: OneDomain },
  responses: answersNothing,
});

export const domains = newRouter();

domains.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const rows = await c
    .get('services')
    .db.platform((tx) =>
      tx
        .select({ domain: verifiedDomains.domain })
        .from(verifiedDomains)
        .where(eq(verifiedDomains.ownerId, org))
        .orderBy(asc(verifiedDomains.domain)),
    );
  return c.json({ domains: rows.map(({ domain }) => domain) }, 200);
});

domains.openapi(verify, async (c) => {
  const { org, domain } = c.req.valid('param');
  const actor = `user:${c.get('caller').user}` as const;
  await c.get('services').db.platform(async (tx) => {
    await tx.insert(verifiedDomains).values({ domain, ownerId: org }).onConflictDoNothing();
    const [row] = await tx.select().from(verifiedDomains).where(eq(verifiedDomains.domain, domain));
    if (row?.ownerId !== org) throw new Refusal('conflict', `${domain} belongs to another organization`);
    await record(tx, { org, actor, action: 'domain.verify', subject: domain, requestId: c.get('requestId') });
  });
  return c.body(null, 204);
});

domains.openapi(withdraw, async (c) => {
  const { org, domain } = c.req.valid('param');
  const actor = `user:${c.get('caller').user}` as const;
  await c.get('services').db.platform(async (tx) => {
    const gone = await tx
      .delete(verifiedDomains)
      .where(and(eq(verifiedDomains.domain, domain), eq(verifiedDomains.ownerId, org)))
      .returning();
    if (gone.length === 0) throw new Refusal('not_found');
    await record(tx, {
      org,
      actor,
      action: 'domain.withdraw',
      subject: domain,
      requestId: c.get('requestId'),
    });
  });
  return c.body(null, 204);
});
