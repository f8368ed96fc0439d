/** The control API: the middleware in order, then the resources. The same on workerd and Node. */
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { timeout } from 'hono/timeout';
import { onError, onNotFound, tooLarge } from './middleware/problem.ts';
import { type ApiDocument, apiDocument } from './openapi/document.ts';
import { readOrigin, rememberOrigin } from './origin.ts';
import { accessRequestRoutes } from './resources/access-requests/routes.ts';
import { administrators } from './resources/administrators/routes.ts';
import { audit } from './resources/audit/routes.ts';
import { auth } from './resources/auth/routes.ts';
import { nodeRevocation } from './resources/clusters/nodes.ts';
import { partition } from './resources/clusters/partition.ts';
import { clusterPolicy } from './resources/clusters/policy.ts';
import { requests } from './resources/clusters/requests.ts';
import { bootstrapTokenList } from './resources/clusters/tokens.ts';
import { eventRoutes } from './resources/events/routes.ts';
import { grants } from './resources/grants/routes.ts';
import { groups } from './resources/groups/routes.ts';
import { healthRoutes } from './resources/health.ts';
import { keyRoutes } from './resources/keys/routes.ts';
import { members } from './resources/members/routes.ts';
import { nodes } from './resources/nodes/routes.ts';
import { organizations } from './resources/organizations/routes.ts';
import { platform } from './resources/platform/routes.ts';
import { recordingRoutes } from './resources/recordings/routes.ts';
import { resources } from './resources/resources/routes.ts';
import { roles } from './resources/roles/routes.ts';
import { secretRoutes } from './resources/secrets/routes.ts';
import { security } from './resources/security/routes.ts';
import { serviceAccounts } from './resources/service-accounts/routes.ts';
import { sessions } from './resources/sessions/routes.ts';
import { signInPolicy } from './resources/sign-in-policy/routes.ts';
import { sso } from './resources/sso/routes.ts';
import { supportAccess } from './resources/support-access/routes.ts';
import { webhookRoutes } from './resources/webhooks/routes.ts';
import { newRouter } from './routes.ts';
import type { Services } from './services.ts';

const MAX_BODY = 256 * 1024;
const TIMEOUT_MS = 30_000;

const RESOURCES = [
  healthRoutes,
  auth,
  security,
  signInPolicy,
  sso,
  organizations,
  members,
  roles,
  groups,
  serviceAccounts,
  resources,
  secretRoutes,
  grants,
  accessRequestRoutes,
  sessions,
  recordingRoutes,
  audit,
  eventRoutes,
  webhookRoutes,
  supportAccess,
  platform,
  clusterPolicy,
  bootstrapTokenList,
  requests,
  nodeRevocation,
  partition,
  administrators,
  nodes,
  keyRoutes,
];

/** @param acquire gives a request its services; `release` is called once it was answered, in `context` where there is one */
export function createApp(
  acquire: () => Services,
  release: (services: Services) => Promise<void> = async () => {},
  context?: { waitUntil(work: Promise<unknown>): void },
) {
  const app = newRouter();
  app.onError(onError);
  app.notFound(onNotFound);
  app.use(async (c, next) => {
    const services = acquire();
    const start = performance.now();
    c.set('services', services);
    const requestId = crypto.randomUUID();
    c.set('requestId', requestId);
    const forget = rememberOrigin(requestId, readOrigin(c));
    await next().finally(forget);
    // Not `c.header`: that would make the whole answer anew.
    c.res.headers.set('x-request-id', c.get('requestId'));
    services.metrics.observe(c.req.method, c.res.status, (performance.now() - start) / 1000);
    const streaming = c.get('streaming');
    const released = (streaming ?? Promise.resolve()).then(() => release(services));
    // Only a Worker lives on after its answer. Elsewhere the answer must not wait until its own stream ends.
    if (context) context.waitUntil(released);
    else if (!streaming) await released;
  });
  app.use(secureHeaders({ crossOriginResourcePolicy: 'same-origin', xFrameOptions: 'DENY' }));
  app.use('/v1/*', async (c, next) => {
    c.header('cache-control', 'no-store');
    await next();
  });
  const limited = bodyLimit({ maxSize: MAX_BODY, onError: (c) => tooLarge(c.get('requestId')) });
  // These carry no body to any handler, and asking for one makes the whole request anew.
  app.use((c, next) => (c.req.method === 'GET' || c.req.method === 'HEAD' ? next() : limited(c, next)));
  app.use(timeout(TIMEOUT_MS));
  for (const part of RESOURCES) app.route('/', part);
  app.openAPIRegistry.registerComponent('securitySchemes', 'person', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'fabk_…',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'node', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  app.get('/docs', (c) => c.redirect('/docs/'));
  let document: ApiDocument | undefined;
  app.get('/openapi.json', (c) => {
    document ??= apiDocument(app);
    return c.json(document);
  });
  return app;
}
