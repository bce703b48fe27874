import { Delivery } from '@framefold/domain';
import { z } from 'zod';

/** The answer of `GET /api/jobs/:id/deliveries`, in the order of the job's log. */
export const DeliveryList = z.object({ deliveries: z.array(Delivery) });
export type DeliveryList = z.infer<typeof DeliveryList>;

/** The answer of `GET /api/deliveries/:id`. */
export const DeliveryDocument = Delivery.extend({
  body: z.string().describe('As it is sent, to the byte; fixed when the event happened'),
});
export type DeliveryDocument = z.infer<typeof DeliveryDocument>;

const SecretEntry = z.object({
  id: z.string(),
  createdAt: z.number().int(),
  signsUntil: z
    .number()
    .int()
    .optional()
    .describe('When it stops signing beside its successor; absent for the newest'),
});

/** The answer of `GET /api/webhook-secrets`, newest first: never the secrets themselves. */
export const SecretList = z.object({ secrets: z.array(SecretEntry) });
export type SecretList = z.infer<typeof SecretList>;

/** The answer of `POST /api/webhook-secrets`. */
export const NewSecret = z.object({
  id: z.string(),
  createdAt: z.number().int(),
  secret: z
    .string()
    .describe('`whsec_` and base64, as the libraries of Standard Webhooks take it; shown once'),
});
export type NewSecret = z.infer<typeof NewSecret>;
