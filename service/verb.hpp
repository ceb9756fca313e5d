#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/json/described.hpp"
#include "base/settings/settings.hpp"
#include "base/time/time.hpp"
#include "service/access.hpp"

namespace base {
class Database;
class Spool;
class Tx;
}  // namespace base

namespace schema {
class Blobs;
}

// A verb is one thing that people ask of the service. It is a function with a typed request and a
// typed answer:
//
//     struct PauseSource {
//         std::string source;
//         static const base::Settings<PauseSource> settings;
//     };
//     struct SourceState { std::string name, state; };
//     BOOST_DESCRIBE_STRUCT(SourceState, (), (name, state))
//
//     SourceState pause_source(Work& work, const PauseSource& request);
//
// and stands in its area's list of verbs:
//
//     verb<pause_source>("source pause", "Start no more runs of a source", operators)
//
// The words are those of the command line, which makes its flags from the request's settings and
// prints the answer. HTTP reads the same request from path, query and body, and sends the answer as
// JSON; OpenAPI describes both. No verb prints, and none knows which face asked.
namespace service {

struct Config;

// What verbs need of the place that they run in.
struct Environment {
    base::Database& database;
    const schema::Blobs& blobs;
    const Config& config;
    std::stop_token stop;
};

// One verb at work, within one transaction: what it refuses leaves nothing behind. It may run again
// when the database asks for that. Verbs that take long, or must see their own steps, open
// transactions of their own on `here.database`.
struct Work {
    base::Tx& tx;
    const Environment& here;
    Caller caller;
    base::Time now;
};

// The answer of a verb that has nothing to tell.
struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

// The answer of a list, a part at a time: `next` is the `after` of the following part.
template <typename T>
struct Page {
    std::vector<T> items;
    std::optional<std::string> next;
    BOOST_DESCRIBE_CLASS(Page, (), (items, next), (), ())
};

// The answer of a verb that gives a file. HTTP sends its bytes as they are.
struct Download {
    std::string name;  // of the file
    std::string media_type;
    std::string bytes = {};
    std::shared_ptr<const base::Spool> file = nullptr;  // instead of `bytes`: however many
    BOOST_DESCRIBE_CLASS(Download, (), (name, media_type, bytes), (), ())
};

// A request as a face received it: a document, and members given as texts, by name.
struct Given {
    base::Document document;
    std::vector<std::pair<std::string, std::string>> texts = {};
};

struct Verb {
    std::string_view name;  // words of the command line: "source pause"
    std::string_view summary;
    Roles roles;
    const base::Shape& (*request)();
    const base::Shape& (*answer)();
    // Throws base::UsageError for a request that is none.
    void (*check)(const Given&);
    // As check(), and Refusal and base::Error as the verb does.
    base::Answer (*run)(Work&, const Given&);

    bool answers() const { return &answer() != &base::shape_of<Nothing>(); }
};

namespace verb_detail {

template <typename>
struct Signature;
template <typename Answer, typename Request>
struct Signature<Answer (*)(Work&, const Request&)> {
    using AnswerType = Answer;
    using RequestType = Request;
};

}  // namespace verb_detail

template <auto function>
using RequestOf = typename verb_detail::Signature<decltype(function)>::RequestType;
template <auto function>
using AnswerOf = typename verb_detail::Signature<decltype(function)>::AnswerType;

template <typename Request>
Request read_request(const Given& given) {
    Request request{};
    Request::settings.read(given.document, request);
    for (const auto& [name, text] : given.texts)
        Request::settings.set(request, name, text, "'" + name + "'");
    Request::settings.finish(request, given.document);
    return request;
}

template <auto function>
Verb verb(std::string_view name, std::string_view summary, Roles roles) {
    using Request = RequestOf<function>;
    using Answer = AnswerOf<function>;
    return {
        name,
        summary,
        roles,
        []() -> const base::Shape& { return base::shape_of<Request>(); },
        []() -> const base::Shape& { return base::shape_of<Answer>(); },
        [](const Given& given) { read_request<Request>(given); },
        [](Work& work, const Given& given) {
            return base::Answer(function(work, read_request<Request>(given)));
        }};
}

// All verbs, area by area.
std::span<const Verb> verbs();
// Throws std::logic_error for a name that no verb has.
const Verb& verb_named(std::string_view name);

// Runs `work` in a transaction of its own, for a caller at the machine.
void run_locally(const Environment& here, const std::function<void(Work&)>& work);

}  // namespace service
