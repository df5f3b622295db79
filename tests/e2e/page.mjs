// What a person does on the page, in a few words each.
import { chromium } from 'playwright-core';

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || process.env.AIRLOCK_CHROMIUM || '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

/** Opens the page in a browser profile of its own. */
export async function open(browser, address, { ready = true, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'], ...options });
  const page = await context.newPage();
  const airlock = new Airlock(context, page);
  await page.goto(address);
  if (ready) await airlock.status('ready');
  return airlock;
}

class Airlock {
  /** What the page's scripts complained of; a journey that passes has none. */
  complaints = [];

  constructor(context, page) {
    this.context = context;
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
  }

  by(testid) {
    return this.page.getByTestId(testid);
  }

  async close() {
    await this.context.close();
  }

  /** Waits until `status` is one of these; gives which. */
  async status(...wanted) {
    await this.page.waitForFunction(
      (texts) => texts.includes(document.querySelector('[data-testid=status]')?.textContent), wanted, { timeout: 20_000, polling: 20 });
    return this.by('status').textContent();
  }

  program(side) {
    return this.by(`${side}-editor`).evaluate((editor) => editor.value);
  }

  /** As if typed: the text is replaced and the page hears of it. */
  async write(side, text) {
    await this.by(`${side}-editor`).evaluate((editor, value) => {
      editor.value = value;
      editor.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    }, text);
  }

  async run() {
    await this.by('run').click();
  }

  async runToEnd() {
    await this.run();
    return this.status('done', 'failed', 'stopped');
  }

  output(side) {
    return this.by(`${side}-output`).textContent();
  }

  async textOf(testid) {
    return (await this.by(testid).textContent()).trim();
  }

  /** Waits until the text under `testid` has `pattern` in it; gives all of it. */
  async textWith(testid, pattern) {
    await this.page.waitForFunction(
      ([id, source, flags]) => new RegExp(source, flags).test(document.querySelector(`[data-testid="${id}"]`)?.textContent ?? ''),
      [testid, pattern.source, pattern.flags], { timeout: 10_000, polling: 50 });
    return this.textOf(testid);
  }

  /** The line that the playhead marks in an editor; 0 for none. */
  markedLine(side) {
    return this.by(`${side}-editor`).evaluate((editor) => {
      const lines = [...editor.shadowRoot.querySelectorAll('.cm-line')];
      return lines.findIndex((line) => line.classList.contains('cm-marked')) + 1;
    });
  }

  events(side) {
    return this.by(`${side}-timeline`).evaluate((timeline) => Number(timeline.dataset.events));
  }

  /** Whether the page still draws and hears: two frames within this many milliseconds. */
  frameTime() {
    return this.page.evaluate(() => new Promise((resolve) => {
      const start = performance.now();
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - start)));
    }));
  }
}
