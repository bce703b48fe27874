import { Controller, Get, Header, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CalledBy, type Caller } from '../access/caller.ts';
import { Scope } from '../access/scope.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { RotateSecrets } from './rotate-secrets.ts';
import { WebhookLog } from './webhook-log.ts';
import { DeliveryDocument, DeliveryList, NewSecret, SecretList } from './webhook-schemas.ts';

@ApiTags('webhooks')
@Controller('api')
export class WebhooksController {
  constructor(
    @Inject(WebhookLog) private readonly log: WebhookLog,
    @Inject(RotateSecrets) private readonly secrets: RotateSecrets,
  ) {}

  @Get('jobs/:id/deliveries')
  @Scope('read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'listDeliveries', summary: 'The webhooks of a job and what became of them' })
  @ApiResponse({ status: 200, standardSchema: DeliveryList, description: 'In the order of their events' })
  @ProblemResponses(404, 503)
  ofJob(@CalledBy() caller: Caller, @Param('id') jobId: string): Promise<DeliveryList> {
    return this.log.ofJob(caller, jobId);
  }

  @Get('deliveries/:id')
  @Scope('read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getDelivery', summary: 'A webhook with its body and every attempt' })
  @ApiResponse({ status: 200, standardSchema: DeliveryDocument, description: 'The webhook' })
  @ProblemResponses(404, 503)
  delivery(@CalledBy() caller: Caller, @Param('id') id: string): Promise<DeliveryDocument> {
    return this.log.delivery(caller, id);
  }

  @Post('deliveries/:id/send-again')
  @Scope('operate')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'sendDeliveryAgain',
    summary: 'Send a webhook once more, with the same webhook-id and body',
  })
  @ApiResponse({ status: 202, standardSchema: DeliveryDocument, description: 'It is on its way' })
  @ProblemResponses(404, 503)
  sendAgain(@CalledBy() caller: Caller, @Param('id') id: string): Promise<DeliveryDocument> {
    return this.log.sendAgain(caller, id);
  }

  @Get('webhook-secrets')
  @Scope('admin')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'listWebhookSecrets', summary: 'Which secrets sign webhooks, and how long' })
  @ApiResponse({ status: 200, standardSchema: SecretList, description: 'Newest first' })
  @ProblemResponses(503)
  list(@CalledBy() { tenant }: Caller): Promise<SecretList> {
    return this.secrets.list(tenant.id);
  }

  @Post('webhook-secrets')
  @Scope('admin')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Make a new secret; the one before signs beside it for a while',
  })
  @ApiResponse({ status: 201, standardSchema: NewSecret, description: 'The new secret, shown this once' })
  @ProblemResponses(503)
  rotate(@CalledBy() { tenant }: Caller): Promise<NewSecret> {
    return this.secrets.rotate(tenant.id);
  }
}
