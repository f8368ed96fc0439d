/**
 * Builds the native addon: `node dataplane/quic/build.mjs`. Plain Node 20, no dependency but the N-API headers from npm. A second run
 * with nothing changed ends in milliseconds.
 *
 * ngtcp2 comes from, in this order: the system (pkg-config, 1.11 or newer); Debian's own source package, fetched with a private apt
 * configuration and compiled in; the system's older library, with the workaround that `native/compat.h` describes.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const nativeFolder = join(here, 'native');
const build = join(here, 'build');
const output = join(build, 'Release', 'quic.node');
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SUITES = ['trixie', 'forky', 'sid'];
const OLDEST_WITHOUT_WORKAROUND = '1.11.0';
const JOBS = 2;

const say = (text) => process.stderr.write(`quic addon: ${text}\n`);

function pkgConfig(...args) {
  try {
    return execFileSync('pkg-config', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

function fail(text) {
  say(text);
  process.exit(1);
}

/** What the result depends on: our sources, this file, the machine's ABI and its GnuTLS. */
function inputHash() {
  const hash = createHash('sha256');
  for (const file of readdirSync(nativeFolder).sort())
    hash.update(file).update(readFileSync(join(nativeFolder, file)));
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  hash.update(
    `${process.arch} ${pkgConfig('--modversion', 'gnutls')} ${pkgConfig('--modversion', 'libngtcp2')}`,
  );
  return hash.digest('hex');
}

function libuvInclude() {
  const prefix = join(dirname(dirname(process.execPath)), 'include', 'node');
  const found = [prefix, '/usr/include/node', '/usr/include'].find((folder) =>
    existsSync(join(folder, 'uv.h')),
  );
  return found ?? fail('uv.h was not found: install libuv1-dev');
}

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

/** Fetches and unpacks Debian's source of ngtcp2 from one suite. apt checks the archive's hash against the signed index. */
async function fetchSource(suite) {
  const work = join(build, 'apt', suite);
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
  return { folder: join(work, 'source'), version: archive.match(/^ngtcp2_(\d+(?:\.\d+)*)/)?.[1] ?? '0' };
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
  'NDEBUG',
].map((name) => `-D${name}`);

/** Compiles Debian's source to objects, kept for the next run. */
async function compileSource({ folder, version }) {
  const objects = join(build, 'ngtcp2');
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
    run('gcc', ['-O2', '-fPIC', '-w', ...STATIC_DEFINES, ...includes, '-c', source, '-o', object]),
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

async function inParallel(items, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: JOBS }, worker));
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

async function chooseNgtcp2() {
  const system = systemLibrary();
  if (system && isAtLeast(system.version, OLDEST_WITHOUT_WORKAROUND)) return system;
  for (const suite of SUITES) {
    try {
      say(`fetching Debian's source of ngtcp2 (${suite})`);
      return await compileSource(await fetchSource(suite));
    } catch (error) {
      say(
        `${suite}: ${String(error.stderr ?? error.message)
          .trim()
          .split('\n')
          .at(-1)}`,
      );
    }
  }
  return (
    system ??
    fail(
      'no ngtcp2: the Debian sources were not reached, and libngtcp2-dev with libngtcp2-crypto-gnutls-dev is not installed',
    )
  );
}

async function compileAddon(ngtcp2) {
  const headers = createRequire(import.meta.url)('node-api-headers').include_dir;
  const libuv = join(build, 'libuv');
  // Only libuv's headers: the folder they lie in may hold headers of other versions of what else we include.
  mkdirSync(libuv, { recursive: true });
  cpSync(join(libuvInclude(), 'uv.h'), join(libuv, 'uv.h'));
  cpSync(join(libuvInclude(), 'uv'), join(libuv, 'uv'), { recursive: true });
  const flags = [
    '-std=c++17',
    '-O2',
    '-fPIC',
    '-fno-exceptions',
    '-fvisibility=hidden',
    '-Wall',
    '-Wextra',
    '-Wno-unused-parameter',
    '-DNAPI_VERSION=8',
    '-DNODE_GYP_MODULE_NAME=quic',
    `-I${headers}`,
    `-I${libuv}`,
    ...ngtcp2.flags,
    ...(pkgConfig('--cflags', 'gnutls') ?? '').split(' ').filter(Boolean),
  ];
  const objects = join(build, 'addon');
  mkdirSync(objects, { recursive: true });
  const files = readdirSync(nativeFolder).filter((name) => name.endsWith('.cc'));
  await inParallel(files, (name) =>
    run('g++', [...flags, '-c', join(nativeFolder, name), '-o', join(objects, `${name}.o`)]),
  );
  mkdirSync(dirname(output), { recursive: true });
  const linked = files.map((name) => join(objects, `${name}.o`));
  const gnutls = (pkgConfig('--libs', 'gnutls') ?? '-lgnutls').split(' ');
  await run('g++', ['-shared', '-o', `${output}.new`, ...linked, ...ngtcp2.link, ...gnutls]);
  cpSync(`${output}.new`, output);
  rmSync(`${output}.new`);
}

const stamp = join(build, 'ngtcp2.json');
const inputs = inputHash();
const previous =
  existsSync(stamp) && existsSync(output) ? JSON.parse(readFileSync(stamp, 'utf8')) : undefined;
if (previous?.inputs !== inputs) {
  if (pkgConfig('--modversion', 'gnutls') === undefined)
    fail('GnuTLS headers were not found: install libgnutls28-dev and pkg-config');
  const usable = previous?.ngtcp2?.link?.every((part) => part.startsWith('-') || existsSync(part));
  try {
    const ngtcp2 = usable ? previous.ngtcp2 : await chooseNgtcp2();
    say(`compiling against ngtcp2: ${ngtcp2.origin}`);
    await compileAddon(ngtcp2);
    writeFileSync(stamp, JSON.stringify({ inputs, ngtcp2 }));
    say('built');
  } catch (error) {
    fail(`the build failed:\n${error.stderr ?? error.stack}`);
  }
}
