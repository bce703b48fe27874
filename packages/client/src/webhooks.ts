import type { Http } from './http.ts';
import type { CallOptions } from './operation.ts';
import type { Delivery, NewWebhookSecret, WebhookSecrets } from './shapes.ts';

/** The calls about webhooks. All reject with FramefoldError, or with the signal's reason. */
export class Webhooks {
  constructor(private readonly http: Http) {}

  /** The webhooks of a job, in the order of their events. */
  async deliveries(jobId: string, options: CallOptions = {}): Promise<Delivery[]> {
    const path = { id: jobId };
    return (await this.http.call('get', '/api/jobs/{id}/deliveries', { ...options, path })).deliveries;
  }

  /** A webhook with its body, byte for byte. */
  delivery(id: string, options: CallOptions = {}): Promise<Delivery & { readonly body: string }> {
    return this.http.call('get', '/api/deliveries/{id}', { ...options, path: { id } });
  }

  /** Sends a webhook once more, whatever became of it. */
  sendAgain(id: string, options: CallOptions = {}): Promise<Delivery> {
    return this.http.call('post', '/api/deliveries/{id}/send-again', { ...options, path: { id } });
  }

  /** Which secrets sign, without themselves. */
  secrets(options: CallOptions = {}): Promise<WebhookSecrets> {
    return this.http.call('get', '/api/webhook-secrets', options);
  }

  /** Makes a new secret, shown this once; the old one goes on to sign beside it for a while. */
  rotateSecret(options: CallOptions = {}): Promise<NewWebhookSecret> {
    return this.http.call('post', '/api/webhook-secrets', options);
  }
}
