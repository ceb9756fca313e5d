// Tasks of Label Studio. People's annotations are labels, one a task, or the answers of each of
// them; what machines predicted comes beside them, in versions, and is never taken for either.
#include <algorithm>

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

// By our key, else by the file or text that the task shows, else by its number.
void name_record(const json::object& task, GivenLabel& given) {
    if (const auto* data = task.if_contains("data"); data && data->is_object()) {
        given.key = key_of(data->get_object(), "key");
        given.text = given.key.empty() ? key_of(data->get_object(), "text") : "";
        for (auto name : {"image", "audio", "video", "pdf", "id", "url"})
            if (auto other = key_of(data->get_object(), name); !other.empty()) {
                auto query = other.find("?d=");  // a file that Label Studio serves itself
                given.also.push_back(query == other.npos ? other : other.substr(query + 3));
            }
    }
    if (auto upload = key_of(task, "file_upload"); !upload.empty()) given.also.push_back(upload);
    if (!given.key.empty() || !given.text.empty()) return;
    given.key = given.also.empty() ? key_of(task, "id") : given.also.front();
}

// How large the picture was that the results are of.
void take_size(const json::array& results, GivenLabel& given) {
    for (const auto& each : results) {
        const auto* result = each.if_object();
        const auto* width = result ? result->if_contains("original_width") : nullptr;
        const auto* height = result ? result->if_contains("original_height") : nullptr;
        if (!width || !height || !width->is_number() || !height->is_number()) continue;
        auto across = width->to_number<double>(), down = height->to_number<double>();
        if (given.width > 0 && (given.width != across || given.height != down))
            given.fault = "has results of pictures of several sizes";
        given.width = across;
        given.height = down;
    }
}

void take_results(
    const json::object& from,
    const std::string& place,
    const Question& question,
    GivenLabel& given
) {
    const auto* results = from.if_contains("result");
    if (!results || !results->is_array())
        throw base::Error(place, "has an annotation without a result", "export it anew");
    take_size(results->get_array(), given);
    try {
        auto answer = answer_of_results(question, results->get_array(), {});
        if (answer)
            given.answer.text = json::serialize(*answer);
        else
            given.fault = "has no result that answers a " + question.kind + " question";
    } catch (const base::UsageError& error) {
        given.fault = error.what();
    }
}

// Of the e-mail address, name or number that an annotation has for its author.
std::string author_of(const json::object& annotation) {
    const auto* by = annotation.if_contains("completed_by");
    if (!by) return {};
    if (!by->is_object()) return key_of(annotation, "completed_by");
    for (auto name : {"email", "username", "id"})
        if (auto found = key_of(by->get_object(), name); !found.empty()) return found;
    return {};
}

// When an annotation got the content that it has: it was changed last, or made.
void read_changed(const json::object& annotation, PersonAnswer& answer) {
    for (auto name : {"updated_at", "created_at"}) {
        const auto* at = annotation.if_contains(name);
        if (at && !answer.at) read_time(*at, "time", answer.at, answer);
    }
}

PersonAnswer answer_in(
    const json::object& annotation,
    const GivenLabel& record,
    const std::string& place,
    const Question& question
) {
    PersonAnswer answer{.said = record, .person = author_of(annotation), .place = place};
    read_changed(annotation, answer);
    if (const auto* took = annotation.if_contains("lead_time")) read_duration(*took, 1000, answer);
    if (const auto* by = annotation.if_contains("completed_by"); by && by->is_object())
        answer.simulated = is_true(by->get_object(), "simulated");
    if (const auto* number = annotation.if_contains("attempt"))
        read_count(*number, "attempt", answer.attempt, answer);
    if (const auto* number = annotation.if_contains("schema_version"))
        read_count(*number, "schema_version", answer.schema_version, answer);
    if (const auto* at = annotation.if_contains("withdrawn_at"))
        read_time(*at, "withdrawn_at", answer.taken_back_at, answer);
    // What we wrote ourselves says by its number that it was an answer.
    bool cancelled = is_true(annotation, "was_cancelled");
    answer.taken_back = (cancelled && answer.attempt) || answer.taken_back_at;
    answer.skipped = cancelled && !answer.taken_back;
    if (!answer.skipped) take_results(annotation, place, question, answer.said);
    return answer;
}

}  // namespace

void read_studio_answers(
    const json::object& task,
    const std::string& place,
    const Question& question,
    const TakePersonAnswer& take
) {
    GivenLabel record;
    name_record(task, record);
    if (record.key.empty() && record.text.empty())
        throw base::Error(place, "is a task without data", "export it anew");
    const auto* annotations = task.if_contains("annotations");
    if (!annotations || !annotations->is_array()) annotations = task.if_contains("completions");
    if (!annotations || !annotations->is_array()) return;
    for (const auto& each : annotations->get_array()) {
        const auto* annotation = each.if_object();
        if (!annotation)
            throw base::Error(place, "has an annotation that is none", "export it anew");
        // What is held true of the record is nobody's answer.
        bool truth = is_true(*annotation, "ground_truth") && !annotation->contains("completed_by");
        if (!truth) take(answer_in(*annotation, record, place, question));
    }
}

void read_studio_task(
    const json::object& task,
    const std::string& place,
    const Question& question,
    const TakeLabel& take
) {
    GivenLabel given;
    name_record(task, given);
    if (given.key.empty() && given.text.empty())
        throw base::Error(place, "is a task without data", "export it anew");
    const auto* annotations = task.if_contains("annotations");
    if (!annotations || !annotations->is_array()) annotations = task.if_contains("completions");
    const json::object* label =
        annotations && annotations->is_array() ? label_among(annotations->get_array()) : nullptr;
    if (label) {
        take_results(*label, place, question, given);
        if (const auto* meta = task.if_contains("meta"); meta && meta->is_object())
            if (const auto* p = meta->get_object().if_contains("probability"); p && p->is_number())
                given.probability = p->to_number<double>();
    }
    take(std::move(given));
}

void read_studio_prediction(
    const json::object& task,
    const std::string& place,
    const Question& question,
    const std::string& version,
    const std::function<void(GivenLabel&& said, std::optional<double> score)>& take
) {
    GivenLabel given;
    name_record(task, given);
    if (given.key.empty() && given.text.empty())
        throw base::Error(place, "is a task without data", "export it anew");
    const json::object* chosen = nullptr;
    std::string versions;
    std::size_t several = 0;
    if (const auto* all = task.if_contains("predictions"); all && all->is_array())
        for (const auto& each : all->get_array()) {
            if (!each.is_object()) continue;
            auto own = key_of(each.get_object(), "model_version");
            bool right = chosen && key_of(*chosen, "model_version") == version;
            if (!right || own == version) chosen = &each.get_object();
            versions += (several++ > 0 ? ", '" : "'") + own + "'";
        }
    if (!chosen) return take(std::move(given), std::nullopt);
    std::optional<double> score;
    if (const auto* number = chosen->if_contains("score"); number && number->is_number())
        if (auto value = number->to_number<double>(); value >= 0 && value <= 1) score = value;
    if (several > 1 && key_of(*chosen, "model_version") != version)
        given.fault =
            "has predictions of the versions " + versions + ", and not of '" + version + "'";
    else
        take_results(*chosen, place, question, given);
    take(std::move(given), score);
}

}  // namespace labeling
