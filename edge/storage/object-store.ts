/** Where large things lie: sealed before they come here, so that whoever keeps them reads nothing. Names are ours, never a client's. */
export interface ObjectStore {
  /** Replaces what has that name. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Undefined when there is none. */
  get(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** One that is not there is as good as removed. */
  remove(name: string): Promise<void>;
}

const NAME = /^[a-z0-9-]+(\/[a-z0-9-]+)*$/;

/** @throws Error for a name that could lead elsewhere */
export function checkName(name: string): string {
  if (!NAME.test(name)) throw new Error('not a name of an object');
  return name;
}
