// Usage: node packages/client/generate.mjs [--check]
// Writes the types of src/gen/openapi.ts from the API's description; with --check it only tells whether they differ.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';

const description = new URL('../../apps/api/openapi.json', import.meta.url);
const types = new URL('./src/gen/openapi.ts', import.meta.url);

/**
 * Under `exactOptionalPropertyTypes` what may be left out may not be undefined, unless the type says so. JSON makes no
 * difference: callers should not have to.
 * @param {ts.PropertySignature} property
 */
function orUndefined(property) {
  const { modifiers, name, questionToken, type } = property;
  if (questionToken === undefined || type === undefined) return undefined;
  const wider = ts.factory.createUnionTypeNode([
    type,
    ts.factory.createKeywordTypeNode(ts.SyntaxKind.UndefinedKeyword),
  ]);
  return ts.factory.updatePropertySignature(property, modifiers, name, questionToken, wider);
}

/**
 * Alternatives that say only which fields go together are beyond TypeScript, and a union with them is `unknown`.
 * @param {unknown} value any part of the description
 * @returns {unknown}
 */
function withoutCompanyRules(value) {
  if (Array.isArray(value)) return value.map(withoutCompanyRules);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name, part]) => !(name === 'anyOf' && 'properties' in value && isRulesAlone(part)),
  );
  return Object.fromEntries(entries.map(([name, part]) => [name, withoutCompanyRules(part)]));
}

/** @param {unknown} alternatives */
const isRulesAlone = (alternatives) =>
  Array.isArray(alternatives) &&
  alternatives.every((one) => Object.keys(one).every((name) => name === 'required' || name === 'not'));

// A default is the service's: a request may leave the field out all the same.
const described = /** @type {import('openapi-typescript').OpenAPI3} */ (
  withoutCompanyRules(JSON.parse(readFileSync(description, 'utf8')))
);
const nodes = await openapiTS(described, { defaultNonNullable: false, transformProperty: orUndefined });
const text = `// Made of apps/api/openapi.json by \`npm run openapi:generate\`; not to be edited.\n\n${astToString(nodes)}`;
if (!process.argv.includes('--check')) writeFileSync(types, text);
else if (text !== readFileSync(types, 'utf8')) {
  console.error(
    'packages/client/src/gen/openapi.ts is not that of apps/api/openapi.json: run `npm run openapi:generate`.',
  );
  process.exit(1);
}
