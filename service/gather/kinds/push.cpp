// A delivery is believed by its signature alone, so that comes before anything is parsed. Several
// secrets may be valid at once: a sender changes to a new one while the old is in use. Its id makes
// a repeated delivery harmless; a sender that gives none gets the body's hash.
#include "service/gather/kinds/push.hpp"

#include <chrono>

#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/database/database.hpp"
#include "base/run/log.hpp"
#include "base/settings/settings.hpp"
#include "ingest/sources/push/push_store.hpp"
#include "ingest/sources/push/webhook.hpp"
#include "service/gather/gather_records.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/secret.hpp"
#include "service/gather/settings.hpp"
#include "service/refusal.hpp"

namespace service {

namespace json = boost::json;

namespace {

ingest::Rules rules_of(const PushSettings& settings, const base::Document& document) {
    auto rules =
        mapping_rules(settings.rules, settings.rules_name, document).value_or(ingest::Rules());
    if (!settings.key.empty() && rules.key.empty()) rules.key = {settings.key};
    return rules;
}

ingest::SignedMessage signed_part(ingest::WebhookScheme scheme, const Webhook& request) {
    using enum ingest::WebhookScheme;
    switch (scheme) {
        case github:
            return {
                request.header("x-github-delivery"),
                {},
                request.header("x-hub-signature-256"),
                request.body};
        case stripe:
            return {
                request.header("stripe-signature"),
                {},
                request.header("stripe-signature"),
                request.body};
        case standard:
            break;
    }
    return {
        request.header("webhook-id"),
        request.header("webhook-timestamp"),
        request.header("webhook-signature"),
        request.body};
}

void check_push(const base::Document& document) {
    rules_of(PushSettings::settings.read(document), document);
}

}  // namespace

const SourceKind push_kind{
    .name = "push",
    .words = "what others send by webhooks",
    .example = R"({"scheme": "standard", "secrets": ["env:ORDERS_SECRET"], "key": "id"})",
    .shape = base::shape_of<PushSettings>,
    .check = check_push,
    .pushed = true,
};

json::object take_push(
    base::Tx& tx,
    const schema::Blobs& blobs,
    const std::string& name,
    const Webhook& request
) {
    auto source = schema::find_source(tx, name);
    if (!source || !source_kind(source->kind).pushed)
        throw Refusal(
            Refusal::Kind::not_found,
            "source '" + name + "'",
            "there is none of that name that is pushed to"
        );
    if (source->state != "active")
        throw Refusal(
            Refusal::Kind::not_ready,
            "source '" + name + "'",
            "takes nothing now",
            "send it again later"
        );
    auto document = base::Document::json(source->spec);
    auto settings = PushSettings::settings.read(document);
    std::vector<std::string> secrets;
    for (const auto& reference : settings.secrets) {
        try {
            secrets.push_back(secret_of(reference));
        } catch (const base::Error& error) {  // of several the others may do
            base::log::warning("push to '{}': {}", name, error.what());
        }
    }
    if (secrets.empty())
        throw Refusal(
            Refusal::Kind::not_ready, "source '" + name + "'", "its secrets are not to be had"
        );
    auto message = signed_part(settings.scheme, request);
    auto now = std::chrono::system_clock::now();
    if (auto why =
            ingest::webhook_refusal(settings.scheme, message, secrets, now, settings.tolerance))
        throw Refusal(Refusal::Kind::denied, "signature refused", *why);
    std::string id(message.id);
    if (id.empty()) id = base::sha256_hex(request.body);
    if (id.size() > 300) id = base::sha256_hex(id);
    ingest::PushResult result;
    try {
        result = ingest::store_push(
            tx,
            blobs,
            *source,
            rules_of(settings, document),
            {id, std::string(request.header("content-type")), std::string(request.body)},
            now
        );
    } catch (const base::UsageError& error) {
        throw Refusal(Refusal::Kind::unsupported, "unsupported media type", error.what());
    }
    return json::object{
        {"id", id},
        {"repeated", result.repeated},
        {"read", result.counts.read},
        {"new", result.counts.added},
        {"changed", result.counts.changed},
        {"unchanged", result.counts.unchanged},
        {"rejected", result.counts.rejected}};
}

}  // namespace service
