#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/export/imports/imports.hpp"
#include "labeling/export/label_studio_results.hpp"

namespace labeling {

namespace json = boost::json;

namespace {

bool is_true(const json::object& from, std::string_view name) {
    const auto* found = from.if_contains(name);
    return found && *found == json::value(true);
}

// The annotation that is the label; nullptr: there is none.
const json::object* label_among(const json::array& annotations) {
    const json::object* chosen = nullptr;
    for (const auto& each : annotations) {
        const auto* annotation = each.if_object();
        if (!annotation || is_true(*annotation, "was_cancelled")) continue;
        if (!chosen || !is_true(*chosen, "ground_truth") || is_true(*annotation, "ground_truth"))
            chosen = annotation;
    }
    return chosen;
}

// By our key, else by the file that the task shows, else by its number.
void name_record(const json::object& task, GivenLabel& given) {
    if (const auto* data = task.if_contains("data"); data && data->is_object()) {
        given.key = key_of(data->get_object(), "key");
        for (auto name : {"image", "id", "url", "text"})
            if (auto other = key_of(data->get_object(), name); !other.empty()) {
                auto query = other.find("?d=");  // a file that Label Studio serves itself
                given.also.push_back(query == other.npos ? other : other.substr(query + 3));
            }
    }
    if (auto upload = key_of(task, "file_upload"); !upload.empty()) given.also.push_back(upload);
    if (given.key.empty() && !given.also.empty()) given.key = given.also.front();
    if (given.key.empty()) given.key = key_of(task, "id");
}

}  // namespace

void read_studio_task(
    const json::object& task,
    const std::string& place,
    const Question& question,
    const TakeLabel& take
) {
    GivenLabel given;
    name_record(task, given);
    if (given.key.empty()) throw base::Error(place, "is a task without data", "export it anew");
    const auto* annotations = task.if_contains("annotations");
    if (!annotations || !annotations->is_array()) annotations = task.if_contains("completions");
    const json::object* label =
        annotations && annotations->is_array() ? label_among(annotations->get_array()) : nullptr;
    if (label) {
        const auto* results = label->if_contains("result");
        if (!results || !results->is_array())
            throw base::Error(place, "has an annotation without a result", "export it anew");
        try {
            auto answer = answer_of_results(question, results->get_array(), {});
            if (answer)
                given.answer.text = json::serialize(*answer);
            else
                given.fault = "has no result that answers a " + question.kind + " question";
        } catch (const base::UsageError& error) {
            given.fault = error.what();
        }
        if (const auto* meta = task.if_contains("meta"); meta && meta->is_object())
            if (const auto* p = meta->get_object().if_contains("probability"); p && p->is_number())
                given.probability = p->to_number<double>();
    }
    take(std::move(given));
}

}  // namespace labeling
