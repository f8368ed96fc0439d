import { Near } from './scenarios/transport/near.ts';
const near = await Near.start();
const far = await near.far('quic sink');
const c = await near.connect(far);
const chunk = new Uint8Array(1 << 18);
for (let k = 0; k < 4; k++) {
  const s = await c.openStream(4); let drained = () => {};
  const over = new Promise<void>((r) => s.observe({ readable: () => s.read() && r(), writable: () => drained(), reset() {}, stopped() {}, closed() {} }));
  const t = performance.now();
  for (let n = 0; n < 1e9; n += chunk.length) if (!s.write(chunk)) await new Promise<void>((r) => (drained = r));
  s.end(); await over;
  console.log(Math.round(1e6 / (performance.now() - t)), 'MB/s', JSON.stringify(c.stats()));
}
await near[Symbol.asyncDispose]();
