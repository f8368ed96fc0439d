import { conformTransport } from './conformance.ts';
import { memoryPair } from './memory.ts';

conformTransport('memory', async () => {
  const [dialer, listener] = memoryPair();
  return { dialer, listener, [Symbol.asyncDispose]: () => dialer.close(0, '') };
});
