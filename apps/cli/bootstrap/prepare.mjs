// From a fresh clone to something that can run: the one sequence behind the command and behind every npm script.
import { checkNodeVersion } from './node-version.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { provisionTools } from './tools/provision.mjs';

/**
 * Does what is missing, in order: Node check, npm packages, build, tools; silent when nothing is.
 * @param {{tools?: boolean, onDemand?: string[]}} [options] tools: whether the programs are needed (default
 *   true); onDemand: further tools by name, such as chromium
 * @returns {Promise<Record<string, string>>} variables for the environment of what runs next
 */
export async function prepare({ tools = true, onDemand = [] } = {}) {
  checkNodeVersion();
  await ensureNpmPackages();
  // Imported late: it needs a package that the line above may just have installed.
  const { build } = await import('./build.mjs');
  // The build is first because it fails first: nobody should wait for a compiler run to learn of a typing error.
  await build();
  return tools ? await provisionTools({ onDemand }) : {};
}
