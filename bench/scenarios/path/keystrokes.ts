/** From a key to its echo on a person's screen: in the browser's terminal, and in a pty that runs ssh. */
import { chromium, type Page } from 'playwright-core';
import type { Fabric } from '../../../test/fabric.ts';
import { type Command, timeEcho } from './pipe.ts';

/**
 * Milliseconds from the keydown event to the terminal's rows showing one character more. The display's own refresh (up to 16 ms on a 60 Hz screen) is taken out
 * by running Chromium without a frame limit: it is no part of either path.
 */
export async function timeBrowserKeys(fabric: Fabric, rounds: number): Promise<number[]> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-frame-rate-limit', '--disable-gpu-vsync'];
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
  try {
    const page = await browser.newPage();
    await page.goto(`${fabric.ready.console}/#/r/demo-shell`);
    await page.getByTestId('email').fill(fabric.ready.email);
    await page.getByTestId('password').fill(fabric.ready.password);
    await page.getByTestId('secret-key').fill(fabric.ready.secretKey);
    await page.getByTestId('sign-in').click();
    await page.getByTestId('status-state').filter({ hasText: 'live' }).waitFor();
    await page.keyboard.type('stty -icanon; PS1=; clear; cat >/dev/null\n');
    await page.waitForTimeout(1000);
    const times: number[] = [];
    for (let n = -5; n < rounds; n += 1) {
      const time = await timeOneKey(page);
      if (n >= 0) times.push(time);
    }
    return times;
  } finally {
    await browser.close();
  }
}

async function timeOneKey(page: Page): Promise<number> {
  // Armed before the key goes out: input and script reach the page by different ways.
  const armed = await page.evaluateHandle(() => {
    const rows = document.querySelector('.xterm-rows');
    let pressed = 0;
    addEventListener('keydown', () => (pressed = performance.now()), { once: true, capture: true });
    const before = rows?.textContent?.trimEnd() ?? '';
    const seen = new Promise<number>((resolve) => {
      const watch = new MutationObserver(() => {
        if ((rows?.textContent?.trimEnd() ?? '') === before || pressed === 0) return;
        watch.disconnect();
        resolve(performance.now() - pressed);
      });
      if (rows) watch.observe(rows, { childList: true, subtree: true, characterData: true });
      setTimeout(() => resolve(Number.NaN), 5_000);
    });
    return { seen };
  });
  await page.keyboard.press('x');
  const time = await armed.evaluate(({ seen }) => seen);
  if (Number.isNaN(time)) throw new Error('a key was not echoed within 5 seconds');
  await page.waitForTimeout(15);
  return time;
}

/** What ssh gives to the same sshd: one byte there and its echo back. */
export function timeSshKeys(direct: Command, rounds: number): Promise<number[]> {
  return timeEcho(direct, process.env, rounds, 15);
}
