// TypeScript to JavaScript, one file at a time, without looking at types (`npm run check` does).
import { copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { writeAtomically } from '../files.mjs';

/** Compiler options; jest's are the same but for the module's source map. @type {import('@swc/core').Options} */
export const swcOptions = {
  swcrc: false,
  configFile: false,
  sourceMaps: true,
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    target: 'es2022',
    // Nest injects by the constructor types that the compiler records.
    transform: { legacyDecorator: true, decoratorMetadata: true },
    // Names of classes show up in Nest's tokens, in logs and in workflow types.
    keepClassNames: true,
    // Sources import './x.ts', which the type checker and jest understand; Node runs './x.js'.
    // @ts-expect-error the compiler knows the option, its type declarations do not yet
    rewriteRelativeImportExtensions: true,
    experimental: { keepImportAttributes: true },
  },
  module: { type: 'es6' },
};

/**
 * Writes the output of one source file, each file whole or not at all.
 * @param {string} root
 * @param {import('./sources.mjs').BuildInput} input
 */
export async function transform(root, { source, output, compiled }) {
  const target = join(root, output);
  if (!compiled) {
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, source), `${target}.tmp`);
    renameSync(`${target}.tmp`, target);
    return;
  }
  const { transformFile } = await import('@swc/core');
  const sourceFileName = relative(dirname(target), join(root, source));
  const { code, map } = await transformFile(join(root, source), { ...swcOptions, sourceFileName });
  if (map !== undefined) writeAtomically(`${target}.map`, map);
  writeAtomically(target, `${code}\n//# sourceMappingURL=${basename(target)}.map\n`);
}
