#include <algorithm>
#include <iterator>

#include "training/labels/part_labels.hpp"
#include "training/parts/part_differences.hpp"

namespace training {

namespace {

PartsCompared
compare_sets(const AskedQuestion&, const std::string& said_text, const std::string& truth_text) {
    PartsCompared out;
    out.said = classes_in(said_text);
    out.truth = classes_in(truth_text);
    std::vector<std::string> missed, spurious;
    std::set_difference(
        out.truth.begin(),
        out.truth.end(),
        out.said.begin(),
        out.said.end(),
        std::back_inserter(missed)
    );
    std::set_difference(
        out.said.begin(),
        out.said.end(),
        out.truth.begin(),
        out.truth.end(),
        std::back_inserter(spurious)
    );
    for (auto& name : missed)
        out.differences.push_back({PartFault::missed, std::move(name), {}, {}});
    out.score = {
        static_cast<double>(out.truth.size() - missed.size()),
        static_cast<double>(out.said.size()),
        static_cast<double>(out.truth.size())};
    for (auto& name : spurious)
        out.differences.push_back({PartFault::spurious, {}, std::move(name), {}});
    return out;
}

PartsCompared
compare_spans(const AskedQuestion&, const std::string& said_text, const std::string& truth_text) {
    const auto said = schema::parse_spans(said_text), truth = schema::parse_spans(truth_text);
    PartsCompared out;
    out.score = schema::exact_overlap(said, truth);
    for (const auto& span : truth) out.truth.push_back(span.label);
    for (const auto& span : said) out.said.push_back(span.label);
    for (const auto& one : mismatches(truth, said))
        out.differences.push_back(
            {one.fault,
             one.truth ? truth[*one.truth].label : "",
             one.said ? said[*one.said].label : "",
             {}}
        );
    return out;
}

}  // namespace

const PartKind* part_kind(const AskedQuestion& question) {
    struct Row {
        std::string_view kind;
        PartKind parts;
    };
    static const Row all[] = {
        {"multilabel", {Compared::micro_f1, &compare_sets, "classes"}},
        {"spans", {Compared::span_f1, &compare_spans, "spans"}},
        {"pairwise", {Compared::pair_accuracy, &compare_orders, "preferences", true}},
        {"ranking", {Compared::pair_accuracy, &compare_orders, "pairs of candidates", true}},
        {"rows", {Compared::row_accuracy, &compare_rows, "rows", true}},
        {"relations", {Compared::found_relation_f1, &compare_relations, "spans and relations"}},
        {"boxes", {Compared::box_f1, &compare_boxes, "boxes"}},
        {"polygons", {Compared::box_f1, &compare_boxes, "outlines"}},
        {"keypoints", {Compared::oks, &compare_keypoints, "things"}}};
    const auto* found = std::find_if(std::begin(all), std::end(all), [&](const Row& row) {
        return row.kind == question.kind;
    });
    return found == std::end(all) ? nullptr : &found->parts;
}

}  // namespace training
