/** Soaks of the native transport at full size: `node scripts/soak-transport.ts --cycles 10000 --idle 5000 --seconds 20`; 0 leaves one out. */
import { parseArgs } from 'node:util';
import { soakCycles, soakIdle } from '../test/soak/transport.ts';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '10000' },
    idle: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '20' },
  },
});
const [cycles, idle, seconds] = [Number(values.cycles), Number(values.idle), Number(values.seconds)];
const print = (report: object) => process.stdout.write(`${JSON.stringify(report)}\n`);
if (cycles > 0) print(await soakCycles(cycles));
if (idle > 0) print(await soakIdle(idle, seconds));
