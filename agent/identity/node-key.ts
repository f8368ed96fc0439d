/** What a node proves itself and seals with. */
import type { SealSecret } from '../../dataplane/roles/role.ts';
import type { Es256Key } from '../../schema/tokens/es256.ts';

export interface NodeKey {
  readonly privateKey: Es256Key;
  /** PKCS#8, or the PKCS#11 URI of a key that stays in its token. */
  readonly pem: string;
  /** A PKCS#10 request for it, PEM. */
  readonly csr: () => Promise<string>;
  readonly seal: SealSecret;
  /** The public half, signed by this node's key. */
  readonly sealKey: string;
}
