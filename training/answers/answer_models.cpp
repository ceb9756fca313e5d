#include "training/answers/answer_model.hpp"

#include <boost/json.hpp>

#include "training/answers/answer_kinds.hpp"

namespace training {

namespace json = boost::json;

const AnswerKind* answer_kind(std::string_view project_kind) {
    static const AnswerKind* all[] = {
        &pairwise_answers(),
        &ranking_answers(),
        &row_answers(),
        &box_answers(),
        &polygon_answers(),
        &relation_answers(),
        &keypoint_answers()};
    for (const auto* kind : all)
        if (kind->name == project_kind) return kind;
    return nullptr;
}

std::vector<std::string> fields_of(const AskedQuestion& question) {
    auto fields = question.candidates;
    if (!question.table.empty()) fields.push_back(question.table);
    return fields;
}

formats::PictureShape shape_for_marks(const PictureSpec& spec) {
    constexpr int usual = 96;
    auto shape = wanted_shape(spec);
    if (shape.width == 0) shape.width = shape.height = usual;
    return shape;
}

std::string AskedQuestion::json() const {
    return json::serialize(json::object{
        {"kind", kind},
        {"classes", json::value_from(classes)},
        {"candidates", json::value_from(candidates)},
        {"ties", ties},
        {"table", table},
        {"relations", json::value_from(relations)}});
}

AskedQuestion AskedQuestion::parse(const std::string& text) {
    const auto parsed = json::parse(text);
    AskedQuestion out;
    out.kind = parsed.at("kind").as_string();
    out.classes = json::value_to<std::vector<std::string>>(parsed.at("classes"));
    out.candidates = json::value_to<std::vector<std::string>>(parsed.at("candidates"));
    out.ties = parsed.at("ties").as_bool();
    out.table = parsed.at("table").as_string();
    out.relations = json::value_to<std::vector<AskedRelation>>(parsed.at("relations"));
    return out;
}

}  // namespace training
