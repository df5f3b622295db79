import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { launch, open } from './page.mjs';
import { serveSite } from './site.mjs';

const opened = [];
let browser, site;

before(async () => {
  site = await serveSite();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  site?.close();
});
afterEach(async () => {
  for (const airlock of opened.splice(0)) await airlock.close();
});

async function visit(address = site.address, options = {}) {
  const airlock = await open(browser, address, options);
  opened.push(airlock);
  return airlock;
}

const CORE = 'import asyncio\n\n\nasync def double(x):\n    await asyncio.sleep(0.005)\n    return 2 * x\n\n\nasync def main():\n    print(sum(await asyncio.gather(*map(double, range(5)))))\n';
const SHELL = 'import airlock, core\ncore = airlock.wrap(core)\nprint(sum(core.double(x) for x in range(5)))\n';

describe('first visit', () => {
  test('the first example is there and nothing runs until Run is pressed', async () => {
    const airlock = await visit();
    assert.match(await airlock.program('core'), /async def price/);
    assert.match(await airlock.program('shell'), /airlock\.wrap/);
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(await airlock.textOf('status'), 'ready');
    assert.equal(await airlock.output('core'), '');
    assert.equal(await airlock.events('core'), 0);
    assert.deepEqual(airlock.complaints, []);
  });

  test('Run shows outputs, timelines and what the shell paid', async () => {
    const airlock = await visit();
    assert.equal(await airlock.runToEnd(), 'done');
    assert.equal(await airlock.output('core'), 'total 140\n');
    assert.equal(await airlock.output('shell'), 'total 140\n');
    const cost = await airlock.textOf('cost');
    const sentence = /(\d+) crossings; the shell took ([\d.]+) ms where the core alone takes ([\d.]+) ms: ([\d.]+) ms adapter, ([\d.]+) ms lost concurrency/;
    const [, crossings, shell, core, adapter, lost] = cost.match(sentence).map(Number);
    assert.equal(crossings, 10);
    assert.ok(shell > 45, `ten calls of 5 ms, one after another, took ${shell} ms`);
    // Only what must hold on a busy machine too: ten waits at once, ten in turn.
    assert.ok(core >= 4.9 && shell >= 49, `the core took ${core} ms, the shell ${shell} ms`);
    assert.ok(lost > 20, `${lost} ms lost`);
    assert.ok(adapter < shell, `${adapter} ms adapter`);
    assert.ok(await airlock.events('core') > 20);
    assert.ok(await airlock.events('shell') > 20);
    assert.equal(await airlock.textOf('problems'), '');
    assert.deepEqual(airlock.complaints, []);
  });

  test('every example runs to its end, and only the deadlock fails', async () => {
    const airlock = await visit();
    const keys = await airlock.by('examples').evaluate((menu) => [...menu.options].map((option) => option.value).filter(Boolean));
    assert.equal(keys.length, 6);
    for (const key of keys) {
      await airlock.by('examples').selectOption(key);
      const status = await airlock.runToEnd();
      const said = await airlock.textOf('problems');
      assert.equal(status, key === 'deadlock' ? 'failed' : 'done', `${key}: ${said}`);
      if (key === 'deadlock') assert.match(said, /deadlock/i);
    }
  });
});

describe('editing and running', () => {
  test('an edited program is what runs next, and what runs after that', async () => {
    const airlock = await visit();
    await airlock.write('core', CORE);
    await airlock.write('shell', SHELL);
    assert.equal(await airlock.runToEnd(), 'done');
    assert.equal(await airlock.output('shell'), '20\n');
    await airlock.write('shell', SHELL.replace('range(5)', 'range(3)'));
    assert.equal(await airlock.runToEnd(), 'done');
    assert.equal(await airlock.output('shell'), '6\n');
    assert.match(await airlock.textOf('cost'), /^3 crossings/);
  });

  test('typing in the editor and Ctrl-Enter run what was typed', async () => {
    const airlock = await visit();
    await airlock.by('shell-editor').click();
    await airlock.page.keyboard.press('Control+A');
    await airlock.page.keyboard.type('print(6 * 7)');
    await airlock.page.keyboard.press('Control+Enter');
    await airlock.status('done', 'failed');
    assert.equal(await airlock.output('shell'), '42\n');
    assert.equal(await airlock.program('shell'), 'print(6 * 7)');
  });

  test('Escape and Tab leave the editor, Tab alone indents', async () => {
    const airlock = await visit();
    await airlock.by('core-editor').click();
    const focused = () => airlock.page.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.tagName);
    await airlock.page.keyboard.press('Tab');
    assert.equal(await focused(), 'core-editor');
    await airlock.page.keyboard.press('Escape');
    await airlock.page.keyboard.press('Tab');
    assert.notEqual(await focused(), 'core-editor');
  });

  test('what was written is there after a reload', async () => {
    const airlock = await visit();
    await airlock.write('core', '# kept\n');
    await airlock.by('adapter').selectOption('greenlet');
    await airlock.page.waitForTimeout(500);
    await airlock.page.reload();
    await airlock.status('ready');
    assert.equal(await airlock.program('core'), '# kept\n');
    assert.equal(await airlock.by('adapter').inputValue(), 'greenlet');
  });

  test('stepping moves the playhead over the events of a run', async () => {
    const airlock = await visit();
    await airlock.runToEnd();
    const now = () => airlock.by('shell-timeline').getAttribute('aria-valuenow').then(Number);
    await airlock.by('step-forward').click();
    const first = await now();
    for (let step = 0; step < 5; step++) await airlock.by('step-forward').click();
    const later = await now();
    assert.ok(later > first, `${later} is after ${first}`);
    await airlock.by('step-back').click();
    assert.ok(await now() < later);
  });
});

describe('wrong programs', () => {
  test('a syntax error is named with its line and does not run', async () => {
    const airlock = await visit();
    await airlock.write('core', 'import asyncio\n\nasync def main(:\n    pass\n');
    assert.match(await airlock.textWith('problems', /core\.py, line 3/), /core\.py, line 3/);
    const problems = await airlock.by('core-editor').evaluate((editor) => editor.problems);
    assert.equal(problems[0].line, 3);
    assert.equal(await airlock.runToEnd(), 'failed');
    assert.match(await airlock.textOf('problems'), /core\.py, line 3/);
    await airlock.write('core', 'async def main():\n    print("mended")\n');
    await airlock.write('shell', 'print("shell")\n');
    assert.equal(await airlock.runToEnd(), 'done');
    assert.equal(await airlock.output('core'), 'mended\n');
    assert.equal(await airlock.textOf('problems'), '');
  });

  test('a traceback says where, and its line leads into the editor', async () => {
    const airlock = await visit();
    await airlock.write('shell', 'def f():\n    raise ValueError("no")\n\nf()\n');
    assert.equal(await airlock.runToEnd(), 'failed');
    const text = await airlock.output('shell');
    assert.match(text, /Traceback \(most recent call last\):/);
    assert.match(text, /ValueError: no/);
    await airlock.by('shell-output').getByRole('button', { name: 'line 2' }).click();
    const focused = await airlock.page.evaluate(() => document.activeElement.dataset.testid);
    assert.equal(focused, 'shell-editor');
  });

  for (const [name, program, message] of [
    ['endless recursion', 'def f(): f()\nf()\n', /RecursionError/],
    ['too much memory', 'x = [0] * 10**9\n', /MemoryError|memory/i],
    ['await outside a function', 'x = 1\nawait x\n', /await/],
    ['mixed tabs and spaces', 'if 1:\n        x = 1\n\ty = 2\n', /tab|indent/i],
    ['brackets ten thousand deep', `${'('.repeat(10_000)}1${')'.repeat(10_000)}\n`, /nest|deep|bracket|parenthes|recursion/i],
  ]) {
    test(`${name}: a clear message, and the page goes on`, async () => {
      const airlock = await visit();
      await airlock.write('shell', program);
      assert.equal(await airlock.runToEnd(), 'failed');
      assert.match(`${await airlock.textOf('problems')}\n${await airlock.output('shell')}`, message);
      await airlock.write('shell', 'print("on")\n');
      assert.equal(await airlock.runToEnd(), 'done');
      assert.equal(await airlock.output('shell'), 'on\n');
    });
  }

  test('a program of a megabyte is edited, run, and refused as a link', async () => {
    const airlock = await visit();
    await airlock.write('shell', `${'# padding that no one reads\n'.repeat(37_500)}print("end")\n`);
    assert.equal(await airlock.runToEnd(), 'done');
    assert.equal(await airlock.output('shell'), 'end\n');
    await airlock.by('share').click();
    assert.match(await airlock.textWith('problems', /too large for a link/), /too large for a link/);
  });
});

describe('Stop', () => {
  for (const [name, program] of [
    ['an endless loop', 'while True:\n    pass\n'],
    ['a flood of prints', 'while True:\n    print("flood " * 20)\n'],
    ['a blocking sleep', 'import time\ntime.sleep(60)\n'],
    ['an await that never ends', 'import asyncio\nasync def f():\n    await asyncio.sleep(600)\nasyncio.run(f())\n'],
  ]) {
    test(`${name} ends within 200 ms, and the next run works`, async () => {
      const airlock = await visit();
      await airlock.write('core', 'async def main():\n    print("core")\n');
      await airlock.write('shell', `print("begun")\n${program}`);
      await airlock.run();
      await airlock.page.waitForTimeout(600);
      const before = await airlock.textOf('status');
      // A flood may have met the output limit by itself.
      if (before === 'running') {
        assert.ok(await airlock.frameTime() < 250, 'the page still draws');
        const took = await airlock.page.evaluate(() => new Promise((resolve) => {
          const status = document.querySelector('[data-testid=status]');
          const start = performance.now();
          new MutationObserver(() => status.textContent === 'stopped' && resolve(performance.now() - start))
            .observe(status, { characterData: true, childList: true, subtree: true });
          document.querySelector('[data-testid=stop]').click();
        }));
        assert.ok(took < 200, `Stop took ${took} ms`);
      } else {
        assert.match(name, /flood/);
        assert.match(await airlock.textOf('problems'), /output/i);
      }
      assert.match(await airlock.output('core'), /core/);
      if (!/flood/.test(name)) assert.match(await airlock.output('shell'), /begun/);
      await airlock.write('shell', 'print("again")\n');
      assert.equal(await airlock.runToEnd(), 'done');
      assert.equal(await airlock.output('shell'), 'again\n');
    });
  }

  test('the heartbeat stands still while a program blocks its loop', async () => {
    const airlock = await visit();
    await airlock.write('core', 'import asyncio\nasync def main():\n    await asyncio.sleep(1)\n');
    await airlock.write('shell', 'import time\ntime.sleep(1)\n');
    await airlock.run();
    await airlock.textWith('shell-beat', /stopped/);
    assert.match(await airlock.textOf('core-beat'), /turning/);
    assert.equal(await airlock.status('done', 'failed'), 'done');
  });
});

describe('links', () => {
  test('a shared link opens in a fresh browser with everything, and does not run', async () => {
    const airlock = await visit();
    await airlock.write('core', CORE);
    await airlock.write('shell', `${SHELL}# schöne Grüße 🚪\n`);
    await airlock.by('adapter').selectOption('run');
    await airlock.by('clock').selectOption('virtual');
    await airlock.by('share').click();
    const link = await airlock.by('share-url').inputValue();
    assert.match(link, /#1d[A-Za-z0-9_-]+$/);
    assert.match(await airlock.textWith('share-length', /characters/), new RegExp(`Link copied\\. .*${link.length} characters`));
    assert.equal(await airlock.page.evaluate(() => navigator.clipboard.readText()), link);

    const other = await visit(link);
    assert.equal(await other.program('core'), CORE);
    assert.equal(await other.program('shell'), `${SHELL}# schöne Grüße 🚪\n`);
    assert.equal(await other.by('adapter').inputValue(), 'run');
    assert.equal(await other.by('clock').inputValue(), 'virtual');
    assert.equal(await other.textOf('status'), 'ready');
    assert.equal(await other.output('shell'), '');
    assert.equal(await other.runToEnd(), 'done');
    assert.equal(await other.output('shell'), '20\n');
  });

  test('a long link is called long', async () => {
    const airlock = await visit();
    const noise = Array.from({ length: 4000 }, (_, i) => ((i * 7919) % 9973).toString(36)).join('');
    await airlock.write('core', `# ${noise}\n`);
    await airlock.by('share').click();
    assert.match(await airlock.textWith('share-length', /characters/), /some chats cut/);
  });

  for (const [name, given, message] of [
    ['a cut link', null, /cut on its way/],
    ['an altered link', '#1dAAAAAAAAAAAAAAAAAAAA', /altered|cut/],
    ['a link of a newer version', '#9dAAAAAAAAAAAA', /newer/],
    ['no link at all', '#about-us', /not an Airlock link/],
  ]) {
    test(`${name}: a clear message, and the first example works`, async () => {
      let hash = given;
      if (!hash) {
        const maker = await visit();
        await maker.by('share').click();
        const link = await maker.by('share-url').inputValue();
        hash = link.slice(link.indexOf('#'), -20);
      }
      const airlock = await visit(site.address + hash);
      assert.match(await airlock.textOf('problems'), message);
      assert.match(await airlock.program('core'), /async def price/);
      assert.equal(await airlock.runToEnd(), 'done');
    });
  }
});

describe('where the browser gives less', () => {
  test('a narrow window stacks the editors and never scrolls sideways', async () => {
    const airlock = await visit(site.address, { viewport: { width: 390, height: 844 } });
    const overflow = () => airlock.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(await overflow() <= 0, `before: ${await overflow()} px too wide`);
    const [core, shell] = await Promise.all(['core-editor', 'shell-editor'].map((id) => airlock.by(id).boundingBox()));
    assert.ok(shell.y >= core.y + core.height, 'the shell is below the core');
    assert.ok(core.width > 330);
    assert.equal(await airlock.runToEnd(), 'done');
    assert.ok(await overflow() <= 0, `after: ${await overflow()} px too wide`);
  });

  test('denied storage is said, and the page works', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(() => {
      const denied = { get() { throw new DOMException('denied', 'SecurityError'); } };
      Object.defineProperty(window, 'localStorage', denied);
      Object.defineProperty(window, 'sessionStorage', denied);
    });
    await page.goto(site.address);
    await page.getByText('Storage is denied').waitFor();
    await page.getByTestId('run').click();
    await page.waitForFunction(() => document.querySelector('[data-testid=status]').textContent === 'done');
    await context.close();
  });

  test('a Worker that fails to start is said', async () => {
    const broken = await serveSite({
      replaced: [{ pattern: /worker[^/]*\.js$/, answer: (response, headers) => response.writeHead(404, headers).end() }],
    });
    try {
      const airlock = await visit(broken.address, { ready: false });
      await airlock.status('failed');
      assert.match(await airlock.textOf('problems'), /Worker could not be started/);
      assert.match(await airlock.program('core'), /async def price/);
    } finally {
      broken.close();
    }
  });

  test('an engine that cannot be loaded is said', async () => {
    const broken = await serveSite({
      replaced: [{ pattern: /airlock-browser[^/]*\.wasm$/, answer: (response, headers) => response.writeHead(404, headers).end() }],
    });
    try {
      const airlock = await visit(broken.address, { ready: false });
      await airlock.status('failed');
      assert.match(await airlock.textOf('problems'), /engine could not be loaded/);
    } finally {
      broken.close();
    }
  });

  test('a host without the isolation headers gets them from the service worker', async () => {
    const plain = await serveSite({ isolated: false });
    try {
      const airlock = await visit(plain.address, { ready: false });
      await airlock.page.waitForFunction(() => globalThis.crossOriginIsolated, null, { timeout: 10_000 });
      await airlock.status('ready');
      assert.equal(await airlock.runToEnd(), 'done');
    } finally {
      plain.close();
    }
  });
});
