/** What a device does at the moment, as far as it tells. */
export interface DeviceLoad {
  readonly id: string;
  /** Share of its encoder or its whole in use, in percent. */
  readonly utilisationPercent?: number;
  readonly temperatureC?: number;
  /** Encodes of this worker on it. */
  readonly jobs: number;
  /** Encodes that it takes at once. */
  readonly sessionLimit: number;
}

/** What a percent of use, a degree and an encode weigh against each other. */
export interface DeviceWeights {
  readonly utilisation: number;
  readonly temperature: number;
  readonly jobs: number;
}

/**
 * The device for the next encode: of those with a free session the one that costs least, `a * utilisation +
 * b * temperature + c * jobs`; the first of equal ones. What a device does not tell counts as nothing.
 *
 * @returns undefined when all are full
 */
export function chooseDevice<D extends DeviceLoad>(
  devices: readonly D[],
  weights: DeviceWeights,
): D | undefined {
  return devices
    .filter(({ jobs, sessionLimit }) => jobs < sessionLimit)
    .reduce<D | undefined>(
      (best, device) =>
        best === undefined || deviceCost(device, weights) < deviceCost(best, weights) ? device : best,
      undefined,
    );
}

/** What an encode on a device costs, in the unit of the weights. */
export function deviceCost(
  { utilisationPercent = 0, temperatureC = 0, jobs }: DeviceLoad,
  weights: DeviceWeights,
): number {
  return weights.utilisation * utilisationPercent + weights.temperature * temperatureC + weights.jobs * jobs;
}
