// What the pages about webhooks share.
import { client, ok } from "../../lib/client";

export const listWebhooks = () => ok(client.GET("/api/v1/webhooks"));
export type Webhook = Awaited<ReturnType<typeof listWebhooks>>["items"][number];
export const eventsOf = (webhook: Webhook): string[] => (Array.isArray(webhook.events) ? (webhook.events as string[]) : []);
export const at = (name: string) => ({ params: { path: { name } } });
