// A stack of the engine, suspended on a promise. Only an import that is given
// to the engine as it is can suspend it, so this module is one: where the
// browser has no stack switching, `suspend` is never called.
let resumeStack;

const suspended = () => new Promise((resolve) => { resumeStack = resolve; });

export const suspend = 'Suspending' in WebAssembly ? new WebAssembly.Suspending(suspended) : () => {};

const reached = Promise.resolve();

/**
 * Calls back once the engine is left, before the event loop goes on: ten times as quick as `queueMicrotask` where
 * that, as in Chromium, is the page's and not the language's.
 */
export function soon(callback) {
  reached.then(callback);
}

/** Lets the suspended stack go on once the engine is left. */
export function resume() {
  resumeStack();
}
