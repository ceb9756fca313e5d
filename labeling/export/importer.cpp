// Labels on their way in: which record each is of, whether it is an answer, and the writing.
//
// They are written a batch at a time, so that files may be larger than memory, and the records of a
// batch are asked for together, since a query a label would take most of the time.
#include "labeling/export/importer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "labeling/export/given_answer.hpp"
#include "labeling/export/pictures.hpp"
#include "labeling/truth/put_truth.hpp"

namespace labeling {

namespace {

constexpr std::size_t labels_at_once = 2'000;
constexpr std::size_t most_reasons = 1'000;  // that are told apart

}  // namespace

void TextCounts::add(const std::string& text) {
    bool full = counts_.size() >= most_reasons && !counts_.contains(text);
    ++counts_[full ? "others" : text];
}

Counted TextCounts::sorted() const {
    Counted all(counts_.begin(), counts_.end());
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.second > b.second;
    });
    return all;
}

Importer::Importer(base::Steps steps, const StoredProject& project, Time now)
    : steps_(steps), project_(project), now_(now), records_(steps, project) {}

void Importer::add(GivenLabel&& label) {
    if (first_.empty()) first_ = label.key;
    waiting_.push_back(std::move(label));
    if (waiting_.size() == labels_at_once) write();
}

Imported Importer::finish() {
    write();
    result_.rejected = strangers_.sorted();
    result_.faults = faults_.sorted();
    return std::move(result_);
}

void Importer::require_match() {
    if (given_ == 0 || matched_ > 0) return;
    auto example = records_.some_key();
    throw base::Error(
        "project '" + project_.project.name + "'",
        fmt::format(
            "0 of {} labels matched: the first is of '{}', {}",
            given_,
            first_,
            example.empty() ? "and the source has no records"
                            : fmt::format("a record of the source is called '{}'", example)
        ),
        "give the keys of records"
    );
}

void Importer::write() {
    if (waiting_.empty()) return;
    bool whole = std::any_of(waiting_.begin(), waiting_.end(), [&](const GivenLabel& label) {
        return needs_record(question(), label);
    });
    auto records = find_records(whole);
    // Of several labels for one key the last counts.
    std::map<std::string, InferredLabel> last;
    for (const auto& label : waiting_) {
        ++given_;
        auto record = records.find(label.key);
        if (record == records.end()) {
            ++result_.no_record;
            continue;
        }
        ++matched_;
        take(label, record->second, last);
    }
    waiting_.clear();
    std::vector<InferredLabel> labels;
    for (auto& [key, label] : last) labels.push_back(std::move(label));
    auto put =
        detail::put_truth(steps_, project_, labels, std::string(detail::imported), false, now_);
    result_.added += put.added;
    result_.changed += put.changed;
    result_.unchanged += put.known - put.added - put.changed;
}

std::map<std::string, MatchedRecord> Importer::find_records(bool whole) {
    std::vector<std::string> keys;
    for (const auto& label : waiting_) keys.push_back(label.key);
    auto found = records_.by_key(keys, whole);
    bool of_files = is_of_pictures(task_type(question().kind).shape());
    std::vector<std::string> more;
    for (auto& label : waiting_) {
        if (found.contains(label.key) || (!of_files && label.also.empty())) continue;
        auto key = key_for(label, of_files);
        if (key.empty()) continue;
        label.key = key;
        more.push_back(key);
    }
    if (!more.empty()) found.merge(records_.by_key(more, whole));
    return found;
}

std::string Importer::key_for(const GivenLabel& label, bool of_files) {
    auto names = label.also;
    if (of_files) names.insert(names.begin(), label.key);
    for (const auto& name : names)
        if (auto key = records_.key_for_file(name); !key.empty()) return key;
    return {};
}

void Importer::take(
    const GivenLabel& label,
    const MatchedRecord& record,
    std::map<std::string, InferredLabel>& last
) {
    auto read = read_given(question(), label, record);
    if (read.missing)
        ++result_.no_value;
    else if (!read.stranger.empty())
        strangers_.add(read.stranger);
    else if (!read.fault.empty())
        faults_.add(read.fault);
    else
        last.insert_or_assign(
            record.key,
            InferredLabel{
                .key = record.key,
                .value = *std::move(read.answer),
                .probability = label.probability}
        );
}

}  // namespace labeling
