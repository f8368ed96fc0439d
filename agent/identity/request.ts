/** A PKCS#10 request, PEM. Needed a few times in a node's life: what makes it is loaded then. */

export const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** @param sign in place of the private key, which then only says of what kind it is */
export async function requestFor(
  name: string,
  keys: { privateKey: CryptoKey; publicKey: CryptoKey },
  sign?: (bytes: Uint8Array) => Uint8Array,
): Promise<string> {
  await import('reflect-metadata');
  const { Pkcs10CertificateRequestGenerator } = await import('@peculiar/x509');
  const request = await Pkcs10CertificateRequestGenerator.create(
    { name: `CN=${name}`, keys, signingAlgorithm: P256 },
    sign ? signingBy(sign) : crypto,
  );
  return request.toString('pem');
}

/** WebCrypto, save that something else signs. */
function signingBy(sign: (bytes: Uint8Array) => Uint8Array): Crypto {
  const bytesOf = (data: BufferSource) =>
    ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
  const signing = async (_algorithm: unknown, _key: CryptoKey, data: BufferSource) =>
    Uint8Array.from(sign(bytesOf(data))).buffer;
  const subtle = new Proxy(crypto.subtle, {
    get: (target, name) => {
      if (name === 'sign') return signing;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return new Proxy(crypto, {
    get: (target, name) => (name === 'subtle' ? subtle : Reflect.get(target, name)),
  });
}
