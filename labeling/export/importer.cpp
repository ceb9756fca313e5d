// Labels on their way in: which record each is of, whether it is an answer, and the writing.
//
// They are written a batch at a time, so that files may be larger than memory, and the records of a
// batch are asked for together, since a query a label would take most of the time.
#include "labeling/export/importer.hpp"

#include <algorithm>

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
    : steps_(steps),
      project_(project),
      question_(task_type(project.project.question.kind).as_truth(project.project.question)),
      now_(now),
      records_(steps, project) {}

void Importer::add(GivenLabel&& label) {
    if (given_++ == 0) first_ = name_of_given(label);
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
    if (given_ > 0 && matched_ == 0) records_.none_matched(given_, "labels", first_);
}

void Importer::write() {
    if (waiting_.empty()) return;
    bool whole = std::any_of(waiting_.begin(), waiting_.end(), [&](const GivenLabel& label) {
        return needs_record(question_, label);
    });
    std::vector<GivenLabel*> given;
    for (auto& label : waiting_) given.push_back(&label);
    auto records = records_.find(std::move(given), whole);
    // Of several labels for one key the last counts.
    std::map<std::string, InferredLabel> last;
    for (const auto& label : waiting_) {
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

void Importer::take(
    const GivenLabel& label,
    const MatchedRecord& record,
    std::map<std::string, InferredLabel>& last
) {
    auto read = read_given(question_, label, record);
    if (read.missing)
        ++result_.no_value;
    else if (!read.stranger.empty())
        strangers_.add(read.stranger);
    else if (!read.fault.empty())
        faults_.add(read.fault);
    else {
        result_.scaled += read.scaled ? 1 : 0;
        last.insert_or_assign(
            record.key,
            InferredLabel{
                .key = record.key,
                .value = *std::move(read.answer),
                .probability = label.probability}
        );
    }
}

}  // namespace labeling
