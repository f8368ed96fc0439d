/**
 * What `npm start`, `npm test` and `npm run bench` begin with: plain Node 20, no dependency. Installs what is missing, then hands over to the
 * project's own Node. A second run finds everything there and takes a moment.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (text) => process.stderr.write(`${text}\n`);

const ENTRY = {
  start: 'scripts/start/main.ts',
  test: 'scripts/test.ts',
  bench: 'bench/run.ts',
  build: undefined,
};
const [what = 'start', ...rest] = process.argv.slice(2);
if (!(what in ENTRY)) {
  say(`bootstrap: '${what}' is not one of ${Object.keys(ENTRY).join(', ')}`);
  process.exit(2);
}

/** Debian package, and a file that shows it is there. */
const PACKAGES = [
  ['openssh-server', ['/usr/sbin/sshd']],
  ['openssh-client', ['/usr/bin/ssh-keygen']],
  ['redis-server', ['/usr/bin/redis-server']],
  ['iproute2', ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip']],
  ['g++', ['/usr/bin/g++']],
  ['make', ['/usr/bin/make']],
  ['patch', ['/usr/bin/patch']],
  ['xz-utils', ['/usr/bin/xz']],
  ['pkg-config', ['/usr/bin/pkg-config']],
  ['dpkg-dev', ['/usr/bin/dpkg-source']],
  ['libgnutls28-dev', ['/usr/include/gnutls/gnutls.h']],
  ['libssl-dev', ['/usr/include/openssl/evp.h']],
  [
    'libuv1-dev',
    [
      '/usr/include/uv.h',
      '/usr/include/node/uv.h',
      join(dirname(dirname(process.execPath)), 'include/node/uv.h'),
    ],
  ],
  ...(what === 'start'
    ? []
    : [
        ['chromium', ['/usr/bin/chromium']],
        ['vim-tiny', ['/usr/bin/vim.tiny']],
        ['softhsm2', ['/usr/bin/softhsm2-util']],
        ['systemd', ['/usr/bin/systemd-notify']],
        ['htop', ['/usr/bin/htop']],
        ['tigervnc-standalone-server', ['/usr/bin/Xtigervnc']],
        ['xterm', ['/usr/bin/xterm']],
        ['x11-apps', ['/usr/bin/xwd']],
        ['x11-xserver-utils', ['/usr/bin/xsetroot']],
        ['bsdutils', ['/usr/bin/script']],
        ['slapd', ['/usr/sbin/slapd']],
        ['ngtcp2-client', ['/usr/bin/gtlsclient']],
        ['ngtcp2-server', ['/usr/sbin/gtlsserver']],
        // The build with the system's ngtcp2 is tested; the normal one takes it only where it is new enough.
        ['libngtcp2-dev', ['/usr/include/ngtcp2/ngtcp2.h']],
        ['libngtcp2-crypto-gnutls-dev', ['/usr/include/ngtcp2/ngtcp2_crypto_gnutls.h']],
      ]),
];

function installPackages() {
  const missing = PACKAGES.filter(([, files]) => !files.some((file) => existsSync(file))).map(
    ([name]) => name,
  );
  if (missing.length === 0) return;
  const isRoot = process.getuid?.() === 0;
  const maySudo = !isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  const line = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!existsSync('/usr/bin/apt-get') || (!isRoot && !maySudo)) {
    say(`Some Debian packages are missing. Run this, then start again:\n\n  sudo ${line}\n`);
    process.exit(1);
  }
  say(`installing Debian packages: ${missing.join(' ')}`);
  const prefix = isRoot ? [] : ['sudo', '-n'];
  const apt = (...args) => {
    const [program, ...words] = [
      ...prefix,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-q',
      ...args,
    ];
    return spawnSync(program, words, { stdio: ['ignore', 2, 2] }).status === 0;
  };
  apt('update');
  if (apt('install', '-y', '--no-install-recommends', ...missing)) return;
  say(`apt-get failed. Try by hand:\n\n  sudo ${line}\n`);
  process.exit(1);
}

function installModules() {
  const stamp = join(root, 'node_modules', '.fabric-lock-hash');
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  say('installing npm packages');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, hash);
}

function run(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  say(`${program} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  process.exit(1);
}

installPackages();
installModules();
run(process.execPath, ['dataplane/quic/build.mjs']);
run(process.execPath, ['edge/console/build.mjs']);
run(process.execPath, ['agent/build.mjs']);
if (what === 'build') process.exit(0);

const bin = join(root, 'node_modules', '.bin');
const child = spawn(join(bin, 'node'), [join(root, ENTRY[what]), ...rest], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
});
// Ctrl-C reaches the child by itself; a signal sent to this process is passed on.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
