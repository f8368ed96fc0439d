/** Bundles the console: `node edge/console/build.mjs`. Skips when nothing it is made from has changed. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

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
  'dataplane/render',
  'dataplane/webtransport',
]) {
  for (const file of files(join(root, folder)).sort()) hash.update(file).update(readFileSync(file));
}
const inputs = hash.digest('hex');
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) process.exit(0);

const { build } = await import('esbuild');
const { noProbe } = await import('../../dataplane/client/no-probe.mjs');
mkdirSync(dist, { recursive: true });
// Parts are named for what is in them: those of an older build would stay for ever.
for (const name of readdirSync(dist)) if (/\.(js|css)(\.map)?$/.test(name)) rmSync(join(dist, name));
const { metafile } = await build({
  entryPoints: { main: join(here, 'main.tsx') },
  outdir: dist,
  bundle: true,
  // What is imported when it is wanted is a file of its own, and what both need is one that both load.
  splitting: true,
  chunkNames: 'part-[name]-[hash]',
  metafile: true,
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
/** What main.js imports is asked for together with it. */
const first = metafile.outputs[relative(process.cwd(), join(dist, 'main.js'))].imports
  .filter(({ kind }) => kind === 'import-statement')
  .map(({ path }) => basename(path));
const preloads = first.map((name) => `    <link rel="modulepreload" href="/${name}">\n`).join('');
const page = readFileSync(join(here, 'index.html'), 'utf8').replace('  </head>', `${preloads}  </head>`);
writeFileSync(join(dist, 'index.html'), page);
cpSync(join(here, 'docs'), join(dist, 'docs'), { recursive: true });
for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css'])
  cpSync(join(root, 'node_modules/swagger-ui-dist', file), join(dist, 'docs', file));
writeFileSync(stamp, inputs);
const kib = (names) =>
  Math.round(names.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name))).length, 0) / 1024);
const scripts = readdirSync(dist).filter((name) => name.endsWith('.js'));
const loaded = ['main.js', ...first];
process.stderr.write(
  `console: built (${kib(loaded)} KiB of scripts at first, ${kib(scripts) - kib(loaded)} KiB when wanted, ${kib(['main.css'])} KiB of styles, as gzip)\n`,
);
