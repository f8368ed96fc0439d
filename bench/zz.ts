import { Near } from './scenarios/transport/near.ts';
import { timeDatagrams } from './scenarios/transport/rounds.ts';
import { bulkRates } from './scenarios/transport/bulk.ts';
import { percentiles } from './samples.ts';
await using near = await Near.start();
const r = await timeDatagrams(near, 4000); console.log(percentiles(r.ours), percentiles(r.peer));
console.log(await bulkRates(near, 1e9));
