/**
 * Builds the native addon: `node dataplane/quic/build.mjs`. Plain Node 20, no dependency but the N-API headers from npm. A second run
 * with nothing changed ends in milliseconds.
 *
 * ngtcp2 comes from, in this order: the system (pkg-config, 1.11 or newer); Debian's own source package, fetched with a private apt
 * configuration and compiled in; the system's older library, with the workaround that `native/compat.h` describes.
 *
 * Builds for tests lie beside the normal one; `FABRIC_QUIC_ADDON=…/Release/quic.node` makes `native.ts` load one of them:
 *   --ngtcp2 system | source | trixie | forky | sid   instead of the order above
 *   --sanitize                                        with AddressSanitizer, UBSan and ngtcp2's own assertions
 *   --output FOLDER                                   where to; default `build/`, or a folder in it named for the options
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { chooseNgtcp2, SUITES } from './build-ngtcp2.mjs';
import { fail, inParallel, pkgConfig, say } from './build-tools.mjs';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const nativeFolder = join(here, 'native');

const { values: options } = parseArgs({
  options: {
    ngtcp2: { type: 'string', default: 'auto' },
    sanitize: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
if (!['auto', 'system', 'source', ...SUITES].includes(options.ngtcp2))
  fail(`--ngtcp2 ${options.ngtcp2} is not one of system, source, ${SUITES.join(', ')}`);

const base = join(here, 'build');
const variant = [options.sanitize ? 'sanitized' : '', options.ngtcp2 === 'auto' ? '' : options.ngtcp2];
const build = options.output
  ? resolve(options.output)
  : join(base, variant.filter((part) => part !== '').join('-'));
const output = join(build, 'Release', 'quic.node');

const SANITIZE = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];
const flavour = options.sanitize
  ? ['-O1', '-g', '-fno-omit-frame-pointer', ...SANITIZE]
  : ['-O2', '-DNDEBUG'];

/** What the result depends on: our sources, the build's own files, the machine's ABI and its libraries. */
function inputHash() {
  const hash = createHash('sha256');
  const builders = readdirSync(here).filter((name) => /^build.*\.mjs$/.test(name));
  const files = [...readdirSync(nativeFolder).map((name) => join('native', name)), ...builders].sort();
  for (const file of files) hash.update(file).update(readFileSync(join(here, file)));
  hash.update(
    `${process.arch} ${pkgConfig('--modversion', 'gnutls')} ${pkgConfig('--modversion', 'libngtcp2')}`,
  );
  return hash.update(JSON.stringify([options.ngtcp2, flavour])).digest('hex');
}

function libuvInclude() {
  const prefix = join(dirname(dirname(process.execPath)), 'include', 'node');
  const found = [prefix, '/usr/include/node', '/usr/include'].find((folder) =>
    existsSync(join(folder, 'uv.h')),
  );
  return found ?? fail('uv.h was not found: install libuv1-dev');
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
    ...flavour,
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
  await inParallel(files, async (name) => {
    const { stderr } = await run('g++', [
      ...flags,
      '-c',
      join(nativeFolder, name),
      '-o',
      join(objects, `${name}.o`),
    ]);
    if (stderr !== '') say(`${name}:\n${stderr}`);
  });
  mkdirSync(dirname(output), { recursive: true });
  const linked = files.map((name) => join(objects, `${name}.o`));
  const gnutls = (pkgConfig('--libs', 'gnutls') ?? '-lgnutls').split(' ');
  const sanitizers = options.sanitize ? SANITIZE : [];
  await run('g++', ['-shared', '-o', `${output}.new`, ...sanitizers, ...linked, ...ngtcp2.link, ...gnutls]);
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
  // Compiled objects serve again; a library of the system is looked at anew.
  const usable = previous?.ngtcp2?.link?.every((part) => existsSync(part));
  try {
    const ngtcp2 = usable
      ? previous.ngtcp2
      : await chooseNgtcp2(options.ngtcp2, { sources: join(base, 'apt'), output: build, flags: flavour });
    say(`compiling against ngtcp2: ${ngtcp2.origin}`);
    await compileAddon(ngtcp2);
    writeFileSync(stamp, JSON.stringify({ inputs, ngtcp2 }));
    say('built');
  } catch (error) {
    fail(`the build failed:\n${error.stderr ?? error.stack}`);
  }
}
