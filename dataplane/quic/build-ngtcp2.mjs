/** Where the build takes ngtcp2 from: the system's library, or Debian's own source, fetched with a private apt configuration and compiled. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fail, inParallel, pkgConfig, say } from './build-tools.mjs';

const run = promisify(execFile);
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
export const SUITES = ['trixie', 'forky', 'sid'];
const OLDEST_WITHOUT_WORKAROUND = '1.11.0';

/** The configured Debian mirror, so that a local one serves the sources too. */
function debianMirror() {
  const texts = ['/etc/apt/sources.list', ...filesIn('/etc/apt/sources.list.d')]
    .filter(existsSync)
    .map((f) => readFileSync(f, 'utf8'));
  const active = texts.join('\n').replace(/^\s*#.*$/gm, '');
  return active.match(/https?:\/\/[^\s\]]+\/debian(?=[/\s]|$)/)?.[0] ?? 'http://deb.debian.org/debian';
}

function filesIn(folder) {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/**
 * Fetches and unpacks Debian's source of ngtcp2 from one suite, once. apt checks the archive's hash against the signed index.
 * @param {string} suite
 * @param {string} folder keeps what was fetched
 */
async function fetchSource(suite, folder) {
  const work = join(folder, suite);
  const stamp = join(work, 'fetched.json');
  if (existsSync(stamp)) return { folder: join(work, 'source'), ...JSON.parse(readFileSync(stamp, 'utf8')) };
  say(`fetching Debian's source of ngtcp2 (${suite})`);
  rmSync(work, { recursive: true, force: true });
  for (const folder of ['lists/partial', 'cache/archives/partial', 'download', 'source']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  const mirror = debianMirror();
  const sources = [`deb-src [signed-by=${KEYRING}] ${mirror} ${suite} main`];
  if (suite !== 'sid') {
    const security = mirror.replace(/\/debian$/, '/debian-security');
    sources.push(`deb-src [signed-by=${KEYRING}] ${security} ${suite}-security main`);
  }
  writeFileSync(join(work, 'sources.list'), `${sources.join('\n')}\n`);
  const apt = [
    '-o',
    `Dir::Etc::sourcelist=${join(work, 'sources.list')}`,
    '-o',
    'Dir::Etc::sourceparts=/dev/null',
    '-o',
    `Dir::State::lists=${join(work, 'lists')}`,
    '-o',
    `Dir::Cache=${join(work, 'cache')}`,
    '-o',
    'APT::Sandbox::User=root',
  ];
  await run('apt-get', [...apt, '-o', 'APT::Update::Error-Mode=any', 'update'], { timeout: 180_000 });
  const download = join(work, 'download');
  // A mirror may lack the .dsc and still give the archives, which is all that is needed here.
  await run('apt-get', [...apt, 'source', '--download-only', 'ngtcp2'], {
    cwd: download,
    timeout: 180_000,
  }).catch(() => {});
  const archive = readdirSync(download).find((name) => /^ngtcp2_.*\.orig\.tar\.\w+$/.test(name));
  if (!archive) throw new Error(`no source archive of ngtcp2 in ${suite}`);
  await run('tar', ['xf', join(download, archive), '-C', join(work, 'source'), '--strip-components=1']);
  await applyDebianPatches(download, join(work, 'source'));
  const version = archive.match(/^ngtcp2_(\d+(?:\.\d+)*)/)?.[1] ?? '0';
  writeFileSync(stamp, JSON.stringify({ version }));
  return { folder: join(work, 'source'), version };
}

async function applyDebianPatches(download, source) {
  const packaging = readdirSync(download).find((name) => /^ngtcp2_.*\.debian\.tar\.\w+$/.test(name));
  if (!packaging) return;
  await run('tar', ['xf', join(download, packaging), '-C', source]);
  const series = join(source, 'debian', 'patches', 'series');
  if (!existsSync(series)) return;
  for (const name of readFileSync(series, 'utf8')
    .split('\n')
    .map((line) => line.trim())) {
    if (name === '' || name.startsWith('#')) continue;
    await run('patch', ['-p1', '-s', '-i', join(source, 'debian', 'patches', name)], { cwd: source });
  }
}

const STATIC_DEFINES = [
  'NGTCP2_STATICLIB',
  'BUILDING_NGTCP2',
  'HAVE_ARPA_INET_H',
  'HAVE_NETINET_IN_H',
  'HAVE_UNISTD_H',
  'HAVE_ENDIAN_H',
  'HAVE_BYTESWAP_H',
  'HAVE_DECL_BE64TOH=1',
  'HAVE_DECL_BSWAP_64=1',
].map((name) => `-D${name}`);

/** Compiles Debian's source to objects, kept for the next run. */
async function compileSource({ folder, version }, { output, flags }) {
  const objects = join(output, 'ngtcp2');
  rmSync(objects, { recursive: true, force: true });
  mkdirSync(objects, { recursive: true });
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const numeric = `0x${[major, minor, patch].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
  const header = join(folder, 'lib', 'includes', 'ngtcp2', 'version.h');
  const template = readFileSync(`${header}.in`, 'utf8')
    .replace('@PACKAGE_VERSION@', version)
    .replace('@PACKAGE_VERSION_NUM@', numeric);
  writeFileSync(header, template);
  const includes = ['lib/includes', 'crypto/includes', 'lib', 'crypto'].map(
    (path) => `-I${join(folder, path)}`,
  );
  const cFiles = (path) =>
    readdirSync(join(folder, path))
      .filter((name) => name.endsWith('.c'))
      .map((name) => join(folder, path, name));
  const sources = [
    ...cFiles('lib'),
    join(folder, 'crypto', 'shared.c'),
    join(folder, 'crypto', 'gnutls', 'gnutls.c'),
  ];
  const compiled = sources.map((source, n) => ({ source, object: join(objects, `${n}.o`) }));
  await inParallel(compiled, ({ source, object }) =>
    run('gcc', [...flags, '-fPIC', '-w', ...STATIC_DEFINES, ...includes, '-c', source, '-o', object]),
  );
  return {
    origin: `Debian source ${version}, linked in`,
    flags: [
      '-DNGTCP2_STATICLIB',
      `-I${join(folder, 'lib/includes')}`,
      `-I${join(folder, 'crypto/includes')}`,
    ],
    link: compiled.map(({ object }) => object),
  };
}

function systemLibrary() {
  const version = pkgConfig('--modversion', 'libngtcp2');
  if (version === undefined || pkgConfig('--modversion', 'libngtcp2_crypto_gnutls') === undefined)
    return undefined;
  const names = ['libngtcp2', 'libngtcp2_crypto_gnutls'];
  return {
    origin: `system library ${version}`,
    version,
    flags: (pkgConfig('--cflags', ...names) ?? '').split(' ').filter(Boolean),
    link: (pkgConfig('--libs', ...names) ?? '').split(' ').filter(Boolean),
  };
}

const isAtLeast = (version, wanted) => version.localeCompare(wanted, 'en', { numeric: true }) >= 0;

async function fromSource(suites, { sources, ...how }) {
  for (const suite of suites) {
    try {
      return await compileSource(await fetchSource(suite, sources), how);
    } catch (error) {
      say(
        `${suite}: ${String(error.stderr ?? error.message)
          .trim()
          .split('\n')
          .at(-1)}`,
      );
    }
  }
  return undefined;
}

/**
 * @param {string} wanted `auto`, `system`, `source`, or the name of a suite
 * @param {{sources: string, output: string, flags: string[]}} how folders for what is fetched and what is compiled, and the compiler's flags
 */
export async function chooseNgtcp2(wanted, how) {
  const system = systemLibrary();
  if (wanted === 'system')
    return system ?? fail('libngtcp2-dev with libngtcp2-crypto-gnutls-dev is not installed');
  if (wanted === 'auto' && system && isAtLeast(system.version, OLDEST_WITHOUT_WORKAROUND)) return system;
  const compiled = await fromSource(SUITES.includes(wanted) ? [wanted] : SUITES, how);
  if (compiled) return compiled;
  if (wanted !== 'auto') return fail(`no source of ngtcp2 was reached (${wanted})`);
  return (
    system ??
    fail(
      'no ngtcp2: the Debian sources were not reached, and libngtcp2-dev with libngtcp2-crypto-gnutls-dev is not installed',
    )
  );
}
