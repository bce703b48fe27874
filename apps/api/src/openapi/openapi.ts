import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { describeCommonAnswers } from './common-answers.ts';
import { describeLinks } from './links.ts';
import { nameSchemas } from './named-schemas.ts';
import { toSchema } from './to-schema.ts';

/** The API's description, made from the same schemas that requests are checked by. */
function createOpenApi(app: INestApplication, keysRequired: boolean): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Framefold')
    .setDescription(
      'Durable video transcoding. Times are ms since the epoch; errors are RFC 9457 problem details.',
    )
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'ff_<id>_<secret>' })
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    standardSchemaConverter: (schema, { schemaType }) =>
      schema instanceof z.ZodType ? { schema: toSchema(schema, schemaType) } : undefined,
  });
  nameSchemas(document);
  describeCommonAnswers(document, keysRequired);
  describeLinks(document);
  return document;
}

/**
 * Serves the description at /openapi.json and a page that shows it at /docs. It is made when it is first asked for, so
 * that no start waits for it.
 *
 * @param keysRequired whether routes that know keys answer nobody without one
 */
export function serveOpenApi(app: INestApplication, keysRequired: boolean): void {
  SwaggerModule.setup('docs', app, () => createOpenApi(app, keysRequired), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
  });
}
