#include <charconv>

#include "api/resources/resources.hpp"
#include "api/store.hpp"
#include "base/error.hpp"
#include "labeling/agreement/agreement.hpp"
#include "labeling/truth/truth_store.hpp"

namespace api {

namespace {

boost::json::object project_of(Call& call) {
    auto project = store::project(call.tx, call.segment("project"));
    if (!project) not_found("project", call.segment("project"));
    return *project;
}

std::string etag_of(std::int64_t version) {
    return "\"" + std::to_string(version) + "\"";
}

// The version in If-Match: 428 when it is missing, 412 when it is not one of ours.
std::int64_t wanted_version(const Request& request) {
    auto header = request.header("if-match");
    if (header.empty())
        throw Problem(
            428, "If-Match required", "send the ETag of the project you edited in If-Match"
        );
    std::int64_t version = 0;
    if (header.size() > 2 && header.front() == '"' && header.back() == '"') {
        const char* last = header.data() + header.size() - 1;
        auto [end, error] = std::from_chars(header.data() + 1, last, version);
        if (error == std::errc{} && end == last) return version;
    }
    throw Problem(412, "Changed meanwhile", "the If-Match header is no ETag of this project");
}

boost::json::value optional(const std::optional<double>& value) {
    return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

boost::json::object measured(const labeling::Judgements& ratings, labeling::Metric metric) {
    constexpr std::size_t replicates = 400;
    auto result = labeling::agreement(ratings, metric, replicates);
    return {
        {"metric", base::name_of(metric)},
        {"value", optional(result.value)},
        {"low", optional(result.low)},
        {"high", optional(result.high)},
        {"units", result.units},
        {"raters", result.raters}};
}

}  // namespace

Response list_projects(Call& call) {
    auto limit = call.limit();
    return page(store::projects(call.tx, call.after(), limit), limit, "name");
}

Response show_project(Call& call) {
    auto project = project_of(call);
    auto etag = etag_of(project.at("version").as_int64());
    auto response = json(project);
    response.set("ETag", etag);
    return response;
}

Response edit_project(Call& call) {
    auto version = wanted_version(call.request);
    auto body = call.body();
    store::ProjectEdit edit;
    edit.title = optional_text(body, "title");
    edit.instructions = optional_text(body, "instructions");
    edit.state = optional_text(body, "state");
    if (auto overlap = optional_number(body, "overlap")) edit.overlap = static_cast<int>(*overlap);
    if (edit.state && *edit.state != "active" && *edit.state != "paused" && *edit.state != "closed")
        throw Problem(422, "Bad member", "'state' must be active, paused or closed");
    if (edit.overlap && (*edit.overlap < 1 || *edit.overlap > 100))
        throw Problem(422, "Bad member", "'overlap' must be from 1 to 100");

    const auto& name = call.segment("project");
    auto edited = store::edit_project(call.tx, name, version, edit);
    if (!edited) {
        auto present = project_of(call).at("version").as_int64();
        Problem changed(
            412, "Changed meanwhile", "somebody else edited the project; read it again"
        );
        changed.headers.emplace_back("ETag", etag_of(present));
        throw changed;
    }
    store::audit(call.tx, call.account, "project.edit", name, body, call.now);
    auto response = json(project_of(call));
    response.set("ETag", etag_of(*edited));
    return response;
}

Response list_annotators(Call& call) {
    auto id = project_of(call).at("id").as_int64();
    return json({{"items", store::annotators(call.tx, id)}, {"next", nullptr}});
}

Response show_agreement(Call& call) {
    auto id = project_of(call).at("id").as_int64();
    auto ratings = labeling::load_judgements(call.tx, labeling::load_project(call.tx, id));
    boost::json::array metrics;
    try {
        for (auto metric : labeling::usual_metrics) metrics.push_back(measured(ratings, metric));
    } catch (const base::Error&) {
        metrics.clear();  // no unit has two ratings yet: agreement cannot be told
    }
    return json({{"ratings", ratings.rows.size()}, {"metrics", std::move(metrics)}});
}

}  // namespace api
