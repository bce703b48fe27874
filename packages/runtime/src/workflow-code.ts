import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@framefold/telemetry';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';
import { toTemporalLogger } from './install-temporal-runtime.ts';

/** The workflows as one file: the build's bundle, or, when running from sources, one made now. */
export async function workflowCode(logger: Logger): Promise<WorkflowBundleOption> {
  const entry = import.meta.resolve('@framefold/workflows');
  const codePath = fileURLToPath(new URL('./workflow-bundle.js', entry));
  if (existsSync(codePath)) return { codePath };
  return await bundleWorkflowCode({
    workflowsPath: fileURLToPath(entry),
    workflowInterceptorModules: [fileURLToPath(entry)],
    logger: toTemporalLogger(logger.child({}, { level: 'error' })),
    // Packages export their sources under this condition; see package.json of any of them.
    webpackConfigHook: (config) =>
      entry.endsWith('.ts')
        ? { ...config, resolve: { ...config.resolve, conditionNames: ['source', '...'] } }
        : config,
  });
}
