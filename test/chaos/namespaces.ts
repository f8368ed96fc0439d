/** Network namespaces of one's own, joined to this one by a bridge: links that can really be pulled. Needs root and iproute2. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Place } from '../../dataplane/roles/test-mesh.ts';

function ip(...args: string[]): void {
  try {
    execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    const why = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(
      `network namespaces can not be made here (root and iproute2 are needed): ip ${args.join(' ')}: ${why}`,
    );
  }
}

export class Namespaces implements Disposable {
  /** This process's own address on the bridge. */
  readonly host: string;
  readonly #tag = randomBytes(3).toString('hex');
  readonly #net = `10.${64 + ((randomBytes(1)[0] ?? 0) % 128)}.${randomBytes(1)[0] ?? 0}`;
  readonly #places = new Map<string, Place>();

  constructor() {
    this.host = `${this.#net}.1`;
    ip('link', 'add', this.#bridge, 'type', 'bridge');
    try {
      ip('addr', 'add', `${this.host}/24`, 'dev', this.#bridge);
      ip('link', 'set', this.#bridge, 'up');
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The namespace of that name, made when it is asked for first. */
  place(name: string): Place {
    const known = this.#places.get(name);
    if (known) return known;
    const [namespace, outside, inside] = [this.#of(name), this.#linkOf(name), `i${this.#linkOf(name)}`];
    const place: Place = {
      host: `${this.#net}.${this.#places.size + 2}`,
      through: ['ip', 'netns', 'exec', namespace],
    };
    this.#places.set(name, place);
    ip('netns', 'add', namespace);
    ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside);
    ip('link', 'set', inside, 'netns', namespace);
    ip('link', 'set', outside, 'master', this.#bridge, 'up');
    ip('-n', namespace, 'addr', 'add', `${place.host}/24`, 'dev', inside);
    ip('-n', namespace, 'link', 'set', inside, 'up');
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    return place;
  }

  /** Pulls a namespace's cable, or puts it back. */
  link(name: string, isUp: boolean): void {
    ip('link', 'set', this.#linkOf(name), isUp ? 'up' : 'down');
  }

  [Symbol.dispose](): void {
    for (const name of this.#places.keys()) tolerate(() => ip('netns', 'del', this.#of(name)));
    tolerate(() => ip('link', 'del', this.#bridge));
  }

  get #bridge(): string {
    return `fb${this.#tag}`;
  }

  #of(name: string): string {
    return `fabric-${this.#tag}-${name}`;
  }

  /** At most 15 characters, of which `i` may be one. */
  #linkOf(name: string): string {
    return `f${this.#tag}${name.slice(0, 2)}${name.slice(-2)}`;
  }
}

function tolerate(work: () => void): void {
  try {
    work();
  } catch {
    // Half of it was never made.
  }
}
