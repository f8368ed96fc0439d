/** Which cluster a command is about, and calls below its path. */
import { z } from 'zod';
import { ClusterView } from '../../../schema/api/platform.ts';
import { Refusal } from '../../../schema/refusal.ts';
import type { Api } from '../api.ts';
import type { CommandParts, Common } from '../common.ts';

export interface Which extends Common {
  readonly cluster?: string;
}

export interface PlatformParts extends CommandParts {
  readonly printJson: (value: unknown) => void;
}

export class Cluster {
  readonly #api: Api;
  readonly #path: string;
  readonly id: string;

  /** The one named, by name or id, or the only one. @throws Refusal */
  static async of(api: Api, name: string | undefined): Promise<Cluster> {
    const { clusters } = z
      .object({ clusters: z.array(ClusterView) })
      .parse(await api.get('platform/clusters'));
    const found = clusters.filter((one) => name === undefined || one.name === name || one.id === name);
    const [only] = found;
    if (!only)
      throw new Refusal('not_found', name ? `there is no cluster ${name}` : 'there is no cluster yet');
    if (found.length > 1)
      throw new Refusal('bad_request', `say which --cluster: ${found.map((one) => one.name).join(', ')}`);
    return new Cluster(api, only.id);
  }

  constructor(api: Api, id: string) {
    this.#api = api;
    this.#path = `platform/clusters/${id}`;
    this.id = id;
  }

  async get<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
    return schema.parse(await this.#api.get(`${this.#path}${path}`));
  }

  send(method: string, path: string, body?: object): Promise<unknown> {
    return this.#api.send(method, `${this.#path}${path}`, body);
  }
}
