import { afterAll, beforeAll } from 'vitest';
import { type RemoteApi, Stack } from '../stack.ts';
import { blackBox } from './black-box.ts';

let stack: Stack;
let api: RemoteApi;

beforeAll(async () => {
  stack = await Stack.start('deno');
  api = stack.client();
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await stack[Symbol.asyncDispose]();
});

blackBox(() => api);
