/** Holds real answers against the OpenAPI document: what the API says it answers is what it answers. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { createApp } from '../../edge/app.ts';

interface Media {
  readonly schema?: object;
  readonly example?: unknown;
}
export interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly 'x-access'?: { readonly scope: string };
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: object;
    readonly example?: unknown;
  }[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Media>> }>
  >;
}
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}
export interface ApiDocument {
  readonly openapi: string;
  readonly info: { readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

export class Contract {
  readonly document: ApiDocument;
  readonly routes: readonly Route[];
  readonly #ajv: Ajv2020;
  readonly #patterns: readonly { route: Route; pattern: RegExp }[];
  readonly #compiled = new Map<object, ValidateFunction>();

  static async of(app: ReturnType<typeof createApp>): Promise<Contract> {
    return new Contract((await (await app.request('/openapi.json')).json()) as ApiDocument);
  }

  constructor(document: ApiDocument) {
    this.document = document;
    this.routes = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => METHODS.includes(method))
        .map(([method, operation]) => ({ method, path, operation })),
    );
    this.#ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
    formats.default(this.#ajv);
    this.#ajv.addSchema({ $id: 'https://fabric.test/api', components: document.components });
    // A path of words wins over one with parameters, as it does in the router.
    this.#patterns = this.routes
      .map((route) => ({ route, pattern: new RegExp(`^${route.path.replace(/\{[^}]+\}/g, '[^/]+')}$`) }))
      .sort((a, b) => a.route.path.split('{').length - b.route.path.split('{').length);
  }

  routeOf(method: string, path: string): Route | undefined {
    const [bare = ''] = path.split('?');
    return this.#patterns.find(
      ({ route, pattern }) => route.method === method.toLowerCase() && pattern.test(bare),
    )?.route;
  }

  /** @returns what is wrong with a value, nothing when it meets the schema */
  faults(schema: object, value: unknown): string[] {
    let validate = this.#compiled.get(schema);
    if (!validate) {
      validate = this.#ajv.compile(
        JSON.parse(
          JSON.stringify(schema).replaceAll('"#/components/', '"https://fabric.test/api#/components/'),
        ),
      );
      this.#compiled.set(schema, validate);
    }
    return validate(value)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  /** @throws Error that says how an answer differs from the document */
  check(method: string, path: string, status: number, contentType: string | null, body: unknown): void {
    const route = this.routeOf(method, path);
    if (!route) return;
    const { responses } = route.operation;
    const response = responses[status] ?? (status >= 400 ? responses['default'] : undefined);
    const where = `${method} ${route.path} answered ${status}`;
    if (!response) throw new Error(`${where}, which the document does not know`);
    const type = contentType?.split(';')[0]?.trim();
    if (!response.content) {
      if (type) throw new Error(`${where} with ${type}, where the document has no content`);
      return;
    }
    const media = type === undefined ? undefined : response.content[type];
    if (!media)
      throw new Error(`${where} as ${type}, where the document has ${Object.keys(response.content)}`);
    const faults = media.schema && type?.match(/json\b/) ? this.faults(media.schema, body) : [];
    if (faults.length > 0) throw new Error(`${where}, not as the document says: ${faults.join('; ')}`);
  }
}
