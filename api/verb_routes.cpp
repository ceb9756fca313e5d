// Verbs over HTTP. A row names a verb, its method and its path; all else (roles, summary, members
// of the request, the answer) is the verb's own, so that HTTP can not say it otherwise than the
// command line. Members of the request come from the path, the query and the JSON body, in this
// order.
#include "api/verb_routes.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/server/ranges.hpp"
#include "api/tables.hpp"
#include "api/verb_table.hpp"
#include "base/bytes/percent.hpp"
#include "base/database/database.hpp"
#include "base/not_found.hpp"
#include "base/numbers/parse.hpp"
#include "base/run/stopping.hpp"
#include "base/text/utf8.hpp"
#include "schema/people/audit_store.hpp"
#include "service/refusal.hpp"
#include "service/verb.hpp"

namespace api {

namespace {

// A list as a text: "[1,2]", "["a","b"]".
std::string list_text(const std::vector<std::string>& values) {
    boost::json::array texts, numbers;
    for (const auto& value : values) {
        texts.emplace_back(value);
        if (auto number = base::whole_number<std::int64_t>(value)) numbers.emplace_back(*number);
    }
    return boost::json::serialize(numbers.size() == texts.size() ? numbers : texts);
}

// By name; what is given several times is a list.
std::vector<std::pair<std::string, std::string>> query_members(std::string_view query) {
    std::map<std::string, std::vector<std::string>> given;
    while (!query.empty()) {
        auto part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), part.size() + 1));
        if (part.empty()) continue;
        auto equals = std::min(part.find('='), part.size());
        auto name = base::form_decoded(part.substr(0, equals));
        auto value = base::form_decoded(part.substr(std::min(equals + 1, part.size())));
        if (!name || !value || !base::is_utf8(*name) || !base::is_utf8(*value))
            throw Problem(
                400, "Bad query", "the query is no percent-encoded UTF-8: " + std::string(part)
            );
        given[*name].push_back(std::move(*value));
    }
    std::vector<std::pair<std::string, std::string>> members;
    for (auto& [name, values] : given)
        members.emplace_back(name, values.size() == 1 ? values[0] : list_text(values));
    return members;
}

std::string etag_of(std::int64_t version) {
    return "\"" + std::to_string(version) + "\"";
}

// The version in If-Match: 428 when it is missing, 412 when it is not one of ours.
std::string wanted_version(const Request& request) {
    auto header = request.header("if-match");
    if (header.empty())
        throw Problem(428, "If-Match required", "send the ETag of what you edited in If-Match");
    if (header.size() > 2 && header.front() == '"' && header.back() == '"') {
        auto inner = header.substr(1, header.size() - 2);
        if (base::whole_number<std::int64_t>(inner, 10)) return std::string(inner);
    }
    throw Problem(412, "Changed meanwhile", "the If-Match header is no ETag of this");
}

bool gives_file(const service::Verb& verb) {
    return &verb.answer() == &base::shape_of<service::Download>();
}

Response file_of(const Request& request, const service::Download& download) {
    Response response;
    response.media_type = download.media_type;
    response.body = download.bytes;
    response.file = download.file;
    if (response.media_type.starts_with("text/html")) {  // shown, but it can run nothing
        response.set(
            "Content-Security-Policy",
            "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri "
            "'none'; form-action 'none'; frame-ancestors 'none'"
        );
        return response;
    }
    response.set("Content-Disposition", "attachment; filename=\"" + download.name + "\"");
    answer_range(request, response);
    return response;
}

service::Given given_by(const Call& call) {
    bool has_body = call.request.method != Method::get && call.request.method != Method::head &&
                    !call.request.body.empty();
    service::Given given{
        base::Document::of(has_body ? call.body() : boost::json::object{}, "member")};
    for (const auto& [name, value] : call.segments) given.texts.emplace_back(name, value);
    for (auto& member : query_members(call.request.query)) given.texts.push_back(std::move(member));
    if (call.route.versioned && call.route.method != Method::get)
        given.texts.emplace_back("version", wanted_version(call.request));
    return given;
}

constexpr std::array<std::string_view, 2> never_noted{"password", "current"};

// Asked by the thousand, and nothing is other after them: a row for each would be all that they
// cost.
constexpr std::array<std::string_view, 1> never_told{"model predict"};

bool is_told(const Call& call) {
    return call.route.method != Method::get &&
           std::find(never_told.begin(), never_told.end(), call.route.verb->name) ==
               never_told.end();
}

// What was done, and by which plain members of the request: lists and tables may be as long as they
// like, and are told by their result. No secret is among them.
void note(Call& call, const service::Given& given) {
    boost::json::object detail;
    if (const auto* body = given.document.root().if_object())
        for (const auto& [name, value] : *body)
            if (!value.is_structured() &&
                std::find(never_noted.begin(), never_noted.end(), name) == never_noted.end())
                detail[name] = value;
    schema::add_audit(
        call.tx,
        call.account.id,
        {.at = call.at,
         .actor = call.account.name,
         .action = std::string(call.route.verb->name),
         .subject = call.request.path,
         .detail = {boost::json::serialize(detail)}}
    );
}

// Once nobody waits for it any more it ends soon, and keeps nothing that is not kept already.
base::Answer ended_if_left(const Call& call, service::Work& work, const service::Given& given) {
    const auto& verb = *call.route.verb;
    if (!ends_when_left(call.route)) return verb.run(work, given);
    const base::Stopping stopping(call.request.left);
    auto answer = verb.run(work, given);
    if (!goes_by_steps(verb.name)) base::go_on();
    return answer;
}

Response run_verb(Call& call) {
    const auto& verb = *call.route.verb;
    service::Work work{call.tx, call.here, call.account, call.at};
    try {
        auto given = given_by(call);
        auto answer = ended_if_left(call, work, given);
        if (is_told(call)) note(call, given);
        if (!verb.answers()) return no_content();
        if (const auto* download = answer.as<service::Download>())
            return file_of(call.request, *download);
        if (auto table = as_table(call.request, answer)) return *table;
        auto value = answer.json();
        auto response = json(value, call.route.status);
        if (call.route.versioned) response.set("ETag", etag_of(value.at("version").as_int64()));
        return response;
    } catch (const service::Outdated& outdated) {
        auto problem = problem_of(outdated);
        problem.headers.emplace_back("ETag", etag_of(outdated.present));
        throw problem;
    } catch (const service::Refusal& refusal) {
        throw problem_of(refusal);
    } catch (const base::UsageError& fault) {
        bool by_query = call.route.method == Method::get;
        throw Problem(by_query ? 400 : 422, by_query ? "Bad query" : "Bad request", fault.what());
    } catch (const base::Interrupted&) {
        throw busy(503, "Stopped", "this was stopped before its end; ask again", 1);
    } catch (const base::DatabaseAway&) {
        throw;  // of a transaction of the verb's own: to be asked again, as where ours is lost
    } catch (const base::NotFound& none) {
        throw problem_of(service::Refusal(service::Refusal::Kind::not_found, none));
    } catch (const base::Error& error) {
        throw Problem(409, "Not possible", error.what());
    }
}

}  // namespace

std::vector<Route> verb_routes() {
    std::vector<Route> routes;
    for (const auto& row : verb_table()) {
        const auto& verb = service::verb_named(row.verb);
        routes.push_back(
            {.method = row.method,
             .pattern = row.pattern,
             .roles = verb.roles,
             .handler = run_verb,
             .operation = row.operation,
             .summary = verb.summary,
             .answer = gives_file(verb) ? "*/*" : "",
             .status = verb.answers() ? row.status : 204,
             .secret = row.secret,
             .versioned = row.versioned,
             .takes_long = takes_long(row.verb),
             .kept = row.verb == "report",
             .verb = &verb}
        );
    }
    return routes;
}

}  // namespace api
