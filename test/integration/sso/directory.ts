/** A real OpenLDAP server (`slapd`) in a folder of its own, on loopback ports with and without TLS, with a few people and groups. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'ldapts';
import { freePort } from '../../../scripts/start/settings.ts';
import { makeCertificate } from './certificate.ts';

export const BASE = 'dc=corp,dc=test';
export const SERVICE = { dn: `cn=service,${BASE}`, password: 'password of the service account' };
const ROOT = { dn: `cn=root,${BASE}`, password: 'password of the root' };
const START_MS = 20_000;

export interface Directory extends AsyncDisposable {
  readonly plainUrl: string;
  readonly tlsUrl: string;
  readonly certificate: string;
  /** As the directory's owner. */
  readonly root: Client;
}

function configuration(folder: string): string {
  return `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile ${folder}/pid
argsfile ${folder}/args
TLSCertificateFile ${folder}/certificate.pem
TLSCertificateKeyFile ${folder}/key.pem
database mdb
suffix "${BASE}"
rootdn "${ROOT.dn}"
rootpw "${ROOT.password}"
directory ${folder}/db
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${SERVICE.dn}" read by * none
overlay memberof
`;
}

export async function startDirectory(): Promise<Directory> {
  const folder = mkdtempSync(join(tmpdir(), 'fabric-ldap-'));
  mkdirSync(join(folder, 'db'));
  const { certificate, key } = await makeCertificate('localhost');
  writeFileSync(join(folder, 'certificate.pem'), certificate);
  writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 });
  writeFileSync(join(folder, 'slapd.conf'), configuration(folder));
  const [plain, tls] = [(await freePort(0)) ?? 0, (await freePort(0)) ?? 0];
  const plainUrl = `ldap://127.0.0.1:${plain}`;
  const tlsUrl = `ldaps://127.0.0.1:${tls}`;
  const child = spawn(
    '/usr/sbin/slapd',
    ['-d', '0', '-f', join(folder, 'slapd.conf'), '-h', `${plainUrl} ${tlsUrl}`],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const complaints = text(child.stderr);
  const ended = once(child, 'exit').then(async () => {
    throw new Error(`slapd ended: ${await complaints}`);
  });
  ended.catch(() => {});
  await Promise.race([listening(plain), ended]);
  const root = new Client({ url: plainUrl });
  await root.bind(ROOT.dn, ROOT.password);
  await fill(root);
  return {
    plainUrl,
    tlsUrl,
    certificate,
    root,
    [Symbol.asyncDispose]: async () => {
      await root.unbind();
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(port: number): Promise<void> {
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(50)) {
    const socket = connect(port, '127.0.0.1');
    const [isUp] = await Promise.race([
      once(socket, 'connect').then(() => [true]),
      once(socket, 'error').then(() => [false]),
    ]).catch(() => [false]);
    socket.destroy();
    if (isUp) return;
  }
  throw new Error('slapd does not listen');
}

const personDn = (uid: string) => `uid=${uid},ou=people,${BASE}`;
export const groupDn = (cn: string) => `cn=${cn},ou=groups,${BASE}`;

async function fill(root: Client): Promise<void> {
  await root.add(BASE, { objectClass: ['dcObject', 'organization'], dc: 'corp', o: 'Corp' });
  for (const ou of ['people', 'groups', 'elsewhere'])
    await root.add(`ou=${ou},${BASE}`, { objectClass: 'organizationalUnit', ou });
  await root.add(SERVICE.dn, {
    objectClass: ['organizationalRole', 'simpleSecurityObject'],
    cn: 'service',
    userPassword: SERVICE.password,
  });
  for (const [uid, password] of [
    ['ada', 'password of ada'],
    ['bob', 'password of bob'],
    ['star*(cn)', 'password of star'],
    ['admin', 'password of admin'],
  ] as const) {
    await root.add(personDn(uid), {
      objectClass: 'inetOrgPerson',
      uid,
      cn: `Person ${uid}`,
      sn: uid,
      mail: `${uid.replace(/\W/g, '')}@corp.test`,
      userPassword: password,
    });
  }
  await root.add(groupDn('staff'), {
    objectClass: 'groupOfNames',
    cn: 'staff',
    member: ['ada', 'bob', 'star*(cn)', 'admin'].map(personDn),
  });
  await root.add(groupDn('ops'), { objectClass: 'groupOfNames', cn: 'ops', member: [personDn('ada')] });
  await root.add(`cn=owners,ou=elsewhere,${BASE}`, {
    objectClass: 'groupOfNames',
    cn: 'staff',
    member: personDn('bob'),
  });
}

export { personDn };
