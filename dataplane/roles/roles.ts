/** Every role there is. The compiler asks for a line here when one is added to `schema/roles.ts`. */
import { startEntry } from './entry.ts';
import { startRelay } from './relay.ts';
import type { Roles } from './role.ts';
import { startService } from './service.ts';

export const ROLES: Roles = { entry: startEntry, relay: startRelay, service: startService };
