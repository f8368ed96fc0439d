/** Bundles the console: `node edge/console/build.mjs`. Skips when nothing it is made from has changed. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const dist = join(here, 'dist');
const stamp = join(dist, '.inputs');

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'dist' || entry.name === 'build' ? [] : files(path);
    return /\.(tsx?|css|html|m?js)$/.test(entry.name) ? [path] : [];
  });
}

const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
for (const folder of [
  'edge/console',
  'schema',
  'dataplane/client',
  'dataplane/transport',
  'dataplane/channel',
  'dataplane/webtransport',
]) {
  for (const file of files(join(root, folder)).sort()) hash.update(file).update(readFileSync(file));
}
const inputs = hash.digest('hex');
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) process.exit(0);

const { build } = await import('esbuild');
const { noProbe } = await import('../../dataplane/client/no-probe.mjs');
mkdirSync(dist, { recursive: true });
await build({
  entryPoints: { main: join(here, 'main.tsx') },
  outdir: dist,
  bundle: true,
  minify: true,
  sourcemap: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  // The page forbids eval, which msgpackr's default build would use.
  alias: { msgpackr: 'msgpackr/index-no-eval' },
  plugins: [noProbe],
  logLevel: 'warning',
});
cpSync(join(here, 'index.html'), join(dist, 'index.html'));
cpSync(join(here, 'docs'), join(dist, 'docs'), { recursive: true });
for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css'])
  cpSync(join(root, 'node_modules/swagger-ui-dist', file), join(dist, 'docs', file));
writeFileSync(stamp, inputs);
const size = (name) => `${name} ${Math.round(statSync(join(dist, name)).size / 1024)} KiB`;
process.stderr.write(`console: built (${size('main.js')}, ${size('main.css')})\n`);
