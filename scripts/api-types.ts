/** Writes schema/api/generated.d.ts, the control API as types, from its OpenAPI document: `node scripts/api-types.ts`. A test fails while the file is older than the routes. */
import { writeFileSync } from 'node:fs';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { createApp } from '../edge/app.ts';
import { apiDocument } from '../edge/openapi/document.ts';

export const API_TYPES = new URL('../schema/api/generated.d.ts', import.meta.url);
const HEADER =
  '/** The control API as types, made from its OpenAPI document by `node scripts/api-types.ts`: not to be edited. */\n';

/** The types of the routes as they are now. */
export async function apiTypes(): Promise<string> {
  const app = createApp(() => {
    throw new Error('nobody calls this app: only its routes are read');
  });
  const document: OpenAPI3 = JSON.parse(JSON.stringify(apiDocument(app), withoutProse));
  return HEADER + astToString(await openapiTS(document, { alphabetize: true }));
}

/** Examples and refusals are for people: a caller is thrown every refusal alike. */
function withoutProse(name: string, value: unknown): unknown {
  if (name === 'example' || name === 'examples' || name === 'tags') return undefined;
  if (name !== 'responses' || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([status]) => status < '400'));
}

if (import.meta.main) writeFileSync(API_TYPES, await apiTypes());
