/** An example of what a JSON Schema describes, put together from the examples of its parts. */

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: '3f0c2a9e-7d41-4b58-9a36-5e1d8c7b2f04',
  'date-time': '2026-01-31T09:30:00.000Z',
  date: '2026-01-31',
  email: 'ada@example.com',
  uri: 'https://fabric.example.com',
  ip: '192.0.2.7',
  ipv4: '192.0.2.7',
  ipv6: '2001:db8::7',
  'ipv4-cidr': '192.0.2.0/24',
  'ipv6-cidr': '2001:db8::/32',
};

/** The schema's own example first, then its default, then the smallest thing that meets it. */
export function exampleOf(schema: JsonSchema): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum?.length) return schema.enum[0];
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.find((name) => name !== 'null');
  if (schema.default !== undefined && hasType(schema.default, type)) return schema.default;
  const choice = schema.oneOf?.[0] ?? schema.anyOf?.[0];
  if (choice) return exampleOf(choice);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(exampleOf));
  return type === undefined ? undefined : ofType(type, schema);
}

function ofType(type: string, schema: JsonSchema): unknown {
  switch (type) {
    case 'object':
      return ofObject(schema);
    case 'array':
      return schema.items ? [exampleOf(schema.items)] : [];
    case 'string':
      return (
        FORMATS[schema.format ?? ''] ??
        // Padded with letters: every alphabet has them, base64url as well.
        'example'.padEnd(schema.minLength ?? 0, 'example').slice(0, schema.maxLength)
      );
    case 'integer':
    case 'number':
      return schema.minimum ?? (schema.exclusiveMinimum === undefined ? 1 : schema.exclusiveMinimum + 1);
    case 'boolean':
      return true;
    default:
      return null;
  }
}

function ofObject({ properties = {}, additionalProperties }: JsonSchema): Record<string, unknown> {
  const entries = Object.entries(properties).map(([name, part]) => [name, exampleOf(part)] as const);
  if (entries.length > 0) return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  return typeof additionalProperties === 'object' ? { example: exampleOf(additionalProperties) } : {};
}

function hasType(value: unknown, type: string | undefined): boolean {
  if (type === 'integer' || type === 'number') return typeof value === 'number';
  if (type === 'array') return Array.isArray(value) && value.length > 0;
  return typeof value === type;
}
