/** What a Worker can not do: the directory's sockets with a certificate authority of its own. */
import { Refusal } from '../../schema/refusal.ts';

const onWorkers = () => navigator.userAgent === 'Cloudflare-Workers';

/** @throws Refusal `not_on_this_runtime` */
export function requireNode(what: string): void {
  if (onWorkers())
    throw new Refusal('not_on_this_runtime', `${what} needs the control API on Node, this is a Worker`);
}
