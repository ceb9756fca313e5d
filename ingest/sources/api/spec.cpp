// The settings of a source of kind api: what each may be, and what does not go together.
//
// A stream that asks for the same page for ever, or with a name in braces that nothing fills, would
// only show itself after hours against somebody's server: so whatever the settings alone can tell
// is told when they are read.
#include "ingest/sources/api/spec.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/settings/settings.hpp"
#include "base/time/parse.hpp"
#include "formats/text/value_type.hpp"
#include "ingest/sources/api/fill.hpp"

template <>
struct base::Spelling<ingest::api::Rate> {
    static constexpr std::string_view wanted = "a rate such as 10/s, 600/m or 5000/h";

    static std::optional<ingest::api::Rate> read(std::string_view text) {
        auto slash = text.find('/');
        auto number = base::parse_number(text.substr(0, slash));
        auto unit = slash == text.npos ? std::string_view() : text.substr(slash + 1);
        double seconds = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
        if (!number || !(*number > 0) || seconds == 0) return std::nullopt;
        return ingest::api::Rate{*number / seconds};
    }
    static std::string write(const ingest::api::Rate& rate) {
        return fmt::format("{}/s", rate.per_second);
    }
};

namespace ingest::api {

using base::Fault;

namespace {

std::optional<Fault> check_pointer(const std::string& text) {
    if (text.empty() || text.starts_with('/')) return std::nullopt;
    return Fault{"is no JSON pointer", "begin it with /, as /data/items"};
}

std::optional<Fault> check_time(const std::string& text) {
    if (text.empty() || base::parse_time(text)) return std::nullopt;
    return Fault{"is no time", "write 2024-05-01 or 2024-05-01T12:00:00Z"};
}

std::optional<Fault> check_path(const std::string& text) {
    if (text.empty() || text.starts_with('/')) return std::nullopt;
    return Fault{"must begin with /"};
}

std::optional<Fault> check_base_url(const std::string& text) {
    if (text.starts_with("https://") || text.starts_with("http://")) return std::nullopt;
    return Fault{"must begin with https:// or http://"};
}

std::optional<Fault> check_message(const std::string& text) {
    static const std::set<std::string_view> known{"method", "path", "url", "timestamp", "body"};
    for (auto name : names_in(text))
        if (!known.contains(name))
            return Fault{
                fmt::format("holds {{{}}}, which is unknown", name),
                "use {method}, {path}, {url}, {timestamp} and {body}"};
    return std::nullopt;
}

// The settings that a kind of signing in has, the first of which it needs.
std::vector<std::string_view> settings_of(Auth::Kind kind) {
    switch (kind) {
        case Auth::Kind::none:
            return {};
        case Auth::Kind::api_key:
            return {"secret", "name", "in"};
        case Auth::Kind::basic:
            return {"secret", "user"};
        case Auth::Kind::bearer:
            return {"secret"};
        case Auth::Kind::oauth2:
            return {
                "token_url", "client_id", "client_secret", "refresh_token", "scope", "client_in"};
        case Auth::Kind::hmac:
            return {"secret", "name", "message", "timestamp", "encoding", "hash"};
    }
    return {};
}

std::optional<Fault> check_auth(Auth& auth) {
    auto known = settings_of(auth.kind);
    auto kind = base::name_of(auth.kind);
    auto given = Auth::settings.write(auth);
    for (const auto& item : given.as_object()) {
        std::string_view name(item.key());
        if (name != "kind" && std::find(known.begin(), known.end(), name) == known.end())
            return Fault{
                fmt::format("does not belong to kind '{}'", kind),
                "leave it out",
                std::string(name)};
    }
    if (!known.empty() && !given.as_object().contains(known.front()))
        return Fault{
            fmt::format("is missing: kind '{}' needs it", kind),
            "write env:NAME or file:PATH",
            std::string(known.front())};
    if (auth.kind == Auth::Kind::oauth2 && auth.client_secret.empty() && auth.refresh_token.empty())
        return Fault{
            "is missing, and so is 'refresh_token'",
            "write env:NAME or file:PATH",
            "client_secret"};
    if (auth.in == Auth::Place::body) return Fault{"cannot be body", "use header or query", "in"};
    if (auth.client_in == Auth::Place::query)
        return Fault{"cannot be query", "use body or header", "client_in"};
    return std::nullopt;
}

std::optional<Fault> check_paginator(Paginator& paginator) {
    using Kind = Paginator::Kind;
    bool looks = paginator.kind == Kind::next_url || paginator.kind == Kind::keyset ||
                 (paginator.kind == Kind::cursor && paginator.header.empty());
    if (looks && paginator.pointer.empty())
        return Fault{"is missing: where the next place stands", "as /meta/next", "pointer"};
    return std::nullopt;
}

std::optional<Fault> check_condition(Condition& condition) {
    if (!condition.is.empty() || !condition.is_not.empty() || condition.present)
        return std::nullopt;
    return Fault{"is missing", "say is, is_not or present", "is"};
}

// What may stand in braces in the requests of a stream.
std::set<std::string, std::less<>> names_of(const Stream& stream) {
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
    return known;
}

std::optional<Fault> check_names(const Stream& stream) {
    auto known = names_of(stream);
    Pairs texts{{"path", stream.path}, {"body", stream.body.text}};
    for (const auto& [name, text] : stream.query) texts.emplace_back("query." + name, text);
    for (const auto& [name, text] : stream.headers) texts.emplace_back("headers." + name, text);
    std::string sent;
    for (const auto& [where, text] : texts) {
        sent += text;
        for (auto name : names_in(text)) {
            if (known.contains(name)) continue;
            std::string all;
            for (const auto& one : known) all += (all.empty() ? "{" : ", {") + one + "}";
            return Fault{
                fmt::format("holds {{{}}}, which is not known here", name), "use " + all, where};
        }
    }
    // A paginator that is not told of in the request would read the first page for ever.
    for (std::string name : {"page", "offset", "cursor"})
        if (known.contains(name) && sent.find("{" + name + "}") == sent.npos)
            return Fault{
                fmt::format("does not tell the server the {}", name),
                fmt::format("use {{{}}} in the query, path, headers or body", name),
                "query"};
    return std::nullopt;
}

bool is_of_parent(const Stream& stream, const std::string& key) {
    if (!stream.parent || !key.starts_with("parent.")) return false;
    const auto& fields = stream.parent->fields;
    return std::any_of(fields.begin(), fields.end(), [&](const auto& field) {
        return "parent." + field.first == key;
    });
}

std::optional<Fault> check_stream(Stream& stream) {
    const auto& body = stream.body.text;
    if (!body.empty() && !body.starts_with('{') && !body.starts_with('['))
        return Fault{"must be a table", "", "body"};
    if (stream.slices && stream.slices->start.empty() &&
        (!stream.incremental || stream.incremental->start.empty()))
        return Fault{"is missing", "say where the first span begins", "slices.start"};
    for (const auto& key : stream.key)
        if (auto fault = check_pointer(key); fault && !is_of_parent(stream, key)) {
            fault->at = "key";
            return fault;
        }
    return check_names(stream);
}

// Parents come before their children, so there are no circles.
std::optional<Fault> check_streams(const std::vector<Stream>& streams) {
    std::set<std::string> before;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        auto path = fmt::format("stream[{}]", i);
        const auto& stream = streams[i];
        if (stream.parent && !before.contains(stream.parent->stream))
            return Fault{
                fmt::format("is '{}', and no such stream stands before", stream.parent->stream),
                "put the parent's [[stream]] first",
                path + ".parent.stream"};
        if (!before.insert(stream.name).second)
            return Fault{fmt::format("'{}' names two streams", stream.name), "", path + ".name"};
    }
    if (std::none_of(streams.begin(), streams.end(), [](const auto& one) { return one.store; }))
        return Fault{"holds none that is stored", "leave out store = false of one", "stream"};
    return std::nullopt;
}

std::optional<Fault> check_spec(Spec& spec) {
    while (spec.base_url.ends_with('/')) spec.base_url.pop_back();
    return check_streams(spec.streams);
}

}  // namespace

const base::Settings<Auth> Auth::settings{
    {{"kind", &Auth::kind, "how the server knows us"},
     {"secret", &Auth::secret, "key, password, token or signing key", {.secret = true}},
     {"name", &Auth::name, "the header or parameter (X-Api-Key, X-Signature)"},
     {"in", &Auth::in, "where an api_key goes: header or query"},
     {"user", &Auth::user, "of basic"},
     {"token_url", &Auth::token_url, "where oauth2 gets its tokens"},
     {"client_id", &Auth::client_id, "of oauth2"},
     {"client_secret", &Auth::client_secret, "of oauth2", {.secret = true}},
     {"refresh_token", &Auth::refresh_token, "of oauth2: use this grant", {.secret = true}},
     {"scope", &Auth::scope, "of oauth2"},
     {"client_in", &Auth::client_in, "where oauth2 puts id and secret: body or header"},
     {"message", &Auth::message, "what hmac signs", {.check = &check_message}},
     {"timestamp", &Auth::timestamp, "the header of hmac with the seconds since 1970"},
     {"encoding", &Auth::encoding, "of the signature"},
     {"hash", &Auth::hash, "of the signature"}},
    &check_auth};

const base::Settings<Paginator> Paginator::settings{
    {{"kind", &Paginator::kind, "how pages follow each other"},
     {"pointer", &Paginator::pointer, "where the next place stands", {.check = &check_pointer}},
     {"tie", &Paginator::tie, "what tells equal cursors apart", {.check = &check_pointer}},
     {"header", &Paginator::header, "the header that holds the cursor"},
     {"more", &Paginator::more, "where false says the last page", {.check = &check_pointer}},
     {"total", &Paginator::total, "where the number of all stands", {.check = &check_pointer}},
     {"first",
      &Paginator::first,
      "the first page or offset (1, of offset 0)",
      {.low = 0, .high = 1e9}},
     {"size", &Paginator::size, "records of a page, {limit}", {.low = 1, .high = 1e6}},
     {"stop_short", &Paginator::stop_short, "whether a page with fewer records is the last"},
     {"max_pages", &Paginator::max_pages, "after so many it is a circle", {.low = 1, .high = 1e9}}},
    &check_paginator};

const base::Settings<ErrorRule> ErrorRule::settings{
    {"status", &ErrorRule::status, "HTTP statuses; none: all but 2xx", {.low = 100, .high = 599}},
    {"contains", &ErrorRule::contains, "only if the body holds this"},
    {"action", &ErrorRule::action, "what to do"},
};

const base::Settings<Condition> Condition::settings{
    {{"at", &Condition::at, "which value of a record", {.check = &check_pointer}},
     {"is", &Condition::is, "it is one of these"},
     {"is_not", &Condition::is_not, "it is none of these"},
     {"present", &Condition::present, "whether it is there"}},
    &check_condition};

const base::Settings<Parent> Parent::settings{
    {"stream", &Parent::stream, "for each record of which stream", {.required = true}},
    {"fields",
     &Parent::fields,
     "{parent.NAME}: pointers into its record",
     {.required = true, .check = &check_pointer}},
};

const base::Settings<Slices> Slices::settings{
    {"start", &Slices::start, "where the first span begins", {.check = &check_time}},
    {"end", &Slices::end, "where the last ends; now if it is left out", {.check = &check_time}},
    {"step", &Slices::step, "how long a span is", {.low = 1}},
    {"format", &Slices::format, "datetime, date, epoch, epoch_ms or a pattern of strftime"},
};

const base::Settings<Incremental> Incremental::settings{
    {"cursor",
     &Incremental::cursor,
     "a value of records that never shrinks",
     {.required = true, .check = &check_pointer}},
    {"start", &Incremental::start, "{since} of the first run"},
    {"lag", &Incremental::lag, "how much of it to read again"},
    {"format", &Incremental::format, "of {since}: as of slices"},
};

const base::Settings<Stream> Stream::settings{
    {{"name", &Stream::name, "what its records are called", {.required = true}},
     {"path", &Stream::path, "behind base_url", {.check = &check_path}},
     {"method", &Stream::method, "of the requests", {.choices = {"GET", "POST"}}},
     {"query", &Stream::query, "parameters, with {names}", {.scalars = true}},
     {"headers", &Stream::headers, "of the requests, with {names}", {.scalars = true}},
     {"body", &Stream::body, "of POST, as a table"},
     {"records", &Stream::records, "where the records stand", {.check = &check_pointer}},
     {"store", &Stream::store, "false if it is only a parent"},
     {"key", &Stream::key, "pointers to what names a record, or parent.NAME"},
     {"paginator", &Stream::paginator, "how pages follow each other"},
     {"keep", &Stream::keep, "only records of which all this is true"},
     {"rename", &Stream::rename, "new names of fields"},
     {"cast", &Stream::cast, "other types of fields"},
     {"parent", &Stream::parent, "ask once for each record of another stream"},
     {"slices", &Stream::slices, "ask for one span of time after the other"},
     {"incremental", &Stream::incremental, "ask for what is new only"},
     {"error", &Stream::errors, "what to do about answers, before those of all streams"}},
    &check_stream};

const base::Settings<Spec> Spec::settings{
    {{"base_url",
      &Spec::base_url,
      "where all paths begin",
      {.required = true, .check = &check_base_url}},
     {"auth", &Spec::auth, "how to sign in"},
     {"headers", &Spec::headers, "of all requests; env:NAME for secrets", {.scalars = true}},
     {"attempts", &Spec::attempts, "for one page", {.low = 1, .high = 100}},
     {"longest_wait", &Spec::longest_wait, "a limit that asks for more parks the run"},
     {"rate", &Spec::rate, "requests at most"},
     {"stream", &Spec::streams, "what to read", {.required = true}},
     {"error", &Spec::errors, "what to do about answers"}},
    &check_spec};

std::string Auth::name_sent() const {
    if (!name.empty()) return name;
    return kind == Kind::hmac ? "X-Signature" : "X-Api-Key";
}

std::chrono::milliseconds Spec::interval() const {
    if (!rate) return {};
    return std::chrono::milliseconds(static_cast<std::int64_t>(1000 / rate->per_second));
}

const Stream& Spec::stream(const std::string& name) const {
    return *std::find_if(streams.begin(), streams.end(), [&](const Stream& one) {
        return one.name == name;
    });
}

std::vector<ErrorRule> Spec::errors_of(const Stream& stream) const {
    auto all = stream.errors;
    all.insert(all.end(), errors.begin(), errors.end());
    return all;
}

}  // namespace ingest::api
