/** Data-plane tokens issued one after another as a session's opening does it: the newest signing key asked of the database each time, the token bound and signed. */
import { calculateJwkThumbprint } from 'jose';
import { openDatabase } from '../../../edge/db.ts';
import { loadSigner } from '../../../edge/keys/signing.ts';
import {
  AttachmentId,
  ClusterId,
  NodeId,
  OrgId,
  ResourceId,
  SessionId,
  UserId,
} from '../../../schema/ids.ts';
import { issueDataPlaneToken } from '../../../schema/tokens/data-plane.ts';
import { ClientKey } from '../../../schema/tokens/proof.ts';
import { clientKey } from '../../../test/integration/control-api.ts';
import type { Stack } from '../../../test/stack.ts';
import type { Tenancy } from './tenancy.ts';

const AT_ONCE = 10;

/** Tokens per second from one process. */
export async function tokenRate(
  { database }: Stack,
  tenancy: Tenancy,
  milliseconds: number,
): Promise<number> {
  const db = openDatabase(database.apiUrl, AT_ONCE);
  const cluster = ClusterId.parse(tenancy.cluster);
  const node = NodeId.parse(crypto.randomUUID());
  const key = ClientKey.parse(await clientKey());
  const issue = async () => {
    const signer = await db.platform((tx) => loadSigner(tx, database.master, 'signing', cluster));
    const jkt = await calculateJwkThumbprint(key);
    return issueDataPlaneToken(
      {
        jti: crypto.randomUUID(),
        sub: UserId.parse(tenancy.user.id),
        org: OrgId.parse(tenancy.org),
        cluster,
        session: SessionId.parse(crypto.randomUUID()),
        generation: 1,
        attachment: AttachmentId.parse(crypto.randomUUID()),
        resource: ResourceId.parse(tenancy.resource),
        protocol: 'ssh',
        service: node,
        seal: 'A'.repeat(43),
        entries: [node],
        channels: { terminal: { send: true, receive: true } },
        cnf: { jkt },
      },
      signer,
      Date.now(),
    );
  };
  const issueUntil = async (until: number) => {
    let issued = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (; performance.now() < until; issued += 1) await issue();
      }),
    );
    return issued;
  };
  try {
    await issueUntil(performance.now() + milliseconds / 4);
    const start = performance.now();
    const issued = await issueUntil(start + milliseconds);
    return (issued * 1000) / (performance.now() - start);
  } finally {
    await db.close();
  }
}
