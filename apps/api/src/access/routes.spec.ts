import { Scope, type Need } from '@framefold/domain';
import { createMetrics } from '@framefold/telemetry';
import { loadConfig } from '@framefold/config';
import { createFolderStore } from '@framefold/platform';
import { ApiModule } from '../api.module.ts';
import { Backends } from '../backends.ts';
import { NEED, OPEN } from './scope.ts';

const { controllers = [] } = ApiModule.with({
  config: loadConfig({}),
  store: createFolderStore('unused'),
  metrics: createMetrics(),
  backends: new Backends(),
});

/** Every handler of every controller that the API is made of, with what it says it needs. */
const routes = controllers.flatMap((controller) => {
  const methods = Object.entries(Object.getOwnPropertyDescriptors(controller.prototype as object));
  return methods.flatMap(([name, { value }]): [string, unknown][] => {
    // The constructor is the class, which has a path as well.
    const isRoute =
      name !== 'constructor' && typeof value === 'function' && Reflect.hasMetadata('path', value as object);
    return isRoute
      ? [[`${controller.name}.${name}`, Reflect.getMetadata(NEED, value as object) as unknown]]
      : [];
  });
});

describe('every route', () => {
  it('is among these', () => {
    expect(routes.length).toBeGreaterThan(15);
  });

  it.each(routes)('%s says what it needs', (_, need) => {
    if (need !== OPEN) expect(Scope.options).toContain((need as Need | undefined)?.scope);
  });

  it('is closed but for health and the player page', () => {
    const open = routes.filter(([, need]) => need === OPEN).map(([name]) => name);
    expect(open.sort()).toEqual([
      'HealthController.health',
      'HealthController.ready',
      // Asks for a signature or a key by itself.
      'MediaController.file',
      'PlayController.client',
      'PlayController.hls',
      'PlayController.page',
      'PlayController.script',
      'PlayController.style',
    ]);
  });
});
