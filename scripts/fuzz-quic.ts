/**
 * Fuzzes the native transport under AddressSanitizer and UBSan: `node scripts/fuzz-quic.ts --seconds 180 --seed 7`. Endpoints in a process of
 * their own exchange all there is to exchange while a relay between them injects changed, spliced, replayed and invented packets.
 * Exit status 1 when a sanitizer or an assertion of ngtcp2 speaks up, bytes arrive changed, or new connections fail afterwards.
 * `--ngtcp2 system | sid | …` takes another library, as `dataplane/quic/build.mjs` does. `npm test` runs ten seconds of it (test/fuzz). The seed repeats the choices, not the timing.
 */
import { parseArgs } from 'node:util';
import { fuzzQuic } from '../test/fuzz/quic-fuzz.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '180' },
    ngtcp2: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
process.stdout.write(`seed ${seed}, ${seconds} s\n`);
const { problems, ...report } = await fuzzQuic({ seconds, seed, ngtcp2: values.ngtcp2 });
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
for (const problem of problems) process.stdout.write(`PROBLEM: ${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
