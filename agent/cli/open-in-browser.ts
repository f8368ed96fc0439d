/** Opens an address in the person's browser, where there is one. Whether it worked does not matter: the address was printed. */
import { spawn } from 'node:child_process';

/** The address comes from a server: anything but a web page's is left alone. */
export function openInBrowser(url: string): void {
  const command = opener(process.platform, process.env);
  if (!command || !/^https?:\/\//.test(url)) return;
  const [program, ...args] = command;
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

export function opener(platform: string, env: NodeJS.ProcessEnv): [string, ...string[]] | undefined {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? ['xdg-open'] : undefined;
}
