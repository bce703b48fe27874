import { loadConfig } from '@framefold/config';
import { assertStore } from './assert-store.ts';
import { calibrateMachine } from './calibrate-machine.ts';
import type { Io } from './io.ts';
import { run } from './program.ts';
import { runWorkerProgram } from './worker-program.ts';
import { down, ensureUp, stackOptions, status, up } from './stack/index.ts';

// npm passes a Ctrl-C on that the terminal has delivered already; a person is slower.
const echoMs = 500;

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  cwd: process.cwd(),
  pace: { pollMs: 500, retryMs: 1000, patienceMs: 60_000 },
  stack: {
    ensureUp: async (config) => {
      if (!status(config.home).running) await assertStore(config.store);
      return ensureUp(stackOptions(config));
    },
    up: async (config, foreground, report) => {
      await assertStore(config.store);
      return up(stackOptions(config), { foreground, report });
    },
    down: (config) => down(config.home, config.drainSeconds),
  },
  calibrate: calibrateMachine,
  runWorker: runWorkerProgram,
  loadConfig: () => loadConfig(),
  onInterrupt: (listener) => {
    let lastAt = -Infinity;
    const onSignal = (): void => {
      const now = Date.now();
      if (now - lastAt < echoMs) return;
      lastAt = now;
      listener();
    };
    const signals = ['SIGINT', 'SIGTERM'] as const;
    for (const signal of signals) process.on(signal, onSignal);
    return () => signals.forEach((signal) => process.off(signal, onSignal));
  },
};

// At once: a request that a second Ctrl-C left behind would hold the process.
process.exit(await run(process.argv.slice(2), io));
