/** `fabric login --sso` as a person runs it, against the control API served over HTTP, a real OpenID Connect provider and a real directory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type ServerType, serve } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../../edge/app.ts';
import { BASE, type Directory, groupDn, SERVICE, startDirectory } from './directory.ts';
import { browse, OidcPeer } from './oidc-peer.ts';
import { SsoApi } from './sso-api.ts';

const fabric = fileURLToPath(new URL('../../../fabric', import.meta.url));

let sso: SsoApi;
let peer: OidcPeer;
let directory: Directory;
let server: ServerType;
let api: string;
let home: string;

beforeAll(async () => {
  [sso, peer, directory] = [await SsoApi.start(), await OidcPeer.start(), await startDirectory()];
  server = serve({ fetch: createApp(() => sso.api.services).fetch, hostname: '127.0.0.1', port: 0 });
  if (!server.listening) await once(server, 'listening');
  const address = server.address();
  api = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  Object.assign(sso.api.services.env, { FABRIC_PUBLIC_URL: api });
  home = mkdtempSync(join(tmpdir(), 'fabric-home-'));
  const settings = {
    kind: 'oidc',
    issuer: peer.issuer,
    clientId: peer.client.id,
    scopes: ['email', 'profile', 'groups'],
  };
  const { body } = await sso.provider('web', settings, { secret: peer.client.secret });
  await peer.serve([body.redirectUrl]);
  const ldap = {
    kind: 'ldap',
    url: directory.tlsUrl,
    certificateAuthority: directory.certificate,
    bindDn: SERVICE.dn,
    baseDn: `ou=people,${BASE}`,
  };
  const roles = { groups: [{ group: groupDn('staff'), role: 'organization_user' }] };
  await sso.provider('directory', ldap, { secret: SERVICE.password, roles });
});
afterAll(async () => {
  const closed = once(server, 'close');
  server.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
  await closed;
  for (const part of [directory, peer, sso]) await part[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
});

function run(args: string[], input = '') {
  const env = { ...process.env, FABRIC_HOME: home, DISPLAY: '' };
  const child = spawn(fabric, ['login', '--api', api, ...args], { env });
  child.stdin.end(input);
  return child;
}

/** Plays the browser at the address the command line prints. @returns how it ended and all it said */
async function signInAt(child: ReturnType<typeof run>) {
  const [out, ended] = [text(child.stdout), once(child, 'close')];
  let said = '';
  const asked = new Promise<string>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const url = /^ {2}(http\S+)$/m.exec(said)?.[1];
      if (url) resolve(url);
    });
  });
  const url = await Promise.race([asked, ended.then(() => Promise.reject(new Error(said)))]);
  const redirect = new URL(url).searchParams.get('redirect_uri') ?? '';
  const back = await fetch(await browse(url, redirect), { redirect: 'manual' });
  const page = await (await fetch(back.headers.get('location') ?? '')).text();
  const [status] = await ended;
  return { status, page, said, out: await out };
}

test('prints an address, takes the code on loopback, and keeps the tokens in a file that is ours alone', async () => {
  const { status, said, page, out } = await signInAt(run(['--sso', 'corp', '--provider', 'web', '--json']));
  expect([status, said]).toEqual([0, expect.not.stringContaining('error')]);
  expect(page).toContain('Go back to your terminal');
  expect(JSON.parse(out)).toMatchObject({ email: 'p1@corp.test' });
  expect(statSync(join(home, 'settings.json')).mode & 0o777).toBe(0o600);
  const { accessToken } = JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8'));
  expect((await sso.api.call('GET', '/v1/me', undefined, accessToken)).body.email).toBe('p1@corp.test');
});

test('says why, when the provider gives no role', async () => {
  peer.person = { ...peer.person, sub: 'p2', email: 'p2@corp.test', groups: [] };
  const { status, said } = await signInAt(run(['--sso', 'corp', '--provider', 'web', '--json']));
  expect([status, said]).toEqual([1, expect.stringContaining('"code":"sso_no_role"')]);
});

test("a directory's user name and password are asked for; several providers must be chosen from", async () => {
  const child = run(
    ['--sso', 'corp', '--provider', 'directory', '--email', 'ada', '--password-stdin', '--json'],
    'password of ada\n',
  );
  const [out, [status]] = await Promise.all([buffer(child.stdout), once(child, 'close')]);
  expect(status).toBe(0);
  expect(JSON.parse(out.toString())).toMatchObject({ email: 'ada@corp.test' });
  const unsure = run(['--sso', 'corp', '--json']);
  const [told, [no]] = await Promise.all([buffer(unsure.stderr), once(unsure, 'close')]);
  expect([no, told.toString()]).toEqual([1, expect.stringContaining('choose one with --provider')]);
});
