/**
 * For esbuild: the library's browser build dials example.com when it is loaded, to see what the browser can do. Ours must not: this takes
 * the probe out, and fails the build when the library no longer has it where it was.
 */
import { readFileSync } from 'node:fs';

const PROBE = 'if (globalThis.WebTransport) {\n  webtransportSupported = true';

export const noProbe = {
  name: 'no-probe',
  setup(build) {
    build.onLoad(
      { filter: /@fails-components\/webtransport\/lib\/webtransport\.browser\.js$/ },
      ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (text.split(PROBE).length !== 2)
          throw new Error('the probe of @fails-components/webtransport has moved');
        return {
          contents: text.replace(PROBE, `if (false) {\n  webtransportSupported = true`),
          loader: 'js',
        };
      },
    );
  },
};
