/** Single sign-on: an organization's providers, the domains it may vouch for, and signing in by them. */
import { newRouter } from '../../routes.ts';
import { domains } from './domains.ts';
import { providers } from './providers.ts';
import { signIn } from './sign-in.ts';

export const sso = newRouter();
for (const part of [providers, domains, signIn]) sso.route('/', part);
