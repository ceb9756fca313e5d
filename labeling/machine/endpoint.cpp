// What is sent to a machine and what comes back, as texts: the network is elsewhere.
//
// A reply is kept even if it is no answer: it was paid for, and asking again without another prompt
// would pay for it again.
#include "labeling/machine/endpoint.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/utf8.hpp"
#include "formats/url/url.hpp"
#include "labeling/machine/said_answer.hpp"
#include "labeling/machine/suggester.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_reason = 300;
constexpr std::int64_t most_tokens = 1'000'000'000;  // of one reply; more is no count
constexpr double most_cost = 1e6;

std::optional<base::Fault> check_address(const std::string& url) {
    auto parsed = formats::parse_url(url);
    if (parsed && (url.starts_with("http://") || url.starts_with("https://"))) return std::nullopt;
    return base::Fault{.reason = "is no address", .mend = "write https://.."};
}

std::optional<base::Fault> check_endpoint(EndpointSettings& endpoint) {
    bool chat = endpoint.kind == EndpointKind::chat;
    if (chat && endpoint.prompt.empty())
        return base::Fault{
            .reason = "is missing", .mend = "write what is asked, with {{text}}", .at = "prompt"};
    if (chat && endpoint.model.empty())
        return base::Fault{.reason = "is missing", .mend = "name the model", .at = "model"};
    if (endpoint.max_cost && endpoint.price_in == 0 && endpoint.price_out == 0 && chat)
        return base::Fault{
            .reason = "needs prices of tokens",
            .mend = "set price_in and price_out",
            .at = "max_cost"};
    if (!endpoint.parameters.text.empty() && endpoint.parameters.text[0] != '{')
        return base::Fault{.reason = "are no object", .at = "parameters"};
    return std::nullopt;
}

std::string short_text(std::string text) {
    if (text.size() <= longest_reason) return text;
    auto cut = longest_reason;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
    text.resize(cut);
    return text + "..";
}

std::string classes_of(const Question& question) {
    std::string lines;
    auto add = [&](const std::vector<LabelClass>& classes, const std::string& indent) {
        for (const auto& item : classes) {
            lines += fmt::format("{}- {}", indent, item.name);
            if (!item.description.empty()) lines += ": " + item.description;
            lines += '\n';
        }
    };
    add(question.classes, "");
    for (const auto& part : question.parts) {
        lines += fmt::format("{}:\n", part.name);
        add(part.question.classes, "  ");
    }
    if (lines.ends_with('\n')) lines.pop_back();
    return lines;
}

std::string field_of(const RecordToAsk& record, const std::string& name) {
    json::value fields;
    if (!record.fields.empty()) fields = json::parse(record.fields);
    const auto* found = fields.is_object() ? fields.get_object().if_contains(name) : nullptr;
    if (!found || found->is_null())
        throw base::UsageError(
            "record '" + record.key + "'",
            fmt::format("has no field '{}', which the prompt names", name),
            "name another, or give it one"
        );
    if (found->is_string()) return std::string(found->get_string());
    return json::serialize(*found);
}

std::string
named_in_prompt(const std::string& name, const Project& project, const RecordToAsk& record) {
    if (name == "text") return record.body;
    if (name == "title") return record.title;
    if (name == "key") return record.key;
    if (name == "url") return record.url;
    if (name == "language") return record.language;
    if (name == "classes") return classes_of(project.question);
    if (name == "guidelines") return project.instructions;
    return field_of(record, name.starts_with("field:") ? name.substr(6) : name);
}

const json::value* within(const json::value* value, std::string_view name) {
    const auto* object = value ? value->if_object() : nullptr;
    return object ? object->if_contains(name) : nullptr;
}

std::int64_t count_in(const json::value* usage, std::initializer_list<std::string_view> names) {
    for (auto name : names)
        if (const auto* count = within(usage, name); count && count->is_number()) {
            boost::system::error_code error;
            auto number = count->to_number<std::int64_t>(error);
            if (!error && number >= 0 && number <= most_tokens) return number;
        }
    return 0;
}

// Texts of a message, which may come in parts.
std::string content_of(const json::value* content) {
    if (!content) return {};
    if (content->is_string()) return std::string(content->get_string());
    std::string text;
    if (const auto* parts = content->if_array())
        for (const auto& part : *parts)
            if (const auto* own = within(&part, "text"); own && own->is_string())
                text += std::string_view(own->get_string());
    return text;
}

// What the model of a chat wrote; why there is nothing in `fault`.
std::string written_in(const json::value& reply, std::string& fault) {
    const auto* choices = within(&reply, "choices");
    const auto* list = choices ? choices->if_array() : nullptr;
    if (!list || list->empty()) {
        fault = "the reply has no choices";
        return {};
    }
    const auto* message = within(&list->front(), "message");
    const auto* refusal = within(message, "refusal");
    auto text = content_of(within(message, "content"));
    const auto* finish = within(&list->front(), "finish_reason");
    if (refusal && refusal->is_string())
        fault = "the model refused: " + std::string(refusal->get_string());
    else if (text.find_first_not_of(" \t\r\n") == text.npos)
        fault = "the reply is empty";
    else if (finish && finish->is_string() && finish->get_string() == "length")
        fault = "the reply was cut off at max_tokens";
    return text;
}

void read_answer(
    const Project& project,
    const RecordToAsk& record,
    SaidAnswer answer,
    std::string_view written,
    Suggested& kept
) {
    answer.said.key = record.key;
    auto read = suggested(project.question, answer.said, record);
    if (!read) {
        kept.fault = "the reply says nothing";
        return;
    }
    kept.answer = std::move(read->answer);
    if (!read->fault.empty())
        kept.fault = fmt::format("{}; it wrote: {}", short_text(read->fault), written);
    else
        kept.score = answer.score;
}

}  // namespace

const base::Settings<EndpointSettings> EndpointSettings::settings{
    {{"annotator", &EndpointSettings::annotator, "what it is called; the model by default"},
     {"version", &EndpointSettings::version, "by default it follows from all it is asked with"},
     {"kind", &EndpointSettings::kind, "what is sent"},
     {"url",
      &EndpointSettings::url,
      "where it answers",
      {.required = true, .check = &check_address}},
     {"model", &EndpointSettings::model, "which of the models there"},
     {"key", &EndpointSettings::key, "sent as a bearer token", {.secret = true}},
     {"system", &EndpointSettings::system, "what a chat begins with; a template as the prompt"},
     {"prompt", &EndpointSettings::prompt, "what is asked: {{text}}, {{title}}, {{classes}}, .."},
     {"temperature", &EndpointSettings::temperature, "of a chat", {.low = 0}},
     {"max_tokens", &EndpointSettings::max_tokens, "of a reply", {.low = 1}},
     {"parameters", &EndpointSettings::parameters, "an object: more members of what is sent"},
     {"timeout", &EndpointSettings::timeout, "of one request", {.low = 0.1, .high = 3600}},
     {"retries",
      &EndpointSettings::retries,
      "after no answer, 429 and 5xx",
      {.low = 0, .high = 20}},
     {"backoff", &EndpointSettings::backoff, "before the first of these, at most", {.low = 0}},
     {"concurrency", &EndpointSettings::concurrency, "requests at once", {.low = 1, .high = 64}},
     {"max_cost",
      &EndpointSettings::max_cost,
      "of all answers of this version; requests under way when it is reached come on top",
      {.low = 0}},
     {"max_total_tokens",
      &EndpointSettings::max_total_tokens,
      "sent and received, likewise",
      {.low = 0}},
     {"max_requests",
      &EndpointSettings::max_requests,
      "of this version, with those that are tried again",
      {.low = 0}},
     {"price_in", &EndpointSettings::price_in, "of a million tokens that are sent", {.low = 0}},
     {"price_out", &EndpointSettings::price_out, "of a million that come back", {.low = 0}},
     {"allow_private", &EndpointSettings::allow_private, "also addresses in private networks"}},
    &check_endpoint,
};

std::string prompt_hash(const EndpointSettings& endpoint, const Project& project) {
    json::array parts{
        base::name_of(endpoint.kind),
        endpoint.url,
        endpoint.model,
        endpoint.system,
        endpoint.prompt,
        endpoint.parameters.text,
        endpoint.temperature ? json::value(*endpoint.temperature) : json::value(),
        endpoint.max_tokens ? json::value(*endpoint.max_tokens) : json::value()};
    auto told = endpoint.system + endpoint.prompt;
    bool plain = endpoint.kind == EndpointKind::json;
    if (plain || told.find("{{classes}}") != told.npos)
        parts.emplace_back(classes_of(project.question));
    if (plain || told.find("{{guidelines}}") != told.npos) parts.emplace_back(project.instructions);
    return base::sha256_hex(json::serialize(parts));
}

EndpointSettings named_endpoint(EndpointSettings endpoint, const Project& project) {
    if (endpoint.version.empty()) endpoint.version = prompt_hash(endpoint, project).substr(0, 12);
    if (endpoint.annotator.empty()) endpoint.annotator = endpoint.model;
    if (endpoint.annotator.empty())
        if (auto url = formats::parse_url(endpoint.url))
            endpoint.annotator = url->host.value_or("");
    return endpoint;
}

std::string
filled_prompt(const std::string& prompt, const Project& project, const RecordToAsk& record) {
    std::string filled;
    std::size_t at = 0;
    for (;;) {
        auto open = prompt.find("{{", at);
        auto close = open == prompt.npos ? prompt.npos : prompt.find("}}", open);
        if (close == prompt.npos) return filled.append(prompt, at);
        filled.append(prompt, at, open - at);
        auto name = prompt.substr(open + 2, close - open - 2);
        auto from = name.find_first_not_of(' ');
        if (from != name.npos) name = name.substr(from, name.find_last_not_of(' ') - from + 1);
        filled += named_in_prompt(name, project, record);
        at = close + 2;
    }
}

std::string
body_of(const EndpointSettings& endpoint, const Project& project, const RecordToAsk& record) {
    json::object body;
    if (!endpoint.parameters.text.empty()) body = json::parse(endpoint.parameters.text).as_object();
    if (!endpoint.model.empty()) body["model"] = endpoint.model;
    if (endpoint.temperature) body["temperature"] = *endpoint.temperature;
    if (endpoint.max_tokens) body["max_tokens"] = *endpoint.max_tokens;
    auto prompt = filled_prompt(endpoint.prompt, project, record);
    if (endpoint.kind == EndpointKind::chat) {
        json::array messages;
        if (!endpoint.system.empty())
            messages.push_back(
                {{"role", "system"}, {"content", filled_prompt(endpoint.system, project, record)}}
            );
        messages.push_back({{"role", "user"}, {"content", prompt}});
        body["messages"] = std::move(messages);
        return json::serialize(body);
    }
    json::array classes;
    for (const auto& item : project.question.classes) classes.emplace_back(item.name);
    body["key"] = record.key;
    body["title"] = record.title;
    body["text"] = record.body;
    body["fields"] = record.fields.empty() ? json::value() : json::parse(record.fields);
    body["kind"] = project.question.kind;
    body["classes"] = std::move(classes);
    if (!project.instructions.empty()) body["guidelines"] = project.instructions;
    if (!prompt.empty()) body["prompt"] = prompt;
    return json::serialize(body);
}

Suggested read_reply(
    const EndpointSettings& endpoint,
    const Project& project,
    const RecordToAsk& record,
    const std::string& body
) {
    Suggested kept{.key = record.key};
    boost::system::error_code error;
    auto reply = base::is_utf8(body) ? json::parse(body, error) : json::value();
    if (error || !reply.is_object()) {
        kept.fault = "the reply is no JSON object: " +
                     short_text(base::is_utf8(body) ? body : "it is no UTF-8");
        return kept;
    }
    const auto* usage = within(&reply, "usage");
    kept.input_tokens = count_in(usage, {"prompt_tokens", "input_tokens"});
    kept.output_tokens = count_in(usage, {"completion_tokens", "output_tokens"});
    kept.cost = (static_cast<double>(kept.input_tokens) * endpoint.price_in +
                 static_cast<double>(kept.output_tokens) * endpoint.price_out) /
                1e6;
    if (const auto* cost = within(&reply, "cost"); cost && cost->is_number())
        if (auto told = cost->to_number<double>(); told >= 0 && told <= most_cost) kept.cost = told;
    std::string written;
    SaidAnswer answer;
    if (endpoint.kind == EndpointKind::chat) {
        written = written_in(reply, kept.fault);
        if (!kept.fault.empty()) {
            kept.fault = short_text(kept.fault);
            return kept;
        }
        answer = said_answer(project.question, written);
    } else {
        written = json::serialize(reply);
        answer = said_answer(project.question, written);
    }
    // A NUL cannot be stored, and is no part of an answer.
    std::erase(written, '\0');
    read_answer(project, record, std::move(answer), short_text(written), kept);
    std::erase(kept.fault, '\0');
    return kept;
}

std::string error_in(const std::string& body) {
    boost::system::error_code error;
    if (!base::is_utf8(body)) return "no UTF-8";
    auto reply = json::parse(body, error);
    if (!error)
        for (const auto* found :
             {within(within(&reply, "error"), "message"),
              within(&reply, "message"),
              within(&reply, "detail"),
              within(&reply, "error")})
            if (found && found->is_string()) return short_text(std::string(found->get_string()));
    return short_text(body);
}

}  // namespace labeling
