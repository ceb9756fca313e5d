// A webhook is told by workers and never by the request that made the news, so that a receiver that
// is slow or away delays nobody. What it is told is written in the same transaction as what
// happened.
#include "service/webhooks/webhooks.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/settings/read.hpp"
#include "formats/url/url.hpp"
#include "labeling/projects/project_store.hpp"
#include "schema/webhooks/webhook_store.hpp"
#include "service/areas.hpp"
#include "service/gather/download.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

std::optional<base::Fault> check_url(const std::string& url) {
    if (is_web_address(url) && formats::parse_url(url)) return std::nullopt;
    return base::Fault{"is no address", "write https://HOST/PATH"};
}

std::optional<base::Fault> check_reference(const std::string& text) {
    if (base::is_secret_reference(text)) return std::nullopt;
    return base::Fault{"is written out instead of referred to", "write env:NAME or file:PATH"};
}

Refusal unknown(const std::string& name) {
    return Refusal(
        Refusal::Kind::not_found,
        "webhook '" + name + "'",
        "no such webhook",
        "see 'tilth webhook list'"
    );
}

schema::Webhook known(Work& work, const std::string& name) {
    for (auto& webhook : schema::list_webhooks(work.tx))
        if (webhook.name == name) return webhook;
    throw unknown(name);
}

void set_state(Work& work, const std::string& name, schema::WebhookState state) {
    if (!schema::set_webhook_state(work.tx, name, state)) throw unknown(name);
}

}  // namespace

const base::Settings<AddWebhook> AddWebhook::settings{
    {"name", &AddWebhook::name, "what commands call it", {.required = true}},
    {"url",
     &AddWebhook::url,
     "where messages are sent to",
     {.required = true, .check = &check_url}},
    {"secret",
     &AddWebhook::secret,
     "that messages are signed with: env:NAME or file:PATH of the worker, which holds whsec_ and "
     "base64, or any text",
     {.required = true, .check = &check_reference}},
    {"events", &AddWebhook::events, "what it is told of; of everything by default"},
    {"project", &AddWebhook::project, "only of this labeling project; of all by default"},
    {"allow_private", &AddWebhook::allow_private, "the address may be a private one"},
};
const base::Settings<ListWebhooks> ListWebhooks::settings{};
const base::Settings<WebhookName> WebhookName::settings{
    {"name", &WebhookName::name, "its name", {.required = true}},
};
const base::Settings<WebhookLog> WebhookLog::settings{
    {"name", &WebhookLog::name, "its name", {.required = true}},
    {"state", &WebhookLog::state, "only messages in this state"},
    {&WebhookLog::page},
};
const base::Settings<RetryMessages> RetryMessages::settings{
    {"name", &RetryMessages::name, "its name", {.required = true}},
    {"message", &RetryMessages::message, "only this one; all that failed by default"},
};

schema::Webhook add_webhook(Work& work, const AddWebhook& request) {
    boost::json::array events;
    auto add = [&](schema::WebhookEvent event) { events.emplace_back(base::name_of(event)); };
    for (auto event : request.events) add(event);
    if (request.events.empty())
        for (const auto& word : base::words<schema::WebhookEvent>)
            if (word.value != schema::WebhookEvent::test) add(word.value);
    if (!request.project.empty()) labeling::load_project(work.tx, request.project);
    schema::Webhook webhook;
    webhook.name = request.name;
    webhook.url = request.url;
    webhook.secret = request.secret;
    webhook.events.text = boost::json::serialize(events);
    webhook.project = request.project;
    webhook.allow_private = request.allow_private;
    if (!schema::add_webhook(work.tx, webhook, work.now))
        throw Refusal(
            Refusal::Kind::conflict,
            "webhook '" + request.name + "'",
            "is there already",
            "take another name, or remove that one"
        );
    return known(work, request.name);
}

Webhooks list_webhooks(Work& work, const ListWebhooks&) {
    return {schema::list_webhooks(work.tx)};
}

Nothing pause_webhook(Work& work, const WebhookName& request) {
    set_state(work, request.name, schema::WebhookState::paused);
    return {};
}

Nothing resume_webhook(Work& work, const WebhookName& request) {
    set_state(work, request.name, schema::WebhookState::active);
    return {};
}

Nothing remove_webhook(Work& work, const WebhookName& request) {
    if (!schema::remove_webhook(work.tx, request.name)) throw unknown(request.name);
    return {};
}

Nothing test_webhook(Work& work, const WebhookName& request) {
    boost::json::object data{{"webhook", request.name}};
    if (schema::tell(work.tx, schema::WebhookEvent::test, data, {}, work.now, request.name) == 0)
        throw unknown(request.name);
    return {};
}

Page<schema::WebhookMessage> webhook_log(Work& work, const WebhookLog& request) {
    known(work, request.name);
    return page_of(
        schema::list_messages(
            work.tx, request.name, request.state, request.page.after_number(), request.page.limit
        ),
        request.page,
        [](const schema::WebhookMessage& last) { return std::to_string(last.id); }
    );
}

MessagesRetried retry_messages(Work& work, const RetryMessages& request) {
    known(work, request.name);
    return {schema::retry_messages(work.tx, request.name, request.message, work.now)};
}

std::span<const Verb> webhook_verbs() {
    static const std::vector<Verb> verbs{
        verb<add_webhook>("webhook add", "Tell a server of what happens here", operators),
        verb<list_webhooks>("webhook list", "Who is told, and of what", operators),
        verb<pause_webhook>("webhook pause", "Tell it later", operators),
        verb<resume_webhook>("webhook resume", "Tell it again, what it missed too", operators),
        verb<remove_webhook>("webhook remove", "Tell it no more, and forget its log", operators),
        verb<test_webhook>("webhook test", "Send it a message of type 'test'", operators),
        verb<webhook_log>("webhook log", "What it was told, and what it answered", operators),
        verb<retry_messages>("webhook retry", "Send again what failed", operators),
    };
    return verbs;
}

}  // namespace service
