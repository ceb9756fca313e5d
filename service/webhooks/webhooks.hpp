#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/webhooks/webhook.hpp"
#include "service/paging.hpp"

// Whom the program tells of what happens, over HTTP. Messages are those of Standard Webhooks 1.0:
// webhook-id, webhook-timestamp and webhook-signature (v1, HMAC-SHA256), a body {"type",
// "timestamp", "data"}.
namespace service {

struct AddWebhook {
    std::string name;
    std::string url;
    std::string secret;
    std::vector<schema::WebhookEvent> events;
    std::string project;
    bool allow_private = false;
    static const base::Settings<AddWebhook> settings;
};
// Refused if the name is taken.
schema::Webhook add_webhook(Work& work, const AddWebhook& request);

struct ListWebhooks {
    static const base::Settings<ListWebhooks> settings;
};
struct Webhooks {
    std::vector<schema::Webhook> items;
};
BOOST_DESCRIBE_STRUCT(Webhooks, (), (items))
Webhooks list_webhooks(Work& work, const ListWebhooks& request);

struct WebhookName {
    std::string name;
    static const base::Settings<WebhookName> settings;
};
Nothing pause_webhook(Work& work, const WebhookName& request);
// One that was paused, or that answered 410; what it was to be told meanwhile is sent.
Nothing resume_webhook(Work& work, const WebhookName& request);
// With its log.
Nothing remove_webhook(Work& work, const WebhookName& request);
// Sends it a message of type "test".
Nothing test_webhook(Work& work, const WebhookName& request);

struct WebhookLog {
    std::string name;
    std::optional<schema::MessageState> state;
    Paging page;
    static const base::Settings<WebhookLog> settings;
};
// The newest first.
Page<schema::WebhookMessage> webhook_log(Work& work, const WebhookLog& request);

struct RetryMessages {
    std::string name;
    std::optional<std::int64_t> message;
    static const base::Settings<RetryMessages> settings;
};
struct MessagesRetried {
    std::int64_t messages = 0;
};
BOOST_DESCRIBE_STRUCT(MessagesRetried, (), (messages))
MessagesRetried retry_messages(Work& work, const RetryMessages& request);

}  // namespace service
