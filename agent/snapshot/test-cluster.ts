/** For tests: a cluster that signs snapshots, and a node that trusts it. */
import { type CryptoKey, exportJWK, generateKeyPair } from 'jose';
import { ClusterId, NodeId } from '../../schema/ids.ts';
import { SigningKey, type Snapshot, type SnapshotIncrement } from '../../schema/snapshot.ts';
import { signFor } from '../../schema/tokens/signed.ts';
import type { Identity } from '../identity/identity.ts';

export const NOW = Date.UTC(2026, 3, 1);

export interface TestCluster {
  readonly cluster: ClusterId;
  readonly node: NodeId;
  readonly key: CryptoKey;
  readonly signingKey: SigningKey;
  readonly identity: Identity;
  /** Signed at `now`, for an hour. */
  sign(version: number, changed?: Partial<Snapshot>, at?: Partial<SignAt>): Promise<string>;
  /** From one version to a later one. */
  step(
    from: number,
    version: number,
    changed?: Partial<SnapshotIncrement>,
    at?: Partial<SignAt>,
  ): Promise<string>;
}

export interface SignAt {
  readonly now: number;
  readonly cluster: ClusterId;
  readonly node: NodeId;
  readonly seconds: number;
}

export async function testCluster(kid = 'k'): Promise<TestCluster> {
  const cluster = ClusterId.parse(crypto.randomUUID());
  const node = NodeId.parse(crypto.randomUUID());
  const pair = await generateKeyPair('EdDSA');
  const signingKey = SigningKey.parse({
    ...(await exportJWK(pair.publicKey)),
    kid,
    alg: 'EdDSA',
    use: 'sig',
  });
  const signingKeys = { keys: [signingKey] };
  const nodeKeys = await generateKeyPair('ES256');
  const seal = { pkcs8: new Uint8Array(), publicKey: new Uint8Array() };
  const key = { privateKey: nodeKeys.privateKey, pem: '', csr: async () => '', seal, sealKey: '' };
  return {
    cluster,
    node,
    key: pair.privateKey,
    signingKey,
    identity: { key, enrolment: { node, cluster, certificate: '', ca: '', signingKeys } },
    sign: (version, changed = {}, at = {}) => {
      const { now, seconds, ...to } = { cluster, node, now: NOW, seconds: 3600, ...at };
      const body: Snapshot = {
        ...to,
        epoch: 1,
        version,
        roles: ['relay'],
        ca: '',
        signingKeys,
        neighbours: [],
        ...changed,
      };
      return signFor('snapshot', to, body, { key: pair.privateKey, kid }, { now, seconds });
    },
    step: (from, version, changed = {}, at = {}) => {
      const { now, seconds, ...to } = { cluster, node, now: NOW, seconds: 3600, ...at };
      const body: SnapshotIncrement = { ...to, epoch: 1, from, version, put: [], drop: [], ...changed };
      return signFor('snapshot-increment', to, body, { key: pair.privateKey, kid }, { now, seconds });
    },
  };
}
