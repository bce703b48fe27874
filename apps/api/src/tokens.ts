/** Injection tokens of what has no class of its own. */
export const CONFIG = Symbol('Config');
export const STORE = Symbol('ObjectStore');
export const METRICS = Symbol('Metrics');
export const CLOCK = Symbol('Clock');

/** Now, in ms since the epoch. */
export type Clock = () => number;
