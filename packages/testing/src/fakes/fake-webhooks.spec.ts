import { describeWebhooks } from '../../../platform/src/webhooks/webhooks-contract.ts';
import { FakeDeliveries } from './fake-deliveries.ts';
import { FakeWebhookSecrets } from './fake-webhook-secrets.ts';

describeWebhooks('memory', async () => ({
  deliveries: new FakeDeliveries(),
  webhookSecrets: new FakeWebhookSecrets(),
  close: async () => undefined,
}));
