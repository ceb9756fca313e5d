// Settings hands out one key at a time and remembers which were asked for; end() complains of the
// rest. So a misspelt key is an error and not a default, and the list of known keys is the code
// that reads them.
//
// What would only fail in the middle of a run is checked here: a placeholder that nothing fills, a
// parent that comes after its child, and a paginator whose place is not sent to the server, which
// would give the first page for ever.
#include "ingest/sources/api/spec.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/time/parse.hpp"
#include "ingest/sources/api/fill.hpp"

namespace ingest::api {

namespace json = boost::json;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

[[noreturn]] void fail(const std::string& path, std::string reason, std::string_view mend = {}) {
    throw base::UsageError("setting '" + path + "'", std::move(reason), mend);
}

// One object of settings: takes what is asked for and complains of what is left.
class Settings {
public:
    Settings(const json::value& value, std::string path) : path_(std::move(path)) {
        if (!value.is_object()) fail(path_, "must be a table");
        object_ = &value.get_object();
    }
    Settings(const json::object& object, std::string path)
        : object_(&object), path_(std::move(path)) {}

    std::string path(std::string_view key) const {
        return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
    }

    const json::value* find(std::string_view key) {
        taken_.insert(std::string(key));
        return object_->if_contains(key);
    }

    std::string text(std::string_view key, std::string otherwise = {}) {
        const auto* value = find(key);
        if (!value) return otherwise;
        if (!value->is_string()) fail(path(key), "must be a text");
        return std::string(value->get_string());
    }

    std::string needed(std::string_view key) {
        auto value = text(key);
        if (value.empty()) fail(path(key), "is missing");
        return value;
    }

    std::int64_t
    whole(std::string_view key, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
        const auto* value = find(key);
        if (!value) return otherwise;
        if (!value->is_int64() || value->get_int64() < least || value->get_int64() > most)
            fail(path(key), fmt::format("must be a whole number from {} to {}", least, most));
        return value->get_int64();
    }

    std::optional<bool> truth(std::string_view key) {
        const auto* value = find(key);
        if (!value) return std::nullopt;
        if (!value->is_bool()) fail(path(key), "must be true or false");
        return value->get_bool();
    }

    // One of `words`; the first one if absent.
    std::size_t word(std::string_view key, std::initializer_list<std::string_view> words) {
        auto chosen = text(key, std::string(*words.begin()));
        auto found = std::find(words.begin(), words.end(), chosen);
        if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
        std::string all;
        for (auto one : words) all += (all.empty() ? "" : ", ") + std::string(one);
        fail(path(key), fmt::format("'{}' is unknown", chosen), "use " + all);
    }

    std::string pointer(std::string_view key) {
        auto value = text(key);
        check_pointer(path(key), value);
        return value;
    }

    std::string secret(std::string_view key) {
        auto value = text(key);
        if (!value.starts_with("env:") && !value.starts_with("file:"))
            fail(
                path(key), "refers to no secret", "say where it is: \"env:NAME\" or \"file:PATH\""
            );
        return value;
    }

    // "90s", "15m", "6h", "7d", or a number of seconds.
    std::chrono::seconds span(std::string_view key, std::chrono::seconds otherwise) {
        const auto* value = find(key);
        if (!value) return otherwise;
        if (value->is_int64() && value->get_int64() >= 0 && value->get_int64() < 4'000'000'000)
            return std::chrono::seconds(value->get_int64());
        auto spelled = value->is_string() ? std::string_view(value->get_string()) : "";
        std::int64_t number = 0;
        auto end = spelled.data() + spelled.size();
        auto [unit, code] = std::from_chars(spelled.data(), end, number);
        if (code == std::errc() && end - unit == 1 && number >= 0 && number <= 100'000) {
            if (*unit == 's') return std::chrono::seconds(number);
            if (*unit == 'm') return std::chrono::minutes(number);
            if (*unit == 'h') return std::chrono::hours(number);
            if (*unit == 'd') return std::chrono::hours(24 * number);
        }
        fail(path(key), "is no span of time", "write 90s, 15m, 6h or 7d");
    }

    std::vector<std::string> texts(std::string_view key) {
        std::vector<std::string> list;
        const auto* value = find(key);
        if (!value) return list;
        if (value->is_string()) return {std::string(value->get_string())};
        if (!value->is_array()) fail(path(key), "must be a list of texts");
        for (const auto& one : value->get_array()) {
            if (!one.is_string()) fail(path(key), "must be a list of texts");
            list.emplace_back(one.get_string());
        }
        return list;
    }

    Pairs pairs(std::string_view key) {
        Pairs list;
        const auto* value = find(key);
        if (!value) return list;
        if (!value->is_object()) fail(path(key), "must be a table");
        for (const auto& member : value->get_object()) {
            const auto& inner = member.value();
            bool plain = inner.is_string() || inner.is_int64() || inner.is_bool();
            if (!plain) fail(path(key) + "." + std::string(member.key()), "must be a text");
            list.emplace_back(
                member.key(),
                inner.is_string() ? std::string(inner.get_string()) : json::serialize(inner)
            );
        }
        return list;
    }

    std::vector<Settings> tables(std::string_view key) {
        std::vector<Settings> list;
        const auto* value = find(key);
        if (!value) return list;
        if (!value->is_array()) fail(path(key), "must be a list of tables", "write [[..]]");
        const auto& array = value->get_array();
        for (std::size_t i = 0; i < array.size(); ++i)
            list.emplace_back(array[i], fmt::format("{}[{}]", path(key), i));
        return list;
    }

    std::optional<Settings> table(std::string_view key) {
        const auto* value = find(key);
        if (!value) return std::nullopt;
        return Settings(*value, path(key));
    }

    void end(const std::vector<std::string>& others = {}) const {
        for (const auto& member : *object_) {
            std::string key(member.key());
            if (taken_.contains(key)) continue;
            if (std::find(others.begin(), others.end(), key) != others.end()) continue;
            fail(path(key), "is unknown", "remove it or mend its name");
        }
    }

    static void check_pointer(const std::string& path, const std::string& value) {
        if (!value.empty() && !value.starts_with('/'))
            fail(path, "is no JSON pointer", "begin it with /, as /data/items");
    }

private:
    const json::object* object_ = nullptr;
    std::string path_;
    std::set<std::string, std::less<>> taken_;
};

Auth read_auth(Settings settings) {
    Auth auth;
    auth.kind = static_cast<Auth::Kind>(
        settings.word("kind", {"none", "api_key", "basic", "bearer", "oauth2", "hmac"})
    );
    switch (auth.kind) {
        case Auth::Kind::none:
            break;
        case Auth::Kind::api_key:
            auth.secret = settings.secret("secret");
            auth.name = settings.text("name", "X-Api-Key");
            auth.in_query = settings.word("in", {"header", "query"}) == 1;
            break;
        case Auth::Kind::basic:
            auth.user = settings.text("user");
            auth.secret = settings.secret("secret");
            break;
        case Auth::Kind::bearer:
            auth.secret = settings.secret("secret");
            break;
        case Auth::Kind::oauth2:
            auth.token_url = settings.needed("token_url");
            auth.user = settings.text("client_id");
            if (settings.find("client_secret")) auth.secret = settings.secret("client_secret");
            if (settings.find("refresh_token"))
                auth.refresh_token = settings.secret("refresh_token");
            if (auth.secret.empty() && auth.refresh_token.empty())
                fail(settings.path("client_secret"), "is missing");
            auth.scope = settings.text("scope");
            auth.client_in_header = settings.word("client_in", {"body", "header"}) == 1;
            break;
        case Auth::Kind::hmac:
            auth.secret = settings.secret("secret");
            auth.name = settings.text("name", "X-Signature");
            auth.message = settings.text("message", auth.message);
            auth.timestamp = settings.text("timestamp", auth.timestamp);
            auth.base64 = settings.word("encoding", {"hex", "base64"}) == 1;
            auth.sha512 = settings.word("hash", {"sha256", "sha512"}) == 1;
            for (auto name : names_in(auth.message))
                if (name != "method" && name != "path" && name != "timestamp" && name != "body" &&
                    name != "url")
                    fail(
                        settings.path("message"),
                        fmt::format("{{{}}} is unknown", name),
                        "use {method}, {path}, {url}, {timestamp} and {body}"
                    );
            break;
    }
    settings.end();
    return auth;
}

Paginator read_paginator(Settings settings) {
    using Kind = Paginator::Kind;
    Paginator paginator;
    paginator.kind = static_cast<Kind>(settings.word(
        "kind", {"single", "page", "offset", "cursor", "link_header", "next_url", "keyset"}
    ));
    paginator.pointer = settings.pointer("pointer");
    paginator.tie = settings.pointer("tie");
    paginator.header = settings.text("header");
    paginator.more = settings.pointer("more");
    paginator.total = settings.pointer("total");
    auto first = paginator.kind == Kind::offset ? 0 : 1;
    paginator.first = settings.whole("first", first, 0, 1'000'000'000);
    paginator.size = settings.whole("size", paginator.size, 1, 1'000'000);
    paginator.max_pages = settings.whole("max_pages", paginator.max_pages, 1, 1'000'000'000);
    paginator.stop_short = settings.truth("stop_short").value_or(false);
    bool looks = paginator.kind == Kind::next_url || paginator.kind == Kind::keyset ||
                 (paginator.kind == Kind::cursor && paginator.header.empty());
    if (looks && paginator.pointer.empty())
        fail(settings.path("pointer"), "is missing: where the next place stands");
    settings.end();
    return paginator;
}

std::vector<ErrorRule> read_errors(Settings& settings) {
    std::vector<ErrorRule> rules;
    for (auto& part : settings.tables("error")) {
        ErrorRule rule;
        if (const auto* status = part.find("status")) {
            json::array list;
            if (status->is_array()) {
                list = status->get_array();
            } else {
                list.push_back(*status);
            }
            for (const auto& one : list) {
                if (!one.is_int64() || one.get_int64() < 100 || one.get_int64() > 599)
                    fail(part.path("status"), "must be HTTP statuses");
                rule.status.push_back(static_cast<int>(one.get_int64()));
            }
        }
        rule.contains = part.text("contains");
        constexpr Action actions[] = {
            Action::fail, Action::retry, Action::ignore, Action::refresh, Action::park};
        rule.action =
            actions[part.word("action", {"fail", "retry", "ignore", "refresh", "limited"})];
        part.end();
        rules.push_back(std::move(rule));
    }
    return rules;
}

std::vector<Condition> read_conditions(Settings& settings) {
    std::vector<Condition> conditions;
    for (auto& part : settings.tables("keep")) {
        Condition condition;
        condition.at = part.pointer("at");
        condition.is = part.texts("is");
        condition.is_not = part.texts("is_not");
        condition.present = part.truth("present");
        if (condition.is.empty() && condition.is_not.empty() && !condition.present)
            fail(part.path("is"), "is missing", "say is, is_not or present");
        part.end();
        conditions.push_back(std::move(condition));
    }
    return conditions;
}

Parent read_parent(Settings settings) {
    Parent parent;
    parent.stream = settings.needed("stream");
    parent.fields = settings.pairs("fields");
    if (parent.fields.empty())
        fail(settings.path("fields"), "is missing", "as fields = { repository = \"/id\" }");
    for (const auto& [name, at] : parent.fields)
        Settings::check_pointer(settings.path("fields." + name), at);
    settings.end();
    return parent;
}

Slices read_slices(Settings settings) {
    Slices slices;
    slices.start = settings.text("start");
    slices.end = settings.text("end");
    for (const auto* bound : {"start", "end"}) {
        auto value = settings.text(bound);
        if (!value.empty() && !base::parse_time(value)) fail(settings.path(bound), "is no time");
    }
    slices.step = settings.span("step", slices.step);
    if (slices.step.count() < 1) fail(settings.path("step"), "must be a second at least");
    slices.format = settings.text("format", slices.format);
    settings.end();
    return slices;
}

Incremental read_incremental(Settings settings) {
    Incremental incremental;
    incremental.cursor = settings.pointer("cursor");
    if (incremental.cursor.empty()) fail(settings.path("cursor"), "is missing");
    incremental.start = settings.text("start");
    incremental.lag = settings.span("lag", incremental.lag);
    incremental.format = settings.text("format", incremental.format);
    settings.end();
    return incremental;
}

void check_names(const Stream& stream, const std::string& path) {
    std::set<std::string, std::less<>> known{"limit"};
    using Kind = Paginator::Kind;
    auto kind = stream.paginator.kind;
    if (kind == Kind::page) known.insert("page");
    if (kind == Kind::offset) known.insert("offset");
    if (kind == Kind::cursor || kind == Kind::keyset) known.insert("cursor");
    if (kind == Kind::keyset) known.insert("tie");
    if (stream.slices) known.insert({"from", "to"});
    if (stream.incremental) known.insert("since");
    if (stream.parent)
        for (const auto& field : stream.parent->fields) known.insert("parent." + field.first);
    auto check = [&](std::string_view text, const std::string& where) {
        for (auto name : names_in(text)) {
            if (known.contains(name)) continue;
            std::string all;
            for (const auto& one : known) all += (all.empty() ? "{" : ", {") + one + "}";
            fail(where, fmt::format("{{{}}} is not known here", name), "use " + all);
        }
    };
    check(stream.path, path + ".path");
    check(stream.body, path + ".body");
    std::string sent = stream.path + stream.body;
    for (const auto& [name, text] : stream.query) {
        check(text, path + ".query." + name);
        sent += text;
    }
    for (const auto& [name, text] : stream.headers) {
        check(text, path + ".headers." + name);
        sent += text;
    }
    // A paginator that is not told of in the request would read the first page for ever.
    for (const auto* name : {"page", "offset", "cursor"})
        if (known.contains(name) && sent.find("{" + std::string(name) + "}") == sent.npos)
            fail(
                path + ".query",
                fmt::format("nothing tells the server the {}", name),
                fmt::format("use {{{}}} in the query, path, headers or body", name)
            );
}

Stream read_stream(Settings& settings, const std::string& path) {
    Stream stream;
    stream.name = settings.needed("name");
    stream.path = settings.text("path");
    if (!stream.path.empty() && !stream.path.starts_with('/'))
        fail(path + ".path", "must begin with /");
    stream.method = settings.text("method", stream.method);
    if (stream.method != "GET" && stream.method != "POST")
        fail(path + ".method", "unknown", "use GET or POST");
    stream.query = settings.pairs("query");
    stream.headers = settings.pairs("headers");
    if (const auto* body = settings.find("body")) {
        if (!body->is_object() && !body->is_array()) fail(path + ".body", "must be a table");
        stream.body = json::serialize(*body);
    }
    stream.records = settings.pointer("records");
    stream.store = settings.truth("store").value_or(true);
    stream.key = settings.texts("key");
    if (auto part = settings.table("paginator")) stream.paginator = read_paginator(*part);
    stream.keep = read_conditions(settings);
    stream.rename = settings.pairs("rename");
    for (const auto& [name, type] : settings.pairs("cast")) {
        Cast cast{};
        if (type == "number") {
            cast = Cast::number;
        } else if (type == "text") {
            cast = Cast::text;
        } else if (type == "boolean") {
            cast = Cast::boolean;
        } else {
            fail(path + ".cast." + name, "is unknown", "use number, text or boolean");
        }
        stream.cast.emplace_back(name, cast);
    }
    if (auto part = settings.table("parent")) stream.parent = read_parent(*part);
    if (auto part = settings.table("slices")) stream.slices = read_slices(*part);
    if (auto part = settings.table("incremental")) stream.incremental = read_incremental(*part);
    if (stream.slices && stream.slices->start.empty() &&
        (!stream.incremental || stream.incremental->start.empty()))
        fail(path + ".slices.start", "is missing");
    stream.errors = read_errors(settings);
    for (const auto& key : stream.key) {
        bool of_parent = key.starts_with("parent.") && stream.parent &&
                         std::any_of(
                             stream.parent->fields.begin(),
                             stream.parent->fields.end(),
                             [&](const auto& field) { return "parent." + field.first == key; }
                         );
        if (!of_parent) Settings::check_pointer(path + ".key", key);
    }
    settings.end();
    check_names(stream, path);
    return stream;
}

// Parents come before their children, so there are no circles.
void check_parents(const std::vector<Stream>& streams) {
    std::set<std::string> before;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        auto path = fmt::format("stream[{}]", i);
        if (streams[i].parent && !before.contains(streams[i].parent->stream))
            fail(
                path + ".parent.stream",
                fmt::format("no stream '{}' before this one", streams[i].parent->stream),
                "put the parent's [[stream]] first"
            );
        if (!before.insert(streams[i].name).second)
            fail(path + ".name", fmt::format("two streams are called '{}'", streams[i].name));
    }
    if (std::none_of(streams.begin(), streams.end(), [](const auto& one) { return one.store; }))
        fail("stream", "no stream is stored", "leave out store = false of one");
}

// "10/s", "600/m", "5000/h".
std::chrono::milliseconds interval_of(const std::string& rate) {
    if (rate.empty()) return {};
    double number = 0;
    auto slash = rate.find('/');
    auto unit = slash == rate.npos ? std::string() : rate.substr(slash + 1);
    auto stated = base::parse_number(rate.substr(0, slash));
    if (stated) number = *stated;
    double span = unit == "s" ? 1e3 : unit == "m" ? 60e3 : unit == "h" ? 3600e3 : 0;
    if (number <= 0 || span == 0) fail("rate", "is no rate", "write 10/s, 600/m or 5000/h");
    return std::chrono::milliseconds(static_cast<std::int64_t>(span / number));
}

}  // namespace

const Stream& Spec::stream(const std::string& name) const {
    return *std::find_if(streams.begin(), streams.end(), [&](const Stream& one) {
        return one.name == name;
    });
}

const std::vector<std::string>& setting_names() {
    static const std::vector<std::string> names{
        "base_url", "auth", "headers", "attempts", "longest_wait", "rate", "stream", "error"};
    return names;
}

Spec read_spec(const json::object& object, const std::vector<std::string>& others) {
    Settings settings(object, "");
    Spec spec;
    spec.base_url = settings.needed("base_url");
    while (spec.base_url.ends_with('/')) spec.base_url.pop_back();
    if (!spec.base_url.starts_with("https://") && !spec.base_url.starts_with("http://"))
        fail("base_url", "must begin with https:// or http://");
    if (auto part = settings.table("auth")) spec.auth = read_auth(*part);
    spec.headers = settings.pairs("headers");
    spec.attempts = static_cast<int>(settings.whole("attempts", spec.attempts, 1, 100));
    spec.longest_wait = settings.span("longest_wait", spec.longest_wait);
    spec.interval = interval_of(settings.text("rate"));
    auto errors = read_errors(settings);
    auto streams = settings.tables("stream");
    if (streams.empty()) fail("stream", "is missing", "add a [[stream]] part");
    for (std::size_t i = 0; i < streams.size(); ++i) {
        spec.streams.push_back(read_stream(streams[i], fmt::format("stream[{}]", i)));
        auto& own = spec.streams.back().errors;
        own.insert(own.end(), errors.begin(), errors.end());
    }
    check_parents(spec.streams);
    settings.end(others);
    return spec;
}

}  // namespace ingest::api
