/**
 * Noise_NK_25519_AESGCM_SHA256 (The Noise Protocol Framework, revision 34), composed of WebCrypto's X25519, AES-GCM, SHA-256 and HKDF.
 *
 *   client                               service            known before: the service node's static key s
 *     e, es          96+ bytes:  e, sealed payload  ->
 *                          <-  e, ee                        e, sealed payload
 *
 * The client has no Noise key of its own: who it is, is proven by the token's key, which signs the first message (`schema/tokens/proof.ts`).
 */
import { Refusal } from '../../schema/refusal.ts';
import { type MakeAead, NONCE } from './aead.ts';

const PROTOCOL = 'Noise_NK_25519_AESGCM_SHA256';
const DH = 32;
const X25519 = { name: 'X25519' } as const;
const NOTHING = new Uint8Array();

export interface DhKeys {
  readonly privateKey: CryptoKey;
  /** DH bytes. */
  readonly publicKey: Uint8Array;
}

/** What both ends have after the handshake, and nobody else. */
export interface Handshaken {
  /** Of the whole handshake, prologue included: the same at both ends, or neither gets here. */
  readonly hash: Uint8Array;
  /** KEY bytes each. */
  readonly sends: Uint8Array;
  readonly receives: Uint8Array;
  /** What the other side put into its message. */
  readonly payload: Uint8Array;
}

export async function makeDhKeys(): Promise<DhKeys> {
  const made = await crypto.subtle.generateKey(X25519, false, ['deriveBits']);
  if (!('privateKey' in made)) throw new Error('X25519 gives pairs');
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', made.publicKey));
  return { privateKey: made.privateKey, publicKey };
}

/** @param pkcs8 RFC 8410, DER. @param publicKey raw */
export async function importDhKeys(pkcs8: Uint8Array, publicKey: Uint8Array): Promise<DhKeys> {
  const privateKey = await crypto.subtle.importKey('pkcs8', own(pkcs8), X25519, false, ['deriveBits']);
  return { privateKey, publicKey };
}

export interface Initiator {
  readonly message: Uint8Array;
  /** @throws Refusal `seal_broken` */
  finish(answer: Uint8Array): Promise<Handshaken>;
}

/** The client's side. @param service the service node's public key */
export async function initiate(
  service: Uint8Array,
  prologue: Uint8Array,
  payload: Uint8Array,
  aead: MakeAead,
  ephemeral?: DhKeys,
): Promise<Initiator> {
  const e = ephemeral ?? (await makeDhKeys());
  const state = await SymmetricState.start(prologue, service, aead);
  await state.mixHash(e.publicKey);
  await state.mixKey(await agree(e.privateKey, service));
  const message = join(e.publicKey, await state.encrypt(payload));
  const finish = async (answer: Uint8Array) => {
    const [theirs, sealed] = [answer.subarray(0, DH), answer.subarray(DH)];
    await state.mixHash(theirs);
    await state.mixKey(await agree(e.privateKey, theirs));
    const said = await state.decrypt(sealed);
    const [sends, receives] = await state.split();
    return { hash: state.hash, sends, receives, payload: said };
  };
  return { message, finish };
}

/** The service node's side. @throws Refusal `seal_broken` */
export async function respond(
  s: DhKeys,
  prologue: Uint8Array,
  message: Uint8Array,
  payload: Uint8Array,
  aead: MakeAead,
  ephemeral?: DhKeys,
): Promise<Handshaken & { readonly answer: Uint8Array }> {
  const e = ephemeral ?? (await makeDhKeys());
  const [theirs, sealed] = [message.subarray(0, DH), message.subarray(DH)];
  const state = await SymmetricState.start(prologue, s.publicKey, aead);
  await state.mixHash(theirs);
  await state.mixKey(await agree(s.privateKey, theirs));
  const said = await state.decrypt(sealed);
  await state.mixHash(e.publicKey);
  await state.mixKey(await agree(e.privateKey, theirs));
  const answer = join(e.publicKey, await state.encrypt(payload));
  const [receives, sends] = await state.split();
  return { answer, hash: state.hash, sends, receives, payload: said };
}

/** @throws Refusal `seal_broken` for what is no key, or one whose secret is known to all */
async function agree(ours: CryptoKey, theirs: Uint8Array): Promise<Uint8Array> {
  try {
    const key = await crypto.subtle.importKey('raw', own(theirs), X25519, false, []);
    return new Uint8Array(await crypto.subtle.deriveBits({ ...X25519, public: key }, ours, DH * 8));
  } catch (cause) {
    throw new Refusal('seal_broken', undefined, { cause });
  }
}

/** Section 5.2, with the CipherState of section 5.1 in it. */
class SymmetricState {
  readonly #aead: MakeAead;
  #chain: Uint8Array;
  #hash: Uint8Array;
  #key: Uint8Array = NOTHING;
  #nonce = 0;

  /** NK: both know the responder's static key before they begin. */
  static async start(prologue: Uint8Array, service: Uint8Array, aead: MakeAead): Promise<SymmetricState> {
    const name = new Uint8Array(32);
    name.set(new TextEncoder().encode(PROTOCOL));
    const state = new SymmetricState(name, aead);
    await state.mixHash(prologue);
    await state.mixHash(service);
    return state;
  }

  constructor(name: Uint8Array, aead: MakeAead) {
    this.#chain = name;
    this.#hash = name;
    this.#aead = aead;
  }

  get hash(): Uint8Array {
    return this.#hash;
  }

  async mixHash(data: Uint8Array): Promise<void> {
    this.#hash = new Uint8Array(await crypto.subtle.digest('SHA-256', join(this.#hash, data)));
  }

  async mixKey(input: Uint8Array): Promise<void> {
    [this.#chain, this.#key] = await hkdfPair(this.#chain, input);
    this.#nonce = 0;
  }

  async encrypt(plain: Uint8Array): Promise<Uint8Array> {
    const sealed = await this.#aead(this.#key).seal(noiseNonce(this.#nonce), this.#hash, plain, 0);
    this.#nonce += 1;
    await this.mixHash(sealed);
    return sealed;
  }

  async decrypt(sealed: Uint8Array): Promise<Uint8Array> {
    const plain = await this.#aead(this.#key).open(noiseNonce(this.#nonce), this.#hash, sealed);
    if (!plain) throw new Refusal('seal_broken');
    this.#nonce += 1;
    await this.mixHash(sealed);
    return plain;
  }

  /** The initiator's key first. */
  split(): Promise<[Uint8Array, Uint8Array]> {
    return hkdfPair(this.#chain, NOTHING);
  }
}

/** Noise's HKDF (section 4.3) is RFC 5869's without info. */
async function hkdfPair(salt: Uint8Array, input: Uint8Array): Promise<[Uint8Array, Uint8Array]> {
  const out = await hkdf(salt, input, NOTHING, 64);
  return [out.subarray(0, 32), out.subarray(32)];
}

/** RFC 5869 with SHA-256. */
export async function hkdf(
  salt: Uint8Array,
  input: Uint8Array,
  info: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey('raw', own(input), 'HKDF', false, ['deriveBits']);
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: own(salt), info: own(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, length * 8));
}

/** Section 12.4: 32 zero bits, then the counter big-endian. */
function noiseNonce(counter: number): Uint8Array {
  const nonce = new Uint8Array(NONCE);
  new DataView(nonce.buffer).setUint32(8, counter);
  return nonce;
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes);
}
