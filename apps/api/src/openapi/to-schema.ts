import { z } from 'zod';

/** A Zod schema in the words of OpenAPI 3.0, as it takes values (`input`) or gives them (`output`). */
export function toSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  // Checks in code, such as of a URL, have no words in JSON Schema: they stay with their type.
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io,
    unrepresentable: 'any',
  });
  return json;
}
