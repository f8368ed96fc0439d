/** The control API: the middleware in order, then the resources. The same on workerd and Node. */
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { timeout } from 'hono/timeout';
import { onError, onNotFound } from './middleware/problem.ts';
import { audit } from './resources/audit/routes.ts';
import { auth } from './resources/auth/routes.ts';
import { healthRoutes } from './resources/health.ts';
import { members } from './resources/members/routes.ts';
import { nodes } from './resources/nodes/routes.ts';
import { platform } from './resources/platform/routes.ts';
import { resources } from './resources/resources/routes.ts';
import { security } from './resources/security/routes.ts';
import { sessions } from './resources/sessions/routes.ts';
import { signInPolicy } from './resources/sign-in-policy/routes.ts';
import { newRouter } from './routes.ts';
import type { Services } from './services.ts';

const MAX_BODY = 256 * 1024;
const TIMEOUT_MS = 30_000;

/** @param acquire gives a request its services; `release` is called once it was answered */
export function createApp(
  acquire: () => Services,
  release: (services: Services) => Promise<void> = async () => {},
) {
  const app = newRouter();
  app.onError(onError);
  app.notFound(onNotFound);
  app.use(async (c, next) => {
    const services = acquire();
    const start = performance.now();
    c.set('services', services);
    c.set('requestId', crypto.randomUUID());
    await next();
    c.header('x-request-id', c.get('requestId'));
    services.metrics.observe(c.req.method, c.res.status, (performance.now() - start) / 1000);
    const released = release(services);
    try {
      c.executionCtx.waitUntil(released);
    } catch {
      await released;
    }
  });
  app.use(secureHeaders({ crossOriginResourcePolicy: 'same-origin', xFrameOptions: 'DENY' }));
  app.use('/v1/*', async (c, next) => {
    c.header('cache-control', 'no-store');
    await next();
  });
  app.use(bodyLimit({ maxSize: MAX_BODY }));
  app.use(timeout(TIMEOUT_MS));
  for (const part of [
    healthRoutes,
    auth,
    security,
    signInPolicy,
    resources,
    sessions,
    members,
    audit,
    platform,
    nodes,
  ])
    app.route('/', part);
  app.get('/metrics', (c) => c.text(c.get('services').metrics.text()));
  app.openAPIRegistry.registerComponent('securitySchemes', 'person', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'node', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Secure Access Fabric control API', version: '1' },
  });
  return app;
}
